-- name: registers
-- what: the registers of a flow of named meters of a site (all that have one where none is named), with their contracts
-- takes: site text, codes text[], flow text, carrier text
-- row: services.demand.RegisterRow
SELECT r.id, m.code::text AS code, m.carrier, r.unit, r.calendar_id, s.time_zone, c.code::text AS contract
FROM register AS r
JOIN meter AS m ON m.id = r.meter_id
JOIN site AS s ON s.id = m.site_id
JOIN band_calendar AS b ON b.id = r.calendar_id
LEFT JOIN contract AS c ON c.id = b.contract_id
WHERE s.code = $1 AND r.flow = $3 AND (m.code = ANY($2::text[]) OR cardinality($2::text[]) = 0 AND m.parent_id IS NULL
  AND m.kind <> 'virtual') AND ($4::text IS NULL OR m.carrier = $4)
ORDER BY m.code;

-- name: register
-- what: a register and the zone of its site
-- takes: register_id int4
-- row: services.demand.RegisterRow
SELECT r.id, m.code::text AS code, m.carrier, r.unit, r.calendar_id, s.time_zone, c.code::text AS contract
FROM register AS r
JOIN meter AS m ON m.id = r.meter_id
JOIN site AS s ON s.id = m.site_id
JOIN band_calendar AS b ON b.id = r.calendar_id
LEFT JOIN contract AS c ON c.id = b.contract_id
WHERE r.id = $1;

-- name: highest_fixed
-- what: the quarter hour of a span with the most energy, the earliest of equal ones
-- takes: register_id int4, start timestamptz, stop timestamptz
-- row: services.demand.FixedRow
SELECT time_bucket('15 minutes', start) + interval '15 minutes' AS stop, sum(measured)::int8 AS measured,
       sum(measured + interpolated + estimated)::int8 AS energy, sum(covered_us)::int8 AS covered_us
FROM energy_interval WHERE register_id = $1 AND start >= $2 AND start < $3
GROUP BY time_bucket('15 minutes', start)
ORDER BY sum(measured + interpolated + estimated) DESC, 1 LIMIT 1;

-- name: highest_sliding
-- what: the highest of the days' sliding 15 minutes, the earliest of equal ones
-- takes: register_id int4, first date, stop date
-- row: services.demand.SlidingRow
SELECT stop, energy FROM demand_day WHERE register_id = $1 AND day >= $2 AND day < $3
ORDER BY energy DESC, stop LIMIT 1;

-- name: covered
-- what: for how long a register has energy in a span of local days
-- takes: register_id int4, first date, stop date
-- row: services.demand.CoveredRow
SELECT coalesce(sum(covered_us), 0)::int8 AS covered_us FROM energy_day
WHERE register_id = $1 AND day >= $2 AND day < $3;

-- name: energy_of_quarter
-- what: energy of a register in a quarter hour
-- takes: register_id int4, start timestamptz
-- row: services.demand.QuarterRow
SELECT coalesce(sum(measured + interpolated + estimated), 0)::int8 AS energy,
       coalesce(sum(covered_us), 0)::int8 AS covered_us
FROM energy_interval WHERE register_id = $1 AND start >= $2 AND start < $2 + interval '15 minutes';

-- name: present_power
-- what: the latest active power that the device of a register sends, in the unit of its point
-- takes: register_id int4
-- row: services.demand.PowerRow
SELECT s.code || '/' || d.code || '/' || p.key AS point, p.canonical_unit AS unit, l.time, l.value,
       p.expected_interval_s
FROM register_segment AS g
JOIN point AS c ON c.id = g.point_id
JOIN device AS d ON d.id = c.device_id
JOIN site AS s ON s.id = d.site_id
JOIN point AS p ON p.device_id = d.id AND p.quantity = 'active_power' AND p.retired_at IS NULL
JOIN latest AS l ON l.point_id = p.id
WHERE g.register_id = $1 AND g.valid_from <= l.time AND p.canonical_unit IN ('W', 'kW', 'MW')
ORDER BY g.valid_from DESC, p.key IN ('active_power_kw', 'power_kw') DESC, p.key LIMIT 1;
