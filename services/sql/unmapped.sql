-- name: unmapped_page
-- what: names that samples came under and no point had, with what is kept and where the name leads by now
-- takes: site text, after_site text, after_device text, after_key text, limit int8
-- row: services.unmapped.UnmappedRow
SELECT u.site, u.device, u.key, u.first_seen_at, u.last_seen_at, u.samples,
       (SELECT count(*) FROM unmapped_sample AS k WHERE k.unmapped_id = u.id) AS kept,
       last.time AS last_time, last.value AS last_value, address.point AS leads_to
FROM unmapped AS u
LEFT JOIN LATERAL (
  SELECT k.time, k.value FROM unmapped_sample AS k WHERE k.unmapped_id = u.id ORDER BY k.time DESC LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
  SELECT s.code || '/' || d.code || '/' || p.key AS point
  FROM site AS s
  LEFT JOIN code_alias AS od ON od.site_id = s.id AND od.kind = 'device' AND od.alias = u.device
  LEFT JOIN code_alias AS op ON op.site_id = s.id AND op.kind = 'point' AND op.alias = u.device || '/' || u.key
  JOIN device AS d ON d.site_id = s.id AND d.retired_at IS NULL
  JOIN point AS p ON p.device_id = d.id AND p.retired_at IS NULL
  WHERE s.code = u.site AND ((d.code = u.device AND p.key = u.key) OR (d.id = od.target_id AND p.key = u.key)
                             OR p.id = op.target_id)
  ORDER BY d.code <> u.device OR p.key <> u.key, p.id = op.target_id
  LIMIT 1
) AS address ON true
WHERE ($1::text IS NULL OR u.site = $1)
  AND ($2::text IS NULL OR (u.site, u.device, u.key) > ($2::text, $3::text, $4::text))
ORDER BY u.site, u.device, u.key
LIMIT $5;

-- name: unmapped_id
-- what: the number of a name, where it is on the list
-- takes: site text, device text, key text
SELECT id FROM unmapped WHERE site = $1 AND device = $2 AND key = $3;

-- name: lock_samples
-- what: some of the kept samples of a name, the oldest first, locked so that nobody else replays them meanwhile
-- takes: unmapped_id int4, limit int8
-- row: services.replay.SampleRow
SELECT time, value, value::text AS written, received_at FROM unmapped_sample
WHERE unmapped_id = $1 ORDER BY time LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: newest_samples
-- what: the newest kept samples of a name
-- takes: unmapped_id int4, limit int8
-- row: services.replay.SampleRow
SELECT time, value, value::text AS written, received_at FROM unmapped_sample
WHERE unmapped_id = $1 ORDER BY time DESC LIMIT $2;

-- name: forget_samples
-- what: let go of samples that have been stored
-- takes: unmapped_id int4, times timestamptz[], written text[]
DELETE FROM unmapped_sample AS k USING unnest($2::timestamptz[], $3::text[]) AS done (time, written)
WHERE k.unmapped_id = $1 AND k.time = done.time AND k.value = done.written::jsonb;

-- name: leave_no_worker
-- what: take back the row that recording left under a name that is no ingest worker
-- takes: name text
DELETE FROM ingest_worker WHERE name = $1;

-- name: lock_unmapped
-- what: hold a name still, so that no worker adds to it
-- takes: unmapped_id int4
SELECT id FROM unmapped WHERE id = $1 FOR UPDATE;

-- name: forget_unmapped
-- what: take a name off the list when none of its samples is left
-- takes: unmapped_id int4
DELETE FROM unmapped WHERE id = $1 AND NOT EXISTS (SELECT FROM unmapped_sample AS k WHERE k.unmapped_id = $1);

-- name: put_point_alias
-- what: let another name of the same site lead to a point; one that leads to a living point already stays as it is
-- takes: point_id int4, alias text, actor text
INSERT INTO code_alias (site_id, kind, alias, target_id, actor_id)
SELECT d.site_id, 'point', $2, p.id, a.id
FROM point AS p JOIN device AS d ON d.id = p.device_id JOIN actor AS a ON a.code = $3
WHERE p.id = $1
ON CONFLICT (site_id, kind, alias) DO UPDATE
SET target_id = excluded.target_id, actor_id = excluded.actor_id, since = now()
WHERE EXISTS (SELECT FROM point WHERE point.id = code_alias.target_id AND point.retired_at IS NOT NULL);
