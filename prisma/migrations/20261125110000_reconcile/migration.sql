-- What should exist against what does: runs, what they found, and what is to be done about it.

CREATE TABLE "reconcile_run" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "scope" TEXT NOT NULL DEFAULT 'all',
    "scope_id" UUID,
    "scope_name" TEXT NOT NULL DEFAULT '',
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "believe" TEXT,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "started_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "read" INTEGER NOT NULL DEFAULT 0,
    "found" INTEGER NOT NULL DEFAULT 0,
    "expected" INTEGER NOT NULL DEFAULT 0,
    "in_flight" INTEGER NOT NULL DEFAULT 0,
    "homes" INTEGER,
    "inspected" INTEGER NOT NULL DEFAULT 0,
    "cursor" INTEGER,
    "csn" TEXT[] NOT NULL DEFAULT '{}',
    "doubt" JSONB,
    "mail_doubt" JSONB,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "fresh" INTEGER NOT NULL DEFAULT 0,
    "fault" TEXT,

    CONSTRAINT "reconcile_run_pkey" PRIMARY KEY ("id")
);
ALTER TABLE reconcile_run ADD CONSTRAINT reconcile_run_state CHECK (state IN ('waiting', 'running', 'done', 'cannot-tell', 'failed'));
ALTER TABLE reconcile_run ADD CONSTRAINT reconcile_run_scope CHECK (scope IN ('all', 'unit', 'account'));
CREATE INDEX "reconcile_run_number_idx" ON "reconcile_run"("number");
CREATE INDEX reconcile_run_open ON reconcile_run (asked_at) WHERE state IN ('waiting', 'running');

CREATE TABLE "reconcile_finding" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "subject_kind" TEXT,
    "subject_id" UUID,
    "unit_id" UUID,
    "name" TEXT NOT NULL,
    "login" TEXT,
    "dn" TEXT,
    "remote_id" TEXT,
    "detail" JSONB NOT NULL,
    "first_run" INTEGER NOT NULL,
    "last_run" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ NOT NULL,
    "last_at" TIMESTAMPTZ NOT NULL,
    "gone_at" TIMESTAMPTZ,
    "doing" TEXT,
    "doing_at" TIMESTAMPTZ,
    "trouble" TEXT,
    "ignored_until" DATE,
    "ignored_why" TEXT,
    "ignored_name" TEXT,
    "ignored_at" TIMESTAMPTZ,

    CONSTRAINT "reconcile_finding_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX reconcile_finding_open ON reconcile_finding (key) WHERE gone_at IS NULL;
CREATE INDEX "reconcile_finding_subject_idx" ON "reconcile_finding"("subject_kind", "subject_id");
CREATE INDEX reconcile_finding_list ON reconcile_finding (kind, name, id) WHERE gone_at IS NULL;
CREATE INDEX reconcile_finding_doing ON reconcile_finding (doing_at) WHERE doing = 'remove' AND gone_at IS NULL;
ALTER TABLE reconcile_finding ADD CONSTRAINT reconcile_finding_doing_what CHECK (doing IN ('repair', 'accept', 'adopt', 'remove'));

-- What is to be done about findings, as it was shown before it was decided.
CREATE TABLE "reconcile_plan" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "act" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "findings" UUID[] NOT NULL,
    "parts" JSONB NOT NULL,
    "made_at" TIMESTAMPTZ NOT NULL,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ,

    CONSTRAINT "reconcile_plan_pkey" PRIMARY KEY ("id")
);

-- A target under maintenance: everything for it waits, and nothing fails.
CREATE TABLE "target_pause" (
    "target" TEXT NOT NULL,
    "since" TIMESTAMPTZ NOT NULL,
    "until" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,
    "why" TEXT NOT NULL,

    CONSTRAINT "target_pause_pkey" PRIMARY KEY ("target")
);
ALTER TABLE target_pause ADD CONSTRAINT target_pause_target CHECK (target IN ('directory', 'mail'));

-- Where an entry that was moved by hand is to be put back; empty, it stays where it is.
ALTER TABLE "sync" ADD COLUMN "place" TEXT;
CREATE INDEX sync_remote_id ON sync (remote_id) WHERE remote_id IS NOT NULL;
