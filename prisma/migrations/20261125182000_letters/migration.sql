-- Letters that do not arrive are seen: what each is about, and what came back.

ALTER TABLE "outbox" ADD COLUMN "about" TEXT, ADD COLUMN "bounce" TEXT, ADD COLUMN "bounce_status" TEXT,
  ADD COLUMN "bounce_detail" TEXT, ADD COLUMN "bounced_at" TIMESTAMPTZ;
ALTER TABLE outbox ADD CONSTRAINT outbox_state CHECK (state IN ('waiting', 'sent', 'failed'));
ALTER TABLE outbox ADD CONSTRAINT outbox_bounce CHECK (bounce IN ('permanent', 'temporary', 'unclear'));
CREATE INDEX "outbox_recipient_created_at_idx" ON "outbox"("recipient", "created_at");
CREATE INDEX outbox_undelivered ON outbox (created_at) WHERE state = 'failed' OR bounce IS NOT NULL;
-- The purge looks for what is old.
CREATE INDEX "outbox_created_at_idx" ON "outbox"("created_at");
