-- name: append_batch
-- what: append a batch; its id is assigned when the transaction commits
-- takes: kind text, worker text, samples int4, point_ids bytea, times_us bytea, values bytea
INSERT INTO batch_log (kind, worker, samples, point_ids, times_us, "values") VALUES ($1, $2, $3, $4, $5, $6);

-- name: batches_after
-- what: the batches that follow an id, oldest first
-- takes: last_id int8, limit int8
-- row: services.batch_log.BatchRow
SELECT id, kind, worker, stored_at, point_ids, times_us, "values"
FROM batch_log WHERE id > $1 ORDER BY id LIMIT $2;

-- name: dropped_up_to
-- what: the highest id that retention has taken from the log
SELECT dropped_up_to FROM batch_log_floor;

-- name: newest_batch_id
-- what: the newest id there ever was
SELECT greatest((SELECT coalesce(max(id), 0) FROM batch_log), (SELECT dropped_up_to FROM batch_log_floor));

-- name: register_follower
-- what: register a follower that starts after the newest batch, or find it where it was
-- takes: name text
INSERT INTO log_follower (name, last_id)
SELECT $1, greatest((SELECT coalesce(max(id), 0) FROM batch_log), (SELECT dropped_up_to FROM batch_log_floor))
ON CONFLICT (name) DO UPDATE SET seen_at = now()
RETURNING last_id;

-- name: advance_follower
-- what: note how far a follower is; it never goes back
-- takes: name text, last_id int8
UPDATE log_follower SET last_id = greatest(last_id, $2), seen_at = now() WHERE name = $1;
