-- What keeps a row from being undone; empty when nothing does, null while nobody has asked.
ALTER TABLE "import_row" ADD COLUMN "undo" TEXT;
