-- name: site
-- what: a site's number and zone
-- takes: site text
-- row: services.energy.registry.SiteRow
SELECT id, code::text AS code, time_zone FROM site WHERE code = $1;

-- name: meters
-- what: the meters of a site with their register of a flow, if they have one
-- takes: site_id int4, flow text
-- row: services.energy.registry.MeterRow
SELECT m.id, m.code::text AS code, m.name, m.kind, m.carrier, m.parent_id, s.path AS space, u.path AS org_unit,
       r.id AS register_id, r.calendar_id, r.unit
FROM meter AS m
LEFT JOIN space AS s ON s.id = m.space_id
LEFT JOIN org_unit AS u ON u.id = m.org_unit_id
LEFT JOIN register AS r ON r.meter_id = m.id AND r.flow = $2
WHERE m.site_id = $1 ORDER BY m.code;

-- name: allocations
-- what: shares of a site's meters that hold on some local day of a period
-- takes: site_id int4, first date, stop date
-- row: analytics.belonging.Share
SELECT a.meter_id, s.path AS space, u.path AS org_unit, a.share, lower(a.valid) AS since, upper(a.valid) AS until
FROM meter_allocation AS a
JOIN meter AS m ON m.id = a.meter_id
LEFT JOIN space AS s ON s.id = a.space_id
LEFT JOIN org_unit AS u ON u.id = a.org_unit_id
WHERE m.site_id = $1 AND a.valid && daterange($2, $3) ORDER BY a.id;

-- name: spaces
-- what: the spaces of a site with their floor areas
-- takes: site_id int4
-- row: services.energy.registry.SpaceRow
SELECT path, kind, floor_area_m2 FROM space WHERE site_id = $1 ORDER BY path;

-- name: unit_paths
-- what: the organisational units of a site
-- takes: site_id int4
-- row: services.energy.registry.UnitRow
SELECT path FROM org_unit WHERE site_id = $1 ORDER BY path;

-- name: sum_months
-- what: energy in local months [first, stop) by class, bucket and band; bucket n: months since the nth of `starts`
-- takes: register_ids int4[], numbers int4[], first date, stop date, starts date[]
-- row: services.energy.sums.DatedRow
SELECT w.number, width_bucket(e.month, $5::date[]) AS bucket, e.band, sum(e.measured)::int8 AS measured,
       sum(e.interpolated)::int8 AS interpolated, sum(e.estimated)::int8 AS estimated,
       sum(e.covered_us)::int8 AS covered_us
FROM unnest($1::int4[], $2::int4[]) AS w (register_id, number)
JOIN energy_month AS e ON e.register_id = w.register_id AND e.month >= $3 AND e.month < $4
GROUP BY w.number, width_bucket(e.month, $5::date[]), e.band;

-- name: sum_days
-- what: energy in local days [first, stop) by class, bucket and band; bucket n: days since the nth of `starts`
-- takes: register_ids int4[], numbers int4[], first date, stop date, starts date[]
-- row: services.energy.sums.DatedRow
SELECT w.number, width_bucket(e.day, $5::date[]) AS bucket, e.band, sum(e.measured)::int8 AS measured,
       sum(e.interpolated)::int8 AS interpolated, sum(e.estimated)::int8 AS estimated,
       sum(e.covered_us)::int8 AS covered_us
FROM unnest($1::int4[], $2::int4[]) AS w (register_id, number)
JOIN energy_day AS e ON e.register_id = w.register_id AND e.day >= $3 AND e.day < $4
GROUP BY w.number, width_bucket(e.day, $5::date[]), e.band;

-- name: sum_hours
-- what: energy in local hours that start in [start, stop) by number of class, hour and band
-- takes: register_ids int4[], numbers int4[], start timestamptz, stop timestamptz
-- row: services.energy.sums.TimedRow
SELECT w.number, e.hour AS at, e.band, sum(e.measured)::int8 AS measured,
       sum(e.interpolated)::int8 AS interpolated, sum(e.estimated)::int8 AS estimated,
       sum(e.covered_us)::int8 AS covered_us
FROM unnest($1::int4[], $2::int4[]) AS w (register_id, number)
JOIN energy_hour AS e ON e.register_id = w.register_id AND e.hour >= $3 AND e.hour < $4
GROUP BY w.number, e.hour, e.band;

-- name: sum_intervals
-- what: energy in quarter hours that start in [start, stop) by number of class, quarter hour and band
-- takes: register_ids int4[], numbers int4[], calendar_ids int4[], start timestamptz, stop timestamptz
-- row: services.energy.sums.TimedRow
SELECT w.number, time_bucket('15 minutes', e.start) AS at, p.band, sum(e.measured)::int8 AS measured,
       sum(e.interpolated)::int8 AS interpolated, sum(e.estimated)::int8 AS estimated,
       sum(e.covered_us)::int8 AS covered_us
FROM unnest($1::int4[], $2::int4[], $3::int4[]) AS w (register_id, number, calendar_id)
JOIN energy_interval AS e ON e.register_id = w.register_id AND e.start >= $4 AND e.start < $5
JOIN calendar_piece AS p ON p.calendar_id = w.calendar_id AND p.start = e.start AND p.start >= $4 AND p.start < $5
GROUP BY w.number, time_bucket('15 minutes', e.start), p.band;

-- name: sum_chosen_hours
-- what: energy in given local hours by key and weight, and how long there was any
-- takes: register_ids int4[], keys int4[], weights numeric[], hours timestamptz[]
-- row: services.energy.baseload.BaseRow
SELECT w.key, w.weight, sum(e.measured + e.interpolated + e.estimated)::int8 AS energy
FROM unnest($1::int4[], $2::int4[], $3::numeric[]) AS w (register_id, key, weight)
CROSS JOIN unnest($4::timestamptz[]) AS h (hour)
JOIN energy_hour AS e ON e.register_id = w.register_id AND e.hour = h.hour
GROUP BY w.key, w.weight;

-- name: sum_chosen_days
-- what: energy in given local days by key and weight
-- takes: register_ids int4[], keys int4[], weights numeric[], days date[]
-- row: services.energy.baseload.BaseRow
SELECT w.key, w.weight, sum(e.measured + e.interpolated + e.estimated)::int8 AS energy
FROM unnest($1::int4[], $2::int4[], $3::numeric[]) AS w (register_id, key, weight)
CROSS JOIN unnest($4::date[]) AS d (day)
JOIN energy_day AS e ON e.register_id = w.register_id AND e.day = d.day
GROUP BY w.key, w.weight;

-- name: highest_quarters
-- what: the quarter hour in [start, stop) with the most energy, and that energy, of each key
-- takes: register_ids int4[], keys int4[], weights numeric[], start timestamptz, stop timestamptz
-- row: services.energy.baseload.HighestRow
SELECT DISTINCT ON (key) key, quarter, energy
FROM (
  SELECT w.key, time_bucket('15 minutes', e.start) AS quarter,
         sum(w.weight * (e.measured + e.interpolated + e.estimated)) AS energy
  FROM unnest($1::int4[], $2::int4[], $3::numeric[]) AS w (register_id, key, weight)
  JOIN energy_interval AS e ON e.register_id = w.register_id AND e.start >= $4 AND e.start < $5
  GROUP BY w.key, time_bucket('15 minutes', e.start)
) AS q
ORDER BY key, energy DESC, quarter;

-- name: contract_use
-- what: what the main meters of a calendar's contract drew under its tariff, by local month [first, stop)
-- takes: calendar_ids int4[], first date, stop date
-- row: services.energy.prices.UseRow
SELECT b.id AS calendar_id, e.month, sum(e.measured + e.interpolated + e.estimated)::int8 AS energy
FROM band_calendar AS b
JOIN contract_meter AS m ON m.contract_id = b.contract_id AND m.is_main
JOIN register AS r ON r.meter_id = m.meter_id AND r.flow = 'import'
JOIN energy_month AS e ON e.register_id = r.id AND e.month >= $2 AND e.month < $3 AND e.band <> 0
WHERE b.id = ANY($1)
GROUP BY b.id, e.month;
