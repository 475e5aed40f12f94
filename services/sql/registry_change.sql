-- Changing the registry: all of it inside one transaction that holds the row of registry_revision.
--
--   lock revision -> site -> spaces, units level by level -> templates -> equipment -> devices -> points
--                 -> retire -> aliases -> changes, revision, event, NOTIFY
--
-- A `put` adds a thing or makes the one of that name, retired or not, what is given: its id, and so its readings, stay.
-- Renames come before, so that a thing is found under its new name.

-- name: lock_revision
-- what: queue behind another change of the registry; the revision it left
-- row: services.registry.snapshot.RevisionRow
SELECT revision FROM registry_revision FOR UPDATE;

-- name: put_site
-- what: add a site or change it
-- takes: code text, name text, name_zh text, time_zone text, latitude float8, longitude float8
INSERT INTO site (code, name, name_zh, time_zone, latitude, longitude) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh, time_zone = EXCLUDED.time_zone,
  latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude;

-- name: move_spaces
-- what: give spaces their new path, code and parent; what is above the new path is there already
-- takes: site text, old text[], new text[]
UPDATE space SET path = moved.new, code = regexp_replace(moved.new, '^.*/', ''),
  parent_id = (SELECT above.id FROM space AS above
               WHERE above.site_id = site.id AND above.path = nullif(regexp_replace(moved.new, '/?[^/]*$', ''), ''))
FROM unnest($2::text[], $3::text[]) AS moved (old, new), site
WHERE site.code = $1 AND space.site_id = site.id AND space.path = moved.old;

-- name: put_spaces
-- what: add spaces or change them; what is above each is there already
-- takes: site text, path text[], name text[], name_zh text[], kind text[], floor_area_m2 float8[]
INSERT INTO space (site_id, parent_id, code, path, name, name_zh, kind, floor_area_m2)
SELECT site.id, above.id, regexp_replace(new.path, '^.*/', ''), new.path, new.name, new.name_zh, new.kind,
       new.floor_area_m2
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::float8[])
     AS new (path, name, name_zh, kind, floor_area_m2)
JOIN site ON site.code = $1
LEFT JOIN space AS above
  ON above.site_id = site.id AND above.path = nullif(regexp_replace(new.path, '/?[^/]*$', ''), '')
ON CONFLICT (site_id, path) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh, kind = EXCLUDED.kind,
  floor_area_m2 = EXCLUDED.floor_area_m2, retired_at = NULL;

-- name: move_org_units
-- what: give units their new path, code and parent; what is above the new path is there already
-- takes: site text, old text[], new text[]
UPDATE org_unit AS unit SET path = moved.new, code = regexp_replace(moved.new, '^.*/', ''),
  parent_id = (SELECT above.id FROM org_unit AS above
               WHERE above.site_id = site.id AND above.path = nullif(regexp_replace(moved.new, '/?[^/]*$', ''), ''))
FROM unnest($2::text[], $3::text[]) AS moved (old, new), site
WHERE site.code = $1 AND unit.site_id = site.id AND unit.path = moved.old;

-- name: put_org_units
-- what: add units or change them; what is above each is there already
-- takes: site text, path text[], name text[], name_zh text[], kind text[]
INSERT INTO org_unit (site_id, parent_id, code, path, name, name_zh, kind)
SELECT site.id, above.id, regexp_replace(new.path, '^.*/', ''), new.path, new.name, new.name_zh, new.kind
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS new (path, name, name_zh, kind)
JOIN site ON site.code = $1
LEFT JOIN org_unit AS above
  ON above.site_id = site.id AND above.path = nullif(regexp_replace(new.path, '/?[^/]*$', ''), '')
ON CONFLICT (site_id, path) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh, kind = EXCLUDED.kind,
  retired_at = NULL;

-- name: put_templates
-- what: add templates or change them
-- takes: site text, code text[], name text[], name_zh text[], kind text[]
INSERT INTO device_template (site_id, code, name, name_zh, kind)
SELECT site.id, new.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS new (code, name, name_zh, kind)
JOIN site ON site.code = $1
ON CONFLICT (site_id, code) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh, kind = EXCLUDED.kind,
  retired_at = NULL;

-- name: put_template_points
-- what: add points to templates or change them
-- takes: site text, template text[], key text[], name text[], name_zh text[], quantity text[], unit text[], kind text[], minimum float8[], maximum float8[], expected_interval_s float8[], states text[]
INSERT INTO template_point (template_id, key, name, name_zh, quantity, unit, kind, minimum, maximum,
                            expected_interval_s, states)
SELECT template.id, new.key, new.name, new.name_zh, new.quantity, new.unit, new.kind, new.minimum, new.maximum,
       new.expected_interval_s, new.states::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[],
            $10::float8[], $11::float8[], $12::text[])
     AS new (template, key, name, name_zh, quantity, unit, kind, minimum, maximum, expected_interval_s, states)
JOIN site ON site.code = $1
JOIN device_template AS template ON template.site_id = site.id AND template.code = new.template
ON CONFLICT (template_id, key) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh,
  quantity = EXCLUDED.quantity, unit = EXCLUDED.unit, kind = EXCLUDED.kind, minimum = EXCLUDED.minimum,
  maximum = EXCLUDED.maximum, expected_interval_s = EXCLUDED.expected_interval_s, states = EXCLUDED.states;

-- name: remove_template_points
-- what: take points out of templates: a description only, the points of devices stay
-- takes: site text, template text[], key text[]
DELETE FROM template_point AS point
USING unnest($2::text[], $3::text[]) AS gone (template, key), device_template AS template, site
WHERE site.code = $1 AND template.site_id = site.id AND template.code = gone.template
  AND point.template_id = template.id AND point.key = gone.key;

-- name: move_equipment
-- what: give equipment its new code
-- takes: site text, old text[], new text[]
UPDATE equipment SET code = moved.new
FROM unnest($2::text[], $3::text[]) AS moved (old, new), site
WHERE site.code = $1 AND equipment.site_id = site.id AND equipment.code = moved.old;

-- name: put_equipment
-- what: add equipment or change it, all but what it is part of
-- takes: site text, code text[], name text[], name_zh text[], class text[], space text[], org_unit text[]
INSERT INTO equipment (site_id, code, name, name_zh, class, space_id, org_unit_id)
SELECT site.id, new.code, new.name, new.name_zh, new.class, space.id, unit.id
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     AS new (code, name, name_zh, class, space, org_unit)
JOIN site ON site.code = $1
LEFT JOIN space ON space.site_id = site.id AND space.path = new.space
LEFT JOIN org_unit AS unit ON unit.site_id = site.id AND unit.path = new.org_unit
ON CONFLICT (site_id, code) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh, class = EXCLUDED.class,
  space_id = EXCLUDED.space_id, org_unit_id = EXCLUDED.org_unit_id, retired_at = NULL;

-- name: link_equipment
-- what: say of which other equipment each is a part
-- takes: site text, code text[], parent text[]
UPDATE equipment SET parent_id = parent.id
FROM unnest($2::text[], $3::text[]) AS new (code, parent)
JOIN site ON site.code = $1
LEFT JOIN equipment AS parent ON parent.site_id = site.id AND parent.code = new.parent
WHERE equipment.site_id = site.id AND equipment.code = new.code AND equipment.parent_id IS DISTINCT FROM parent.id;

-- name: move_devices
-- what: give devices their new code
-- takes: site text, old text[], new text[]
UPDATE device SET code = moved.new
FROM unnest($2::text[], $3::text[]) AS moved (old, new), site
WHERE site.code = $1 AND device.site_id = site.id AND device.code = moved.old;

-- name: put_devices
-- what: add devices or change them, all but their gateways
-- takes: site text, code text[], name text[], name_zh text[], template text[], space text[], org_unit text[], equipment text[], future_limit_s float8[]
INSERT INTO device (site_id, code, name, name_zh, template_id, space_id, org_unit_id, equipment_id, future_limit_s)
SELECT site.id, new.code, new.name, new.name_zh, template.id, space.id, unit.id, equipment.id, new.future_limit_s
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[])
     AS new (code, name, name_zh, template, space, org_unit, equipment, future_limit_s)
JOIN site ON site.code = $1
LEFT JOIN device_template AS template ON template.site_id = site.id AND template.code = new.template
LEFT JOIN space ON space.site_id = site.id AND space.path = new.space
LEFT JOIN org_unit AS unit ON unit.site_id = site.id AND unit.path = new.org_unit
LEFT JOIN equipment ON equipment.site_id = site.id AND equipment.code = new.equipment
ON CONFLICT (site_id, code) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh,
  template_id = EXCLUDED.template_id, space_id = EXCLUDED.space_id, org_unit_id = EXCLUDED.org_unit_id,
  equipment_id = EXCLUDED.equipment_id, future_limit_s = EXCLUDED.future_limit_s, retired_at = NULL;

-- name: link_devices
-- what: say through which gateway each device speaks
-- takes: site text, code text[], gateway text[]
UPDATE device SET gateway_id = gateway.id
FROM unnest($2::text[], $3::text[]) AS new (code, gateway)
JOIN site ON site.code = $1
LEFT JOIN device AS gateway ON gateway.site_id = site.id AND gateway.code = new.gateway
WHERE device.site_id = site.id AND device.code = new.code AND device.gateway_id IS DISTINCT FROM gateway.id;

-- name: move_points
-- what: give points their new key within their device
-- takes: site text, device text[], old text[], new text[]
UPDATE point SET key = moved.new
FROM unnest($2::text[], $3::text[], $4::text[]) AS moved (device, old, new), device, site
WHERE site.code = $1 AND device.site_id = site.id AND device.code = moved.device AND point.device_id = device.id
  AND point.key = moved.old;

-- name: put_points
-- what: add points or change them
-- takes: site text, device text[], key text[], name text[], name_zh text[], quantity text[], unit text[], canonical_unit text[], scale float8[], bias float8[], kind text[], minimum float8[], maximum float8[], expected_interval_s float8[], states text[]
INSERT INTO point (device_id, key, name, name_zh, quantity, unit, canonical_unit, scale, bias, kind, minimum, maximum,
                   expected_interval_s, states)
SELECT device.id, new.key, new.name, new.name_zh, new.quantity, new.unit, new.canonical_unit, new.scale, new.bias,
       new.kind, new.minimum, new.maximum, new.expected_interval_s, new.states::jsonb
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::float8[],
            $10::float8[], $11::text[], $12::float8[], $13::float8[], $14::float8[], $15::text[])
     AS new (device, key, name, name_zh, quantity, unit, canonical_unit, scale, bias, kind, minimum, maximum,
             expected_interval_s, states)
JOIN site ON site.code = $1
JOIN device ON device.site_id = site.id AND device.code = new.device
ON CONFLICT (device_id, key) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh,
  quantity = EXCLUDED.quantity, unit = EXCLUDED.unit, canonical_unit = EXCLUDED.canonical_unit,
  scale = EXCLUDED.scale, bias = EXCLUDED.bias, kind = EXCLUDED.kind, minimum = EXCLUDED.minimum,
  maximum = EXCLUDED.maximum, expected_interval_s = EXCLUDED.expected_interval_s, states = EXCLUDED.states,
  retired_at = NULL;

-- name: retire_spaces
-- what: retire spaces
-- takes: site text, path text[]
UPDATE space SET retired_at = now() FROM site
WHERE site.code = $1 AND space.site_id = site.id AND space.path = ANY ($2::text[]);

-- name: retire_org_units
-- what: retire units
-- takes: site text, path text[]
UPDATE org_unit AS unit SET retired_at = now() FROM site
WHERE site.code = $1 AND unit.site_id = site.id AND unit.path = ANY ($2::text[]);

-- name: retire_templates
-- what: retire templates
-- takes: site text, code text[]
UPDATE device_template AS template SET retired_at = now() FROM site
WHERE site.code = $1 AND template.site_id = site.id AND template.code = ANY ($2::text[]);

-- name: retire_equipment
-- what: retire equipment
-- takes: site text, code text[]
UPDATE equipment SET retired_at = now() FROM site
WHERE site.code = $1 AND equipment.site_id = site.id AND equipment.code = ANY ($2::text[]);

-- name: retire_devices
-- what: retire devices
-- takes: site text, code text[]
UPDATE device SET retired_at = now() FROM site
WHERE site.code = $1 AND device.site_id = site.id AND device.code = ANY ($2::text[]);

-- name: retire_points
-- what: retire points; their readings stay
-- takes: site text, device text[], key text[]
UPDATE point SET retired_at = now()
FROM unnest($2::text[], $3::text[]) AS gone (device, key), device, site
WHERE site.code = $1 AND device.site_id = site.id AND device.code = gone.device AND point.device_id = device.id
  AND point.key = gone.key;
