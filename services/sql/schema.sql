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

-- name: described_columns
-- what: every column of our tables, in order
-- row: services.schema.ColumnRow
SELECT c.relname::text AS relation, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       a.attnotnull AS not_null, a.attidentity::text AS identity, pg_get_expr(d.adbin, d.adrelid) AS default_value
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
ORDER BY c.relname, a.attnum;

-- name: described_parts
-- what: constraints, indexes, triggers, functions, views and domains of ours, each as the statement that makes it
-- row: services.schema.PartRow
SELECT c.relname::text AS relation, conname::text AS name,
       format('CONSTRAINT %I %s', conname, pg_get_constraintdef(con.oid)) AS definition
FROM pg_constraint AS con JOIN pg_class AS c ON c.oid = con.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'c', 'f', 'x')
UNION ALL
SELECT c.relname::text, i.relname::text, pg_get_indexdef(x.indexrelid)
FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = x.indexrelid)
UNION ALL
SELECT c.relname::text, tgname::text, pg_get_triggerdef(t.oid)
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
UNION ALL
SELECT NULL, p.proname::text, pg_get_functiondef(p.oid)
FROM pg_proc AS p
WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT NULL, v.relname::text, format(E'CREATE VIEW %I AS\n%s', v.relname, rtrim(pg_get_viewdef(v.oid), ';'))
FROM pg_class AS v
WHERE v.relnamespace = 'public'::regnamespace AND v.relkind = 'v'
UNION ALL
SELECT NULL, t.typname::text,
       format('CREATE DOMAIN %I AS %s %s', t.typname, format_type(t.typbasetype, t.typtypmod),
              string_agg(pg_get_constraintdef(con.oid), ' ' ORDER BY con.conname))
FROM pg_type AS t JOIN pg_constraint AS con ON con.contypid = t.oid
WHERE t.typnamespace = 'public'::regnamespace AND t.typtype = 'd'
GROUP BY t.typname, t.typbasetype, t.typtypmod
ORDER BY 1 NULLS FIRST, 2;
