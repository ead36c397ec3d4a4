-- How exactly a birth date is known: rosters often tell the month or the year only; the rest of the date is its first day.
ALTER TABLE "person" ADD COLUMN "birth_precision" TEXT NOT NULL DEFAULT 'day';
ALTER TABLE person ADD CONSTRAINT person_birth_precision CHECK (birth_precision IN ('day', 'month', 'year'));
