-- A request goes through steps; each waits at seats (administrators of units, IT staff), not with persons.

ALTER TABLE "request"
  ADD COLUMN "steps" JSONB NOT NULL DEFAULT '[]',
  ADD COLUMN "basis" JSONB,
  ADD COLUMN "step" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "level" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "sendings" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "up_at" TIMESTAMPTZ,
  ADD COLUMN "hand_over" TEXT,
  ADD COLUMN "seats" UUID[] NOT NULL DEFAULT '{}',
  ADD COLUMN "it_seat" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "fallen" BOOLEAN NOT NULL DEFAULT false;

ALTER TABLE "request_event" ADD COLUMN "for_name" TEXT;

-- What was sent before there were steps has the one step that there was: the unit's administrator.
UPDATE request SET sendings = version - 1, steps = '[{"seat": "unit-admin", "days": 1, "act": null}]', basis = '{"version": 0, "place": {"kind": "everywhere"}}',
  level = CASE WHEN escalated_at >= submitted_at THEN 1 ELSE 0 END,
  up_at = CASE WHEN escalated_at >= submitted_at THEN greatest(escalated_at, due_at) + interval '1 day' ELSE due_at END
WHERE submitted_at IS NOT NULL;
UPDATE request SET hand_over = coalesce((SELECT hand_over FROM account a WHERE a.id = request.account_id), 'link')
WHERE state = 'approved';

-- Where they wait: the nearest unit upwards with an administrator, and the next one too once they were passed up. Who may not
-- decide, since it is their own, is looked at by the worker within a minute.
WITH RECURSIVE up AS (
  SELECT r.id, r.unit_id, 0 AS depth FROM request r WHERE r.state = 'submitted' AND r.unit_id IS NOT NULL
  UNION ALL
  SELECT up.id, v.parent_id, up.depth + 1 FROM up JOIN LATERAL (
    SELECT parent_id FROM unit_version WHERE unit_id = up.unit_id AND valid_from <= now()::date ORDER BY valid_from DESC LIMIT 1
  ) v ON true WHERE v.parent_id IS NOT NULL AND up.depth < 30
), held AS (
  SELECT up.id, up.unit_id, row_number() OVER (PARTITION BY up.id ORDER BY up.depth) AS nth FROM up
  WHERE EXISTS (SELECT FROM role_grant g JOIN account a ON a.id = g.account_id AND a.state = 'active'
    WHERE g.role = 'unit-admin' AND g.unit_id = up.unit_id AND g.valid_from <= now()::date AND (g.valid_to IS NULL OR g.valid_to > now()::date))
), seated AS (
  SELECT r.id, coalesce(array_agg(h.unit_id) FILTER (WHERE h.unit_id IS NOT NULL), '{}') AS seats FROM request r
  LEFT JOIN held h ON h.id = r.id AND h.nth <= r.level + 1 WHERE r.state = 'submitted' GROUP BY r.id
)
UPDATE request r SET seats = s.seats, it_seat = cardinality(s.seats) <= r.level, fallen = cardinality(s.seats) = 0
FROM seated s WHERE s.id = r.id;

ALTER TABLE request ADD CONSTRAINT request_hand_over CHECK (hand_over IN ('link', 'slip'));
-- The work of a seat: a handful of rows for a unit's, an ordered list for IT staff's.
CREATE INDEX request_seats ON request USING gin (seats) WHERE state = 'submitted';
CREATE INDEX request_it_seat ON request (due_at, id) WHERE state = 'submitted' AND it_seat;
CREATE INDEX request_passing_up ON request (up_at) WHERE state = 'submitted';
