-- Reorganisations: one plan of many units, made, checked and previewed, carried out on its day in batches, taken back as a whole.

ALTER TABLE unit_version DROP CONSTRAINT unit_version_kind;
ALTER TABLE unit_version ADD CONSTRAINT unit_version_kind
  CHECK (kind IN ('province', 'district', 'agency', 'commune', 'department'));

CREATE TABLE "reorganisation" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "state" TEXT NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,
    "document_number" TEXT,
    "document_date" DATE,
    "effective_on" DATE NOT NULL,
    "options" JSONB NOT NULL,
    "seats" JSONB NOT NULL DEFAULT '[]',
    "hash" TEXT,
    "hold_id" UUID,
    "fault" JSONB,
    "reaches" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,
    "scheduled_at" TIMESTAMPTZ,
    "scheduled_name" TEXT,
    "started_at" TIMESTAMPTZ,
    "applied_at" TIMESTAMPTZ,
    "reversing_at" TIMESTAMPTZ,
    "reversing_name" TEXT,
    "reversing_why" TEXT,
    "ended_at" TIMESTAMPTZ,

    CONSTRAINT "reorganisation_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "reorganisation_number_key" ON "reorganisation"("number");
ALTER TABLE reorganisation ADD CONSTRAINT reorganisation_state CHECK (state IN ('draft', 'held', 'scheduled', 'blocked',
  'applying', 'applied', 'reversing', 'reversed', 'cancelled'));
ALTER TABLE reorganisation ADD CONSTRAINT reorganisation_document CHECK ((document_number IS NULL) = (document_date IS NULL));
CREATE INDEX reorganisation_at_work ON reorganisation (effective_on) WHERE state IN ('scheduled', 'applying', 'reversing');

-- What becomes of a unit, a row a step.
CREATE TABLE "reorganisation_step" (
    "reorganisation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "unit_id" UUID NOT NULL,
    "body" JSONB NOT NULL,

    CONSTRAINT "reorganisation_step_pkey" PRIMARY KEY ("reorganisation_id", "seq")
);
ALTER TABLE "reorganisation_step" ADD CONSTRAINT "reorganisation_step_reorganisation_id_fkey"
  FOREIGN KEY ("reorganisation_id") REFERENCES "reorganisation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Where the people of a unit go that is divided: by department, by title, by name, and all the rest.
CREATE TABLE "reorganisation_assignment" (
    "reorganisation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "from_id" UUID NOT NULL,
    "by" TEXT NOT NULL,
    "value" TEXT NOT NULL DEFAULT '',
    "to_id" UUID NOT NULL,

    CONSTRAINT "reorganisation_assignment_pkey" PRIMARY KEY ("reorganisation_id", "seq")
);
ALTER TABLE reorganisation_assignment ADD CONSTRAINT reorganisation_assignment_by
  CHECK ("by" IN ('unit', 'position', 'account', 'rest'));
CREATE UNIQUE INDEX reorganisation_assignment_once ON reorganisation_assignment (reorganisation_id, from_id, "by", value);
ALTER TABLE "reorganisation_assignment" ADD CONSTRAINT "reorganisation_assignment_reorganisation_id_fkey"
  FOREIGN KEY ("reorganisation_id") REFERENCES "reorganisation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Every account that a plan reaches once it runs: an account moves in the same transaction that says so here.
CREATE TABLE "reorganisation_move" (
    "reorganisation_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "from_id" UUID NOT NULL,
    "to_id" UUID NOT NULL,
    "local" TEXT,
    "state" TEXT NOT NULL DEFAULT 'open',
    "before" JSONB,

    CONSTRAINT "reorganisation_move_pkey" PRIMARY KEY ("reorganisation_id", "account_id")
);
ALTER TABLE reorganisation_move ADD CONSTRAINT reorganisation_move_state CHECK (state IN ('open', 'done', 'undone'));
CREATE INDEX reorganisation_move_open ON reorganisation_move (reorganisation_id, state, account_id);
CREATE INDEX "reorganisation_move_account_id_idx" ON "reorganisation_move"("account_id");
ALTER TABLE "reorganisation_move" ADD CONSTRAINT "reorganisation_move_reorganisation_id_fkey"
  FOREIGN KEY ("reorganisation_id") REFERENCES "reorganisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "reorganisation_move" ADD CONSTRAINT "reorganisation_move_account_id_fkey"
  FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What a plan wrote besides the moves, in its order: how each was before, and how it was left.
CREATE TABLE "reorganisation_trace" (
    "reorganisation_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "body" JSONB NOT NULL,

    CONSTRAINT "reorganisation_trace_pkey" PRIMARY KEY ("reorganisation_id", "seq")
);
ALTER TABLE "reorganisation_trace" ADD CONSTRAINT "reorganisation_trace_reorganisation_id_fkey"
  FOREIGN KEY ("reorganisation_id") REFERENCES "reorganisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- By which plan a unit took over from another.
ALTER TABLE "unit_succession" ADD COLUMN "plan_id" UUID;
CREATE INDEX "unit_succession_plan_id_idx" ON "unit_succession"("plan_id");
ALTER TABLE "unit_succession" ADD CONSTRAINT "unit_succession_plan_id_fkey"
  FOREIGN KEY ("plan_id") REFERENCES "reorganisation"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A living address with a term, as a former unit's is, ends by itself.
CREATE INDEX address_ending ON address (until) WHERE state = 'live' AND until IS NOT NULL;

-- A group that should be no more: of a unit that was made by a plan which was taken back.
ALTER TABLE "mail_group" ADD COLUMN "gone" BOOLEAN NOT NULL DEFAULT false;
