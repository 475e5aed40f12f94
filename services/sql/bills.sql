-- name: contract_named
-- what: a contract by the codes of its site and its own
-- takes: site text, contract text
-- row: services.bills.contracts.ContractRow
SELECT c.id AS contract_id, s.id AS site_id, s.code::text AS site, s.name AS site_name, s.name_zh AS site_name_zh,
       s.time_zone, c.code::text AS code, c.name, c.name_zh, c.carrier, c.currency
FROM contract AS c JOIN site AS s ON s.id = c.site_id WHERE s.code = $1 AND c.code = $2;

-- name: contract_terms
-- what: the terms of a contract, in order
-- takes: contract_id int4
-- row: services.bills.contracts.TermRow
SELECT valid_from, terms FROM contract_term WHERE contract_id = $1 ORDER BY valid_from;

-- name: tariff_versions
-- what: the newest applied version of each named tariff
-- takes: codes text[]
-- row: services.bills.contracts.TariffRow
SELECT DISTINCT ON (code) code::text AS code, digest, document FROM tariff WHERE code = ANY($1::text[])
ORDER BY code, applied_at DESC, id DESC;

-- name: main_meters
-- what: the meters at which a contract's supply enters, retired before a day ones left out
-- takes: contract_id int4, start timestamptz
-- row: services.bills.contracts.MeterRow
SELECT meter_id, code::text AS code FROM contract_meter
WHERE contract_id = $1 AND is_main AND (retired_at IS NULL OR retired_at > $2) ORDER BY code;

-- name: meter_of_contract
-- what: a meter of a contract
-- takes: contract_id int4, code text
-- row: services.bills.contracts.MeterRow
SELECT meter_id, code::text AS code FROM contract_meter WHERE contract_id = $1 AND code = $2;

-- name: energy_of_stretches
-- what: energy of meters by flow and band, in each of some stretches of local days
-- takes: meter_ids int4[], from_days date[], until_days date[]
-- row: services.bills.energies.EnergyRow
SELECT s.n::int4 AS stretch, r.flow, e.band, sum(e.measured)::int8 AS measured, sum(e.interpolated)::int8 AS interpolated,
       sum(e.estimated)::int8 AS estimated, sum(e.covered_us)::int8 AS covered_us
FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS s (from_day, until_day, n)
JOIN register AS r ON r.meter_id = ANY($1::int4[])
JOIN energy_day AS e ON e.register_id = r.id AND e.day >= s.from_day AND e.day < s.until_day
GROUP BY s.n, r.flow, e.band ORDER BY s.n, r.flow, e.band;

-- name: flows_of_meters
-- what: which flows meters count, and in which units
-- takes: meter_ids int4[]
-- row: services.bills.energies.FlowRow
SELECT DISTINCT flow, unit FROM register WHERE meter_id = ANY($1::int4[]) ORDER BY flow, unit;

-- name: energy_before
-- what: energy that a contract drew under a tariff in whole local months [from_month, until_month), retired meters too
-- takes: contract_id int4, from_month date, until_month date
-- row: services.bills.energies.SumRow
SELECT coalesce(sum(e.measured + e.interpolated + e.estimated), 0)::int8 AS micro
FROM contract_meter AS m
JOIN register AS r ON r.meter_id = m.meter_id AND r.flow = 'import'
JOIN energy_month AS e ON e.register_id = r.id AND e.band <> 0 AND e.month >= $2 AND e.month < $3
WHERE m.contract_id = $1 AND m.is_main;

-- name: stale_since
-- what: from which local day on the bands of a contract are to be worked out anew
-- takes: contract_id int4
-- row: services.bills.readiness.StaleRow
SELECT stale_since AS since FROM band_calendar WHERE contract_id = $1;

-- name: being_judged
-- what: how many registers of a contract's meters have readings of a span that are to be judged again
-- takes: contract_id int4, start timestamptz, stop timestamptz
-- row: services.bills.readiness.JudgingRow
SELECT count(*)::int4 AS registers
FROM contract_meter AS m JOIN register AS r ON r.meter_id = m.meter_id JOIN recompute_task AS t ON t.register_id = r.id
WHERE m.contract_id = $1 AND least(t.since, t.again) < $3 AND t.until >= $2;

-- name: members_quality
-- what: how well the energy of each meter of a contract is known, in parts of local days and of instants (from 1)
-- takes: contract_id int4, from_days date[], until_days date[], starts timestamptz[], stops timestamptz[]
-- row: services.bills.qualities.MemberQualityRow
SELECT m.meter_id, m.code::text AS code, m.kind = 'virtual' AS is_virtual, p.n::int4 AS part,
       coalesce(sum(e.interpolated), 0)::int8 AS interpolated, coalesce(sum(e.estimated), 0)::int8 AS estimated,
       greatest(0, extract(epoch FROM least(p.stop, m.retired_at) - p.start) * 1000000
                   - coalesce(sum(e.covered_us), 0))::int8 AS missing_us
FROM unnest($2::date[], $3::date[], $4::timestamptz[], $5::timestamptz[])
     WITH ORDINALITY AS p (from_day, until_day, start, stop, n)
CROSS JOIN contract_meter AS m
JOIN register AS r ON r.meter_id = m.meter_id AND r.flow = 'import'
LEFT JOIN energy_day AS e ON e.register_id = r.id AND e.day >= p.from_day AND e.day < p.until_day
WHERE m.contract_id = $1
GROUP BY m.meter_id, m.code, m.kind, m.retired_at, p.n, p.start, p.stop
ORDER BY p.n, code;

-- name: members_quarantine
-- what: increments held out of a span, by meter of a contract, also of the terms of virtual meters; energy of import
-- takes: contract_id int4, start timestamptz, stop timestamptz
-- row: services.bills.qualities.MemberHeldRow
WITH RECURSIVE used AS (
  SELECT m.meter_id, r.id FROM contract_meter AS m JOIN register AS r ON r.meter_id = m.meter_id AND r.flow = 'import'
  WHERE m.contract_id = $1
  UNION
  SELECT used.meter_id, t.term_register_id FROM used JOIN meter_term AS t ON t.register_id = used.id
)
SELECT used.meter_id, count(*)::int4 AS entries, sum(l.quarantined)::int8 AS micro
FROM used JOIN ledger_entry AS l ON l.register_id = used.id
WHERE l.quarantined <> 0 AND l.start < $3 AND l.stop > $2
GROUP BY used.meter_id;

-- name: held_in_parts
-- what: meters of a contract beside the main ones that have energy of a span held out until somebody rules
-- takes: contract_id int4, main_codes text[], start timestamptz, stop timestamptz
-- row: services.bills.readiness.HeldRow
SELECT DISTINCT m.code::text AS code
FROM contract_meter AS m JOIN register AS r ON r.meter_id = m.meter_id JOIN ledger_entry AS l ON l.register_id = r.id
WHERE m.contract_id = $1 AND m.code <> ALL ($2::text[]) AND r.flow = 'import'
  AND l.quarantined <> 0 AND l.start < $4 AND l.stop > $3
ORDER BY code;

-- name: members_of_contract
-- what: the meters of a contract, with the one above each and their own space and unit
-- takes: contract_id int4
-- row: services.bills.whose.MemberRow
SELECT m.meter_id, m.kind = 'virtual' AS is_virtual, m.parent_id, p.path AS space, u.path AS org_unit
FROM contract_meter AS m LEFT JOIN space AS p ON p.id = m.space_id LEFT JOIN org_unit AS u ON u.id = m.org_unit_id
WHERE m.contract_id = $1 ORDER BY m.meter_id;

-- name: shares_of_contract
-- what: shares of a contract's meters in local days [from_day, until_day)
-- takes: contract_id int4, from_day date, until_day date
-- row: analytics.belonging.Share
SELECT a.meter_id, p.path AS space, u.path AS org_unit, a.share, lower(a.valid) AS since, upper(a.valid) AS until
FROM contract_meter AS m JOIN meter_allocation AS a ON a.meter_id = m.meter_id
LEFT JOIN space AS p ON p.id = a.space_id LEFT JOIN org_unit AS u ON u.id = a.org_unit_id
WHERE m.contract_id = $1 AND a.valid && daterange($2, $3) ORDER BY a.id;

-- name: energy_of_members
-- what: what each meter of a contract drew, by band, in parts of local days (numbered from 1)
-- takes: contract_id int4, from_days date[], until_days date[]
-- row: services.bills.whose.DrawnRow
SELECT r.meter_id, s.n::int4 AS part, e.band, sum(e.measured + e.interpolated + e.estimated)::int8 AS micro
FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS s (from_day, until_day, n)
JOIN energy_day AS e ON e.day >= s.from_day AND e.day < s.until_day
JOIN register AS r ON r.id = e.register_id AND r.flow = 'import'
WHERE r.meter_id = ANY (ARRAY(SELECT meter_id FROM contract_meter WHERE contract_id = $1))
GROUP BY r.meter_id, s.n, e.band;

-- name: quarantined
-- what: increments held out of a span until somebody rules, also of the terms of virtual meters; energy of import
-- takes: meter_ids int4[], start timestamptz, stop timestamptz
-- row: services.bills.energies.QuarantineRow
WITH RECURSIVE used AS (
  SELECT id FROM register WHERE meter_id = ANY($1::int4[])
  UNION
  SELECT t.term_register_id FROM used JOIN meter_term AS t ON t.register_id = used.id
)
SELECT count(*)::int4 AS entries, coalesce(sum(l.quarantined) FILTER (WHERE r.flow = 'import'), 0)::int8 AS micro
FROM ledger_entry AS l JOIN register AS r ON r.id = l.register_id
WHERE l.register_id IN (SELECT id FROM used) AND l.quarantined <> 0 AND l.start < $3 AND l.stop > $2;

-- name: subject_place
-- what: the numbers of a bill's subject at a site; all are null where there is none of that name
-- takes: site_id int4, kind text, name text
-- row: services.bills.contracts.PlaceRow
SELECT (SELECT id FROM meter WHERE site_id = $1 AND code = $3 AND $2 = 'meter') AS meter_id,
       (SELECT id FROM space WHERE site_id = $1 AND path = $3 AND $2 = 'space') AS space_id,
       (SELECT id FROM org_unit WHERE site_id = $1 AND path = $3 AND $2 = 'org_unit') AS org_unit_id;

-- name: hold_contract
-- what: make whoever else makes or closes bills of a contract wait for the end of this transaction
-- takes: contract_id int4
SELECT id FROM contract WHERE id = $1 FOR NO KEY UPDATE;

-- name: put_bill
-- what: write a bill
-- takes: reference text, contract_id int4, subject text, meter_id int4, space_id int4, org_unit_id int4, name text, month date, number int4, status text, restates text, inputs jsonb, currency text, total numeric, actor text, reason text
-- row: services.bills.stored.NumberRow
INSERT INTO bill (reference, contract_id, subject, meter_id, space_id, org_unit_id, name, month, number, status,
                  restates_id, inputs, currency, total, actor_id, reason)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, (SELECT id FROM bill WHERE reference = $11), $12, $13, $14, a.id, $16
FROM actor AS a WHERE a.code = $15
RETURNING id;

-- name: put_bill_lines
-- what: write the lines of a bill
-- takes: bill_id int8, positions int4[], kinds text[], components text[], names text[], names_zh text[], bands int2[], quantities numeric[], units text[], prices numeric[], amounts numeric[], from_days date[], until_days date[], in_bases bool[], details text[]
INSERT INTO bill_line (bill_id, position, kind, component, name, name_zh, band, quantity, unit, price, amount, from_day,
                       until_day, in_power_factor_base, detail)
SELECT $1, l.* FROM unnest($2::int4[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int2[], $8::numeric[],
                           $9::text[], $10::numeric[], $11::numeric[], $12::date[], $13::date[], $14::bool[],
                           $15::text[]) AS l;

-- name: drop_draft_lines
-- what: take away the lines of a draft
-- takes: reference text
DELETE FROM bill_line WHERE bill_id = (SELECT id FROM bill WHERE reference = $1 AND status = 'draft');

-- name: drop_draft
-- what: take away a draft
-- takes: reference text
DELETE FROM bill WHERE reference = $1 AND status = 'draft';

-- name: close_bill
-- what: make a draft closed
-- takes: reference text, actor text, reason text
UPDATE bill SET status = 'closed', actor_id = a.id, reason = $3, at = now()
FROM actor AS a WHERE a.code = $2 AND reference = $1 AND status = 'draft';

-- name: bill_named
-- what: a bill by its reference
-- takes: reference text
-- row: services.bills.stored.BillRow
SELECT b.reference, s.code::text AS site, c.code::text AS contract, b.subject, b.name, b.month, b.number, b.status,
       r.reference AS restates, b.inputs, b.currency, b.total, a.code::text AS actor, b.reason, b.at
FROM bill AS b
JOIN contract AS c ON c.id = b.contract_id JOIN site AS s ON s.id = c.site_id JOIN actor AS a ON a.id = b.actor_id
LEFT JOIN bill AS r ON r.id = b.restates_id
WHERE b.reference = $1;

-- name: bills_of_month
-- what: every bill of a contract's month, restatements after what they restate
-- takes: contract_id int4, month date
-- row: services.bills.stored.BillRow
SELECT b.reference, s.code::text AS site, c.code::text AS contract, b.subject, b.name, b.month, b.number, b.status,
       r.reference AS restates, b.inputs, b.currency, b.total, a.code::text AS actor, b.reason, b.at
FROM bill AS b
JOIN contract AS c ON c.id = b.contract_id JOIN site AS s ON s.id = c.site_id JOIN actor AS a ON a.id = b.actor_id
LEFT JOIN bill AS r ON r.id = b.restates_id
WHERE b.contract_id = $1 AND b.month = $2 ORDER BY b.subject, b.name, b.number;

-- name: bills_page
-- what: bills after a reference, filtered
-- takes: site text, contract text, month date, subject text, name text, status text, after text, limit int8
-- row: services.bills.stored.BillHeadRow
SELECT b.reference, s.code::text AS site, c.code::text AS contract, b.subject, b.name, b.month, b.number, b.status,
       r.reference AS restates, b.currency, b.total, a.code::text AS actor, b.reason, b.at
FROM bill AS b
JOIN contract AS c ON c.id = b.contract_id JOIN site AS s ON s.id = c.site_id JOIN actor AS a ON a.id = b.actor_id
LEFT JOIN bill AS r ON r.id = b.restates_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR c.code = $2) AND ($3::date IS NULL OR b.month = $3)
  AND ($4::text IS NULL OR b.subject = $4) AND ($5::text IS NULL OR b.name = $5)
  AND ($6::text IS NULL OR b.status = $6) AND ($7::text IS NULL OR b.reference > $7)
ORDER BY b.reference LIMIT $8;

-- name: bill_lines
-- what: the lines of a bill in order
-- takes: reference text
-- row: services.bills.stored.LineRow
SELECT l.kind, l.component, l.name, l.name_zh, l.band, l.quantity, l.unit, l.price, l.amount, l.from_day, l.until_day,
       l.in_power_factor_base, l.detail
FROM bill_line AS l JOIN bill AS b ON b.id = l.bill_id WHERE b.reference = $1 ORDER BY l.position;

-- name: import_register
-- what: the register of a meter that counts what is drawn
-- takes: meter_id int4
-- row: services.bills.energies.RegisterRow
SELECT id AS register_id FROM register WHERE meter_id = $1 AND flow = 'import';
