-- name: hold
-- what: make whoever else changes energy under a calendar wait for the end of this transaction
-- takes: calendar_id int4
SELECT id FROM band_calendar WHERE id = $1 FOR NO KEY UPDATE;

-- name: registers_with_energy
-- what: the registers of a calendar that have energy, and from when to when
-- takes: calendar_id int4
-- row: services.retariff.RegisterRow
SELECT r.id, e.first, e.last FROM register AS r
CROSS JOIN LATERAL (
  SELECT (SELECT start FROM energy_interval WHERE register_id = r.id ORDER BY start LIMIT 1) AS first,
         (SELECT start FROM energy_interval WHERE register_id = r.id ORDER BY start DESC LIMIT 1) AS last
) AS e
WHERE r.calendar_id = $1 AND e.first IS NOT NULL ORDER BY r.id;

-- name: months
-- what: the whole local months of a calendar from one on, up to that of an instant
-- takes: calendar_id int4, since date, last timestamptz
-- row: services.retariff.MonthRow
SELECT month, min(start) AS first, max(start) AS last, min(hour) AS first_hour, max(hour) AS last_hour
FROM calendar_piece WHERE calendar_id = $1 AND month >= $2
GROUP BY month HAVING min(start) <= $3 ORDER BY month;

-- name: rewrite_hours
-- what: the hours of registers in a month from their intervals and the calendar's bands; rows that are right stay
-- takes: calendar_id int4, register_ids int4[], first timestamptz, last timestamptz, first_hour timestamptz, last_hour timestamptz
WITH fresh AS (
  SELECT e.register_id, p.hour, p.band, sum(e.measured)::int8 AS measured, sum(e.interpolated)::int8 AS interpolated,
         sum(e.estimated)::int8 AS estimated, sum(e.covered_us)::int8 AS covered_us
  FROM energy_interval AS e
  JOIN calendar_piece AS p ON p.calendar_id = $1 AND p.start = e.start AND p.start >= $3 AND p.start <= $4
  WHERE e.register_id = ANY($2) AND e.start >= $3 AND e.start <= $4
  GROUP BY e.register_id, p.hour, p.band
  HAVING (sum(e.measured), sum(e.interpolated), sum(e.estimated), sum(e.covered_us)) <> (0, 0, 0, 0)
),
change AS MATERIALIZED (
  SELECT register_id, hour, band, old.place, fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us
  FROM fresh FULL JOIN (
    SELECT h.ctid AS place, h.* FROM energy_hour AS h WHERE h.register_id = ANY($2) AND h.hour >= $5 AND h.hour <= $6
  ) AS old USING (register_id, hour, band)
  WHERE (fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us)
        IS DISTINCT FROM (old.measured, old.interpolated, old.estimated, old.covered_us)
),
gone AS (
  DELETE FROM energy_hour WHERE ctid = ANY (ARRAY(SELECT place FROM change WHERE measured IS NULL))
)
INSERT INTO energy_hour AS h (register_id, hour, band, measured, interpolated, estimated, covered_us)
SELECT register_id, hour, band, measured, interpolated, estimated, covered_us
FROM change WHERE measured IS NOT NULL ORDER BY register_id, hour, band
ON CONFLICT (register_id, hour, band) DO UPDATE
SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
    covered_us = excluded.covered_us;

-- name: rewrite_days
-- what: the days of registers in a month from their hours; rows that are right stay
-- takes: calendar_id int4, register_ids int4[], first timestamptz, last timestamptz, first_hour timestamptz, last_hour timestamptz, month date
WITH local_hour AS MATERIALIZED (
  SELECT DISTINCT hour, day FROM calendar_piece WHERE calendar_id = $1 AND start >= $3 AND start <= $4
),
fresh AS (
  SELECT h.register_id, l.day, h.band, sum(h.measured)::int8 AS measured, sum(h.interpolated)::int8 AS interpolated,
         sum(h.estimated)::int8 AS estimated, sum(h.covered_us)::int8 AS covered_us
  FROM energy_hour AS h JOIN local_hour AS l USING (hour)
  WHERE h.register_id = ANY($2) AND h.hour >= $5 AND h.hour <= $6
  GROUP BY h.register_id, l.day, h.band
  HAVING (sum(h.measured), sum(h.interpolated), sum(h.estimated), sum(h.covered_us)) <> (0, 0, 0, 0)
),
change AS MATERIALIZED (
  SELECT register_id, day, band, old.place, fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us
  FROM fresh FULL JOIN (
    SELECT d.ctid AS place, d.* FROM energy_day AS d
    WHERE d.register_id = ANY($2) AND d.day >= $7 AND d.day < $7 + interval '1 month'
  ) AS old USING (register_id, day, band)
  WHERE (fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us)
        IS DISTINCT FROM (old.measured, old.interpolated, old.estimated, old.covered_us)
),
gone AS (
  DELETE FROM energy_day WHERE ctid = ANY (ARRAY(SELECT place FROM change WHERE measured IS NULL))
)
INSERT INTO energy_day AS d (register_id, day, band, measured, interpolated, estimated, covered_us)
SELECT register_id, day, band, measured, interpolated, estimated, covered_us
FROM change WHERE measured IS NOT NULL ORDER BY register_id, day, band
ON CONFLICT (register_id, day, band) DO UPDATE
SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
    covered_us = excluded.covered_us;

-- name: rewrite_months
-- what: a month of registers from its days; rows that are right stay
-- takes: register_ids int4[], month date
WITH fresh AS (
  SELECT register_id, band, sum(measured)::int8 AS measured, sum(interpolated)::int8 AS interpolated,
         sum(estimated)::int8 AS estimated, sum(covered_us)::int8 AS covered_us
  FROM energy_day
  WHERE register_id = ANY($1) AND day >= $2 AND day < $2 + interval '1 month'
  GROUP BY register_id, band
  HAVING (sum(measured), sum(interpolated), sum(estimated), sum(covered_us)) <> (0, 0, 0, 0)
),
change AS MATERIALIZED (
  SELECT register_id, band, old.place, fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us
  FROM fresh FULL JOIN (
    SELECT m.ctid AS place, m.* FROM energy_month AS m WHERE m.register_id = ANY($1) AND m.month = $2
  ) AS old USING (register_id, band)
  WHERE (fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us)
        IS DISTINCT FROM (old.measured, old.interpolated, old.estimated, old.covered_us)
),
gone AS (
  DELETE FROM energy_month WHERE ctid = ANY (ARRAY(SELECT place FROM change WHERE measured IS NULL))
)
INSERT INTO energy_month AS m (register_id, month, band, measured, interpolated, estimated, covered_us)
SELECT register_id, $2, band, measured, interpolated, estimated, covered_us
FROM change WHERE measured IS NOT NULL ORDER BY register_id, band
ON CONFLICT (register_id, month, band) DO UPDATE
SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
    covered_us = excluded.covered_us;
