-- name: newest_of_points
-- what: the newest reading's time of each given point that has one
-- takes: point_ids int4[]
-- row: services.readings.NewestRow
SELECT point_id, (extract(epoch FROM time) * 1000000)::int8 AS time_us FROM latest WHERE point_id = ANY($1);

-- name: create_staged_reading
-- what: the staging table of this session, empty at the start of each transaction
CREATE TEMPORARY TABLE IF NOT EXISTS staged_reading (
  ordinal  int4 NOT NULL,
  point_id int4 NOT NULL,
  time     timestamptz NOT NULL,
  value    float8 NOT NULL
) ON COMMIT DELETE ROWS;

-- name: wait_at_most
-- what: how long this transaction's next statements may wait for another writer
-- takes: limit text
SELECT set_config('lock_timeout', $1, true);

-- name: insert_staged
-- what: store what was staged in (point, time) order, and name the rows whose key was taken
WITH inserted AS (
  INSERT INTO reading (point_id, time, value)
  SELECT point_id, time, value FROM staged_reading ORDER BY point_id, time
  ON CONFLICT (point_id, time) DO NOTHING
  RETURNING point_id, time
)
SELECT staged.ordinal
FROM staged_reading AS staged LEFT JOIN inserted USING (point_id, time)
WHERE inserted.point_id IS NULL;

-- name: stored_values
-- what: the values that stand where staged rows found their key taken, looked for between two times
-- takes: ordinals int4[], from_us int8, to_us int8
-- row: services.readings.MetRow
SELECT staged.ordinal, reading.value AS stored_value
FROM staged_reading AS staged JOIN reading USING (point_id, time)
WHERE staged.ordinal = ANY($1)
  AND reading.time BETWEEN timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
                       AND timestamptz 'epoch' + $3::int8 * interval '1 microsecond';

-- name: update_latest
-- what: move each point's latest value on, never back; one row a point, in order of point
-- takes: point_ids int4[], times_us int8[], values float8[], received_at timestamptz
INSERT INTO latest AS l (point_id, time, value, received_at)
SELECT point_id, timestamptz 'epoch' + time_us * interval '1 microsecond', value, $4
FROM unnest($1::int4[], $2::int8[], $3::float8[]) AS new (point_id, time_us, value)
ORDER BY point_id
ON CONFLICT (point_id) DO UPDATE
SET time = excluded.time, value = excluded.value, received_at = excluded.received_at
WHERE l.time < excluded.time;

-- name: last_batch_of_worker
-- what: the batch that a worker is known to have committed last
-- takes: worker text
SELECT last_batch FROM ingest_worker WHERE name = $1;

-- name: remember_batch
-- what: note, in the batch's own transaction, that it is committed
-- takes: worker text, batch uuid
INSERT INTO ingest_worker (name, started_at, seen_at, state, last_batch)
VALUES ($1, now(), now(), 'receiving', $2)
ON CONFLICT (name) DO UPDATE SET last_batch = excluded.last_batch;

-- name: end_stopped_writers
-- what: end our sessions that froze while sending COPY data: no server time-out covers that state
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'ioe %' AND pid <> pg_backend_pid()
  AND state = 'active' AND wait_event = 'ClientRead' AND query ILIKE 'copy %'
  AND state_change < now() - interval '5 seconds';
