-- name: server
-- what: the database server and its time-series extension, and what its clock says
-- row: services.diagnosis.ServerRow
SELECT current_setting('server_version')                                       AS version,
       (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb')      AS timescaledb_version,
       current_setting('timescaledb.license', true)                             AS timescaledb_license,
       current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off' AS durable,
       pg_database_size(current_database())                                     AS size_bytes,
       clock_timestamp()                                                        AS now;

-- name: site_codes
-- what: every site of the registry, and whether it has any meter
-- row: services.diagnosis.SiteCodeRow
SELECT code::text AS code, EXISTS (SELECT FROM meter WHERE meter.site_id = site.id) AS metered FROM site ORDER BY code;
