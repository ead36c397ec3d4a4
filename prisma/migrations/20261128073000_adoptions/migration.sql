-- A directory with people in it that is taken over: what was read, what becomes of each entry, what people decided.
CREATE TABLE "adoption" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'reading',
    "preset" TEXT NOT NULL,
    "mapping" JSONB NOT NULL,
    "base" TEXT,
    "unit_id" UUID,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "read_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ,
    "ended_at" TIMESTAMPTZ,
    "hash" TEXT,
    "counts" JSONB,
    "capabilities" JSONB,
    "taken" INTEGER NOT NULL DEFAULT 0,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "fault" TEXT,

    CONSTRAINT "adoption_pkey" PRIMARY KEY ("id")
);
ALTER TABLE adoption ADD CONSTRAINT adoption_state CHECK (state IN ('reading', 'preview', 'running', 'done', 'faulty'));
CREATE TABLE "adoption_entry" (
    "adoption_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "dn" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "remote_id" TEXT,
    "login" TEXT,
    "mail" TEXT,
    "kind" TEXT NOT NULL,
    "why" TEXT,
    "account_id" UUID,
    "unit_id" UUID,

    CONSTRAINT "adoption_entry_pkey" PRIMARY KEY ("adoption_id","n")
);
ALTER TABLE "adoption_entry" ADD CONSTRAINT "adoption_entry_adoption_id_fkey" FOREIGN KEY ("adoption_id") REFERENCES "adoption"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- Known by the server's identifier of the entry, so that the next reading finds it again wherever the entry is.
CREATE TABLE "adoption_decision" (
    "remote_id" TEXT NOT NULL,
    "act" TEXT NOT NULL,
    "account_id" UUID,
    "local" TEXT,
    "unit_id" UUID,
    "dn" TEXT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,

    CONSTRAINT "adoption_decision_pkey" PRIMARY KEY ("remote_id")
);
ALTER TABLE adoption_decision ADD CONSTRAINT adoption_decision_act CHECK (act IN ('link', 'new', 'leave'));
