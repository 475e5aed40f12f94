-- name: readings_page
-- what: raw readings of a point in [start, stop) by time
-- takes: point_id int4, start timestamptz, stop timestamptz, limit int8
-- row: services.history.ReadingRow
SELECT time, value FROM reading
WHERE point_id = $1 AND time >= $2 AND time < $3
ORDER BY time LIMIT $4;

-- name: last_reading
-- what: the last raw reading of a point in [start, stop)
-- takes: point_id int4, start timestamptz, stop timestamptz
-- row: services.history.ReadingRow
SELECT time, value FROM reading
WHERE point_id = $1 AND time >= $2 AND time < $3
ORDER BY time DESC LIMIT 1;

-- name: corrections
-- what: the latest correction of each corrected instant of a point in [start, stop)
-- takes: point_id int4, start timestamptz, stop timestamptz
-- row: services.buckets.CorrectionRow
SELECT DISTINCT ON (time) time, new_value AS value, reason, at
FROM reading_correction
WHERE point_id = $1 AND time >= $2 AND time < $3
ORDER BY time, id DESC;

-- name: extremes
-- what: the lowest and highest raw reading of each bucket of a point in [start, stop), buckets counted from an origin
-- takes: point_id int4, start timestamptz, stop timestamptz, width interval, origin timestamptz
-- row: services.buckets.ExtremesRow
SELECT time_bucket($4::interval, time, $5::timestamptz) AS start, count(*) AS readings,
       min(value) AS lowest, first(time, value) AS lowest_at,
       max(value) AS highest, last(time, value) AS highest_at
FROM reading
WHERE point_id = $1 AND time >= $2 AND time < $3
GROUP BY 1 ORDER BY 1;

-- name: summaries
-- what: raw readings of a point in [start, stop) summed up by bucket, buckets counted from 1970
-- takes: point_id int4, start timestamptz, stop timestamptz, width interval
-- row: services.buckets.SummaryRow
SELECT time_bucket($4::interval, time, timestamptz '1970-01-01T00:00:00Z') AS start, count(*) AS readings,
       avg(value) AS mean, min(value) AS minimum, max(value) AS maximum,
       first(value, time) AS first, last(value, time) AS last
FROM reading
WHERE point_id = $1 AND time >= $2 AND time < $3
GROUP BY 1 ORDER BY 1;

-- name: corrected_extremes
-- what: as `extremes`, of effective readings, for the buckets that begin at given instants
-- takes: point_id int4, start timestamptz, stop timestamptz, width interval, buckets timestamptz[]
-- row: services.buckets.ExtremesRow
SELECT b.start, count(*) AS readings,
       min(e.value) AS lowest, first(e.time, e.value) AS lowest_at,
       max(e.value) AS highest, last(e.time, e.value) AS highest_at
FROM unnest($5::timestamptz[]) AS b (start)
CROSS JOIN LATERAL (
  SELECT r.time, r.value FROM reading AS r
  WHERE r.point_id = $1 AND r.time >= greatest(b.start, $2) AND r.time < least(b.start + $4, $3)
    AND NOT EXISTS (SELECT FROM reading_correction AS c WHERE c.point_id = $1 AND c.time = r.time)
  UNION ALL
  SELECT * FROM (
    SELECT DISTINCT ON (time) time, new_value FROM reading_correction
    WHERE point_id = $1 AND time >= greatest(b.start, $2) AND time < least(b.start + $4, $3)
    ORDER BY time, id DESC
  ) AS corrected
) AS e
GROUP BY b.start ORDER BY b.start;

-- name: corrected_summaries
-- what: as `summaries`, of effective readings, for the buckets that begin at given instants
-- takes: point_id int4, start timestamptz, stop timestamptz, width interval, buckets timestamptz[]
-- row: services.buckets.SummaryRow
SELECT b.start, count(*) AS readings,
       avg(e.value) AS mean, min(e.value) AS minimum, max(e.value) AS maximum,
       first(e.value, e.time) AS first, last(e.value, e.time) AS last
FROM unnest($5::timestamptz[]) AS b (start)
CROSS JOIN LATERAL (
  SELECT r.time, r.value FROM reading AS r
  WHERE r.point_id = $1 AND r.time >= greatest(b.start, $2) AND r.time < least(b.start + $4, $3)
    AND NOT EXISTS (SELECT FROM reading_correction AS c WHERE c.point_id = $1 AND c.time = r.time)
  UNION ALL
  SELECT * FROM (
    SELECT DISTINCT ON (time) time, new_value FROM reading_correction
    WHERE point_id = $1 AND time >= greatest(b.start, $2) AND time < least(b.start + $4, $3)
    ORDER BY time, id DESC
  ) AS corrected
) AS e
GROUP BY b.start ORDER BY b.start;
