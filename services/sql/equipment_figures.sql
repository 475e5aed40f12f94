-- What the figures of machines follow from: downtimes, mended failures, work and parts, their meters.

-- name: downtimes_around
-- what: downtimes of machines that touch a period, and those of the month before and after that may be parts of the same failure
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz
-- row: services.equipment.figures.DowntimeRow
SELECT t.equipment_id, t.began_at, t.ended_at, t.reason, s.code || '/' || w.number AS of_order
FROM downtime AS t
LEFT JOIN work_order AS w ON w.id = t.order_id
LEFT JOIN site AS s ON s.id = w.site_id
WHERE t.equipment_id = ANY($1::int4[]) AND t.began_at < $3::timestamptz + interval '31 days'
  AND coalesce(t.ended_at, 'infinity') > $2::timestamptz - interval '31 days'
ORDER BY t.equipment_id, t.began_at, t.id;

-- name: mended
-- what: orders from alarms that began in a period and were verified with a true cause: from the first alarm until done
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz
-- row: services.equipment.figures.MendedRow
SELECT x.equipment_id, x.of_order, x.began_at, x.done_at
FROM (
  SELECT w.equipment_id, s.code || '/' || w.number AS of_order, w.done_at,
         least(w.opened_at, (
           SELECT min(o.raised_at) FROM work_order_alarm AS l JOIN alarm_occurrence AS o ON o.id = l.occurrence_id
           WHERE l.order_id = w.id
         )) AS began_at
  FROM work_order AS w JOIN site AS s ON s.id = w.site_id
  WHERE w.equipment_id = ANY($1::int4[]) AND w.origin = 'alarm' AND w.state = 'verified'
    AND coalesce(w.cause, 'not-reproducible') <> 'not-reproducible'
    AND w.opened_at >= $2::timestamptz
) AS x
WHERE x.began_at >= $2 AND x.began_at < $3::timestamptz
ORDER BY x.equipment_id, x.began_at;

-- name: work_in_period
-- what: what was worked on machines in a period, and what it took: orders opened and done, hours of people
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz
-- row: services.equipment.figures.WorkRow
SELECT e.id AS equipment_id,
       count(*) FILTER (WHERE w.opened_at >= $2::timestamptz AND w.opened_at < $3::timestamptz) AS opened,
       count(*) FILTER (WHERE w.done_at >= $2 AND w.done_at < $3 AND w.state IN ('done', 'verified')
                          AND w.kind = 'repair') AS repairs_done,
       count(*) FILTER (WHERE w.done_at >= $2 AND w.done_at < $3 AND w.state IN ('done', 'verified')
                          AND w.kind <> 'repair') AS others_done,
       coalesce(sum((SELECT sum(l.hours) FROM work_order_labour AS l
                     WHERE l.order_id = w.id AND l.began_at >= $2 AND l.began_at < $3)), 0) AS labour_h
FROM unnest($1::int4[]) AS e (id)
LEFT JOIN work_order AS w ON w.equipment_id = e.id
GROUP BY e.id;

-- name: parts_in_period
-- what: what parts cost that orders used in a period, by currency; parts without a cost are counted
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz
-- row: services.equipment.figures.PartsRow
SELECT w.equipment_id, coalesce(p.currency, '') AS currency, -sum(v.quantity * v.unit_cost) AS cost,
       count(*) FILTER (WHERE v.unit_cost IS NULL) AS without_cost
FROM work_order AS w
JOIN part_movement AS v ON v.order_id = w.id
JOIN part AS p ON p.id = v.part_id
WHERE w.equipment_id = ANY($1::int4[]) AND v.at >= $2::timestamptz AND v.at < $3::timestamptz
GROUP BY w.equipment_id, coalesce(p.currency, '')
ORDER BY 1, 2;

-- name: meters_of_machines
-- what: the meters of machines; of those inside another meter of the same machine the outer one only
-- takes: equipment_ids int4[]
-- row: services.equipment.energy.MeterRow
WITH RECURSIVE above AS (
  SELECT m.id, m.equipment_id, m.parent_id FROM meter AS m
  WHERE m.equipment_id = ANY($1::int4[]) AND m.retired_at IS NULL
  UNION
  SELECT a.id, a.equipment_id, p.parent_id FROM above AS a JOIN meter AS p ON p.id = a.parent_id
)
SELECT m.equipment_id, m.code::text AS code, m.carrier
FROM meter AS m
WHERE m.equipment_id = ANY($1) AND m.retired_at IS NULL
  AND NOT EXISTS (
    SELECT FROM above AS a JOIN meter AS p ON p.id = a.parent_id
    WHERE a.id = m.id AND p.equipment_id = m.equipment_id AND p.retired_at IS NULL AND p.carrier = m.carrier)
ORDER BY m.equipment_id, m.code;

-- name: machines_of_site
-- what: the living machines of a site, or one of them, by code
-- takes: site text, code text
-- row: services.equipment.record.MachineRow
SELECT e.id, e.site_id, s.code::text AS site, e.code::text AS code, e.name, e.name_zh, e.class::text AS equipment_class,
       p.path AS space, s.time_zone, r.document, r.report_key
FROM equipment AS e
JOIN site AS s ON s.id = e.site_id
LEFT JOIN space AS p ON p.id = e.space_id
LEFT JOIN equipment_record AS r ON r.equipment_id = e.id
WHERE s.code = $1 AND e.retired_at IS NULL AND ($2::text IS NULL OR e.code = $2)
ORDER BY e.code;

-- name: faults
-- what: spans in which devices of machines told a fault, those that touch a period; a span ends where its device falls silent
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz
-- row: services.equipment.figures.FaultRow
SELECT d.equipment_id, m.at AS start, least(following.at, v.valid_until, $3::timestamptz) AS stop
FROM device AS d
JOIN machine_state_cover AS v ON v.device_id = d.id
JOIN machine_state AS m ON m.device_id = d.id AND m.state = 'fault'
LEFT JOIN LATERAL (
  SELECT n.at FROM machine_state AS n WHERE n.device_id = m.device_id AND n.at > m.at ORDER BY n.at LIMIT 1
) AS following ON true
WHERE d.equipment_id = ANY($1::int4[]) AND m.at < $3 AND coalesce(following.at, 'infinity') > $2::timestamptz
ORDER BY d.equipment_id, m.at;
