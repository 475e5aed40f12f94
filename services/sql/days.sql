-- name: missing_days
-- what: the UTC days of a span of days that are not summed up for a point
-- takes: point_id int4, start timestamptz, stop timestamptz
-- row: services.days.DayRow
SELECT d.day FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', interval '24 hours') AS d (day)
WHERE NOT EXISTS (SELECT FROM reading_day AS r WHERE r.point_id = $1 AND r.day = d.day)
ORDER BY d.day;

-- name: wait_shortly
-- what: give up a lock that does not come at once, until the transaction ends
SELECT set_config('lock_timeout', '200ms', true);

-- name: hold_days
-- what: wait until no writer is between storing readings and taking their days away, and keep writers from it
LOCK TABLE reading_day IN SHARE ROW EXCLUSIVE MODE;

-- name: sum_up_days
-- what: sum up raw readings of a point by the hour for given UTC days
-- takes: point_id int4, days timestamptz[]
INSERT INTO reading_day (point_id, day, hours, readings, means, lowest, lowest_at, highest, highest_at, firsts, lasts)
SELECT $1, d.day,
       coalesce(array_agg(h.start ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.readings ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.mean ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.lowest ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.lowest_at ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.highest ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.highest_at ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.first ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}'),
       coalesce(array_agg(h.last ORDER BY h.start) FILTER (WHERE h.start IS NOT NULL), '{}')
FROM unnest($2::timestamptz[]) AS d (day)
LEFT JOIN LATERAL (
  SELECT time_bucket(interval '1 hour', r.time) AS start, count(*)::int4 AS readings, avg(r.value) AS mean,
         min(r.value) AS lowest, first(r.time, r.value) AS lowest_at,
         max(r.value) AS highest, last(r.time, r.value) AS highest_at,
         first(r.value, r.time) AS first, last(r.value, r.time) AS last
  FROM reading AS r
  WHERE r.point_id = $1 AND r.time >= d.day AND r.time < d.day + interval '24 hours'
  GROUP BY 1
) AS h ON true
GROUP BY d.day
ON CONFLICT (point_id, day) DO NOTHING;

-- name: hours_of_days
-- what: the hours of a point's summed-up UTC days, by time
-- takes: point_id int4, start timestamptz, stop timestamptz
-- row: services.days.HourRow
SELECT h.start, h.readings, h.mean, h.lowest, h.lowest_at, h.highest, h.highest_at, h.first, h.last
FROM reading_day AS d
CROSS JOIN LATERAL unnest(d.hours, d.readings, d.means, d.lowest, d.lowest_at, d.highest, d.highest_at, d.firsts, d.lasts)
  AS h (start, readings, mean, lowest, lowest_at, highest, highest_at, first, last)
WHERE d.point_id = $1 AND d.day >= $2 AND d.day < $3
ORDER BY h.start;

-- name: hours_of_readings
-- what: raw readings of a point by the hour, for given UTC days
-- takes: point_id int4, days timestamptz[]
-- row: services.days.HourRow
SELECT h.start, h.readings, h.mean, h.lowest, h.lowest_at, h.highest, h.highest_at, h.first, h.last
FROM unnest($2::timestamptz[]) AS d (day)
CROSS JOIN LATERAL (
  SELECT time_bucket(interval '1 hour', r.time) AS start, count(*)::int4 AS readings, avg(r.value) AS mean,
         min(r.value) AS lowest, first(r.time, r.value) AS lowest_at,
         max(r.value) AS highest, last(r.time, r.value) AS highest_at,
         first(r.value, r.time) AS first, last(r.value, r.time) AS last
  FROM reading AS r
  WHERE r.point_id = $1 AND r.time >= d.day AND r.time < d.day + interval '24 hours'
  GROUP BY 1
) AS h
ORDER BY h.start;

-- name: forget_days
-- what: take away the summed-up days of readings that were just stored
-- takes: point_ids int4[], days_us int8[]
DELETE FROM reading_day AS d
USING unnest($1::int4[], $2::int8[]) AS touched (point_id, day_us)
WHERE d.point_id = touched.point_id
  AND d.day = timestamptz 'epoch' + touched.day_us * interval '1 microsecond';
