-- name: registers_in_service
-- what: physical registers that are judged, with what they are judged by; all, or those of these ids
-- takes: register_ids int4[]
-- row: services.metering.rules.RegisterRow
SELECT r.id AS register_id, s.code::text AS site, m.code::text AS meter, r.calendar_id, m.kind = 'power' AS integrates,
       m.rated_per_hour,
       (SELECT (p.expected_interval_s * 1000000)::int8
        FROM register_segment AS g JOIN point AS p ON p.id = g.point_id
        WHERE g.register_id = r.id ORDER BY g.valid_from DESC LIMIT 1) AS expected_interval_us,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'from_us', CASE WHEN isfinite(g.valid_from) THEN (extract(epoch FROM g.valid_from) * 1000000)::int8 ELSE 0 END,
                 'point_id', g.point_id,
                 'multiplier', g.multiplier::text,
                 'modulus_micro', (g.modulus * 1000000)::int8,
                 'resolution_micro', (g.resolution * 1000000)::int8,
                 'closing_micro', (g.closing_value * 1000000)::int8,
                 'opening_micro', (g.opening_value * 1000000)::int8) ORDER BY g.valid_from), '[]')
        FROM register_segment AS g WHERE g.register_id = r.id) AS segments,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                 'start_us', (extract(epoch FROM u.start) * 1000000)::int8,
                 'stop_us', (extract(epoch FROM u.stop) * 1000000)::int8,
                 'verdict', u.verdict,
                 'energy_micro', u.energy) ORDER BY u.start, u.stop), '[]')
        FROM (SELECT DISTINCT ON (start, stop) start, stop, verdict, energy FROM ruling
              WHERE register_id = r.id ORDER BY start, stop, id DESC) AS u
        WHERE u.verdict <> 'undo') AS rulings
FROM register AS r JOIN meter AS m ON m.id = r.meter_id JOIN site AS s ON s.id = m.site_id
WHERE m.kind <> 'virtual' AND m.retired_at IS NULL AND r.retired_at IS NULL AND ($1::int4[] IS NULL OR r.id = ANY($1))
ORDER BY r.id;

-- name: effective_reads
-- what: effective readings after one time up to another, of points on behalf of registers: the latest correction, else raw
-- takes: register_ids int4[], point_ids int4[], after_us int8[], until_us int8[], least timestamptz, most timestamptz
SELECT w.register_id, e.time, e.value
FROM (SELECT register_id, point_id, timestamptz 'epoch' + after_us * interval '1 microsecond' AS after,
             timestamptz 'epoch' + until_us * interval '1 microsecond' AS until
      FROM unnest($1::int4[], $2::int4[], $3::int8[], $4::int8[]) AS n (register_id, point_id, after_us, until_us)) AS w
CROSS JOIN LATERAL (
  SELECT coalesce(c.time, r.time) AS time, coalesce(c.new_value, r.value) AS value
  FROM (SELECT time, value FROM reading
        WHERE point_id = w.point_id AND time > w.after AND time <= w.until AND time > $5 AND time <= $6
        OFFSET 0) AS r
  FULL JOIN (SELECT DISTINCT ON (time) time, new_value FROM reading_correction
             WHERE point_id = w.point_id AND time > w.after AND time <= w.until
             ORDER BY time, id DESC) AS c ON c.time = r.time
  OFFSET 0
) AS e
ORDER BY w.register_id, e.time;

-- name: newest_effective
-- what: the time of the newest effective reading of points in spans, after one time up to another
-- takes: point_ids int4[], after_us int8[], until_us int8[]
SELECT (extract(epoch FROM max(x.time)) * 1000000)::int8
FROM (SELECT point_id, timestamptz 'epoch' + after_us * interval '1 microsecond' AS after,
             timestamptz 'epoch' + until_us * interval '1 microsecond' AS until
      FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS n (point_id, after_us, until_us)) AS w
CROSS JOIN LATERAL (
  (SELECT time FROM reading WHERE point_id = w.point_id AND time > w.after AND time <= w.until
   ORDER BY time DESC LIMIT 1)
  UNION ALL
  (SELECT max(time) FROM reading_correction WHERE point_id = w.point_id AND time > w.after AND time <= w.until)
) AS x;

-- name: time_of_nth_read
-- what: the time of the n-th raw reading of points in spans, or of the last one where there are fewer
-- takes: point_ids int4[], after_us int8[], until_us int8[], n int8
SELECT (extract(epoch FROM max(time)) * 1000000)::int8
FROM (
  SELECT x.time
  FROM (SELECT point_id, timestamptz 'epoch' + after_us * interval '1 microsecond' AS after,
               timestamptz 'epoch' + until_us * interval '1 microsecond' AS until
        FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS n (point_id, after_us, until_us)) AS w
  CROSS JOIN LATERAL (
    SELECT time FROM reading WHERE point_id = w.point_id AND time > w.after AND time <= w.until
    ORDER BY time LIMIT $4
  ) AS x
  ORDER BY x.time LIMIT $4
) AS first_ones;

-- name: heads
-- what: where the judgement of each register stands
-- row: services.metering.writing.HeadRow
SELECT register_id, (extract(epoch FROM newest) * 1000000)::int8 AS newest_us, state, judged_as FROM register_head;

-- name: put_heads
-- what: note where the judgement of registers stands, and by what they are judged
-- takes: register_ids int4[], times_us int8[], newest_us int8[], states bytea[], judged_as jsonb[]
INSERT INTO register_head AS h (register_id, time, newest, state, judged_as)
SELECT register_id, timestamptz 'epoch' + time_us * interval '1 microsecond',
       timestamptz 'epoch' + newest_us * interval '1 microsecond', state, judged_as
FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::bytea[], $5::jsonb[])
  AS new (register_id, time_us, newest_us, state, judged_as)
ORDER BY register_id
ON CONFLICT (register_id) DO UPDATE
SET time = excluded.time, newest = excluded.newest, state = excluded.state, judged_as = excluded.judged_as;

-- name: forget_intervals
-- what: take away the intervals of spans that the judgement no longer has; gives from when to when each register changed
-- takes: register_ids int4[], since_us int8[], until_us int8[], least timestamptz, had_registers int4[], had_starts_us int8[]
-- row: services.metering.writing.ChangedRow
WITH span AS MATERIALIZED (
  SELECT register_id, timestamptz 'epoch' + since_us * interval '1 microsecond' AS since,
         timestamptz 'epoch' + until_us * interval '1 microsecond' AS until
  FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS s (register_id, since_us, until_us)
), had AS MATERIALIZED (
  SELECT register_id, timestamptz 'epoch' + start_us * interval '1 microsecond' AS start
  FROM unnest($5::int4[], $6::int8[]) AS h (register_id, start_us)
), stale AS MATERIALIZED (
  SELECT s.register_id, e.start
  FROM span AS s
  CROSS JOIN LATERAL (
    SELECT start FROM energy_interval
    WHERE register_id = s.register_id AND start >= s.since AND start < s.until AND start >= $4
    OFFSET 0
  ) AS e
  LEFT JOIN had AS h ON h.register_id = s.register_id AND h.start = e.start
  WHERE h.register_id IS NULL
), gone AS (
  DELETE FROM energy_interval AS e USING stale AS s
  WHERE e.register_id = s.register_id AND e.start = s.start AND e.start >= $4
)
SELECT register_id, (extract(epoch FROM min(start)) * 1000000)::int8 AS first_us,
       (extract(epoch FROM max(start)) * 1000000)::int8 AS last_us
FROM stale GROUP BY register_id;

-- name: put_intervals
-- what: write intervals as they are judged now; gives from when to when each register's energy changed by it
-- takes: register_ids int4[], starts_us int8[], measured int8[], interpolated int8[], estimated int8[], covered_us int8[]
-- row: services.metering.writing.ChangedRow
WITH put AS (
  INSERT INTO energy_interval AS e (register_id, start, measured, interpolated, estimated, covered_us)
  SELECT register_id, timestamptz 'epoch' + start_us * interval '1 microsecond', measured, interpolated, estimated,
         covered_us
  FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[], $5::int8[], $6::int8[])
    AS new (register_id, start_us, measured, interpolated, estimated, covered_us)
  ORDER BY register_id, start_us
  ON CONFLICT (register_id, start) DO UPDATE
  SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
      covered_us = excluded.covered_us
  WHERE (e.measured, e.interpolated, e.estimated, e.covered_us)
        <> (excluded.measured, excluded.interpolated, excluded.estimated, excluded.covered_us)
  RETURNING register_id, start
)
SELECT register_id, (extract(epoch FROM min(start)) * 1000000)::int8 AS first_us,
       (extract(epoch FROM max(start)) * 1000000)::int8 AS last_us
FROM put GROUP BY register_id;

-- name: put_days
-- what: write the highest sliding demand of local days
-- takes: register_ids int4[], day_starts_us int8[], energies int8[], stops_us int8[]
INSERT INTO demand_day AS d (register_id, day, energy, stop)
SELECT n.register_id, p.day, n.energy, timestamptz 'epoch' + n.stop_us * interval '1 microsecond'
FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[]) AS n (register_id, day_start_us, energy, stop_us)
JOIN register AS r ON r.id = n.register_id
JOIN calendar_piece AS p ON p.calendar_id = r.calendar_id
  AND p.start = timestamptz 'epoch' + n.day_start_us * interval '1 microsecond'
ON CONFLICT (register_id, day) DO UPDATE SET energy = excluded.energy, stop = excluded.stop
WHERE (d.energy, d.stop) <> (excluded.energy, excluded.stop);

-- name: forget_days
-- what: take away the demand of local days that the judgement no longer has: those whose highest ended in a span
-- takes: register_ids int4[], since_us int8[], until_us int8[], had_registers int4[], had_stops_us int8[]
DELETE FROM demand_day AS d USING (
  SELECT register_id, timestamptz 'epoch' + since_us * interval '1 microsecond' AS since,
         timestamptz 'epoch' + until_us * interval '1 microsecond' AS until
  FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS s (register_id, since_us, until_us)
) AS s
WHERE d.register_id = s.register_id AND d.stop > s.since AND d.stop <= s.until
  AND (d.register_id, d.stop) NOT IN (
    SELECT register_id, timestamptz 'epoch' + stop_us * interval '1 microsecond'
    FROM unnest($4::int4[], $5::int8[]) AS h (register_id, stop_us)
  );

-- name: put_checkpoints
-- what: keep the state of registers after reads
-- takes: register_ids int4[], times_us int8[], states bytea[]
INSERT INTO register_checkpoint AS c (register_id, time, state)
SELECT register_id, timestamptz 'epoch' + time_us * interval '1 microsecond', state
FROM unnest($1::int4[], $2::int8[], $3::bytea[]) AS new (register_id, time_us, state)
ON CONFLICT (register_id, time) DO UPDATE SET state = excluded.state WHERE c.state <> excluded.state;

-- name: forget_entries
-- what: take away judged ledger entries, decided in spans or void, that the judgement no longer has
-- takes: register_ids int4[], after_us int8[], until_us int8[], void_us int8[], had_registers int4[], kinds text[], starts_us int8[], stops_us int8[], decided_us int8[], energies int8[], quarantined int8[], adjustments int8[], details text[]
DELETE FROM ledger_entry AS e
USING (
  SELECT register_id, timestamptz 'epoch' + after_us * interval '1 microsecond' AS after,
         timestamptz 'epoch' + until_us * interval '1 microsecond' AS until,
         timestamptz 'epoch' + void_us * interval '1 microsecond' AS void
  FROM unnest($1::int4[], $2::int8[], $3::int8[], $4::int8[]) AS s (register_id, after_us, until_us, void_us)
) AS s
WHERE e.register_id = s.register_id AND e.origin = 'judged' AND e.decided <= s.until
  AND (e.decided > s.after OR e.start >= s.void)
  AND NOT EXISTS (
    SELECT FROM unnest($5::int4[], $6::text[], $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::int8[],
                       $12::int8[], $13::text[])
      AS h (register_id, kind, start_us, stop_us, decided_us, energy, quarantined, adjustment, detail)
    WHERE h.register_id = e.register_id AND h.kind = e.kind AND h.energy = e.energy AND h.quarantined = e.quarantined
      AND h.adjustment = e.adjustment AND h.detail = e.detail
      AND timestamptz 'epoch' + h.start_us * interval '1 microsecond' = e.start
      AND timestamptz 'epoch' + h.stop_us * interval '1 microsecond' = e.stop
      AND timestamptz 'epoch' + h.decided_us * interval '1 microsecond' = e.decided
  );

-- name: put_entries
-- what: write the judged ledger entries that are not there yet
-- takes: register_ids int4[], kinds text[], starts_us int8[], stops_us int8[], decided_us int8[], energies int8[], quarantined int8[], adjustments int8[], details text[], first_values float8[], last_values float8[]
INSERT INTO ledger_entry
  (register_id, origin, kind, start, stop, decided, energy, quarantined, adjustment, detail, first_value, last_value)
SELECT n.register_id, 'judged', n.kind, n.start, n.stop, n.decided, n.energy, n.quarantined, n.adjustment, n.detail,
       n.first_value, n.last_value
FROM (
  SELECT register_id, kind, timestamptz 'epoch' + start_us * interval '1 microsecond' AS start,
         timestamptz 'epoch' + stop_us * interval '1 microsecond' AS stop,
         timestamptz 'epoch' + decided_us * interval '1 microsecond' AS decided,
         energy, quarantined, adjustment, detail, first_value, last_value
  FROM unnest($1::int4[], $2::text[], $3::int8[], $4::int8[], $5::int8[], $6::int8[], $7::int8[], $8::int8[], $9::text[],
              $10::float8[], $11::float8[])
    AS u (register_id, kind, start_us, stop_us, decided_us, energy, quarantined, adjustment, detail, first_value, last_value)
) AS n
WHERE NOT EXISTS (
  SELECT FROM ledger_entry AS e
  WHERE e.register_id = n.register_id AND e.origin = 'judged' AND e.kind = n.kind AND e.start = n.start
    AND e.stop = n.stop AND e.decided = n.decided AND e.energy = n.energy AND e.quarantined = n.quarantined
    AND e.adjustment = n.adjustment AND e.detail = n.detail
)
ORDER BY n.register_id, n.start;

-- name: forget_heads
-- what: forget where registers stood that are no longer judged: should one come back, it is judged from the beginning
-- takes: register_ids int4[]
DELETE FROM register_head WHERE register_id = ANY($1);

-- name: forget_checkpoints_ahead
-- what: forget checkpoints after the heads: written shortly before a crash, what came since may belong before them
DELETE FROM register_checkpoint AS c USING register_head AS h WHERE c.register_id = h.register_id AND c.time > h.time;

-- name: unread_registers
-- what: those of these registers none of whose points has ever had a reading or a correction
-- takes: register_ids int4[]
-- row: services.metering.accountant.UnreadRow
SELECT n.register_id
FROM unnest($1::int4[]) AS n (register_id)
WHERE NOT EXISTS (SELECT FROM register_segment AS g JOIN latest AS l USING (point_id) WHERE g.register_id = n.register_id)
  AND NOT EXISTS (SELECT FROM register_segment AS g JOIN reading_correction AS c USING (point_id)
                  WHERE g.register_id = n.register_id);
