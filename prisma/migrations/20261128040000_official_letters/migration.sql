-- The official letter of a request: number, date and the signed PDF. One at a time; those that were sent stay when another
-- takes their place.

CREATE TABLE "official_letter" (
    "id" UUID NOT NULL,
    "request_id" UUID NOT NULL,
    "number" TEXT NOT NULL,
    "letter_date" DATE NOT NULL,
    "file_name" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "content" BYTEA NOT NULL,
    "added_at" TIMESTAMPTZ NOT NULL,
    "sending" INTEGER,
    "replaced_at" TIMESTAMPTZ,

    CONSTRAINT "official_letter_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "official_letter" ADD CONSTRAINT "official_letter_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "official_letter_request_id_idx" ON "official_letter"("request_id");
CREATE UNIQUE INDEX official_letter_present ON official_letter (request_id) WHERE replaced_at IS NULL;
-- Whoever writes to it: nothing but a PDF, and no larger than 5 MB.
ALTER TABLE official_letter ADD CONSTRAINT official_letter_pdf CHECK (
  octet_length(content) = bytes AND bytes <= 5242880 AND substring(content FROM 1 FOR 5) = '\x255044462d'::bytea);
