-- What happened to machines: a statement for each source, all with the same columns and the same parameters.
--
--   equipment_ids            the machine, and those inside it where they are asked for
--   start, stop              the period [start, stop); what lasts at `stop` is measured up to there
--   before_at, before_id     the place below which the page begins, in this source's own numbers
--   kind                     what its entries are called
--   count                    at most so many
--
-- `id` orders what happened at the same instant. A device counts to the machine that it is on now.

-- name: days
-- what: what a machine did on each whole local day, summed up
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT x.id, x.at, NULL::timestamptz AS ended_at, $6::text AS kind, 'day' AS event, x.machine, x.title, x.title_zh,
       '' AS text, NULL::text AS actor, NULL::text AS reference,
       jsonb_build_object('day', x.day, 'run_h', (x.running_s + x.loaded_s + x.idle_s) / 3600,
         'running_h', x.running_s / 3600, 'loaded_h', x.loaded_s / 3600, 'idle_h', x.idle_s / 3600,
         'stopped_h', x.stopped_s / 3600, 'fault_h', x.fault_s / 3600, 'no_data_h', x.no_data_s / 3600,
         'starts', x.starts) AS detail
FROM (
  SELECT d.id::int8 AS id, m.day::timestamp AT TIME ZONE s.time_zone AS at, e.code::text AS machine, d.name AS title,
         coalesce(d.name_zh, '') AS title_zh, m.day, m.running_s, m.loaded_s, m.idle_s, m.stopped_s, m.fault_s,
         m.no_data_s, m.starts
  FROM device AS d
  JOIN equipment AS e ON e.id = d.equipment_id
  JOIN site AS s ON s.id = d.site_id
  JOIN machine_day AS m ON m.device_id = d.id
  WHERE d.equipment_id = ANY($1::int4[])
) AS x
WHERE x.at >= $2::timestamptz AND x.at < $3::timestamptz AND (x.at, x.id) < ($4::timestamptz, $5::int8)
ORDER BY x.at DESC, x.id DESC
LIMIT $7::int8;

-- name: stops
-- what: faults of a minute and more, stops and silences of a quarter of an hour and more
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT c.device_id::int8 AS id, c.at, following.at AS ended_at, $6::text AS kind, c.state AS event,
       e.code::text AS machine, d.name AS title, coalesce(d.name_zh, '') AS title_zh, '' AS text, NULL::text AS actor,
       NULL::text AS reference,
       jsonb_build_object('hours', extract(epoch FROM coalesce(following.at, $3) - c.at)::float8 / 3600) AS detail
FROM device AS d
JOIN equipment AS e ON e.id = d.equipment_id
JOIN machine_state AS c ON c.device_id = d.id AND c.state IN ('fault', 'stopped', 'no_data')
LEFT JOIN machine_state_cover AS v ON v.device_id = d.id AND v.valid_until < $3::timestamptz AND c.state <> 'no_data'
LEFT JOIN LATERAL (
  SELECT n.at FROM machine_state AS n WHERE n.device_id = c.device_id AND n.at > c.at ORDER BY n.at LIMIT 1
) AS next ON true
CROSS JOIN LATERAL (SELECT coalesce(next.at, v.valid_until) AS at) AS following
WHERE d.equipment_id = ANY($1::int4[])
  AND c.at >= $2::timestamptz AND c.at < $3::timestamptz AND (c.at, c.device_id) < ($4::timestamptz, $5::int8)
  AND coalesce(following.at, $3) - c.at
      >= CASE c.state WHEN 'fault' THEN interval '1 minute' ELSE interval '15 minutes' END
ORDER BY c.at DESC, c.device_id DESC
LIMIT $7::int8;

-- name: changes
-- what: every change of state
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT c.device_id::int8 AS id, c.at, following.at AS ended_at, $6::text AS kind, c.state AS event,
       e.code::text AS machine, d.name AS title, coalesce(d.name_zh, '') AS title_zh, '' AS text, NULL::text AS actor,
       NULL::text AS reference,
       jsonb_build_object('hours', extract(epoch FROM coalesce(following.at, $3) - c.at)::float8 / 3600) AS detail
FROM (
  SELECT m.device_id, m.at, m.state
  FROM device AS d JOIN machine_state AS m ON m.device_id = d.id
  WHERE d.equipment_id = ANY($1::int4[])
    AND m.at >= $2::timestamptz AND m.at < $3::timestamptz AND (m.at, m.device_id) < ($4::timestamptz, $5::int8)
  ORDER BY m.at DESC, m.device_id DESC
  LIMIT $7::int8
) AS c
JOIN device AS d ON d.id = c.device_id
JOIN equipment AS e ON e.id = d.equipment_id
LEFT JOIN machine_state_cover AS v ON v.device_id = d.id AND v.valid_until < $3 AND c.state <> 'no_data'
LEFT JOIN LATERAL (
  SELECT n.at FROM machine_state AS n WHERE n.device_id = c.device_id AND n.at > c.at ORDER BY n.at LIMIT 1
) AS next ON true
CROSS JOIN LATERAL (SELECT coalesce(next.at, v.valid_until) AS at) AS following
ORDER BY c.at DESC, c.device_id DESC;

-- name: silences
-- what: since when devices are silent, where that is a quarter of an hour: until then their last reading was believed
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT v.device_id::int8 AS id, v.valid_until AS at, NULL::timestamptz AS ended_at, $6::text AS kind,
       'no_data' AS event, e.code::text AS machine, d.name AS title, coalesce(d.name_zh, '') AS title_zh, '' AS text,
       NULL::text AS actor, NULL::text AS reference,
       jsonb_build_object('hours', extract(epoch FROM $3 - v.valid_until)::float8 / 3600) AS detail
FROM device AS d
JOIN equipment AS e ON e.id = d.equipment_id
JOIN machine_state_cover AS v ON v.device_id = d.id
WHERE d.equipment_id = ANY($1::int4[])
  AND v.valid_until >= $2::timestamptz AND v.valid_until <= $3::timestamptz - interval '15 minutes'
  AND (v.valid_until, v.device_id) < ($4::timestamptz, $5::int8)
  AND 'no_data' IS DISTINCT FROM (
    SELECT m.state FROM machine_state AS m WHERE m.device_id = v.device_id ORDER BY m.at DESC LIMIT 1)
ORDER BY v.valid_until DESC, v.device_id DESC
LIMIT $7::int8;

-- name: telling_devices
-- what: the devices of machines that told a state, and when they did so last; retired ones too
-- takes: equipment_ids int4[]
-- row: services.equipment.today.DeviceRow
SELECT d.id, e.code::text AS machine, d.name AS title, coalesce(d.name_zh, '') AS title_zh, s.time_zone,
       v.last_reading_at
FROM device AS d
JOIN equipment AS e ON e.id = d.equipment_id
JOIN site AS s ON s.id = d.site_id
JOIN machine_state_cover AS v ON v.device_id = d.id
WHERE d.equipment_id = ANY($1::int4[])
ORDER BY d.id;

-- name: alarms
-- what: alarms of its devices and meters that people were told of, from raise to normal
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT o.id, o.raised_at AS at, coalesce(o.returned_at, o.ended_at) AS ended_at, $6::text AS kind, 'raised' AS event,
       e.code::text AS machine, coalesce(r.document ->> 'name', r.code::text) AS title,
       coalesce(r.document ->> 'name_zh', '') AS title_zh, o.message AS text, k.code::text AS actor,
       coalesce(s.code::text, 'service') || '/' || r.code || '/' || a.subject AS reference,
       jsonb_build_object('priority', o.priority, 'level', o.level, 'value', o.value, 'limit', o.limit_value,
         'unit', o.unit, 'message_zh', o.message_zh, 'acknowledged_at', o.first_acknowledged_at,
         'order', (SELECT n.code || '/' || w.number FROM work_order_alarm AS l JOIN work_order AS w ON w.id = l.order_id
                   JOIN site AS n ON n.id = w.site_id WHERE l.occurrence_id = o.id)) AS detail
FROM alarm AS a
JOIN alarm_rule AS r ON r.id = a.rule_id
JOIN alarm_occurrence AS o ON o.alarm_id = a.id
LEFT JOIN site AS s ON s.id = a.site_id
LEFT JOIN device AS d ON d.id = a.device_id
LEFT JOIN meter AS m ON m.id = a.meter_id
JOIN equipment AS e ON e.id = coalesce(d.equipment_id, m.equipment_id, a.equipment_id)
LEFT JOIN actor AS k ON k.id = o.acknowledged_by
WHERE e.id = ANY($1::int4[]) AND o.announced_at IS NOT NULL
  AND o.raised_at >= $2::timestamptz AND o.raised_at < $3::timestamptz
  AND (o.raised_at, o.id) < ($4::timestamptz, $5::int8)
ORDER BY o.raised_at DESC, o.id DESC
LIMIT $7::int8;

-- name: orders
-- what: the main steps of its orders: a step to another state, escalated, overdue; `repair` are repairs, `maintenance` is the rest
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT n.id, n.at, NULL::timestamptz AS ended_at, $6::text AS kind,
       CASE WHEN n.event IN ('escalated', 'overdue') THEN n.event
            WHEN n.from_state IS NULL THEN 'opened'
            WHEN n.from_state = 'requested' AND n.to_state = 'open' THEN 'accepted'
            WHEN n.from_state = 'done' AND n.to_state IN ('open', 'assigned') THEN 'reopened'
            WHEN n.from_state = 'on_hold' AND n.to_state = 'in_progress' THEN 'resumed'
            WHEN n.to_state = 'in_progress' THEN 'started'
            WHEN n.to_state = 'on_hold' THEN 'held'
            ELSE n.to_state END AS event,
       e.code::text AS machine, w.title, w.title_zh, n.comment AS text, k.code::text AS actor,
       s.code || '/' || w.number AS reference,
       jsonb_build_object('order_kind', w.kind, 'origin', w.origin, 'priority', w.priority, 'from', n.from_state,
         'to', n.to_state)
       || CASE WHEN n.to_state IN ('done', 'verified')
               THEN jsonb_build_object('cause', w.cause, 'cause_note', w.cause_note, 'resolution', w.resolution)
               ELSE '{}' END AS detail
FROM work_order AS w
JOIN equipment AS e ON e.id = w.equipment_id
JOIN site AS s ON s.id = w.site_id
JOIN work_order_entry AS n ON n.order_id = w.id
LEFT JOIN actor AS k ON k.id = n.actor_id
WHERE e.id = ANY($1::int4[]) AND (w.kind = 'repair') = ($6 = 'repair')
  AND (n.event IN ('escalated', 'overdue')
       OR n.to_state IS DISTINCT FROM n.from_state AND n.to_state IS NOT NULL
          AND (n.from_state IS NULL OR n.from_state = 'done' OR n.to_state <> 'assigned')
          AND (n.from_state IS DISTINCT FROM 'assigned' OR n.to_state <> 'open'))
  AND n.at >= $2::timestamptz AND n.at < $3::timestamptz AND (n.at, n.id) < ($4::timestamptz, $5::int8)
ORDER BY n.at DESC, n.id DESC
LIMIT $7::int8;

-- name: downtimes
-- what: when it could not do its work, and why
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT t.id, t.began_at AS at, t.ended_at, $6::text AS kind, t.reason AS event, e.code::text AS machine,
       coalesce(w.title, '') AS title, coalesce(w.title_zh, '') AS title_zh, t.note AS text, k.code::text AS actor,
       s.code || '/' || w.number AS reference,
       jsonb_build_object('hours', extract(epoch FROM coalesce(t.ended_at, $3) - t.began_at)::float8 / 3600) AS detail
FROM downtime AS t
JOIN equipment AS e ON e.id = t.equipment_id
JOIN actor AS k ON k.id = t.actor_id
LEFT JOIN work_order AS w ON w.id = t.order_id
LEFT JOIN site AS s ON s.id = w.site_id
WHERE e.id = ANY($1::int4[])
  AND t.began_at >= $2::timestamptz AND t.began_at < $3::timestamptz
  AND (t.began_at, t.id) < ($4::timestamptz, $5::int8)
ORDER BY t.began_at DESC, t.id DESC
LIMIT $7::int8;

-- name: parts
-- what: parts that its orders used or gave back
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT v.id, v.at, NULL::timestamptz AS ended_at, $6::text AS kind, v.kind AS event, e.code::text AS machine,
       p.name AS title, p.name_zh AS title_zh, v.reason AS text, k.code::text AS actor,
       s.code || '/' || w.number AS reference,
       jsonb_build_object('part', p.code, 'quantity', abs(v.quantity), 'unit', p.unit, 'unit_cost', v.unit_cost,
         'currency', p.currency) AS detail
FROM work_order AS w
JOIN equipment AS e ON e.id = w.equipment_id
JOIN site AS s ON s.id = w.site_id
JOIN part_movement AS v ON v.order_id = w.id
JOIN part AS p ON p.id = v.part_id
JOIN actor AS k ON k.id = v.actor_id
WHERE e.id = ANY($1::int4[])
  AND v.at >= $2::timestamptz AND v.at < $3::timestamptz AND (v.at, v.id) < ($4::timestamptz, $5::int8)
ORDER BY v.at DESC, v.id DESC
LIMIT $7::int8;

-- name: files
-- what: documents and photos of the machine and of its orders, also those removed since
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT x.id, x.at, x.removed_at AS ended_at, $6::text AS kind, x.event, e.code::text AS machine, x.title,
       '' AS title_zh, '' AS text, k.code::text AS actor, x.key::text AS reference,
       jsonb_build_object('name', x.name, 'media_type', x.media_type, 'order', x.of_order) AS detail
FROM (
  SELECT a.id, a.made_at AS at, f.removed_at, f.kind AS event, f.equipment_id, f.title, a.key, a.name, a.media_type,
         a.actor_id, NULL::text AS of_order
  FROM equipment_file AS f JOIN attachment AS a ON a.id = f.attachment_id
  WHERE f.equipment_id = ANY($1::int4[])
  UNION ALL
  SELECT a.id, a.made_at, NULL, 'photo', w.equipment_id, f.title, a.key, a.name, a.media_type, a.actor_id,
         s.code || '/' || w.number
  FROM work_order AS w
  JOIN work_order_file AS f ON f.order_id = w.id
  JOIN attachment AS a ON a.id = f.attachment_id
  JOIN site AS s ON s.id = w.site_id
  WHERE w.equipment_id = ANY($1)
) AS x
JOIN equipment AS e ON e.id = x.equipment_id
JOIN actor AS k ON k.id = x.actor_id
WHERE x.at >= $2::timestamptz AND x.at < $3::timestamptz AND (x.at, x.id) < ($4::timestamptz, $5::int8)
ORDER BY x.at DESC, x.id DESC
LIMIT $7::int8;

-- name: notes
-- what: what people wrote down about it
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT n.id, n.at, NULL::timestamptz AS ended_at, $6::text AS kind, 'note' AS event, e.code::text AS machine,
       '' AS title, '' AS title_zh, n.body AS text, k.code::text AS actor, NULL::text AS reference,
       '{}'::jsonb AS detail
FROM equipment_note AS n
JOIN equipment AS e ON e.id = n.equipment_id
JOIN actor AS k ON k.id = n.actor_id
WHERE e.id = ANY($1::int4[])
  AND n.at >= $2::timestamptz AND n.at < $3::timestamptz AND (n.at, n.id) < ($4::timestamptz, $5::int8)
ORDER BY n.at DESC, n.id DESC
LIMIT $7::int8;

-- name: registry_changes
-- what: changes of the machine and its devices in the registry
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT c.id, c.at, NULL::timestamptz AS ended_at, $6::text AS kind, c.action AS event, x.machine, x.title, x.title_zh,
       '' AS text, k.code::text AS actor, c.subject AS reference,
       jsonb_build_object('of', c.kind, 'before', c.before, 'after', c.after) AS detail
FROM (
  SELECT 'equipment' AS kind, s.code || '/' || e.code AS subject, e.code::text AS machine, e.name AS title,
         coalesce(e.name_zh, '') AS title_zh
  FROM equipment AS e JOIN site AS s ON s.id = e.site_id WHERE e.id = ANY($1::int4[])
  UNION ALL
  SELECT 'device', s.code || '/' || d.code, e.code::text, d.name, coalesce(d.name_zh, '')
  FROM device AS d JOIN equipment AS e ON e.id = d.equipment_id JOIN site AS s ON s.id = d.site_id
  WHERE e.id = ANY($1)
) AS x
JOIN registry_change AS c ON c.kind = x.kind AND c.subject = x.subject
JOIN actor AS k ON k.id = c.actor_id
WHERE c.at >= $2::timestamptz AND c.at < $3::timestamptz AND (c.at, c.id) < ($4::timestamptz, $5::int8)
ORDER BY c.at DESC, c.id DESC
LIMIT $7::int8;

-- name: record_changes
-- what: changes of the machine's record
-- takes: equipment_ids int4[], start timestamptz, stop timestamptz, before_at timestamptz, before_id int8, kind text, count int8
-- row: services.equipment.entries.EntryRow
SELECT c.id, c.at, NULL::timestamptz AS ended_at, $6::text AS kind, 'record' AS event, e.code::text AS machine,
       e.name AS title, coalesce(e.name_zh, '') AS title_zh, c.reason AS text, k.code::text AS actor,
       NULL::text AS reference, jsonb_build_object('of', 'record', 'before', c.before, 'after', c.after) AS detail
FROM equipment AS e
JOIN record_change AS c ON c.site_id = e.site_id AND c.kind = 'equipment' AND c.subject = e.code
JOIN actor AS k ON k.id = c.actor_id
WHERE e.id = ANY($1::int4[])
  AND c.at >= $2::timestamptz AND c.at < $3::timestamptz AND (c.at, c.id) < ($4::timestamptz, $5::int8)
ORDER BY c.at DESC, c.id DESC
LIMIT $7::int8;
