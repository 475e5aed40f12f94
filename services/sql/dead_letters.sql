-- name: letters_page
-- what: dead letters, the newest first, a page below a number
-- takes: reason text, site text, point_id int4, before int8, limit int8
-- row: services.dead_letters.LetterRow
SELECT l.id, l.digest, l.reason, l.detail, l.topic, l.payload, l.payload_bytes,
       s.code || '/' || d.code || '/' || p.key AS point, l.time, l.value, p.canonical_unit AS unit, l.stored_value,
       l.received_at, l.last_received_at, l.repeats
FROM dead_letter AS l
LEFT JOIN point AS p ON p.id = l.point_id
LEFT JOIN device AS d ON d.id = p.device_id
LEFT JOIN site AS s ON s.id = d.site_id
WHERE ($1::text IS NULL OR l.reason = $1)
  AND ($2::text IS NULL OR s.code = $2 OR starts_with(l.topic, 'ioe/v1/' || $2 || '/'))
  AND ($3::int4 IS NULL OR l.point_id = $3)
  AND ($4::int8 IS NULL OR l.id < $4)
ORDER BY l.id DESC
LIMIT $5;

-- name: letter
-- what: the dead letter with a digest
-- takes: digest bytea
-- row: services.dead_letters.LetterRow
SELECT l.id, l.digest, l.reason, l.detail, l.topic, l.payload, l.payload_bytes,
       s.code || '/' || d.code || '/' || p.key AS point, l.time, l.value, p.canonical_unit AS unit, l.stored_value,
       l.received_at, l.last_received_at, l.repeats
FROM dead_letter AS l
LEFT JOIN point AS p ON p.id = l.point_id
LEFT JOIN device AS d ON d.id = p.device_id
LEFT JOIN site AS s ON s.id = d.site_id
WHERE l.digest = $1;

-- name: reasons
-- what: how many letters each reason has, and when the newest came
-- row: services.dead_letters.ReasonRow
SELECT reason, count(*) AS letters, sum(repeats + 1)::int8 AS received,
       min(received_at) AS first_received_at, max(last_received_at) AS last_received_at
FROM dead_letter GROUP BY reason ORDER BY letters DESC, reason;
