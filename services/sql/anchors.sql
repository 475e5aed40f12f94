-- name: registers
-- what: every point that is a register, and the zone of its site
-- row: services.anchors.RegisterRow
SELECT point.id AS point_id, site.time_zone
FROM point JOIN device ON device.id = point.device_id JOIN site ON site.id = device.site_id
WHERE point.kind = 'counter';

-- name: move_anchors
-- what: keep each read that is closer to its midnight than the one known so far
-- takes: side text, point_ids int4[], midnights_us int8[], times_us int8[], values float8[]
INSERT INTO anchor AS a (point_id, midnight, side, time, value)
SELECT point_id, timestamptz 'epoch' + midnight_us * interval '1 microsecond', $1,
       timestamptz 'epoch' + time_us * interval '1 microsecond', value
FROM unnest($2::int4[], $3::int8[], $4::int8[], $5::float8[]) AS new (point_id, midnight_us, time_us, value)
ON CONFLICT (point_id, midnight, side) DO UPDATE SET time = excluded.time, value = excluded.value
WHERE CASE a.side WHEN 'before' THEN excluded.time > a.time ELSE excluded.time < a.time END;

-- name: anchors_from_readings
-- what: find the anchors of all registers in the raw readings, for a reader that fell behind the log
WITH read AS (
  SELECT reading.point_id, reading.time, reading.value,
         (date_trunc('day', reading.time AT TIME ZONE site.time_zone)) AT TIME ZONE site.time_zone AS day_start,
         site.time_zone
  FROM reading JOIN point ON point.id = reading.point_id AND point.kind = 'counter'
  JOIN device ON device.id = point.device_id JOIN site ON site.id = device.site_id
), placed AS (
  SELECT point_id, time, value,
         CASE WHEN time = day_start THEN day_start - interval '1 microsecond' ELSE time END AS inside, time_zone
  FROM read
), bracketed AS (
  SELECT point_id, time, value,
         date_trunc('day', inside AT TIME ZONE time_zone) AT TIME ZONE time_zone AS starts,
         (date_trunc('day', inside AT TIME ZONE time_zone) + interval '1 day') AT TIME ZONE time_zone AS ends
  FROM placed
), candidate AS (
  SELECT point_id, ends AS midnight, 'before' AS side, max(time) AS time, last(value, time) AS value
  FROM bracketed GROUP BY point_id, ends
  UNION ALL
  SELECT point_id, starts, 'after', min(time), first(value, time) FROM bracketed GROUP BY point_id, starts
)
INSERT INTO anchor AS a (point_id, midnight, side, time, value)
SELECT point_id, midnight, side, time, value FROM candidate
ON CONFLICT (point_id, midnight, side) DO UPDATE SET time = excluded.time, value = excluded.value
WHERE CASE a.side WHEN 'before' THEN excluded.time > a.time ELSE excluded.time < a.time END;
