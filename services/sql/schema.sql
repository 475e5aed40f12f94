-- name: create_schema_migration
-- what: the memory of which migrations ran, made before the first one
CREATE TABLE IF NOT EXISTS schema_migration (
  number     int PRIMARY KEY,
  name       text NOT NULL,
  sha256     text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- name: lock_migrations
-- what: queue behind another process that is migrating; released with the session
-- takes: lock int8
SELECT pg_advisory_lock($1);

-- name: applied_migrations
-- what: the migrations this database has seen
-- row: services.migrate.AppliedRow
SELECT number, sha256 FROM schema_migration ORDER BY number;

-- name: remember_migration
-- what: note that a migration ran
-- takes: number int4, name text, sha256 text
INSERT INTO schema_migration (number, name, sha256) VALUES ($1, $2, $3);
