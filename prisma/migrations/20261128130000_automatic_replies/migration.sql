-- What whoever writes to somebody who left is answered.
ALTER TABLE "account" ADD COLUMN "reply" TEXT,
  ADD CONSTRAINT "account_reply" CHECK ("reply" IS NULL OR ("state" = 'leaving' AND length("reply") BETWEEN 1 AND 1000));
