-- name: missing_days
-- what: the UTC days of a span of days that are not summed up for a point
-- takes: point_id int4, start timestamptz, stop timestamptz
-- row: services.days.DayRow
SELECT d.day FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', interval '24 hours') AS d (day)
WHERE NOT EXISTS (SELECT FROM reading_day AS r WHERE r.point_id = $1 AND r.day = d.day)
ORDER BY d.day;

-- name: points_without_day
-- what: some points that were heard since a UTC day began and have no sum of it
-- takes: day timestamptz, limit int8
-- row: services.days.PointRow
SELECT l.point_id FROM latest AS l
WHERE l.time >= $1 AND NOT EXISTS (SELECT FROM reading_day AS d WHERE d.point_id = l.point_id AND d.day = $1)
ORDER BY l.point_id LIMIT $2;

-- name: wait_shortly
-- what: give up a lock that does not come at once, until the transaction ends
SELECT set_config('lock_timeout', '200ms', true);

-- name: hold_days
-- what: wait until no writer is between storing readings and taking their days away, and keep writers from it
LOCK TABLE reading_day IN SHARE ROW EXCLUSIVE MODE;

-- name: sum_up_days
-- what: sum up the raw readings of a point by the hour, for each UTC day of a span of days
-- takes: point_id int4, start timestamptz, stop timestamptz
WITH hour AS (
  SELECT time_bucket(interval '1 hour', time) AS start, count(*)::int4 AS readings, avg(value) AS mean,
         min(value) AS lowest, first(time, value) AS lowest_at, max(value) AS highest, last(time, value) AS highest_at,
         first(value, time) AS first, last(value, time) AS last
  FROM reading WHERE point_id = $1 AND time >= $2 AND time < $3
  GROUP BY 1
), day AS (
  SELECT time_bucket(interval '24 hours', start) AS day, array_agg(start ORDER BY start) AS hours,
         array_agg(readings ORDER BY start) AS readings, array_agg(mean ORDER BY start) AS means,
         array_agg(lowest ORDER BY start) AS lowest, array_agg(lowest_at ORDER BY start) AS lowest_at,
         array_agg(highest ORDER BY start) AS highest, array_agg(highest_at ORDER BY start) AS highest_at,
         array_agg(first ORDER BY start) AS firsts, array_agg(last ORDER BY start) AS lasts
  FROM hour GROUP BY 1
)
INSERT INTO reading_day (point_id, day, hours, readings, means, lowest, lowest_at, highest, highest_at, firsts, lasts)
SELECT $1, d.day, coalesce(hours, '{}'), coalesce(readings, '{}'), coalesce(means, '{}'), coalesce(lowest, '{}'),
       coalesce(lowest_at, '{}'), coalesce(highest, '{}'), coalesce(highest_at, '{}'), coalesce(firsts, '{}'),
       coalesce(lasts, '{}')
FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', interval '24 hours') AS d (day)
LEFT JOIN day ON day.day = d.day
ON CONFLICT (point_id, day) DO NOTHING;

-- name: extremes_of_days
-- what: as `extremes` of history, from summed-up days; the width is a number of hours
-- takes: point_id int4, start timestamptz, stop timestamptz, width interval, origin timestamptz
-- row: services.buckets.ExtremesRow
SELECT time_bucket($4::interval, h.start, $5::timestamptz) AS start, sum(h.readings)::int8 AS readings,
       min(h.lowest) AS lowest, first(h.lowest_at, h.lowest) AS lowest_at,
       max(h.highest) AS highest, last(h.highest_at, h.highest) AS highest_at
FROM reading_day AS d
CROSS JOIN LATERAL unnest(d.hours, d.readings, d.lowest, d.lowest_at, d.highest, d.highest_at)
  AS h (start, readings, lowest, lowest_at, highest, highest_at)
WHERE d.point_id = $1 AND d.day >= $2 AND d.day < $3
GROUP BY 1;

-- name: summaries_of_days
-- what: as `summaries` of history, from summed-up days; the width is a number of hours
-- takes: point_id int4, start timestamptz, stop timestamptz, width interval
-- row: services.buckets.SummaryRow
SELECT time_bucket($4::interval, h.start, timestamptz '1970-01-01T00:00:00Z') AS start,
       sum(h.readings)::int8 AS readings, sum(h.mean * h.readings) / sum(h.readings) AS mean,
       min(h.lowest) AS minimum, max(h.highest) AS maximum,
       first(h.first, h.start) AS first, last(h.last, h.start) AS last
FROM reading_day AS d
CROSS JOIN LATERAL unnest(d.hours, d.readings, d.means, d.lowest, d.highest, d.firsts, d.lasts)
  AS h (start, readings, mean, lowest, highest, first, last)
WHERE d.point_id = $1 AND d.day >= $2 AND d.day < $3
GROUP BY 1;

-- name: forget_days
-- what: take away the summed-up days of readings that were just stored
-- takes: point_ids int4[], days_us int8[]
DELETE FROM reading_day AS d
USING unnest($1::int4[], $2::int8[]) AS touched (point_id, day_us)
WHERE d.point_id = touched.point_id
  AND d.day = timestamptz 'epoch' + touched.day_us * interval '1 microsecond';
