-- Unit and function mailboxes, held by people who open them from their own sign-in.

CREATE TABLE "holder" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "person_account_id" UUID NOT NULL,
    "rights" TEXT NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE,
    "ended_revision" INTEGER,
    "shut_out_at" TIMESTAMPTZ,

    CONSTRAINT "holder_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "holder_account_id_idx" ON "holder"("account_id");
CREATE INDEX "holder_person_account_id_idx" ON "holder"("person_account_id");
ALTER TABLE "holder" ADD CONSTRAINT "holder_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "holder" ADD CONSTRAINT "holder_person_account_id_fkey" FOREIGN KEY ("person_account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE holder ADD CONSTRAINT holder_rights CHECK (rights IN ('read', 'full'));
ALTER TABLE holder ADD CONSTRAINT holder_end CHECK ((valid_to IS NULL) = (ended_revision IS NULL));
-- Nobody holds a mailbox twice at a time.
ALTER TABLE holder ADD CONSTRAINT holder_once
  EXCLUDE USING gist (account_id WITH =, person_account_id WITH =, daterange(valid_from, valid_to) WITH &&);
-- Whose sessions are still to be ended.
CREATE INDEX holder_to_shut_out ON holder (account_id) WHERE valid_to IS NOT NULL AND shut_out_at IS NULL;

-- A shared mailbox is nobody's in person and never signs in, whoever writes here.
ALTER TABLE account ADD CONSTRAINT account_kind CHECK (kind IN ('person', 'unit', 'function'));
ALTER TABLE account ADD CONSTRAINT account_shared CHECK (kind = 'person' OR (person_id IS NULL AND secret_cipher IS NULL));
ALTER TABLE account ADD CONSTRAINT account_quota CHECK (quota_mb > 0);

-- Lists hold addresses too.
ALTER TABLE address ADD CONSTRAINT address_holder_kind CHECK (holder_kind IN ('request', 'account', 'group'));
