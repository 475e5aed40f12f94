-- name: irregularity_counts
-- what: for each question (device, reasons separated by commas, since when) how many instants were irregular
-- takes: sites text[], devices text[], reasons text[], since timestamptz[]
-- row: services.alarms.facts_devices.CountRow
WITH recent AS MATERIALIZED (
  SELECT device_id, at, reason, count FROM device_irregularity
  WHERE at >= (SELECT min(since) FROM unnest($4::timestamptz[]) AS since)
)
SELECT asked.ordinal, coalesce(sum(recent.count), 0)::int8 AS count
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
  WITH ORDINALITY AS asked (site, device, reasons, since, ordinal)
JOIN site ON site.code = asked.site
JOIN device ON device.site_id = site.id AND device.code = asked.device
LEFT JOIN recent ON recent.device_id = device.id AND recent.at >= asked.since
  AND recent.reason = ANY (string_to_array(asked.reasons, ','))
GROUP BY asked.ordinal ORDER BY asked.ordinal;

-- name: ledger_counts
-- what: for each question (meter, kinds separated by commas, since when) how many entries were decided, or are undecided
-- takes: sites text[], meters text[], kinds text[], since timestamptz[]
-- row: services.alarms.facts_devices.CountRow
SELECT asked.ordinal, count(entry.id) AS count
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
  WITH ORDINALITY AS asked (site, meter, kinds, since, ordinal)
JOIN site ON site.code = asked.site
JOIN meter ON meter.site_id = site.id AND meter.code = asked.meter
JOIN register ON register.meter_id = meter.id AND register.retired_at IS NULL
LEFT JOIN ledger_entry AS entry ON entry.register_id = register.id AND (
  entry.decided >= asked.since AND entry.kind = ANY (string_to_array(asked.kinds, ','))
  OR entry.quarantined <> 0 AND 'undecided' = ANY (string_to_array(asked.kinds, ','))
)
GROUP BY asked.ordinal ORDER BY asked.ordinal;

-- name: hours_of_meters
-- what: energy of given hours of meters' imports, those of which nine tenths are covered, in units of the register
-- takes: sites text[], meters text[], hours timestamptz[]
-- row: services.alarms.facts_meters.HourRow
SELECT asked.site, asked.meter, e.hour,
       (sum(e.measured + e.interpolated + e.estimated) / 1e6)::float8 AS energy
FROM unnest($1::text[], $2::text[]) AS asked (site, meter)
JOIN site ON site.code = asked.site
JOIN meter ON meter.site_id = site.id AND meter.code = asked.meter
JOIN register ON register.meter_id = meter.id AND register.flow = 'import'
JOIN energy_hour AS e ON e.register_id = register.id AND e.hour = ANY ($3::timestamptz[])
GROUP BY asked.site, asked.meter, e.hour
HAVING sum(e.covered_us) >= 3240000000
ORDER BY asked.site, asked.meter, e.hour;

-- name: maintenance_counts
-- what: of each site how many orders are not done in time or not begun in time, and how many machines' plans are overdue, as the due list says it
-- takes: sites text[], now timestamptz
-- row: services.alarms.facts_maintenance.MaintenanceRow
SELECT site.code::text AS site, orders.overdue AS orders_overdue, orders.unanswered AS orders_unanswered,
       (SELECT count(*) FROM plan_machine JOIN maintenance_plan AS plan ON plan.id = plan_machine.plan_id
        LEFT JOIN work_order AS w ON w.id = plan_machine.order_id
        WHERE plan.site_id = site.id AND plan.retired_at IS NULL AND plan_machine.retired_at IS NULL
          AND plan_machine.is_due AND plan_machine.overdue_at <= $2
          AND coalesce(w.state, '') NOT IN ('done', 'verified'))::int AS plans_overdue
FROM site
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE due_at <= $2)::int AS overdue,
         count(*) FILTER (WHERE respond_by <= $2 AND state IN ('requested', 'open', 'assigned'))::int AS unanswered
  FROM work_order
  WHERE site_id = site.id AND state IN ('requested', 'open', 'assigned', 'in_progress', 'on_hold')
) AS orders
WHERE site.code = ANY($1::text[]);
