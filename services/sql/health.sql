-- name: workers
-- what: every ingest worker, what it does and when it last said so
-- row: services.health.WorkerRow
SELECT name, started_at, seen_at, extract(epoch FROM clock_timestamp() - seen_at)::float8 AS silent_s, state, detail
FROM ingest_worker ORDER BY name;

-- name: tally_by_hour
-- what: samples and messages by hour and reason, over all workers
-- takes: since timestamptz
-- row: services.health.TallyRow
SELECT hour, reason, sum(count)::int8 AS count
FROM ingest_tally WHERE hour >= $1
GROUP BY hour, reason ORDER BY hour, reason;

-- name: tally_by_worker
-- what: samples and messages by worker and reason since the beginning
-- row: services.health.WorkerTallyRow
SELECT worker, reason, sum(count)::int8 AS count
FROM ingest_tally GROUP BY worker, reason ORDER BY worker, reason;

-- name: dead_letters_by_reason
-- what: how many dead letters are kept under each reason
-- row: services.health.ReasonRow
SELECT reason, count(*) AS letters FROM dead_letter GROUP BY reason ORDER BY reason;

-- name: followers
-- what: registered followers of the batch log and the number of batches each has yet to see
-- row: services.health.FollowerRow
SELECT f.name, (SELECT count(*) FROM batch_log AS b WHERE b.id > f.last_id) AS lag_batches, f.seen_at
FROM log_follower AS f ORDER BY f.name;

-- name: figures
-- what: newest ids, unmapped names, how many points there are, when the newest reading came
-- row: services.health.FigureRow
SELECT (SELECT coalesce(max(id), 0) FROM batch_log)           AS newest_batch_id,
       (SELECT coalesce(max(id), 0) FROM event)               AS newest_event_id,
       (SELECT count(*) FROM unmapped)                        AS unmapped,
       (SELECT count(*) FROM point WHERE retired_at IS NULL)  AS points,
       (SELECT max(received_at) FROM latest)                  AS newest_received_at;
