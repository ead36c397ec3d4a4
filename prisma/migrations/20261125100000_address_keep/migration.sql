-- Keeping a reservation is a write to one row and to no index.

-- An index by the end of the reservation would be written at every prolongation; only requests reserve, and their holders'
-- index finds what has run out.
DROP INDEX address_expiring;

-- Prolongs what the holder has; takes it anew, as address_reserve does, where that ran out and nobody came between.
CREATE FUNCTION address_keep(space int, wanted text, kind text, id uuid, at timestamptz, hold_until timestamptz)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE address a SET until = hold_until
    WHERE a.namespace_id = space AND a.local = wanted AND a.state = 'reserved' AND a.holder_kind = kind AND a.holder_id = id;
  RETURN FOUND OR address_reserve(space, wanted, kind, id, at, hold_until, NULL);
END $$;
