-- name: put_tariff
-- what: apply a version of a tariff; one that was applied before is the newest again
-- takes: code text, digest text, document jsonb, actor text
INSERT INTO tariff (code, digest, document, actor_id)
SELECT $1, $2, $3, a.id FROM actor AS a WHERE a.code = $4
ON CONFLICT (code, digest) DO UPDATE SET applied_at = clock_timestamp(), actor_id = excluded.actor_id;

-- name: put_holidays
-- what: apply a version of a holiday calendar; one that was applied before is the newest again
-- takes: code text, digest text, document jsonb, actor text
INSERT INTO holiday_calendar (code, digest, document, actor_id)
SELECT $1, $2, $3, a.id FROM actor AS a WHERE a.code = $4
ON CONFLICT (code, digest) DO UPDATE SET applied_at = clock_timestamp(), actor_id = excluded.actor_id;

-- name: tariffs
-- what: the newest applied version of every tariff, or of one
-- takes: code text
-- row: services.tariffs.VersionRow
SELECT DISTINCT ON (t.code) t.code::text AS code, t.digest, t.document, t.applied_at, a.code::text AS actor
FROM tariff AS t JOIN actor AS a ON a.id = t.actor_id
WHERE $1::text IS NULL OR t.code = $1
ORDER BY t.code, t.applied_at DESC, t.id DESC;

-- name: holiday_calendars
-- what: the newest applied version of every holiday calendar, or of one
-- takes: code text
-- row: services.tariffs.VersionRow
SELECT DISTINCT ON (h.code) h.code::text AS code, h.digest, h.document, h.applied_at, a.code::text AS actor
FROM holiday_calendar AS h JOIN actor AS a ON a.id = h.actor_id
WHERE $1::text IS NULL OR h.code = $1
ORDER BY h.code, h.applied_at DESC, h.id DESC;

-- name: contracts
-- what: contracts of all sites or of one, with the terms of each in order
-- takes: site text, code text, retired bool
-- row: services.contracts.ContractRow
SELECT s.code::text AS site, c.code::text AS code, c.name, c.name_zh, c.carrier, c.currency, c.is_default, c.retired_at,
       coalesce((SELECT jsonb_agg(t.terms ORDER BY t.valid_from) FROM contract_term AS t WHERE t.contract_id = c.id),
                '[]'::jsonb) AS terms
FROM contract AS c JOIN site AS s ON s.id = c.site_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR c.code = $2) AND ($3 OR c.retired_at IS NULL)
ORDER BY s.code, c.code;

-- name: retire_contracts
-- what: retire contracts of a site; what they charged stays
-- takes: site text, codes text[]
UPDATE contract AS c SET retired_at = now() FROM site AS s
WHERE s.code = $1 AND c.site_id = s.id AND c.code = ANY($2::text[]) AND c.retired_at IS NULL;

-- name: take_defaults
-- what: make no contract of a site the default of its carrier, before others become it
-- takes: site text, codes text[]
UPDATE contract AS c SET is_default = false FROM site AS s
WHERE s.code = $1 AND c.site_id = s.id AND c.code = ANY($2::text[]);

-- name: put_contract
-- what: add a contract of a site or change it; a retired one is back
-- takes: site text, code text, name text, name_zh text, carrier text, currency text, is_default bool
INSERT INTO contract (site_id, code, name, name_zh, carrier, currency, is_default)
SELECT s.id, $2, $3, $4, $5, $6, $7 FROM site AS s WHERE s.code = $1
ON CONFLICT (site_id, code) DO UPDATE
SET name = excluded.name, name_zh = excluded.name_zh, carrier = excluded.carrier, currency = excluded.currency,
    is_default = excluded.is_default, retired_at = NULL;

-- name: remove_terms
-- what: take away the terms of a contract, before those that it has now are put
-- takes: site text, code text
DELETE FROM contract_term AS t USING contract AS c, site AS s
WHERE s.code = $1 AND c.site_id = s.id AND c.code = $2 AND t.contract_id = c.id;

-- name: put_terms
-- what: put the terms of a contract
-- takes: site text, code text, valid_from date[], tariffs text[], terms jsonb[]
INSERT INTO contract_term (contract_id, valid_from, tariff, terms)
SELECT c.id, new.valid_from, new.tariff, new.terms
FROM unnest($3::date[], $4::text[], $5::jsonb[]) AS new (valid_from, tariff, terms), contract AS c
JOIN site AS s ON s.id = c.site_id
WHERE s.code = $1 AND c.code = $2;

-- name: critical_days
-- what: critical days called for a contract of a site
-- takes: site text, code text
-- row: services.contracts.CriticalDayRow
SELECT d.day, d.reason, a.code::text AS actor, d.at
FROM critical_day AS d JOIN contract AS c ON c.id = d.contract_id JOIN site AS s ON s.id = c.site_id
JOIN actor AS a ON a.id = d.actor_id
WHERE s.code = $1 AND c.code = $2 ORDER BY d.day;

-- name: call_critical_day
-- what: call a day as critical for a contract; a day that is called already stays as it is
-- takes: site text, code text, day date, reason text, actor text
INSERT INTO critical_day (contract_id, day, reason, actor_id)
SELECT c.id, $3, $4, a.id FROM contract AS c JOIN site AS s ON s.id = c.site_id, actor AS a
WHERE s.code = $1 AND c.code = $2 AND a.code = $5
ON CONFLICT DO NOTHING;

-- name: cancel_critical_day
-- what: a day is not critical for a contract after all
-- takes: site text, code text, day date
DELETE FROM critical_day AS d USING contract AS c, site AS s
WHERE s.code = $1 AND c.site_id = s.id AND c.code = $2 AND d.contract_id = c.id AND d.day = $3;

-- name: stale_calendars
-- what: calendars that are to be worked out anew
-- row: services.tariff_changes.StaleRow
SELECT id, stale_since AS since, stale_at AS at FROM band_calendar WHERE stale_since IS NOT NULL ORDER BY id;

-- name: clear_stale
-- what: a calendar is worked out, unless something else was said about it meanwhile
-- takes: calendar_id int4, at timestamptz
UPDATE band_calendar SET stale_since = NULL, stale_at = NULL WHERE id = $1 AND stale_at = $2;

-- name: calendars_of_tariffs
-- what: the calendars whose contract names one of the tariffs, or one with one of the holiday calendars, and since when
-- takes: tariffs text[], holidays text[]
-- row: services.tariff_changes.CalendarRow
SELECT b.id AS calendar_id, min(t.valid_from) AS since
FROM band_calendar AS b JOIN contract_term AS t ON t.contract_id = b.contract_id
WHERE t.tariff = ANY($1::text[])
   OR EXISTS (SELECT FROM tariff AS f WHERE f.code = t.tariff AND f.document ->> 'holidays' = ANY($2::text[]))
GROUP BY b.id ORDER BY b.id;

-- name: calendars_of_contracts
-- what: the calendars of contracts of a site
-- takes: site text, codes text[]
-- row: services.tariff_changes.CalendarRow
SELECT b.id AS calendar_id, date '1970-01-01' AS since
FROM band_calendar AS b JOIN contract AS c ON c.id = b.contract_id JOIN site AS s ON s.id = c.site_id
WHERE s.code = $1 AND c.code = ANY($2::text[]) ORDER BY 1;

-- name: revision_of_prices
-- what: queue behind another change of tariffs and contracts
SELECT pg_advisory_xact_lock(hashtext('ioe tariffs'));
