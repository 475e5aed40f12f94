-- name: ask
-- what: have registers judged again, each for what was touched in a span; asked again, the spans become one
-- takes: register_ids int4[], since_us int8[], until_us int8[], reason text
INSERT INTO recompute_task AS t (register_id, since, until, reason)
SELECT register_id, timestamptz 'epoch' + since_us * interval '1 microsecond',
       timestamptz 'epoch' + until_us * interval '1 microsecond', $4
FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS n (register_id, since_us, until_us)
ORDER BY register_id
ON CONFLICT (register_id) DO UPDATE
SET again = least(t.again, excluded.since), until = greatest(t.until, excluded.until), reason = excluded.reason;

-- name: wake_engine
-- what: tell the engine at commit that there is something to judge again
SELECT pg_notify('recompute', '');

-- name: next_task
-- what: the task that was worked on longest ago, with what was asked for meanwhile
-- row: services.metering.rejudging.TaskRow
UPDATE recompute_task AS t SET since = least(t.since, t.again), again = NULL
WHERE register_id = (SELECT register_id FROM recompute_task ORDER BY at, register_id LIMIT 1)
RETURNING register_id, (extract(epoch FROM since) * 1000000)::int8 AS since_us,
          (extract(epoch FROM until) * 1000000)::int8 AS until_us, reason;

-- name: advance_task
-- what: a step of a task is done; further ones come after those of others
-- takes: register_id int4, since_us int8
UPDATE recompute_task
SET since = timestamptz 'epoch' + $2::int8 * interval '1 microsecond', at = clock_timestamp()
WHERE register_id = $1;

-- name: end_task
-- what: a task is done, unless more was asked for meanwhile
-- takes: register_id int4
WITH further AS (
  UPDATE recompute_task SET since = again, again = NULL, at = clock_timestamp()
  WHERE register_id = $1 AND again IS NOT NULL
)
DELETE FROM recompute_task WHERE register_id = $1 AND again IS NULL;

-- name: waiting
-- what: how many registers are to be judged again, all or of these ids, and since when the earliest
-- takes: register_ids int4[]
-- row: services.metering.recompute.Waiting
SELECT count(*) AS registers, min(least(since, again)) AS since
FROM recompute_task WHERE $1::int4[] IS NULL OR register_id = ANY($1);

-- name: oldest_kept
-- what: from when on raw readings are kept
SELECT (extract(epoch FROM min(range_start)) * 1000000)::int8
FROM timescaledb_information.chunks WHERE hypertable_name = 'reading';

-- name: has_energy_before
-- what: whether a register has energy that began before an instant
-- takes: register_id int4, before_us int8
SELECT EXISTS (SELECT FROM energy_interval
               WHERE register_id = $1 AND start < timestamptz 'epoch' + $2::int8 * interval '1 microsecond');

-- name: checkpoint_before
-- what: the newest checkpoint of a register before an instant
-- takes: register_id int4, before_us int8
-- row: services.metering.rejudging.CheckpointRow
SELECT (extract(epoch FROM time) * 1000000)::int8 AS time_us, state FROM register_checkpoint
WHERE register_id = $1 AND time < timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
ORDER BY time DESC LIMIT 1;

-- name: checkpoint_from
-- what: the oldest checkpoint of a register from an instant on
-- takes: register_id int4, from_us int8
-- row: services.metering.rejudging.CheckpointRow
SELECT (extract(epoch FROM time) * 1000000)::int8 AS time_us, state FROM register_checkpoint
WHERE register_id = $1 AND time >= timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
ORDER BY time LIMIT 1;

-- name: checkpoints_between
-- what: the checkpoints of a register after one instant up to another
-- takes: register_id int4, after_us int8, until_us int8
-- row: services.metering.rejudging.CheckpointRow
SELECT (extract(epoch FROM time) * 1000000)::int8 AS time_us, state FROM register_checkpoint
WHERE register_id = $1 AND time > timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
  AND time <= timestamptz 'epoch' + $3::int8 * interval '1 microsecond'
ORDER BY time;

-- name: forget_checkpoints
-- what: take away the checkpoints of a register after one instant up to another
-- takes: register_id int4, after_us int8, until_us int8
DELETE FROM register_checkpoint
WHERE register_id = $1 AND time > timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
  AND time <= timestamptz 'epoch' + $3::int8 * interval '1 microsecond';

-- name: is_straddled
-- what: whether a judged entry was decided after an instant about reads before it: the judgement went back over it
-- takes: register_id int4, at_us int8
SELECT EXISTS (SELECT FROM ledger_entry
               WHERE register_id = $1 AND origin = 'judged'
                 AND start < timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
                 AND decided > timestamptz 'epoch' + $2::int8 * interval '1 microsecond');

-- name: tasks
-- what: from when on each register that waits is to be judged again
-- row: services.metering.recompute.AskedRow
SELECT register_id, (extract(epoch FROM least(since, again)) * 1000000)::int8 AS since_us FROM recompute_task;
