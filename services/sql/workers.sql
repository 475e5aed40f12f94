-- name: state_of_worker
-- what: the state a worker was in, held until the transaction ends
-- takes: name text
SELECT state FROM ingest_worker WHERE name = $1 FOR UPDATE;

-- name: report_worker
-- what: note a worker's state and that it was seen now
-- takes: name text, state text, detail text
INSERT INTO ingest_worker (name, started_at, seen_at, state, detail)
VALUES ($1, now(), now(), $2, $3)
ON CONFLICT (name) DO UPDATE SET
  started_at = CASE WHEN ingest_worker.state = 'stopped' THEN now() ELSE ingest_worker.started_at END,
  seen_at = now(), state = excluded.state, detail = excluded.detail;

-- name: forget_worker
-- what: remove a worker's name
-- takes: name text
DELETE FROM ingest_worker WHERE name = $1;

-- name: silence_of_worker
-- what: seconds since a worker was heard; one that stopped in order counts as silent for ever
-- takes: name text
SELECT CASE WHEN state = 'stopped' THEN 'infinity'::float8 ELSE extract(epoch FROM now() - seen_at)::float8 END
FROM ingest_worker WHERE name = $1;
