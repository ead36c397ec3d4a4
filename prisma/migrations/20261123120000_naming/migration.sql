-- Naming policy as data, why an address is what it is, and addresses that have lived.

-- Policies of every kind: one version in force at a time, the former ones kept with who and why.
CREATE TABLE "policy" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "scope" TEXT NOT NULL DEFAULT '',
    "version" INTEGER NOT NULL,
    "valid_from" TIMESTAMPTZ NOT NULL,
    "valid_to" TIMESTAMPTZ,
    "body" JSONB NOT NULL,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "why" TEXT NOT NULL,

    CONSTRAINT "policy_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "policy_kind_scope_version_key" ON "policy"("kind", "scope", "version");
ALTER TABLE policy ADD CONSTRAINT policy_no_overlap
  EXCLUDE USING gist (kind WITH =, scope WITH =, tstzrange(valid_from, valid_to) WITH &&);

-- Other names of the province's one namespace; the primary one is a setting.
CREATE TABLE "domain" (
    "name" TEXT NOT NULL,
    "namespace_id" INTEGER NOT NULL DEFAULT 1,
    "role" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,

    CONSTRAINT "domain_pkey" PRIMARY KEY ("name")
);
ALTER TABLE domain ADD CONSTRAINT domain_role CHECK (role IN ('primary', 'legacy', 'alias'));
CREATE UNIQUE INDEX domain_one_primary ON domain (namespace_id) WHERE role = 'primary';

-- By bytes, so that a base with all its numbers is one range of the primary key: digits end where ':' begins.
ALTER TABLE address ALTER COLUMN local TYPE text COLLATE "C";
ALTER TABLE "address" ADD COLUMN "reason" JSONB;

-- Giving an address that has lived back to the pool: one asks, another confirms.
CREATE TABLE "address_release" (
    "id" UUID NOT NULL,
    "namespace_id" INTEGER NOT NULL,
    "local" TEXT NOT NULL,
    "first_live_at" TIMESTAMPTZ NOT NULL,
    "why" TEXT NOT NULL,
    "asked_at" TIMESTAMPTZ NOT NULL,
    "asked_by" UUID NOT NULL,
    "asked_name" TEXT NOT NULL,
    "confirmed_at" TIMESTAMPTZ,
    "confirmed_by" UUID,
    "confirmed_name" TEXT,
    "dropped_at" TIMESTAMPTZ,
    "dropped_name" TEXT,

    CONSTRAINT "address_release_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "address_release_namespace_id_local_idx" ON "address_release"("namespace_id", "local");
ALTER TABLE address_release ADD CONSTRAINT address_release_two CHECK (confirmed_by IS NULL OR confirmed_by <> asked_by);
CREATE UNIQUE INDEX address_release_open ON address_release (namespace_id, local)
  WHERE confirmed_at IS NULL AND dropped_at IS NULL;

-- Takes a free (or expired, or own) address for a holder, who gives back every other one. A function, for its plans are kept.
CREATE FUNCTION address_reserve(
  space int, wanted text, kind text, id uuid, at timestamptz, hold_until timestamptz, why jsonb
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO address AS a (namespace_id, local, state, role, holder_kind, holder_id, until, reason)
  VALUES (space, wanted, 'reserved', 'primary', kind, id, hold_until, why)
  ON CONFLICT (namespace_id, local) DO UPDATE
    SET holder_kind = excluded.holder_kind, holder_id = excluded.holder_id, until = excluded.until,
      reason = CASE WHEN a.holder_id = excluded.holder_id THEN coalesce(excluded.reason, a.reason) ELSE excluded.reason END
    WHERE a.state = 'reserved' AND (a.until < at OR (a.holder_kind = kind AND a.holder_id = id));
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Said this way round, or an index of all reservations that run out would be walked.
  DELETE FROM address a WHERE a.holder_kind = kind AND a.holder_id = id AND a.state NOT IN ('live', 'tombstone') AND a.local <> wanted;
  RETURN true;
END $$;

-- A person's address that has lived is nobody else's, whoever writes here; two people's release is the one way.
CREATE FUNCTION address_that_lived_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM account WHERE id = OLD.holder_id AND kind <> 'person')
    AND NOT EXISTS (SELECT FROM address_release r WHERE r.namespace_id = OLD.namespace_id AND r.local = OLD.local
      AND r.first_live_at = OLD.first_live_at AND r.confirmed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'address % has lived and is never given to anybody else', OLD.local USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER address_lived_not_deleted BEFORE DELETE ON address FOR EACH ROW
  WHEN (OLD.first_live_at IS NOT NULL) EXECUTE FUNCTION address_that_lived_stays();
CREATE TRIGGER address_lived_not_given BEFORE UPDATE ON address FOR EACH ROW
  WHEN (OLD.first_live_at IS NOT NULL AND (NEW.holder_id <> OLD.holder_id OR NEW.holder_kind <> OLD.holder_kind
    OR NEW.local <> OLD.local OR NEW.namespace_id <> OLD.namespace_id OR NEW.state = 'reserved'
    OR NEW.first_live_at IS DISTINCT FROM OLD.first_live_at))
  EXECUTE FUNCTION address_that_lived_stays();

-- People are sorted by tên, then họ, then đệm; what is no person by its name.
ALTER TABLE "account" ADD COLUMN "sort_key" TEXT[] COLLATE "vi-x-icu" DEFAULT ARRAY[]::TEXT[];
CREATE FUNCTION account_sort_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.sort_key := coalesce((SELECT ARRAY[given, surname, middle] FROM person WHERE id = NEW.person_id), ARRAY[NEW.display_name]);
  RETURN NEW;
END $$;
CREATE TRIGGER account_sort_key BEFORE INSERT OR UPDATE OF display_name, person_id, sort_key ON account
  FOR EACH ROW EXECUTE FUNCTION account_sort_key();
CREATE FUNCTION person_sort_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE account SET sort_key = '{}' WHERE person_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER person_sort_key AFTER UPDATE OF given, surname, middle ON person FOR EACH ROW
  WHEN ((NEW.given, NEW.surname, NEW.middle) IS DISTINCT FROM (OLD.given, OLD.surname, OLD.middle))
  EXECUTE FUNCTION person_sort_key();
UPDATE account SET sort_key = '{}';
DROP INDEX account_by_name;
CREATE INDEX account_by_name ON account (sort_key, id);
