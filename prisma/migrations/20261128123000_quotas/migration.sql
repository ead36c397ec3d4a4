-- How large mailboxes are follows from rank and unit; `quota_own_mb` is what an approved request gave. `quota_seen` is the revision
-- of the account by which its size was last worked out.
ALTER TABLE "account" ADD COLUMN "quota_own_mb" INTEGER, ADD COLUMN "quota_seen" INTEGER NOT NULL DEFAULT 0;
UPDATE account a SET quota_own_mb = quota_mb
  WHERE EXISTS (SELECT FROM account_event e WHERE e.account_id = a.id AND e.kind = 'quota-changed');

-- Whoever leaves on a day to come is told beforehand.
ALTER TABLE "scheduled_change" ADD COLUMN "told_at" TIMESTAMPTZ;
