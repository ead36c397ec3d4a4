-- Plans that the safety brake stopped before their first change, and what was changed lately.

CREATE TABLE "brake_hold" (
    "id" UUID NOT NULL,
    "plan_kind" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "plan_hash" TEXT NOT NULL,
    "plan_name" TEXT NOT NULL,
    "parts" JSONB NOT NULL,
    "reasons" JSONB NOT NULL,
    "body" JSONB,
    "held_at" TIMESTAMPTZ NOT NULL,
    "asked_at" TIMESTAMPTZ,
    "asked_by" UUID,
    "asked_name" TEXT,
    "why" TEXT,
    "until" TIMESTAMPTZ,
    "released_at" TIMESTAMPTZ,
    "released_by" UUID,
    "released_name" TEXT,
    "ended_at" TIMESTAMPTZ,
    "ended_how" TEXT,
    "ended_name" TEXT,

    CONSTRAINT "brake_hold_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "brake_hold_held_at_idx" ON "brake_hold"("held_at");
ALTER TABLE brake_hold ADD CONSTRAINT brake_hold_two CHECK (released_by IS NULL OR (asked_by IS NOT NULL AND released_by <> asked_by));
ALTER TABLE brake_hold ADD CONSTRAINT brake_hold_ended CHECK (ended_how IN ('used', 'refused', 'superseded'));
CREATE UNIQUE INDEX brake_hold_open ON brake_hold (plan_kind, plan_id) WHERE ended_at IS NULL;

CREATE TABLE "brake_use" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "plan_kind" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "change" TEXT NOT NULL,
    "n" INTEGER NOT NULL,
    "released" BOOLEAN NOT NULL,

    CONSTRAINT "brake_use_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "brake_use_at_idx" ON "brake_use"("at");
