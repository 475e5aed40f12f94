-- A whole site at once, the retired things too: what a site folder is compared with, and what an export writes.

-- name: revision
-- what: the revision of the registry
-- row: services.registry.snapshot.RevisionRow
SELECT revision FROM registry_revision;

-- name: held_site
-- what: a site by code
-- takes: site text
-- row: analytics.registry.model.Site
SELECT code, name, name_zh, time_zone, latitude, longitude FROM site WHERE code = $1;

-- name: held_aliases
-- what: the former names of everything on a site, each with the present name of what it leads to
-- takes: site text
-- row: analytics.registry.model.Alias
SELECT alias.kind, alias.alias,
       coalesce(space.path, unit.path, equipment.code, device.code, owner.code || '/' || point.key,
                meter.code) AS target
FROM code_alias AS alias
JOIN site ON site.id = alias.site_id
LEFT JOIN space ON alias.kind = 'space' AND space.id = alias.target_id
LEFT JOIN org_unit AS unit ON alias.kind = 'org_unit' AND unit.id = alias.target_id
LEFT JOIN equipment ON alias.kind = 'equipment' AND equipment.id = alias.target_id
LEFT JOIN device ON alias.kind = 'device' AND device.id = alias.target_id
LEFT JOIN point ON alias.kind = 'point' AND point.id = alias.target_id
LEFT JOIN device AS owner ON owner.id = point.device_id
LEFT JOIN meter ON alias.kind = 'meter' AND meter.id = alias.target_id
WHERE site.code = $1
ORDER BY alias.kind, alias.alias;

-- name: held_spaces
-- what: the living or the retired spaces of a site
-- takes: site text, retired bool
-- row: analytics.registry.model.Space
SELECT space.path, space.name, space.name_zh, space.kind, space.floor_area_m2
FROM space JOIN site ON site.id = space.site_id
WHERE site.code = $1 AND (space.retired_at IS NOT NULL) = $2
ORDER BY space.path;

-- name: held_org_units
-- what: the living or the retired organisational units of a site
-- takes: site text, retired bool
-- row: analytics.registry.model.OrgUnit
SELECT unit.path, unit.name, unit.name_zh, unit.kind
FROM org_unit AS unit JOIN site ON site.id = unit.site_id
WHERE site.code = $1 AND (unit.retired_at IS NOT NULL) = $2
ORDER BY unit.path;

-- name: held_templates
-- what: the living or the retired templates of a site
-- takes: site text, retired bool
-- row: analytics.registry.model.Template
SELECT template.code, template.name, template.name_zh, template.kind
FROM device_template AS template JOIN site ON site.id = template.site_id
WHERE site.code = $1 AND (template.retired_at IS NOT NULL) = $2
ORDER BY template.code;

-- name: held_template_points
-- what: the points of all templates of a site
-- takes: site text
-- row: analytics.registry.model.TemplatePoint
SELECT template.code AS template, point.key, point.name, point.name_zh, point.quantity, point.unit, point.kind,
       point.minimum, point.maximum, point.expected_interval_s, point.states
FROM template_point AS point
JOIN device_template AS template ON template.id = point.template_id
JOIN site ON site.id = template.site_id
WHERE site.code = $1
ORDER BY template.code, point.key;

-- name: held_equipment
-- what: the living or the retired equipment of a site
-- takes: site text, retired bool
-- row: analytics.registry.model.Equipment
SELECT equipment.code, equipment.name, equipment.name_zh,
       equipment.class AS equipment_class, space.path AS space, unit.path AS org_unit, parent.code AS parent
FROM equipment
JOIN site ON site.id = equipment.site_id
LEFT JOIN space ON space.id = equipment.space_id
LEFT JOIN org_unit AS unit ON unit.id = equipment.org_unit_id
LEFT JOIN equipment AS parent ON parent.id = equipment.parent_id
WHERE site.code = $1 AND (equipment.retired_at IS NOT NULL) = $2
ORDER BY equipment.code;

-- name: held_devices
-- what: the living or the retired devices of a site
-- takes: site text, retired bool
-- row: analytics.registry.model.Device
SELECT device.code, device.name, device.name_zh, template.code AS template,
       space.path AS space, unit.path AS org_unit, equipment.code AS equipment, gateway.code AS gateway,
       device.future_limit_s
FROM device
JOIN site ON site.id = device.site_id
LEFT JOIN device_template AS template ON template.id = device.template_id
LEFT JOIN space ON space.id = device.space_id
LEFT JOIN org_unit AS unit ON unit.id = device.org_unit_id
LEFT JOIN equipment ON equipment.id = device.equipment_id
LEFT JOIN device AS gateway ON gateway.id = device.gateway_id
WHERE site.code = $1 AND (device.retired_at IS NOT NULL) = $2
ORDER BY device.code;

-- name: held_points
-- what: the living or the retired points of a site
-- takes: site text, retired bool
-- row: analytics.registry.model.Point
SELECT device.code AS device, point.key, point.name, point.name_zh,
       point.quantity, point.unit, point.canonical_unit, point.scale, point.bias, point.kind, point.minimum,
       point.maximum, point.expected_interval_s, point.states
FROM point
JOIN device ON device.id = point.device_id
JOIN site ON site.id = device.site_id
WHERE site.code = $1 AND (point.retired_at IS NOT NULL) = $2
ORDER BY device.code, point.key;

-- name: points_with_readings
-- what: which of the given points of a site have readings
-- takes: site text, devices text[], keys text[]
-- row: services.registry.snapshot.PointNameRow
SELECT device.code AS device, point.key
FROM unnest($2::text[], $3::text[]) AS asked (device, key)
JOIN site ON site.code = $1
JOIN device ON device.site_id = site.id AND device.code = asked.device
JOIN point ON point.device_id = device.id AND point.key = asked.key
JOIN latest ON latest.point_id = point.id
ORDER BY device.code, point.key;

-- name: held_meters
-- what: the living or the retired meters of a site
-- takes: site text, retired bool
-- row: analytics.registry.meters.Meter
SELECT meter.code, meter.name, meter.name_zh, meter.carrier, meter.kind, parent.code AS parent, space.path AS space,
       unit.path AS org_unit, equipment.code AS equipment, meter.rated_per_hour, meter.contract, meter.formula
FROM meter
JOIN site ON site.id = meter.site_id
LEFT JOIN meter AS parent ON parent.id = meter.parent_id
LEFT JOIN space ON space.id = meter.space_id
LEFT JOIN org_unit AS unit ON unit.id = meter.org_unit_id
LEFT JOIN equipment ON equipment.id = meter.equipment_id
WHERE site.code = $1 AND (meter.retired_at IS NOT NULL) = $2
ORDER BY meter.code;

-- name: held_registers
-- what: the living or the retired registers of a site; those of a retired meter are retired
-- takes: site text, retired bool
-- row: analytics.registry.meters.Register
SELECT meter.code AS meter, register.flow, register.unit
FROM register
JOIN meter ON meter.id = register.meter_id
JOIN site ON site.id = meter.site_id
WHERE site.code = $1 AND (register.retired_at IS NOT NULL OR meter.retired_at IS NOT NULL) = $2
ORDER BY meter.code, register.flow;

-- name: held_segments
-- what: the segments of the living registers of a site
-- takes: site text
-- row: analytics.registry.meters.RegisterSegment
SELECT meter.code AS meter, register.flow, nullif(segment.valid_from, '-infinity') AS valid_from,
       device.code || '/' || point.key AS point, segment.multiplier, segment.modulus, segment.resolution,
       segment.closing_value, segment.opening_value, segment.reason <> '' AS entered
FROM register_segment AS segment
JOIN register ON register.id = segment.register_id
JOIN meter ON meter.id = register.meter_id
JOIN site ON site.id = meter.site_id
JOIN point ON point.id = segment.point_id
JOIN device ON device.id = point.device_id
WHERE site.code = $1 AND register.retired_at IS NULL AND meter.retired_at IS NULL
ORDER BY meter.code, register.flow, segment.valid_from;

-- name: held_allocations
-- what: the shares of the living meters of a site
-- takes: site text
-- row: analytics.registry.meters.Allocation
SELECT meter.code AS meter, space.path AS space, unit.path AS org_unit, allocation.share,
       lower(allocation.valid) AS valid_from, upper(allocation.valid) AS valid_until
FROM meter_allocation AS allocation
JOIN meter ON meter.id = allocation.meter_id
JOIN site ON site.id = meter.site_id
LEFT JOIN space ON space.id = allocation.space_id
LEFT JOIN org_unit AS unit ON unit.id = allocation.org_unit_id
WHERE site.code = $1 AND meter.retired_at IS NULL
ORDER BY meter.code, space.path, unit.path, lower(allocation.valid);
