-- Who decides about requests for somebody from a day to the day before another; one deputy at a time.
CREATE TABLE "deputy" (
    "id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "deputy_id" UUID NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_to" DATE NOT NULL,
    "named_at" TIMESTAMPTZ NOT NULL,
    "named_by" TEXT NOT NULL,

    CONSTRAINT "deputy_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "deputy_deputy_id_idx" ON "deputy"("deputy_id");
ALTER TABLE "deputy" ADD CONSTRAINT "deputy_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "deputy" ADD CONSTRAINT "deputy_deputy_id_fkey" FOREIGN KEY ("deputy_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE deputy ADD CONSTRAINT deputy_somebody_else CHECK (deputy_id <> account_id);
ALTER TABLE deputy ADD CONSTRAINT deputy_one_at_a_time
  EXCLUDE USING gist (account_id WITH =, daterange(valid_from, valid_to) WITH &&);
