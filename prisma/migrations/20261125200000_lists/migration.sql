-- Distribution lists: groups with an address, whose members follow from a rule.

CREATE SEQUENCE list_number_seq START WITH 101;
DROP INDEX "mail_group_unit_id_key";
ALTER TABLE "mail_group"
  ADD COLUMN "number" INTEGER,
  ADD COLUMN "name" TEXT,
  ADD COLUMN "search" TEXT NOT NULL DEFAULT '',
  ADD COLUMN "rule" JSONB,
  ADD COLUMN "posting" JSONB,
  ADD COLUMN "worked_out_on" DATE,
  ADD COLUMN "created_at" TIMESTAMPTZ;
CREATE UNIQUE INDEX "mail_group_number_key" ON "mail_group"("number");
CREATE INDEX "mail_group_unit_id_idx" ON "mail_group"("unit_id");
-- A unit has one group of its own, and any number of lists.
CREATE UNIQUE INDEX mail_group_of_unit ON mail_group (unit_id) WHERE kind = 'unit';
ALTER TABLE mail_group ADD CONSTRAINT mail_group_kind CHECK (kind IN ('unit', 'list'));
ALTER TABLE mail_group ADD CONSTRAINT mail_group_list CHECK (
  kind = 'unit' OR (number IS NOT NULL AND name IS NOT NULL AND rule IS NOT NULL AND posting IS NOT NULL AND created_at IS NOT NULL));
CREATE INDEX mail_group_search ON mail_group USING gin (search gin_trgm_ops) WHERE kind = 'list';

-- What the rules give. A member is an account and never a list, so mail cannot go round.
CREATE TABLE "list_member" (
    "group_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,

    CONSTRAINT "list_member_pkey" PRIMARY KEY ("group_id","account_id")
);
CREATE INDEX "list_member_account_id_idx" ON "list_member"("account_id");
ALTER TABLE "list_member" ADD CONSTRAINT "list_member_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "mail_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "list_member" ADD CONSTRAINT "list_member_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

CREATE TABLE "list_event" (
    "id" BIGSERIAL NOT NULL,
    "group_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "kind" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "note" TEXT,

    CONSTRAINT "list_event_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "list_event_group_id_id_idx" ON "list_event"("group_id", "id");
ALTER TABLE "list_event" ADD CONSTRAINT "list_event_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "mail_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Whose membership may have changed, whoever wrote it; without both, everybody's (the units have changed). Rows that only
-- are added never make two writers wait for each other.
CREATE TABLE "list_stale" (
    "id" BIGSERIAL NOT NULL,
    "account_id" UUID,
    "person_id" UUID,

    CONSTRAINT "list_stale_pkey" PRIMARY KEY ("id")
);
CREATE FUNCTION list_stale_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_stale (account_id) SELECT id FROM written;
  RETURN NULL;
END $$;
CREATE FUNCTION list_stale_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_stale (account_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE FUNCTION list_stale_people() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_stale (person_id) SELECT DISTINCT person_id FROM written;
  RETURN NULL;
END $$;
CREATE FUNCTION list_stale_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO list_stale DEFAULT VALUES;
  RETURN NULL;
END $$;
CREATE TRIGGER list_stale_issued AFTER INSERT ON account
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION list_stale_accounts();
CREATE TRIGGER list_stale_changed AFTER UPDATE OF unit_id, state, kind, person_id ON account FOR EACH ROW
  WHEN ((OLD.unit_id, OLD.state, OLD.kind, OLD.person_id) IS DISTINCT FROM (NEW.unit_id, NEW.state, NEW.kind, NEW.person_id))
  EXECUTE FUNCTION list_stale_account();
CREATE TRIGGER list_stale_post_new AFTER INSERT ON post
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION list_stale_people();
CREATE TRIGGER list_stale_post_changed AFTER UPDATE ON post
  REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION list_stale_people();
CREATE TRIGGER list_stale_post_gone AFTER DELETE ON post
  REFERENCING OLD TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION list_stale_people();
CREATE TRIGGER list_stale_units AFTER INSERT OR UPDATE OR DELETE ON unit_version
  FOR EACH STATEMENT EXECUTE FUNCTION list_stale_all();
