-- name: correct_readings
-- what: put other effective values at instants of a point; those that are effective already are left out
-- takes: point_id int4, times timestamptz[], values float8[], reason text, actor text
-- row: services.corrections.CorrectedRow
INSERT INTO reading_correction (point_id, time, old_value, new_value, actor_id, reason)
SELECT $1, new.time, coalesce(c.new_value, r.value), new.value, a.id, $4
FROM unnest($2::timestamptz[], $3::float8[]) AS new (time, value)
JOIN actor AS a ON a.code = $5
LEFT JOIN reading AS r ON r.point_id = $1 AND r.time = new.time
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c
  WHERE c.point_id = $1 AND c.time = new.time ORDER BY c.id DESC LIMIT 1
) AS c ON true
WHERE coalesce(c.new_value, r.value) IS DISTINCT FROM new.value
RETURNING time, new_value;

-- name: corrections_page
-- what: corrections, the newest first, a page below a number
-- takes: point_id int4, site text, before int8, limit int8
-- row: services.corrections.CorrectionRow
SELECT c.id, s.code || '/' || d.code || '/' || p.key AS point, p.canonical_unit AS unit, c.time, c.old_value,
       c.new_value, a.code::text AS actor, c.reason, c.at
FROM reading_correction AS c
JOIN point AS p ON p.id = c.point_id
JOIN device AS d ON d.id = p.device_id
JOIN site AS s ON s.id = d.site_id
JOIN actor AS a ON a.id = c.actor_id
WHERE ($1::int4 IS NULL OR c.point_id = $1) AND ($2::text IS NULL OR s.code = $2) AND ($3::int8 IS NULL OR c.id < $3)
ORDER BY c.id DESC LIMIT $4;

-- name: value_before
-- what: what was effective at an instant of a point before the corrections since an instant of time, else what was sent
-- takes: point_id int4, time timestamptz, since timestamptz
-- row: services.corrections.BeforeRow
SELECT coalesce(c.old_value, (SELECT value FROM reading WHERE point_id = $1 AND time = $2)) AS value
FROM reading_correction AS c
WHERE c.point_id = $1 AND c.time = $2 AND c.at >= $3
ORDER BY c.id LIMIT 1;

-- name: withdraw
-- what: take away the corrections of an instant of a point for which there never was a reading
-- takes: point_id int4, time timestamptz
DELETE FROM reading_correction
WHERE point_id = $1 AND time = $2 AND NOT EXISTS (SELECT FROM reading WHERE point_id = $1 AND time = $2);

-- name: move_anchors_off
-- what: the nearest other reads of the day bracket the midnights that a read bracketed which is no more
-- takes: point_id int4, time timestamptz
UPDATE anchor AS a SET time = next.time, value = next.value
FROM anchor AS held
CROSS JOIN LATERAL (
  SELECT near.time, near.value
  FROM (
    SELECT time, value FROM reading
    WHERE point_id = $1 AND time > held.midnight - interval '1 day' AND time <= held.midnight + interval '1 day'
    UNION ALL
    SELECT time, new_value FROM reading_correction
    WHERE point_id = $1 AND time > held.midnight - interval '1 day' AND time <= held.midnight + interval '1 day'
  ) AS near
  WHERE near.time <> $2 AND (near.time <= held.midnight) = (held.side = 'before')
  ORDER BY abs(extract(epoch FROM near.time - held.midnight)) LIMIT 1
) AS next
WHERE held.point_id = $1 AND held.time = $2
  AND a.point_id = held.point_id AND a.midnight = held.midnight AND a.side = held.side;

-- name: drop_anchors
-- what: take away the anchors that are a read which is no more
-- takes: point_id int4, time timestamptz
DELETE FROM anchor WHERE point_id = $1 AND time = $2;
