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
-- what: energy that meters drew under a tariff in whole local months [from_month, until_month)
-- takes: meter_ids int4[], from_month date, until_month date
-- row: services.bills.energies.SumRow
SELECT coalesce(sum(e.measured + e.interpolated + e.estimated), 0)::int8 AS micro
FROM register AS r JOIN energy_month AS e ON e.register_id = r.id
WHERE r.meter_id = ANY($1::int4[]) AND r.flow = 'import' AND e.band <> 0 AND e.month >= $2 AND e.month < $3;

-- name: claims_of_contract
-- what: whose energy that of a contract is, by space and by unit, stretch of local days and band
-- takes: contract_id int4, from_days date[], until_days date[]
-- row: services.bills.energies.ClaimRow
WITH RECURSIVE stretch AS (
  SELECT from_day, until_day, n::int4 FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS s (from_day, until_day, n)
),
member AS MATERIALIZED (SELECT * FROM contract_meter WHERE contract_id = $1),
shared AS MATERIALIZED (
  SELECT a.meter_id, CASE WHEN a.space_id IS NULL THEN 'org_unit' ELSE 'space' END AS kind,
         coalesce(a.space_id, a.org_unit_id) AS node_id, a.share, a.valid
  FROM meter_allocation AS a WHERE a.meter_id IN (SELECT meter_id FROM member)
),
-- Parts of the stretches in which no share changes.
edge AS (
  SELECT n, from_day AS day FROM stretch
  UNION
  SELECT s.n, e.day FROM stretch AS s, shared AS a, LATERAL (VALUES (lower(a.valid)), (upper(a.valid))) AS e (day)
  WHERE e.day > s.from_day AND e.day < s.until_day
),
part AS MATERIALIZED (
  SELECT e.n, e.day AS from_day, lead(e.day, 1, s.until_day) OVER (PARTITION BY e.n ORDER BY e.day) AS until_day
  FROM edge AS e JOIN stretch AS s USING (n)
),
placed AS MATERIALIZED (
  SELECT p.n, p.from_day, p.until_day, m.meter_id, m.parent_id, k.kind, k.node_id,
         EXISTS (SELECT FROM shared AS a WHERE a.meter_id = m.meter_id AND a.kind = k.kind AND a.valid @> p.from_day)
           AS by_share,
         m.kind <> 'virtual' OR EXISTS (
           SELECT FROM shared AS a WHERE a.meter_id = m.meter_id AND a.valid @> p.from_day) AS counts
  FROM part AS p CROSS JOIN member AS m
  CROSS JOIN LATERAL (VALUES ('space', m.space_id), ('org_unit', m.org_unit_id)) AS k (kind, node_id)
),
-- Which counted meter is above, and which one says whose the energy is: itself, else the nearest above that says so.
tree AS (
  SELECT n, from_day, until_day, kind, meter_id, counts, NULL::int4 AS above_id,
         CASE WHEN by_share OR node_id IS NOT NULL THEN meter_id END AS says_id
  FROM placed WHERE parent_id IS NULL
  UNION ALL
  SELECT p.n, p.from_day, p.until_day, p.kind, p.meter_id, p.counts,
         CASE WHEN t.counts THEN t.meter_id ELSE t.above_id END,
         CASE WHEN p.by_share OR p.node_id IS NOT NULL THEN p.meter_id ELSE t.says_id END
  FROM tree AS t
  JOIN placed AS p ON p.parent_id = t.meter_id AND p.kind = t.kind AND p.n = t.n AND p.from_day = t.from_day
),
drawn AS MATERIALIZED (
  SELECT t.n, t.from_day, t.meter_id, t.above_id, e.band, sum(e.measured + e.interpolated + e.estimated) AS micro
  FROM tree AS t
  JOIN register AS r ON r.meter_id = t.meter_id AND r.flow = 'import'
  JOIN energy_day AS e ON e.register_id = r.id AND e.day >= t.from_day AND e.day < t.until_day
  WHERE t.counts AND t.kind = 'space'
  GROUP BY t.n, t.from_day, t.meter_id, t.above_id, e.band
),
-- What a meter has beside what the counted meters below it have.
net AS (
  SELECT n, from_day, meter_id, band, micro FROM drawn
  UNION ALL
  SELECT n, from_day, above_id, band, -micro FROM drawn WHERE above_id IS NOT NULL
),
said AS MATERIALIZED (
  SELECT t.kind, t.says_id, t.n, t.from_day, d.band, sum(d.micro) AS micro
  FROM net AS d JOIN tree AS t USING (n, from_day, meter_id) WHERE t.says_id IS NOT NULL
  GROUP BY t.kind, t.says_id, t.n, t.from_day, d.band
),
owned AS (
  SELECT s.kind, a.node_id, s.n, s.band, s.micro * a.share AS micro
  FROM said AS s JOIN shared AS a ON a.meter_id = s.says_id AND a.kind = s.kind AND a.valid @> s.from_day
  UNION ALL
  SELECT s.kind, p.node_id, s.n, s.band, s.micro
  FROM said AS s JOIN placed AS p
    ON p.meter_id = s.says_id AND p.kind = s.kind AND p.n = s.n AND p.from_day = s.from_day AND NOT p.by_share
)
SELECT o.kind, coalesce(p.path, u.path) AS subject, o.n AS stretch, o.band, sum(o.micro) AS micro
FROM owned AS o
LEFT JOIN space AS p ON o.kind = 'space' AND p.id = o.node_id
LEFT JOIN org_unit AS u ON o.kind = 'org_unit' AND u.id = o.node_id
GROUP BY 1, 2, 3, 4 HAVING sum(o.micro) <> 0 ORDER BY 1, 2, 3, 4;

-- name: quarantined
-- what: energy of meters held out of a span until somebody rules, that of the terms of virtual ones included
-- takes: meter_ids int4[], start timestamptz, stop timestamptz
-- row: services.bills.energies.QuarantineRow
WITH RECURSIVE used AS (
  SELECT id FROM register WHERE meter_id = ANY($1::int4[])
  UNION
  SELECT t.term_register_id FROM used JOIN meter_term AS t ON t.register_id = used.id
)
SELECT count(*)::int4 AS entries, coalesce(sum(quarantined), 0)::int8 AS micro
FROM ledger_entry WHERE register_id IN (SELECT id FROM used) AND quarantined <> 0 AND start < $3 AND stop > $2;

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

-- name: peak_sliding
-- what: the highest energy of 15 minutes that slide by one minute, of a register in local days
-- takes: register_id int4, from_day date, until_day date
-- row: services.bills.energies.PeakRow
SELECT energy AS micro, stop FROM demand_day WHERE register_id = $1 AND day >= $2 AND day < $3
ORDER BY energy DESC, stop LIMIT 1;

-- name: peak_fixed
-- what: the highest energy of a whole quarter hour, of a register in a span
-- takes: register_id int4, start timestamptz, stop timestamptz
-- row: services.bills.energies.PeakRow
SELECT sum(measured + interpolated + estimated)::int8 AS micro,
       date_bin('15 minutes', start, timestamptz 'epoch') + interval '15 minutes' AS stop
FROM energy_interval WHERE register_id = $1 AND start >= $2 AND start < $3
GROUP BY date_bin('15 minutes', start, timestamptz 'epoch') ORDER BY 1 DESC, 2 LIMIT 1;

-- name: import_register
-- what: the register of a meter that counts what is drawn
-- takes: meter_id int4
-- row: services.bills.energies.RegisterRow
SELECT id AS register_id FROM register WHERE meter_id = $1 AND flow = 'import';
