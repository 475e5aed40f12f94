-- name: note_irregularities
-- what: add what was noticed about points to their devices: a device is as irregular as the most irregular of its points
-- takes: at timestamptz, reasons text[], point_ids int4[], counts int4[]
INSERT INTO device_irregularity (device_id, at, reason, count)
SELECT point.device_id, $1, seen.reason, max(seen.count)
FROM unnest($2::text[], $3::int4[], $4::int4[]) AS seen (reason, point_id, count)
JOIN point ON point.id = seen.point_id
GROUP BY point.device_id, seen.reason;
