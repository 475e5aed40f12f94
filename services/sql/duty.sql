-- name: take_duty
-- what: take a duty's lock for this session if nobody has it, and say so in one statement: a holder is never without its row
-- takes: name text, holder text
INSERT INTO duty AS d (name, backend_pid, holder, since, beat_at)
SELECT $1, pg_backend_pid(), $2, clock_timestamp(), clock_timestamp()
FROM (SELECT pg_try_advisory_lock(4202, hashtext($1)) AS is_taken) AS attempt WHERE is_taken
ON CONFLICT (name) DO UPDATE
SET backend_pid = excluded.backend_pid, holder = excluded.holder, since = excluded.since, beat_at = excluded.beat_at,
    detail = '{}';

-- name: beat
-- what: say that the holder of a duty lives, and how it is; touches nothing where another holds it now
-- takes: name text, backend_pid int4, detail jsonb
UPDATE duty SET beat_at = clock_timestamp(), detail = $3 WHERE name = $1 AND backend_pid = $2;

-- name: silent_holder
-- what: the session that holds a duty's lock though its holder has said nothing for so many seconds
-- takes: name text, silent_s float8
-- row: services.duty.SilentRow
SELECT d.backend_pid, d.holder, extract(epoch FROM clock_timestamp() - d.beat_at)::float8 AS silent_s
FROM duty AS d
JOIN pg_locks AS l ON l.pid = d.backend_pid
JOIN pg_stat_activity AS a ON a.pid = d.backend_pid
WHERE d.name = $1 AND d.beat_at < clock_timestamp() - $2::float8 * interval '1 second'
  AND l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = 4202::oid
  AND l.objid = (hashtext(d.name)::int8 & 4294967295)::oid
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND a.application_name = 'ioe ' || d.name || ' duty';

-- name: end_session
-- what: end a session, with its locks and whatever it had not committed
-- takes: backend_pid int4
SELECT pg_terminate_backend($1);
