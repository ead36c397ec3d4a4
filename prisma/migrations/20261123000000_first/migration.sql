
-- CreateTable
CREATE TABLE "unit" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,

    CONSTRAINT "unit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "unit_version" (
    "id" UUID NOT NULL,
    "unit_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "fold" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "parent_id" UUID,
    "codes" JSONB NOT NULL DEFAULT '{}',
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,
    "followed" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "unit_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "person" (
    "id" UUID NOT NULL,
    "full_name" TEXT NOT NULL,
    "surname" TEXT NOT NULL,
    "middle" TEXT NOT NULL,
    "given" TEXT NOT NULL,
    "fold" TEXT NOT NULL,
    "birth_date" DATE,
    "sex" TEXT,
    "nin_cipher" TEXT,
    "nin_hash" TEXT,
    "contact_email" TEXT,
    "phone" TEXT,

    CONSTRAINT "person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "post" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "unit_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "employment" TEXT NOT NULL,
    "is_primary" BOOLEAN NOT NULL DEFAULT true,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,

    CONSTRAINT "post_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "login" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'person',
    "person_id" UUID,
    "unit_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "search" TEXT NOT NULL,
    "quota_mb" INTEGER NOT NULL,
    "secret_cipher" TEXT,
    "hand_over" TEXT NOT NULL DEFAULT 'link',
    "language" TEXT NOT NULL DEFAULT 'vi',
    "revision" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ NOT NULL,
    "ready_at" TIMESTAMPTZ,
    "activated_at" TIMESTAMPTZ,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_event" (
    "id" BIGSERIAL NOT NULL,
    "account_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "kind" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "note" TEXT,

    CONSTRAINT "account_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail_group" (
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'unit',
    "unit_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "mail_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "address" (
    "namespace_id" INTEGER NOT NULL,
    "local" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "holder_kind" TEXT NOT NULL,
    "holder_id" UUID NOT NULL,
    "until" TIMESTAMPTZ,
    "first_live_at" TIMESTAMPTZ,

    CONSTRAINT "address_pkey" PRIMARY KEY ("namespace_id","local")
);

-- CreateTable
CREATE TABLE "sync" (
    "subject_kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "target" TEXT NOT NULL,
    "wanted" INTEGER NOT NULL,
    "applied" INTEGER NOT NULL DEFAULT 0,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "fault" TEXT,
    "detail" TEXT,
    "since" TIMESTAMPTZ NOT NULL,
    "next_at" TIMESTAMPTZ NOT NULL,
    "verified_at" TIMESTAMPTZ,
    "remote_id" TEXT,
    "remote_dn" TEXT,

    CONSTRAINT "sync_pkey" PRIMARY KEY ("subject_kind","subject_id","target")
);

-- CreateTable
CREATE TABLE "request" (
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "kind" TEXT NOT NULL DEFAULT 'person',
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "language" TEXT NOT NULL DEFAULT 'vi',
    "contact_email" TEXT NOT NULL,
    "confirmed_at" TIMESTAMPTZ NOT NULL,
    "unit_id" UUID,
    "full_name" TEXT,
    "given" TEXT,
    "surname" TEXT,
    "birth_date" DATE,
    "sex" TEXT,
    "nin_cipher" TEXT,
    "nin_hash" TEXT,
    "position" TEXT,
    "employment" TEXT,
    "contract_end" DATE,
    "phone" TEXT,
    "local" TEXT,
    "search" TEXT NOT NULL DEFAULT '',
    "filed_by" UUID,
    "created_at" TIMESTAMPTZ NOT NULL,
    "submitted_at" TIMESTAMPTZ,
    "due_at" TIMESTAMPTZ,
    "expires_at" TIMESTAMPTZ,
    "decided_at" TIMESTAMPTZ,
    "decided_by" UUID,
    "comment" TEXT,
    "identity" TEXT,
    "account_id" UUID,

    CONSTRAINT "request_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "request_event" (
    "id" BIGSERIAL NOT NULL,
    "request_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "kind" TEXT NOT NULL,
    "by_name" TEXT,
    "note" TEXT,

    CONSTRAINT "request_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_grant" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "unit_id" UUID,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,

    CONSTRAINT "role_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "token" (
    "hash" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "pending" INTEGER,
    "used_at" TIMESTAMPTZ,
    "created_at" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "template" TEXT NOT NULL,
    "language" TEXT NOT NULL,
    "params_cipher" TEXT,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "detail" TEXT,
    "next_at" TIMESTAMPTZ NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "sent_at" TIMESTAMPTZ,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "session" (
    "sid" TEXT NOT NULL,
    "sess" JSONB NOT NULL,
    "expire" TIMESTAMPTZ NOT NULL,

    CONSTRAINT "session_pkey" PRIMARY KEY ("sid")
);

-- CreateTable
CREATE TABLE "rate_limit" (
    "key" TEXT NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "rate_limit_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "mac" TEXT NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_detail" (
    "seq" BIGINT NOT NULL,
    "salt" TEXT NOT NULL,
    "body" TEXT NOT NULL,

    CONSTRAINT "audit_detail_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "seq" BIGINT NOT NULL,
    "mac" TEXT NOT NULL,
    "seal" TEXT NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "unit_number_key" ON "unit"("number");

-- CreateIndex
CREATE INDEX "unit_version_parent_id_idx" ON "unit_version"("parent_id");

-- CreateIndex
CREATE INDEX "unit_version_unit_id_valid_from_idx" ON "unit_version"("unit_id", "valid_from");

-- CreateIndex
CREATE UNIQUE INDEX "person_nin_hash_key" ON "person"("nin_hash");

-- CreateIndex
CREATE INDEX "person_fold_idx" ON "person"("fold");

-- CreateIndex
CREATE INDEX "post_person_id_idx" ON "post"("person_id");

-- CreateIndex
CREATE INDEX "post_unit_id_idx" ON "post"("unit_id");

-- CreateIndex
CREATE UNIQUE INDEX "account_number_key" ON "account"("number");

-- CreateIndex
CREATE UNIQUE INDEX "account_login_key" ON "account"("login");

-- CreateIndex
CREATE UNIQUE INDEX "account_person_id_key" ON "account"("person_id");

-- CreateIndex
CREATE INDEX "account_unit_id_idx" ON "account"("unit_id");

-- CreateIndex
CREATE INDEX "account_event_account_id_id_idx" ON "account_event"("account_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "mail_group_unit_id_key" ON "mail_group"("unit_id");

-- CreateIndex
CREATE INDEX "address_holder_kind_holder_id_idx" ON "address"("holder_kind", "holder_id");

-- CreateIndex
CREATE UNIQUE INDEX "request_code_key" ON "request"("code");

-- CreateIndex
CREATE UNIQUE INDEX "request_account_id_key" ON "request"("account_id");

-- CreateIndex
CREATE INDEX "request_unit_id_state_idx" ON "request"("unit_id", "state");

-- CreateIndex
CREATE INDEX "request_nin_hash_idx" ON "request"("nin_hash");

-- CreateIndex
CREATE INDEX "request_event_request_id_id_idx" ON "request_event"("request_id", "id");

-- CreateIndex
CREATE INDEX "role_grant_account_id_idx" ON "role_grant"("account_id");

-- CreateIndex
CREATE INDEX "role_grant_role_unit_id_idx" ON "role_grant"("role", "unit_id");

-- CreateIndex
CREATE INDEX "token_purpose_subject_idx" ON "token"("purpose", "subject");

-- CreateIndex
CREATE INDEX "session_expire_idx" ON "session"("expire");

-- CreateIndex
CREATE INDEX "audit_entry_subject_idx" ON "audit_entry"("subject");

-- CreateIndex
CREATE INDEX "audit_entry_actor_idx" ON "audit_entry"("actor");

-- AddForeignKey
ALTER TABLE "unit_version" ADD CONSTRAINT "unit_version_unit_id_fkey" FOREIGN KEY ("unit_id") REFERENCES "unit"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "unit_version" ADD CONSTRAINT "unit_version_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "unit"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "post" ADD CONSTRAINT "post_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "post" ADD CONSTRAINT "post_unit_id_fkey" FOREIGN KEY ("unit_id") REFERENCES "unit"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_event" ADD CONSTRAINT "account_event_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "request" ADD CONSTRAINT "request_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "request_event" ADD CONSTRAINT "request_event_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_grant" ADD CONSTRAINT "role_grant_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_detail" ADD CONSTRAINT "audit_detail_seq_fkey" FOREIGN KEY ("seq") REFERENCES "audit_entry"("seq") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What Prisma's schema cannot say.

CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- No two versions of a unit overlap; a person has one primary post at a time.
ALTER TABLE unit_version ADD CONSTRAINT unit_version_no_overlap
  EXCLUDE USING gist (unit_id WITH =, daterange(valid_from, valid_to) WITH &&);
ALTER TABLE post ADD CONSTRAINT post_one_primary
  EXCLUDE USING gist (person_id WITH =, daterange(valid_from, valid_to) WITH &&) WHERE (is_primary);

ALTER TABLE unit_version ADD CONSTRAINT unit_version_kind CHECK (kind IN ('province', 'agency', 'commune', 'department'));
ALTER TABLE account ADD CONSTRAINT account_state CHECK (state IN ('awaiting-activation', 'active', 'suspended'));
ALTER TABLE account ADD CONSTRAINT account_hand_over CHECK (hand_over IN ('link', 'slip'));
ALTER TABLE request ADD CONSTRAINT request_state
  CHECK (state IN ('draft', 'submitted', 'returned', 'approved', 'rejected', 'withdrawn', 'expired'));
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role CHECK (role IN ('unit-admin', 'it-staff', 'auditor'));
ALTER TABLE role_grant ADD CONSTRAINT role_grant_place CHECK ((role = 'unit-admin') = (unit_id IS NOT NULL));
ALTER TABLE address ADD CONSTRAINT address_state CHECK (state IN ('reserved', 'live', 'tombstone'));
ALTER TABLE address ADD CONSTRAINT address_role CHECK (role IN ('primary', 'alias'));
ALTER TABLE sync ADD CONSTRAINT sync_target CHECK (target IN ('directory', 'mail'));

-- Account numbers have six digits from the start.
ALTER SEQUENCE account_number_seq RESTART WITH 100001;
ALTER SEQUENCE unit_number_seq RESTART WITH 1001;

CREATE UNIQUE INDEX address_one_primary ON address (holder_kind, holder_id) WHERE role = 'primary' AND state = 'live';
CREATE INDEX address_expiring ON address (until) WHERE state = 'reserved';
CREATE INDEX sync_due ON sync (next_at) WHERE applied < wanted;
CREATE INDEX request_inbox ON request (state, due_at, id) INCLUDE (unit_id);
CREATE INDEX request_expiring ON request (expires_at) WHERE state IN ('draft', 'returned');
CREATE INDEX request_search ON request USING gin (search gin_trgm_ops);
CREATE INDEX account_search ON account USING gin (search gin_trgm_ops);
CREATE INDEX account_by_name ON account (display_name COLLATE "vi-x-icu", id);
CREATE INDEX unit_version_search ON unit_version USING gin (fold gin_trgm_ops);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'waiting';

-- The audit chain only grows. Details may be erased by retention, never altered.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is forbidden: the audit log only grows', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_entry_not_truncated BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_detail_unaltered BEFORE UPDATE ON audit_detail FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

-- The chain starts empty; the first head is sealed by the first entry.
INSERT INTO audit_head (id, seq, mac, seal) VALUES (1, 0, '', '');

-- The units as they stand on a day, and a set of units with all below them.
CREATE FUNCTION unit_on(on_day date)
RETURNS TABLE (unit_id uuid, number int, name text, fold text, kind text, parent_id uuid, codes jsonb, valid_from date, valid_to date)
LANGUAGE sql STABLE AS $$
  SELECT v.unit_id, u.number, v.name, v.fold, v.kind, v.parent_id, v.codes, v.valid_from, v.valid_to
  FROM unit_version v JOIN unit u ON u.id = v.unit_id
  WHERE v.valid_from <= on_day AND (v.valid_to IS NULL OR v.valid_to > on_day)
$$;
CREATE FUNCTION unit_subtree(roots uuid[], on_day date) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$
  WITH RECURSIVE below AS (
    SELECT unnest(roots) AS unit_id
    UNION
    SELECT v.unit_id FROM unit_version v JOIN below b ON v.parent_id = b.unit_id
    WHERE v.valid_from <= on_day AND (v.valid_to IS NULL OR v.valid_to > on_day)
  )
  SELECT unit_id FROM below
$$;
