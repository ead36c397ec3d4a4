-- Why an address is what it is says what came before it and was taken at that moment.

-- As before, and notes which of the addresses that were passed over are not free for the holder.
DROP FUNCTION address_reserve(int, text, text, uuid, timestamptz, timestamptz, jsonb);
CREATE FUNCTION address_reserve(
  space int, wanted text, kind text, id uuid, at timestamptz, hold_until timestamptz, why jsonb, passed text[] DEFAULT '{}'
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(passed) > 0 THEN
    why := why || jsonb_build_object('taken', (
      SELECT coalesce(jsonb_agg(a.local), '[]') FROM address a WHERE a.namespace_id = space AND a.local = ANY (passed)
        AND NOT (a.state = 'reserved' AND (a.until < at OR (a.holder_kind = kind AND a.holder_id = id)))));
  END IF;
  INSERT INTO address AS a (namespace_id, local, state, role, holder_kind, holder_id, until, reason)
  VALUES (space, wanted, 'reserved', 'primary', kind, id, hold_until, why)
  ON CONFLICT (namespace_id, local) DO UPDATE
    SET holder_kind = excluded.holder_kind, holder_id = excluded.holder_id, until = excluded.until,
      reason = CASE WHEN a.holder_id = excluded.holder_id THEN coalesce(excluded.reason, a.reason) ELSE excluded.reason END
    WHERE a.state = 'reserved' AND (a.until < at OR (a.holder_kind = kind AND a.holder_id = id));
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  -- Said this way round, or an index of all reservations that run out would be walked.
  DELETE FROM address a WHERE a.holder_kind = kind AND a.holder_id = id AND a.state NOT IN ('live', 'tombstone') AND a.local <> wanted;
  RETURN true;
END $$;
