-- Two records of one person become one: the other stays, and says of which it is part. Numbers that were wrong are kept, sealed.
ALTER TABLE "person" ADD COLUMN "merged_into" UUID, ADD COLUMN "merged_at" TIMESTAMPTZ;
ALTER TABLE "person" ADD CONSTRAINT "person_merged_into_fkey" FOREIGN KEY ("merged_into") REFERENCES "person"("id")
  ON DELETE RESTRICT ON UPDATE CASCADE;
CREATE INDEX "person_merged_into_idx" ON "person"("merged_into");
-- What is part of another has no number of its own, and is no end of a chain.
ALTER TABLE person ADD CONSTRAINT person_merged_number CHECK (merged_into IS NULL OR (nin_hash IS NULL AND nin_cipher IS NULL));
ALTER TABLE person ADD CONSTRAINT person_merged_other CHECK (merged_into <> id);

CREATE TABLE "former_number" (
    "id" UUID NOT NULL,
    "person_id" UUID NOT NULL,
    "nin_cipher" TEXT NOT NULL,
    "nin_hash" TEXT NOT NULL,
    "until" TIMESTAMPTZ NOT NULL,
    "by_name" TEXT NOT NULL,
    "why" TEXT NOT NULL,

    CONSTRAINT "former_number_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "former_number_person_id_idx" ON "former_number"("person_id");
CREATE INDEX "former_number_nin_hash_idx" ON "former_number"("nin_hash");
ALTER TABLE "former_number" ADD CONSTRAINT "former_number_person_id_fkey" FOREIGN KEY ("person_id") REFERENCES "person"("id")
  ON DELETE RESTRICT ON UPDATE CASCADE;

-- A person's address that has lived is nobody else's: but two records of one person are one.
CREATE OR REPLACE FUNCTION address_that_lived_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.holder_kind = OLD.holder_kind AND NEW.namespace_id = OLD.namespace_id AND NEW.local = OLD.local
    AND NEW.state <> 'reserved' AND NEW.first_live_at IS NOT DISTINCT FROM OLD.first_live_at
    AND EXISTS (SELECT FROM account o JOIN person p ON p.id = o.person_id JOIN account n ON n.person_id = p.merged_into
      WHERE o.id = OLD.holder_id AND n.id = NEW.holder_id) THEN
    RETURN NEW;
  END IF;
  IF NOT EXISTS (SELECT FROM account WHERE id = OLD.holder_id AND kind <> 'person')
    AND NOT EXISTS (SELECT FROM address_release r WHERE r.namespace_id = OLD.namespace_id AND r.local = OLD.local
      AND r.first_live_at = OLD.first_live_at AND r.confirmed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'address % has lived and is never given to anybody else', OLD.local USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
