-- name: keep_dead_letter
-- what: keep a refused message or sample; the very same one again raises its repeats
-- takes: digest bytea, reason text, detail text, topic text, payload bytea, payload_bytes int4, point_id int4, time_us int8, value float8, stored_value float8, received_at timestamptz, repeats int8
INSERT INTO dead_letter AS d (digest, reason, detail, topic, payload, payload_bytes, point_id, time, value,
                              stored_value, received_at, last_received_at, repeats)
VALUES ($1, $2, $3, $4, $5, $6, $7, timestamptz 'epoch' + $8::int8 * interval '1 microsecond', $9, $10, $11, $11, $12)
ON CONFLICT (digest) DO UPDATE
SET repeats = d.repeats + 1 + excluded.repeats, last_received_at = excluded.last_received_at;

-- name: meet_unmapped
-- what: note that something unknown sent samples, and give its id
-- takes: site text, device text, key text, received_at timestamptz, samples int8
INSERT INTO unmapped AS u (site, device, key, first_seen_at, last_seen_at, samples)
VALUES ($1, $2, $3, $4, $4, $5)
ON CONFLICT (site, device, key) DO UPDATE
SET last_seen_at = excluded.last_seen_at, samples = u.samples + excluded.samples
RETURNING id;

-- name: keep_unmapped_samples
-- what: keep samples of something unknown as they were sent, each once
-- takes: unmapped_id int4, times_us int8[], values jsonb[], received_at timestamptz
INSERT INTO unmapped_sample (unmapped_id, time, value, received_at)
SELECT $1, timestamptz 'epoch' + time_us * interval '1 microsecond', value, $4
FROM unnest($2::int8[], $3::jsonb[]) AS new (time_us, value)
ORDER BY time_us, value
ON CONFLICT DO NOTHING;

-- name: set_device_status
-- what: note which devices came or went, in order of device; gives those whose state changed
-- takes: device_ids int4[], online bool[], at timestamptz
-- row: services.refused.ChangedStatusRow
WITH changed AS (
  INSERT INTO device_status AS s (device_id, online, since)
  SELECT device_id, online, $3 FROM unnest($1::int4[], $2::bool[]) AS new (device_id, online) ORDER BY device_id
  ON CONFLICT (device_id) DO UPDATE SET online = excluded.online, since = excluded.since
  WHERE s.online <> excluded.online AND s.since < excluded.since
  RETURNING device_id, online
)
SELECT site.code || '/' || device.code AS subject, changed.online
FROM changed JOIN device ON device.id = changed.device_id JOIN site ON site.id = device.site_id
ORDER BY device.id;

-- name: add_to_tally
-- what: add to the counts of a worker's hour
-- takes: worker text, at timestamptz, reasons text[], counts int8[]
INSERT INTO ingest_tally AS t (worker, hour, reason, count)
SELECT $1, date_trunc('hour', $2::timestamptz), reason, count FROM unnest($3::text[], $4::int8[]) AS new (reason, count)
ORDER BY reason
ON CONFLICT (worker, hour, reason) DO UPDATE SET count = t.count + excluded.count;
