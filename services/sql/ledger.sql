-- name: registers_of_meter
-- what: the registers of a meter, by its code or a former one; import first
-- takes: site text, code text
-- row: services.ledger.registers.RegisterRow
SELECT r.id AS register_id, m.id AS meter_id, r.calendar_id, s.code AS site, m.code, m.name, m.name_zh, m.carrier,
       m.kind, r.flow, r.unit, m.rated_per_hour
FROM site AS s
JOIN meter AS m ON m.site_id = s.id
JOIN register AS r ON r.meter_id = m.id
WHERE s.code = $1
  AND m.id = coalesce(
    (SELECT same.id FROM meter AS same WHERE same.site_id = s.id AND same.code = $2),
    (SELECT a.target_id FROM code_alias AS a WHERE a.site_id = s.id AND a.kind = 'meter' AND a.alias = $2))
ORDER BY array_position(ARRAY['import', 'export', 'reactive_import', 'reactive_export'], r.flow);

-- name: lock_register
-- what: let nobody else decide about a register until this transaction ends
-- takes: register_id int4
SELECT FROM register WHERE id = $1 FOR NO KEY UPDATE;

-- name: segments_of_register
-- what: the segments of a register, the first one first
-- takes: register_id int4
-- row: services.ledger.registers.SegmentRow
SELECT nullif(g.valid_from, '-infinity') AS valid_from, g.point_id, s.code || '/' || d.code || '/' || p.key AS point,
       p.canonical_unit AS point_unit, g.multiplier, g.modulus, g.resolution, g.closing_value, g.opening_value,
       a.code::text AS actor, g.reason
FROM register_segment AS g
JOIN actor AS a ON a.id = g.actor_id
LEFT JOIN point AS p ON p.id = g.point_id
LEFT JOIN device AS d ON d.id = p.device_id
LEFT JOIN site AS s ON s.id = d.site_id
WHERE g.register_id = $1
ORDER BY g.valid_from;

-- name: ledger_page
-- what: ledger entries with the ruling that holds, open ones first, then the newest, a page after a place
-- takes: site text, meter_id int4, flow text, kinds text[], start timestamptz, stop timestamptz, only_open bool, after_open bool, after_start timestamptz, after_id int8, limit int8
-- row: services.ledger.entries.EntryRow
SELECT *
FROM (
  SELECT e.id, e.quarantined <> 0 AND coalesce(w.verdict, 'undo') = 'undo' AS open, s.code AS site, m.code,
         m.name AS meter_name, m.name_zh AS meter_name_zh, r.flow, r.unit, e.origin, e.kind, e.start, e.stop,
         e.first_value, e.last_value, e.energy, e.quarantined, e.adjustment, e.decided, e.detail,
         a.code::text AS actor, e.at, w.verdict, w.energy AS ruled_energy, w.actor AS ruled_by, w.at AS ruled_at,
         w.reason AS ruled_reason,
         EXISTS (SELECT FROM recompute_task AS t WHERE t.register_id = e.register_id AND least(t.since, t.again) <= e.stop)
           AS recomputing
  FROM ledger_entry AS e
  JOIN register AS r ON r.id = e.register_id
  JOIN meter AS m ON m.id = r.meter_id
  JOIN site AS s ON s.id = m.site_id
  LEFT JOIN actor AS a ON a.id = e.actor_id
  LEFT JOIN LATERAL (
    SELECT u.verdict, u.energy, u.reason, u.at, ruler.code::text AS actor
    FROM ruling AS u JOIN actor AS ruler ON ruler.id = u.actor_id
    WHERE u.register_id = e.register_id AND u.start = e.start AND u.stop = e.stop
    ORDER BY u.id DESC LIMIT 1
  ) AS w ON true
  WHERE ($1::text IS NULL OR s.code = $1)
    AND ($2::int4 IS NULL OR m.id = $2)
    AND ($3::text IS NULL OR r.flow = $3)
    AND ($4::text[] IS NULL OR e.kind = ANY($4))
    AND ($5::timestamptz IS NULL OR e.stop > $5 OR e.start >= $5)
    AND ($6::timestamptz IS NULL OR e.start < $6)
) AS entry
WHERE (NOT $7::bool OR open)
  AND ($8::bool IS NULL OR (open, start, id) < ($8, $9::timestamptz, $10::int8))
ORDER BY open DESC, start DESC, id DESC
LIMIT $11;

-- name: rulable_spans
-- what: spans of a register that are quarantined or have been ruled about, the newest first
-- takes: register_id int4
-- row: services.ledger.rulings.SpanRow
SELECT span.start, span.stop, e.kind, coalesce(e.quarantined, 0) AS quarantined, w.verdict
FROM (
  SELECT start, stop FROM ledger_entry WHERE register_id = $1 AND origin = 'judged' AND quarantined <> 0
  UNION
  SELECT start, stop FROM ruling WHERE register_id = $1 AND verdict IN ('accept', 'reject', 'correct')
) AS span
LEFT JOIN LATERAL (
  SELECT kind, quarantined FROM ledger_entry AS e
  WHERE e.register_id = $1 AND e.origin = 'judged' AND e.start = span.start AND e.stop = span.stop
  ORDER BY quarantined <> 0 DESC LIMIT 1
) AS e ON true
LEFT JOIN LATERAL (
  SELECT verdict FROM ruling AS u
  WHERE u.register_id = $1 AND u.start = span.start AND u.stop = span.stop ORDER BY u.id DESC LIMIT 1
) AS w ON true
ORDER BY span.start DESC;

-- name: newest_ruling
-- what: the ruling that holds for a span of a register
-- takes: register_id int4, start timestamptz, stop timestamptz
-- row: services.ledger.rulings.RulingRow
SELECT u.id, r.flow, r.unit, u.start, u.stop, u.verdict, u.energy, a.code::text AS actor, u.reason, u.at
FROM ruling AS u JOIN register AS r ON r.id = u.register_id JOIN actor AS a ON a.id = u.actor_id
WHERE u.register_id = $1 AND u.start = $2 AND u.stop = $3
ORDER BY u.id DESC LIMIT 1;

-- name: insert_ruling
-- what: write what somebody decided about a span
-- takes: register_id int4, start timestamptz, stop timestamptz, verdict text, energy int8, reason text, actor text
INSERT INTO ruling (register_id, start, stop, verdict, energy, actor_id, reason)
SELECT $1, $2, $3, $4, $5, a.id, $6 FROM actor AS a WHERE a.code = $7;

-- name: rulings_page
-- what: rulings of a meter, the newest first, a page below a number
-- takes: meter_id int4, before int8, limit int8
-- row: services.ledger.rulings.RulingRow
SELECT u.id, r.flow, r.unit, u.start, u.stop, u.verdict, u.energy, a.code::text AS actor, u.reason, u.at
FROM ruling AS u JOIN register AS r ON r.id = u.register_id JOIN actor AS a ON a.id = u.actor_id
WHERE r.meter_id = $1 AND ($2::int8 IS NULL OR u.id < $2)
ORDER BY u.id DESC LIMIT $3;

-- name: covered_within
-- what: for how many microseconds of a span a register has energy; a quarter hour at its edge counts as covered outside first
-- takes: register_id int4, start timestamptz, stop timestamptz
SELECT coalesce(sum(greatest(0, covered_us - outside_us)), 0)::int8
FROM (
  SELECT sum(covered_us) AS covered_us,
         900000000 - extract(epoch FROM least(quarter + interval '15 minutes', $3::timestamptz) - greatest(quarter, $2::timestamptz)) * 1000000
           AS outside_us
  FROM (
    SELECT time_bucket(interval '15 minutes', start) AS quarter, covered_us FROM energy_interval
    WHERE register_id = $1 AND start >= time_bucket(interval '15 minutes', $2::timestamptz) AND start < $3::timestamptz
  ) AS piece
  GROUP BY quarter
) AS covered;

-- name: note_manual_reading
-- what: say in the ledger who read a register off; the same reading is noted once
-- takes: register_id int4, time timestamptz, value float8, reason text, actor text
INSERT INTO ledger_entry (register_id, origin, kind, start, stop, last_value, decided, detail, actor_id)
SELECT $1, 'entered', 'manual_reading', $2, $2, $3, $2, $4, a.id FROM actor AS a
WHERE a.code = $5 AND $3 IS DISTINCT FROM (
  SELECT e.last_value FROM ledger_entry AS e
  WHERE e.register_id = $1 AND e.origin = 'entered' AND e.kind = 'manual_reading' AND e.start = $2
  ORDER BY e.id DESC LIMIT 1
);

-- name: entered_reading
-- what: the newest reading by eye of an instant that holds, and since when there is one; nothing where it was taken back
-- takes: register_id int4, time timestamptz
-- row: services.ledger.manual_readings.EnteredRow
WITH entered AS (
  SELECT id, last_value, at FROM ledger_entry
  WHERE register_id = $1 AND origin = 'entered' AND kind = 'manual_reading' AND start = $2
), standing AS (
  SELECT * FROM entered WHERE id > coalesce((SELECT max(id) FROM entered WHERE last_value IS NULL), 0)
)
SELECT last_value AS value, (SELECT min(at) FROM standing) AS since FROM standing ORDER BY id DESC LIMIT 1;

-- name: note_taken_back
-- what: say in the ledger who took a reading by eye back: an entry of the instant without a value
-- takes: register_id int4, time timestamptz, reason text, actor text
INSERT INTO ledger_entry (register_id, origin, kind, start, stop, decided, detail, actor_id)
SELECT $1, 'entered', 'manual_reading', $2, $2, $2, 'taken back: ' || $3::text, a.id FROM actor AS a WHERE a.code = $4;

-- name: write_segment
-- what: write what holds for a register from an instant on, in the place of what was entered for that instant
-- takes: register_id int4, at timestamptz, point_id int4, multiplier numeric, modulus numeric, resolution numeric, closing_value numeric, opening_value numeric, reason text, actor text
INSERT INTO register_segment AS g (register_id, valid_from, point_id, multiplier, modulus, resolution, closing_value,
                                   opening_value, actor_id, reason)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, a.id, $9 FROM actor AS a WHERE a.code = $10
ON CONFLICT (register_id, valid_from) DO UPDATE
SET point_id = excluded.point_id, multiplier = excluded.multiplier, modulus = excluded.modulus,
    resolution = excluded.resolution, closing_value = excluded.closing_value, opening_value = excluded.opening_value,
    actor_id = excluded.actor_id, reason = excluded.reason;

-- name: delete_segment
-- what: take a replacement away again; what holds since ever is none
-- takes: register_id int4, at timestamptz
DELETE FROM register_segment WHERE register_id = $1 AND valid_from = $2 AND valid_from > '-infinity';

-- name: announce_segments
-- what: tell whoever keeps the registry in memory that registers have other points or multipliers
SELECT pg_notify('registry', '');

-- name: read_before
-- what: the last effective read of a point at or before an instant, not before another one; kept anchors are reads too
-- takes: point_id int4, at timestamptz, since timestamptz
-- row: services.ledger.reads.NearRow
SELECT near.time, coalesce(c.new_value, near.value) AS value
FROM (
  (SELECT time, value FROM reading WHERE point_id = $1 AND time <= $2 AND time >= $3 ORDER BY time DESC LIMIT 1)
  UNION ALL
  (SELECT time, new_value FROM reading_correction
   WHERE point_id = $1 AND time <= $2 AND time >= $3 ORDER BY time DESC, id DESC LIMIT 1)
  UNION ALL
  (SELECT time, value FROM anchor WHERE point_id = $1 AND time <= $2 AND time >= $3 ORDER BY midnight DESC LIMIT 2)
) AS near
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c WHERE c.point_id = $1 AND c.time = near.time ORDER BY id DESC LIMIT 1
) AS c ON true
ORDER BY near.time DESC LIMIT 1;

-- name: read_after
-- what: the first effective read of a point at or after an instant, before another one; kept anchors are reads too
-- takes: point_id int4, at timestamptz, until timestamptz
-- row: services.ledger.reads.NearRow
SELECT near.time, coalesce(c.new_value, near.value) AS value
FROM (
  (SELECT time, value FROM reading WHERE point_id = $1 AND time >= $2 AND time < $3 ORDER BY time LIMIT 1)
  UNION ALL
  (SELECT time, new_value FROM reading_correction
   WHERE point_id = $1 AND time >= $2 AND time < $3 ORDER BY time, id DESC LIMIT 1)
  UNION ALL
  (SELECT time, value FROM anchor WHERE point_id = $1 AND time >= $2 AND time < $3 ORDER BY midnight LIMIT 2)
) AS near
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c WHERE c.point_id = $1 AND c.time = near.time ORDER BY id DESC LIMIT 1
) AS c ON true
ORDER BY near.time LIMIT 1;

-- name: judged_registers
-- what: registers that are judged, of a meter or of all
-- takes: site text, code text
-- row: services.ledger.registers.RegisterIdRow
SELECT r.id AS register_id
FROM register AS r JOIN meter AS m ON m.id = r.meter_id JOIN site AS s ON s.id = m.site_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR m.code = $2)
  AND m.kind <> 'virtual' AND m.retired_at IS NULL AND r.retired_at IS NULL
ORDER BY r.id;

-- name: first_energy
-- what: since when there is energy of any of some registers
-- takes: register_ids int4[]
SELECT min(first.start) FROM unnest($1::int4[]) AS n (register_id)
CROSS JOIN LATERAL (SELECT start FROM energy_interval AS e WHERE e.register_id = n.register_id ORDER BY start LIMIT 1) AS first;
