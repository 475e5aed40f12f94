-- name: memory_of
-- what: what evaluation had in mind when it last wrote it down, and up to where it had read the log
-- takes: follower text
-- row: services.alarms.evaluation.MemoryRow
SELECT log_id, at, memory FROM alarm_memory WHERE follower = $1;

-- name: keep_memory
-- what: write down what evaluation has in mind at a place of the log, and when what stands there was stored
-- takes: follower text, log_id int8, at timestamptz, memory bytea
INSERT INTO alarm_memory (follower, log_id, at, memory) VALUES ($1, $2, $3, $4)
ON CONFLICT (follower) DO UPDATE SET log_id = excluded.log_id, at = excluded.at, memory = excluded.memory;

-- name: last_of_points
-- what: what given points showed last, microseconds since 1970; those that spoke after an instant are left out
-- takes: point_ids int4[], until timestamptz
-- row: services.alarms.evaluation.LastRow
SELECT point_id, (extract(epoch FROM time) * 1000000)::int8 AS time_us, value FROM latest
WHERE point_id = ANY($1) AND ($2::timestamptz IS NULL OR received_at <= $2);

-- name: active_service_alarms
-- what: alarms of this service whose condition holds: they may explain what sites show, also when explained themselves
-- row: services.alarms.evaluation.ActiveRow
SELECT r.code::text AS rule, a.subject_kind, a.subject::text AS subject
FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id
WHERE a.site_id IS NULL AND a.level IS NOT NULL AND a.retired_at IS NULL
  AND coalesce(a.quiet, 'explained') NOT IN ('not_running', 'outside_hours');

-- name: site_zones
-- what: the time zone of each site
-- row: services.alarms.evaluation.ZoneRow
SELECT code::text AS site, time_zone FROM site ORDER BY code;

-- name: ingest_listens
-- what: whether an ingest worker is there and receives; workers report every 5 s
SELECT EXISTS (
  SELECT FROM ingest_worker WHERE state = 'receiving' AND seen_at > clock_timestamp() - interval '12 seconds'
);
