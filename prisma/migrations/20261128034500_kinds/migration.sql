-- People ask for more than a personal mailbox: what they ask for in `body`, by its kind, and what came of it in `made`.

ALTER TABLE "request" ADD COLUMN "body" JSONB, ADD COLUMN "made" JSONB;
ALTER TABLE request ADD CONSTRAINT request_kind CHECK (kind IN ('person', 'people', 'unit-mailbox', 'function-mailbox',
  'holders', 'list', 'name', 'position', 'alias', 'quota'));
-- Only a stranger need not be signed in; what is purged names nobody.
ALTER TABLE request ADD CONSTRAINT request_asker CHECK (kind = 'person' OR filed_by IS NOT NULL OR purged_at IS NOT NULL);
ALTER TABLE request ADD CONSTRAINT request_purged_body CHECK (purged_at IS NULL OR body IS NULL);
CREATE INDEX request_filed_by ON request (filed_by, created_at DESC) WHERE filed_by IS NOT NULL;
