-- The whole life of an account: states with their terms, holds, archives, and changes that take effect on a day to come.

ALTER TABLE "account"
  ADD COLUMN "state_since" DATE,
  ADD COLUMN "state_until" DATE,
  ADD COLUMN "leaving_cause" TEXT,
  ADD COLUMN "held" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "archive_no" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "restore_no" INTEGER,
  ADD COLUMN "ended_revision" INTEGER,
  ADD COLUMN "last_sign_in_at" TIMESTAMPTZ,
  ADD COLUMN "idle_warned_at" TIMESTAMPTZ;
UPDATE account SET state_since = (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
-- An account is in its first state from the day on which it is issued.
CREATE FUNCTION account_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.state_since := coalesce(NEW.state_since, (NEW.created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date);
  RETURN NEW;
END $$;
CREATE TRIGGER account_begins BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION account_begins();
ALTER TABLE account ALTER COLUMN state_since SET NOT NULL;

ALTER TABLE account DROP CONSTRAINT account_state;
ALTER TABLE account ADD CONSTRAINT account_state CHECK (state IN ('awaiting-activation', 'active', 'on-leave', 'suspended',
  'idle-locked', 'leaving', 'archived', 'deleted', 'tombstone'));
-- Whatever is written, whoever writes: nothing under a hold is deleted, and a deleted account has no password.
ALTER TABLE account ADD CONSTRAINT account_deleted_no_secret
  CHECK (state NOT IN ('deleted', 'tombstone') OR secret_cipher IS NULL);
CREATE FUNCTION account_held_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'account % is under a legal hold and is not deleted', OLD.login USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER account_held_not_ended BEFORE UPDATE OF state ON account FOR EACH ROW
  WHEN (OLD.held AND NEW.state IN ('deleted', 'tombstone') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION account_held_stays();
CREATE INDEX account_running_out ON account (state_until) WHERE state_until IS NOT NULL;

ALTER TABLE "account_event" ADD COLUMN "detail" JSONB;

-- What was put into each archive, counted on the disk.
CREATE TABLE "mail_archive" (
    "account_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "messages" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "verified_at" TIMESTAMPTZ NOT NULL,
    "restored_at" TIMESTAMPTZ,
    "discarded_at" TIMESTAMPTZ,

    CONSTRAINT "mail_archive_pkey" PRIMARY KEY ("account_id", "no")
);
ALTER TABLE "mail_archive" ADD CONSTRAINT "mail_archive_account_id_fkey"
  FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Changes that were asked for, with whose agreement they need; wanted state never holds the future.
CREATE TABLE "scheduled_change" (
    "id" UUID NOT NULL,
    "subject_kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "command" JSONB NOT NULL,
    "sealed" TEXT,
    "effective_on" DATE NOT NULL,
    "state" TEXT NOT NULL,
    "about" UUID[] NOT NULL,
    "units" UUID[] NOT NULL,
    "seats" JSONB NOT NULL,
    "why" TEXT NOT NULL,
    "letter_number" TEXT,
    "letter_date" DATE,
    "asked_by" TEXT NOT NULL,
    "asked_name" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "ended_name" TEXT,
    "ended_at" TIMESTAMPTZ,
    "outcome" TEXT,

    CONSTRAINT "scheduled_change_pkey" PRIMARY KEY ("id")
);
ALTER TABLE scheduled_change ADD CONSTRAINT scheduled_change_state
  CHECK (state IN ('proposed', 'waiting', 'applied', 'refused', 'declined', 'cancelled'));
ALTER TABLE scheduled_change ADD CONSTRAINT scheduled_change_letter CHECK ((letter_number IS NULL) = (letter_date IS NULL));
CREATE INDEX "scheduled_change_subject_id_idx" ON "scheduled_change"("subject_id");
CREATE INDEX scheduled_change_due ON scheduled_change (effective_on) WHERE state = 'waiting';
CREATE INDEX scheduled_change_open ON scheduled_change (asked_at) WHERE state IN ('proposed', 'waiting');

-- Nobody takes two places, and no place is taken twice.
CREATE TABLE "change_agreement" (
    "change_id" UUID NOT NULL,
    "seat" INTEGER NOT NULL,
    "by_id" UUID NOT NULL,
    "by_name" TEXT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "change_agreement_pkey" PRIMARY KEY ("change_id", "seat")
);
CREATE UNIQUE INDEX "change_agreement_change_id_by_id_key" ON "change_agreement"("change_id", "by_id");
ALTER TABLE "change_agreement" ADD CONSTRAINT "change_agreement_change_id_fkey"
  FOREIGN KEY ("change_id") REFERENCES "scheduled_change"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
