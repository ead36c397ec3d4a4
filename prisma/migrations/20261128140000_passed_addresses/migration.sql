-- From whom an address passed, so that the directory never has it with neither.
ALTER TABLE "address" ADD COLUMN "passed_from" UUID;
CREATE INDEX address_passed ON address (passed_from) WHERE passed_from IS NOT NULL;
