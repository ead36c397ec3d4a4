-- Comments on requests, sealed: by those who decide, for themselves or for the applicant too, and the applicant's answers.

CREATE TABLE "request_comment" (
    "id" BIGSERIAL NOT NULL,
    "request_id" UUID NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "role" TEXT NOT NULL,
    "by_name" TEXT,
    "for_name" TEXT,
    "visible" BOOLEAN NOT NULL,
    "body" TEXT NOT NULL,

    CONSTRAINT "request_comment_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "request_comment" ADD CONSTRAINT "request_comment_request_id_fkey" FOREIGN KEY ("request_id") REFERENCES "request"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "request_comment_request_id_id_idx" ON "request_comment"("request_id", "id");
-- What applicants write they can read.
ALTER TABLE request_comment ADD CONSTRAINT request_comment_role CHECK (
  role IN ('unit-admin', 'it-staff') AND by_name IS NOT NULL OR role = 'applicant' AND by_name IS NULL AND visible);
