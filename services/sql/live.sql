-- name: live_points
-- what: every point in use with its public name and the space of its device, in the order of the name
-- row: services.live.LivePointRow
SELECT p.id AS point_id, s.code::text AS site, d.code::text AS device, p.key::text AS key, sp.path AS space
FROM point AS p
JOIN device AS d ON d.id = p.device_id
JOIN site AS s ON s.id = d.site_id
LEFT JOIN space AS sp ON sp.id = d.space_id
WHERE p.retired_at IS NULL AND d.retired_at IS NULL
ORDER BY s.code, d.code, p.key;

-- name: latest_values
-- what: the newest effective value of each point that has one
-- row: services.live.LatestRow
SELECT l.point_id, l.time, coalesce(c.new_value, l.value) AS value
FROM latest AS l
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c
  WHERE c.point_id = l.point_id AND c.time = l.time ORDER BY c.id DESC LIMIT 1
) AS c ON true;

-- name: kept_events
-- what: the oldest and the newest event that is kept; the newest is one before the oldest where none is
-- row: services.live.KeptRow
SELECT coalesce(min(id), (SELECT last_value + is_called::int FROM event_id_seq)) AS oldest,
       coalesce(max(id), (SELECT last_value + is_called::int - 1 FROM event_id_seq)) AS newest
FROM event;

-- name: live_values
-- what: points in use with their newest effective value, a page by public name
-- takes: site text, space text, devices text[], points text[], quantity text, after_site text, after_device text, after_key text, limit int8
-- row: services.live_values.LiveValueRow
SELECT s.code::text AS site, d.code::text AS device, p.key::text AS key, p.quantity, p.canonical_unit AS unit, p.kind,
       p.expected_interval_s, p.states, l.time, coalesce(c.new_value, l.value) AS value, l.received_at
FROM point AS p
JOIN device AS d ON d.id = p.device_id
JOIN site AS s ON s.id = d.site_id
LEFT JOIN space AS sp ON sp.id = d.space_id
LEFT JOIN latest AS l ON l.point_id = p.id
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c
  WHERE c.point_id = l.point_id AND c.time = l.time ORDER BY c.id DESC LIMIT 1
) AS c ON true
WHERE p.retired_at IS NULL AND d.retired_at IS NULL
  AND ($1::text IS NULL OR s.code = $1)
  AND ($2::text IS NULL OR sp.path = $2 OR starts_with(sp.path, $2 || '/'))
  AND ($3::text[] IS NULL OR s.code || '/' || d.code = ANY ($3))
  AND ($4::text[] IS NULL OR s.code || '/' || d.code || '/' || p.key = ANY ($4))
  AND ($5::text IS NULL OR p.quantity = $5)
  AND ($6::text IS NULL OR (s.code, d.code, p.key) > ($6::text, $7::text, $8::text))
ORDER BY s.code, d.code, p.key
LIMIT $9;

-- name: latest_of_points
-- what: the newest effective value of given points and how often each is expected
-- takes: point_ids int4[]
-- row: services.live_values.MeterRow
SELECT p.id AS point_id, s.code::text AS site, d.code::text AS device, p.expected_interval_s, l.time,
       coalesce(c.new_value, l.value) AS value, l.received_at
FROM point AS p
JOIN device AS d ON d.id = p.device_id
JOIN site AS s ON s.id = d.site_id
LEFT JOIN latest AS l ON l.point_id = p.id
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c
  WHERE c.point_id = l.point_id AND c.time = l.time ORDER BY c.id DESC LIMIT 1
) AS c ON true
WHERE p.id = ANY ($1);

-- name: events_page
-- what: events, the newest first, a page below a number
-- takes: kind text, subject text, before int8, limit int8
-- row: services.events.EventRow
SELECT id, kind, subject, at, payload FROM event
WHERE id IS NOT NULL
  AND ($1::text IS NULL OR kind = $1)
  AND ($2::text IS NULL OR subject = $2 OR starts_with(subject, $2 || '/'))
  AND ($3::int8 IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4;

-- name: events_following
-- what: events after a number, the oldest first
-- takes: kind text, subject text, after int8, limit int8
-- row: services.events.EventRow
SELECT id, kind, subject, at, payload FROM event
WHERE id > $3
  AND ($1::text IS NULL OR kind = $1)
  AND ($2::text IS NULL OR subject = $2 OR starts_with(subject, $2 || '/'))
ORDER BY id LIMIT $4;
