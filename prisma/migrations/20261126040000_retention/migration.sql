-- Requests that came to nothing lose their personal data after a time that is policy; a code and a state remain.

ALTER TABLE "request" ADD COLUMN "purged_at" TIMESTAMPTZ;
CREATE INDEX request_purging ON request (decided_at) WHERE purged_at IS NULL AND state IN ('withdrawn', 'expired', 'rejected');
-- The database holds the promise as well, whoever writes to it.
ALTER TABLE request ADD CONSTRAINT request_purged CHECK (purged_at IS NULL OR (
  state IN ('withdrawn', 'expired', 'rejected') AND contact_email = '' AND full_name IS NULL AND given IS NULL AND surname IS NULL
  AND birth_date IS NULL AND nin_cipher IS NULL AND nin_hash IS NULL AND phone IS NULL AND local IS NULL AND comment IS NULL));
