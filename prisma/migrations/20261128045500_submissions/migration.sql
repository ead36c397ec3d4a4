-- What each sending of a request said, sealed; a later one is compared with the one before.

CREATE TABLE "request_version" (
    "request_id" UUID NOT NULL,
    "sending" INTEGER NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "local" TEXT,
    "body" TEXT NOT NULL,
    "letter" JSONB,

    CONSTRAINT "request_version_pkey" PRIMARY KEY ("request_id", "sending")
);
ALTER TABLE "request_version" ADD CONSTRAINT "request_version_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
