-- name: family_energy
-- what: energy of a meter and each of its children by local period; the meter itself first, then children by code
-- takes: meter_id int4, flow text, calendar_id int4, start timestamptz, stop timestamptz, resolution text
-- row: services.ledger.losses.FamilyRow
WITH family AS (
  SELECT r.id AS register_id, m.code, m.name, m.name_zh, m.id = $1 AS parent,
         coalesce(m.retired_at, r.retired_at) IS NOT NULL AS retired
  FROM meter AS m JOIN register AS r ON r.meter_id = m.id AND r.flow = $2
  JOIN meter AS top ON top.id = $1
  WHERE m.id = $1 OR m.parent_id = $1 AND m.carrier = top.carrier
), quarter AS (
  SELECT start, CASE $6
           WHEN 'hour' THEN extract(epoch FROM hour)::int8
           WHEN 'day' THEN day - date '1970-01-01'
           WHEN 'month' THEN month - date '1970-01-01'
           ELSE 0
         END AS period
  FROM calendar_piece
  WHERE calendar_id = $3 AND start >= $4 AND start < $5 AND start = time_bucket(interval '15 minutes', start)
), period AS (
  SELECT period, min(start) AS start, max(start) + interval '15 minutes' AS stop FROM quarter GROUP BY period
), energy AS (
  SELECT f.register_id, q.period, sum(e.measured)::int8 AS measured, sum(e.interpolated)::int8 AS interpolated,
         sum(e.estimated)::int8 AS estimated, sum(e.covered_us)::int8 AS covered_us
  FROM family AS f
  JOIN energy_interval AS e ON e.register_id = f.register_id AND e.start >= $4 AND e.start < $5
  JOIN quarter AS q ON q.start = time_bucket(interval '15 minutes', e.start)
  GROUP BY f.register_id, q.period
)
SELECT p.start, p.stop, f.code, f.name, f.name_zh, f.parent, coalesce(e.measured, 0) AS measured,
       coalesce(e.interpolated, 0) AS interpolated, coalesce(e.estimated, 0) AS estimated,
       coalesce(e.covered_us, 0) AS covered_us
FROM period AS p CROSS JOIN family AS f
LEFT JOIN energy AS e ON e.register_id = f.register_id AND e.period = p.period
WHERE f.parent OR NOT f.retired OR e.register_id IS NOT NULL
ORDER BY p.start, f.parent DESC, f.code;

-- name: judged_between
-- what: judged ledger entries of a register that stop after an instant and start by another one
-- takes: register_id int4, after timestamptz, until timestamptz
-- row: services.ledger.reconciliation.JudgedRow
SELECT kind, start, stop, decided, energy, quarantined, adjustment
FROM ledger_entry
WHERE register_id = $1 AND origin = 'judged' AND stop > $2 AND start <= $3
ORDER BY start, stop, id;

-- name: head_of_register
-- what: where the judgement of a register stands
-- takes: register_id int4
-- row: services.ledger.reads.HeadRow
SELECT newest, state FROM register_head WHERE register_id = $1;

-- name: checkpoint_before
-- what: where the judgement of a register stood at the last checkpoint at or before an instant
-- takes: register_id int4, at timestamptz
-- row: services.ledger.reads.CheckpointRow
SELECT time, state FROM register_checkpoint WHERE register_id = $1 AND time <= $2 ORDER BY time DESC LIMIT 1;

-- name: energy_between
-- what: energy of a register in spans, by quality
-- takes: register_id int4, starts timestamptz[], stops timestamptz[]
-- row: services.ledger.reconciliation.EnergyRow
SELECT coalesce(sum(e.measured), 0)::int8 AS measured, coalesce(sum(e.interpolated), 0)::int8 AS interpolated,
       coalesce(sum(e.estimated), 0)::int8 AS estimated, coalesce(sum(e.covered_us), 0)::int8 AS covered_us
FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS span (start, stop, place)
LEFT JOIN energy_interval AS e ON e.register_id = $1 AND e.start >= span.start AND e.start < span.stop
GROUP BY span.place ORDER BY span.place;

-- name: oldest_raw_reading
-- what: from when on there are raw readings of a point
-- takes: point_id int4
SELECT min(time) FROM reading WHERE point_id = $1;

-- name: midnights_around
-- what: the last midnight at or before an instant and the first at or after it whose bracketing reads are kept
-- takes: point_id int4, at timestamptz
-- row: services.ledger.reads.MidnightsRow
SELECT (SELECT max(midnight) FROM anchor WHERE point_id = $1 AND midnight <= $2) AS before,
       (SELECT min(midnight) FROM anchor WHERE point_id = $1 AND midnight >= $2) AS after;

-- name: covered_since
-- what: for how many microseconds since an instant a register has energy
-- takes: register_id int4, since timestamptz
SELECT coalesce(sum(covered_us), 0)::int8 FROM energy_interval WHERE register_id = $1 AND start >= $2;
