-- name: hold_calendars
-- what: make whoever else changes energy under these registers' calendars wait for the end of this transaction
-- takes: register_ids int4[]
SELECT id FROM band_calendar
WHERE id IN (SELECT calendar_id FROM register WHERE id = ANY($1))
ORDER BY id FOR NO KEY UPDATE;

-- name: roll_up
-- what: hours of the spans from their intervals; to days and months is added by how much the hours changed
-- takes: register_ids int4[], starts_us int8[], stops_us int8[], least timestamptz, most timestamptz
-- row: services.rollups.RolledRow
WITH span AS MATERIALIZED (
  SELECT r.id AS register_id, r.calendar_id,
         timestamptz 'epoch' + s.start_us * interval '1 microsecond' AS start,
         timestamptz 'epoch' + s.stop_us * interval '1 microsecond' AS stop
  FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS s (register_id, start_us, stop_us)
  JOIN register AS r ON r.id = s.register_id
),
stretch AS MATERIALIZED (
  SELECT s.calendar_id, s.start, s.stop, h.hour, p.first, p.last, p.day, p.month
  FROM (SELECT DISTINCT calendar_id, start, stop FROM span) AS s
  LEFT JOIN LATERAL (
    SELECT DISTINCT hour FROM calendar_piece
    WHERE calendar_id = s.calendar_id
      AND start > s.start - interval '15 minutes' AND start < s.stop AND stop > s.start
  ) AS h ON true
  -- A local hour in which clocks go back half an hour is longer than one.
  LEFT JOIN LATERAL (
    SELECT min(start) AS first, max(start) AS last, min(day) AS day, min(month) AS month FROM calendar_piece
    WHERE calendar_id = s.calendar_id AND start >= h.hour AND start < h.hour + interval '3 hours' AND hour = h.hour
  ) AS p ON true
),
touched AS MATERIALIZED (
  SELECT DISTINCT s.register_id, t.calendar_id, t.hour, t.first, t.last, t.day, t.month
  FROM span AS s JOIN stretch AS t USING (calendar_id, start, stop) WHERE t.hour IS NOT NULL
),
change AS MATERIALIZED (
  SELECT t.register_id, t.hour, t.day, t.month, c.*
  FROM touched AS t
  -- OFFSET 0 keeps the planner to one look into each index for each hour: it would read whole tables otherwise.
  CROSS JOIN LATERAL (
    SELECT band, old.place, fresh.measured IS NULL AS gone,
           fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us,
           coalesce(fresh.measured, 0) - coalesce(old.measured, 0) AS by_measured,
           coalesce(fresh.interpolated, 0) - coalesce(old.interpolated, 0) AS by_interpolated,
           coalesce(fresh.estimated, 0) - coalesce(old.estimated, 0) AS by_estimated,
           coalesce(fresh.covered_us, 0) - coalesce(old.covered_us, 0) AS by_covered_us
    FROM (
      SELECT p.band, sum(e.measured)::int8 AS measured, sum(e.interpolated)::int8 AS interpolated,
             sum(e.estimated)::int8 AS estimated, sum(e.covered_us)::int8 AS covered_us
      FROM energy_interval AS e
      JOIN calendar_piece AS p ON p.calendar_id = t.calendar_id AND p.start = e.start
       AND p.start >= t.first AND p.start <= t.last
      WHERE e.register_id = t.register_id AND e.start >= t.first AND e.start <= t.last
        AND e.start >= $4 AND e.start < $5
      GROUP BY p.band
      HAVING (sum(e.measured), sum(e.interpolated), sum(e.estimated), sum(e.covered_us)) <> (0, 0, 0, 0)
    ) AS fresh
    FULL JOIN (
      SELECT h.ctid AS place, h.band, h.measured, h.interpolated, h.estimated, h.covered_us FROM energy_hour AS h
      WHERE h.register_id = t.register_id AND h.hour = t.hour
    ) AS old USING (band)
    WHERE (fresh.measured, fresh.interpolated, fresh.estimated, fresh.covered_us)
          IS DISTINCT FROM (old.measured, old.interpolated, old.estimated, old.covered_us)
    OFFSET 0
  ) AS c
),
gone_hours AS (
  DELETE FROM energy_hour WHERE ctid = ANY (ARRAY(SELECT place FROM change WHERE gone))
),
new_hours AS (
  INSERT INTO energy_hour AS h (register_id, hour, band, measured, interpolated, estimated, covered_us)
  SELECT register_id, hour, band, measured, interpolated, estimated, covered_us
  FROM change WHERE NOT gone ORDER BY register_id, hour, band
  ON CONFLICT (register_id, hour, band) DO UPDATE
  SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
      covered_us = excluded.covered_us
),
day_change AS MATERIALIZED (
  SELECT register_id, day, month, band, sum(by_measured)::int8 AS measured,
         sum(by_interpolated)::int8 AS interpolated, sum(by_estimated)::int8 AS estimated,
         sum(by_covered_us)::int8 AS covered_us
  FROM change GROUP BY register_id, day, month, band
),
day_total AS MATERIALIZED (
  SELECT c.register_id, c.day, c.band, o.place, c.measured + coalesce(o.measured, 0) AS measured,
         c.interpolated + coalesce(o.interpolated, 0) AS interpolated,
         c.estimated + coalesce(o.estimated, 0) AS estimated, c.covered_us + coalesce(o.covered_us, 0) AS covered_us
  FROM day_change AS c
  LEFT JOIN LATERAL (
    SELECT d.ctid AS place, d.measured, d.interpolated, d.estimated, d.covered_us FROM energy_day AS d
    WHERE d.register_id = c.register_id AND d.day = c.day AND d.band = c.band
    OFFSET 0
  ) AS o ON true
),
gone_days AS (
  DELETE FROM energy_day WHERE ctid = ANY (ARRAY(
    SELECT place FROM day_total WHERE (measured, interpolated, estimated, covered_us) = (0, 0, 0, 0)
  ))
),
new_days AS (
  INSERT INTO energy_day AS d (register_id, day, band, measured, interpolated, estimated, covered_us)
  SELECT register_id, day, band, measured, interpolated, estimated, covered_us
  FROM day_total WHERE (measured, interpolated, estimated, covered_us) <> (0, 0, 0, 0) ORDER BY register_id, day, band
  ON CONFLICT (register_id, day, band) DO UPDATE
  SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
      covered_us = excluded.covered_us
),
month_total AS MATERIALIZED (
  SELECT c.register_id, c.month, c.band, o.place, c.measured + coalesce(o.measured, 0) AS measured,
         c.interpolated + coalesce(o.interpolated, 0) AS interpolated,
         c.estimated + coalesce(o.estimated, 0) AS estimated, c.covered_us + coalesce(o.covered_us, 0) AS covered_us
  FROM (
    SELECT register_id, month, band, sum(measured)::int8 AS measured, sum(interpolated)::int8 AS interpolated,
           sum(estimated)::int8 AS estimated, sum(covered_us)::int8 AS covered_us
    FROM day_change GROUP BY register_id, month, band
  ) AS c
  LEFT JOIN LATERAL (
    SELECT m.ctid AS place, m.measured, m.interpolated, m.estimated, m.covered_us FROM energy_month AS m
    WHERE m.register_id = c.register_id AND m.month = c.month AND m.band = c.band
    OFFSET 0
  ) AS o ON true
),
gone_months AS (
  DELETE FROM energy_month WHERE ctid = ANY (ARRAY(
    SELECT place FROM month_total WHERE (measured, interpolated, estimated, covered_us) = (0, 0, 0, 0)
  ))
),
new_months AS (
  INSERT INTO energy_month AS m (register_id, month, band, measured, interpolated, estimated, covered_us)
  SELECT register_id, month, band, measured, interpolated, estimated, covered_us
  FROM month_total WHERE (measured, interpolated, estimated, covered_us) <> (0, 0, 0, 0)
  ORDER BY register_id, month, band
  ON CONFLICT (register_id, month, band) DO UPDATE
  SET measured = excluded.measured, interpolated = excluded.interpolated, estimated = excluded.estimated,
      covered_us = excluded.covered_us
)
SELECT (SELECT count(*) FROM stretch WHERE hour IS NULL) AS uncovered, (SELECT count(*) FROM change) AS hours;
