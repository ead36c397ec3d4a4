-- Reviews: each unit's administrators confirm the list of its accounts before a day.
CREATE TABLE "review" (
    "id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "opened_name" TEXT NOT NULL,
    "due_on" DATE NOT NULL,
    "reminded_on" DATE,
    "closed_at" TIMESTAMPTZ,

    CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "review_number_key" ON "review"("number");
-- One at a time.
CREATE UNIQUE INDEX review_open ON review ((true)) WHERE closed_at IS NULL;

CREATE TABLE "review_line" (
    "review_id" UUID NOT NULL,
    "account_id" UUID NOT NULL,
    "unit_id" UUID NOT NULL,
    "answer" TEXT,
    "note" TEXT,
    "answered_name" TEXT,
    "answered_at" TIMESTAMPTZ,
    "acted_at" TIMESTAMPTZ,

    CONSTRAINT "review_line_pkey" PRIMARY KEY ("review_id", "account_id")
);
CREATE INDEX "review_line_review_id_unit_id_idx" ON "review_line"("review_id", "unit_id");
ALTER TABLE "review_line" ADD CONSTRAINT "review_line_review_id_fkey"
  FOREIGN KEY ("review_id") REFERENCES "review"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "review_line" ADD CONSTRAINT "review_line_account_id_fkey"
  FOREIGN KEY ("account_id") REFERENCES "account"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE review_line ADD CONSTRAINT review_line_answer CHECK (answer IN ('keep', 'change', 'gone', 'unknown'));

-- What a unit's administrator confirmed, with a number to refer to.
CREATE TABLE "review_receipt" (
    "review_id" UUID NOT NULL,
    "unit_id" UUID NOT NULL,
    "number" SERIAL NOT NULL,
    "confirmed_at" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,
    "counts" JSONB NOT NULL,

    CONSTRAINT "review_receipt_pkey" PRIMARY KEY ("review_id", "unit_id")
);
CREATE UNIQUE INDEX "review_receipt_number_key" ON "review_receipt"("number");
ALTER TABLE "review_receipt" ADD CONSTRAINT "review_receipt_review_id_fkey"
  FOREIGN KEY ("review_id") REFERENCES "review"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
