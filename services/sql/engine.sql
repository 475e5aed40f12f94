-- name: try_engine_lock
-- what: become the engine that works, if no other is
-- takes: lock int8
SELECT pg_try_advisory_lock($1);
