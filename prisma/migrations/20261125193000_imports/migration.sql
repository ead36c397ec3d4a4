-- Personnel files: what came, what was read, what would be done, what was done.

CREATE TABLE "import" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "state" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "unit_id" UUID,
    "hand_over" TEXT NOT NULL,
    "language" TEXT NOT NULL DEFAULT 'vi',
    "file_name" TEXT NOT NULL,
    "file_bytes" INTEGER NOT NULL,
    "file_hash" TEXT NOT NULL,
    "choices" JSONB NOT NULL DEFAULT '{}',
    "found" TEXT,
    "fault" JSONB,
    "hash" TEXT,
    "rows_read" INTEGER NOT NULL DEFAULT 0,
    "wish" TEXT,
    "hold_id" UUID,
    "created_at" TIMESTAMPTZ NOT NULL,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "by_account" UUID,
    "planned_at" TIMESTAMPTZ,
    "asked_at" TIMESTAMPTZ,
    "asked_by" UUID,
    "asked_name" TEXT,
    "approved_at" TIMESTAMPTZ,
    "approved_by" UUID,
    "approved_name" TEXT,
    "started_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "undo_until" TIMESTAMPTZ,
    "undone_at" TIMESTAMPTZ,
    "undone_name" TEXT,
    "erased_at" TIMESTAMPTZ,

    CONSTRAINT "import_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "import_number_key" ON "import"("number");
CREATE INDEX "import_created_at_idx" ON "import"("created_at");
ALTER TABLE import ADD CONSTRAINT import_state CHECK (state IN ('uploaded', 'matching', 'planning', 'preview', 'asked', 'held',
  'running', 'paused', 'done', 'cancelled', 'unreadable', 'weighing', 'weighed', 'undoing', 'undone'));
ALTER TABLE import ADD CONSTRAINT import_mode CHECK (mode IN ('add', 'roster') AND (mode = 'add' OR unit_id IS NOT NULL));
ALTER TABLE import ADD CONSTRAINT import_hand_over CHECK (hand_over IN ('link', 'slip'));
ALTER TABLE import ADD CONSTRAINT import_wish CHECK (wish IN ('pause', 'cancel'));
ALTER TABLE import ADD CONSTRAINT import_two CHECK (approved_by IS NULL OR approved_by <> asked_by);
-- What the worker has to do.
CREATE INDEX import_due ON import (created_at) WHERE state IN ('uploaded', 'planning', 'running', 'weighing', 'undoing');

-- The file as it came, sealed, until it is erased.
CREATE TABLE "import_file" (
    "import_id" UUID NOT NULL,
    "sealed" TEXT NOT NULL,

    CONSTRAINT "import_file_pkey" PRIMARY KEY ("import_id")
);
ALTER TABLE "import_file" ADD CONSTRAINT "import_file_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "import"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A row of the file (`row_number` as a spreadsheet shows it), or somebody whom a roster misses (null). What it says of a person,
-- what was decided about it, what would be done and what was there before are sealed: they may hold an identification number.
CREATE TABLE "import_row" (
    "import_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "sheet" TEXT NOT NULL,
    "row_number" INTEGER,
    "cells" TEXT,
    "patch" TEXT,
    "print" TEXT,
    "spelling" TEXT,
    "search" TEXT NOT NULL DEFAULT '',
    "outcome" TEXT NOT NULL DEFAULT 'review',
    "groups" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[],
    "plan" TEXT,
    "digest" TEXT NOT NULL DEFAULT '',
    "unit_id" UUID,
    "person_id" UUID,
    "account_id" UUID,
    "state" TEXT NOT NULL DEFAULT 'open',
    "before" TEXT,
    "note" TEXT,
    "done_at" TIMESTAMPTZ,

    CONSTRAINT "import_row_pkey" PRIMARY KEY ("import_id","seq")
);
ALTER TABLE "import_row" ADD CONSTRAINT "import_row_import_id_fkey" FOREIGN KEY ("import_id") REFERENCES "import"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "import_row_account_id_idx" ON "import_row"("account_id");
ALTER TABLE import_row ADD CONSTRAINT import_row_outcome CHECK (outcome IN ('create', 'change', 'transfer', 'suspend', 'nothing',
  'repeats', 'review', 'refused', 'skipped'));
ALTER TABLE import_row ADD CONSTRAINT import_row_state CHECK (state IN ('open', 'done', 'undone', 'kept'));
-- What is still to be carried out, in the order of the file.
CREATE INDEX import_row_open ON import_row (import_id, seq) WHERE state = 'open' AND outcome IN ('create', 'change', 'transfer', 'suspend');

-- How the columns of a sender's lists are read, under the fingerprint of their headings.
CREATE TABLE "import_mapping" (
    "sender" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "mapping" JSONB NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,

    CONSTRAINT "import_mapping_pkey" PRIMARY KEY ("sender","fingerprint")
);

-- Which unit a sender means by a spelling, as a person has said.
CREATE TABLE "import_spelling" (
    "sender" TEXT NOT NULL,
    "spelling" TEXT NOT NULL,
    "unit_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,

    CONSTRAINT "import_spelling_pkey" PRIMARY KEY ("sender","spelling")
);
ALTER TABLE "import_spelling" ADD CONSTRAINT "import_spelling_unit_id_fkey" FOREIGN KEY ("unit_id") REFERENCES "unit"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whom a row was about when it was carried out, under a keyed hash of what it says of who it is, and what was decided about it.
CREATE TABLE "import_memory" (
    "print" TEXT NOT NULL,
    "person_id" UUID NOT NULL,
    "patch" TEXT,
    "import_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "import_memory_pkey" PRIMARY KEY ("print")
);
CREATE INDEX "import_memory_import_id_idx" ON "import_memory"("import_id");
CREATE INDEX "import_memory_person_id_idx" ON "import_memory"("person_id");
ALTER TABLE "import_memory" ADD CONSTRAINT "import_memory_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Which units took over what a unit that is no more did; many to many.
CREATE TABLE "unit_succession" (
    "from_id" UUID NOT NULL,
    "to_id" UUID NOT NULL,
    "on_day" DATE NOT NULL,

    CONSTRAINT "unit_succession_pkey" PRIMARY KEY ("from_id","to_id")
);
ALTER TABLE "unit_succession" ADD CONSTRAINT "unit_succession_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "unit"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "unit_succession" ADD CONSTRAINT "unit_succession_to_id_fkey" FOREIGN KEY ("to_id") REFERENCES "unit"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
