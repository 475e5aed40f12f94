-- What rules are bound to, as the registry has it now: retired things are left out.

-- name: device_machines
-- what: devices with what rules find them by; parent is the device of the meter, else of the equipment, that it is inside
-- takes: site text
-- row: services.alarms.machines.DeviceRow
WITH measuring AS (
  SELECT DISTINCT ON (meter.id) meter.id AS meter_id, meter.parent_id, point.device_id
  FROM meter
  JOIN register ON register.meter_id = meter.id AND register.retired_at IS NULL
  JOIN LATERAL (
    SELECT segment.point_id FROM register_segment AS segment
    WHERE segment.register_id = register.id AND segment.valid_from <= now()
    ORDER BY segment.valid_from DESC LIMIT 1
  ) AS current ON true
  JOIN point ON point.id = current.point_id AND point.retired_at IS NULL
  WHERE meter.retired_at IS NULL
  ORDER BY meter.id, register.flow
), inside AS (
  SELECT DISTINCT ON (own.device_id) own.device_id, above.device_id AS parent_id
  FROM measuring AS own JOIN measuring AS above ON above.meter_id = own.parent_id
  WHERE above.device_id <> own.device_id
  ORDER BY own.device_id, above.device_id
)
SELECT site.code::text AS site, device.id AS device_id, device.code::text AS code, device.name,
       coalesce(device.name_zh, '') AS name_zh, coalesce(template.code::text, '') AS template,
       coalesce(template.kind::text, '') AS kind, coalesce(equipment.code::text, '') AS equipment,
       coalesce(gateway.code::text, '') AS gateway, coalesce(space.path, '') AS space,
       coalesce(parent.code::text, (
         SELECT min(other.code::text) FROM device AS other
         WHERE other.equipment_id = equipment.parent_id AND other.retired_at IS NULL AND other.id <> device.id
       ), '') AS parent
FROM device
JOIN site ON site.id = device.site_id
LEFT JOIN device_template AS template ON template.id = device.template_id
LEFT JOIN equipment ON equipment.id = device.equipment_id AND equipment.retired_at IS NULL
LEFT JOIN device AS gateway ON gateway.id = device.gateway_id AND gateway.retired_at IS NULL
LEFT JOIN space ON space.id = device.space_id
LEFT JOIN inside ON inside.device_id = device.id
LEFT JOIN device AS parent ON parent.id = inside.parent_id AND parent.retired_at IS NULL
WHERE device.retired_at IS NULL AND ($1::text IS NULL OR site.code = $1)
ORDER BY site.code, device.code;

-- name: machine_points
-- what: the points of devices
-- takes: site text
-- row: services.alarms.machines.PointRow
SELECT device.id AS device_id, point.id AS point_id, point.key::text AS key, point.canonical_unit AS unit, point.kind,
       point.expected_interval_s, point.states
FROM point
JOIN device ON device.id = point.device_id AND device.retired_at IS NULL
JOIN site ON site.id = device.site_id
WHERE point.retired_at IS NULL AND ($1::text IS NULL OR site.code = $1)
ORDER BY device.id, point.key;

-- name: meter_machines
-- what: meters with the meter that they are inside, the gateway of their device, and the points that are their registers now
-- takes: site text
-- row: services.alarms.machines.MeterRow
SELECT site.code::text AS site, meter.code::text AS code, meter.name, coalesce(meter.name_zh, '') AS name_zh,
       meter.carrier, coalesce(equipment.code::text, '') AS equipment, coalesce(space.path, '') AS space,
       coalesce(parent.code::text, '') AS parent, coalesce(min(gateway.code::text), '') AS gateway,
       coalesce(array_agg(DISTINCT point.id) FILTER (WHERE point.id IS NOT NULL), '{}') AS point_ids
FROM meter
JOIN site ON site.id = meter.site_id
LEFT JOIN meter AS parent ON parent.id = meter.parent_id AND parent.retired_at IS NULL
LEFT JOIN equipment ON equipment.id = meter.equipment_id AND equipment.retired_at IS NULL
LEFT JOIN space ON space.id = meter.space_id
LEFT JOIN register ON register.meter_id = meter.id AND register.retired_at IS NULL
LEFT JOIN LATERAL (
  SELECT segment.point_id FROM register_segment AS segment
  WHERE segment.register_id = register.id AND segment.valid_from <= now()
  ORDER BY segment.valid_from DESC LIMIT 1
) AS current ON true
LEFT JOIN point ON point.id = current.point_id AND point.retired_at IS NULL
LEFT JOIN device ON device.id = point.device_id
LEFT JOIN device AS gateway ON gateway.id = device.gateway_id AND gateway.retired_at IS NULL
WHERE meter.retired_at IS NULL AND ($1::text IS NULL OR site.code = $1)
GROUP BY site.code, meter.id, equipment.code, space.path, parent.code
ORDER BY site.code, meter.code;

-- name: site_machines
-- what: sites as subjects of rules
-- takes: site text
-- row: services.alarms.machines.SiteRow
SELECT code::text AS code, name, coalesce(name_zh, '') AS name_zh FROM site
WHERE $1::text IS NULL OR code = $1 ORDER BY code;
