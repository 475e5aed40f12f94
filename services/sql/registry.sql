-- Reading the registry: what there is on each site, by public name, a page at a time.
--
-- Every list is ordered by its public name and continues after the last one seen (keyset), so a page costs the same
-- wherever it stands and a row that comes or goes meanwhile shifts nobody. A filter that is NULL does not filter.

-- name: sites
-- what: every site
-- row: services.registry.places.SiteRow
SELECT code, name, name_zh, time_zone, latitude, longitude FROM site ORDER BY code;

-- name: spaces
-- what: spaces by site and path, parents before children
-- takes: site text, within text, search text, retired bool, after_site text, after_path text, count int4
-- row: services.registry.places.SpaceRow
SELECT site.code AS site, space.path, space.code, space.kind, space.name, space.name_zh, parent.path AS parent,
       space.floor_area_m2, space.retired_at
FROM space
JOIN site ON site.id = space.site_id
LEFT JOIN space AS parent ON parent.id = space.parent_id
WHERE ($1::text IS NULL OR site.code = $1)
  AND ($2::text IS NULL OR space.path = $2 OR starts_with(space.path, $2 || '/'))
  AND ($3::text IS NULL OR strpos(lower(concat_ws(' ', space.path, space.name, space.name_zh)), lower($3)) > 0)
  AND ($4::bool OR space.retired_at IS NULL)
  AND ($5::text IS NULL OR (site.code, space.path) > ($5, $6::text))
ORDER BY site.code, space.path
LIMIT $7::int4;

-- name: org_units
-- what: organisational units by site and path, parents before children
-- takes: site text, within text, search text, retired bool, after_site text, after_path text, count int4
-- row: services.registry.places.OrgUnitRow
SELECT site.code AS site, unit.path, unit.code, unit.kind, unit.name, unit.name_zh, parent.path AS parent,
       unit.retired_at
FROM org_unit AS unit
JOIN site ON site.id = unit.site_id
LEFT JOIN org_unit AS parent ON parent.id = unit.parent_id
WHERE ($1::text IS NULL OR site.code = $1)
  AND ($2::text IS NULL OR unit.path = $2 OR starts_with(unit.path, $2 || '/'))
  AND ($3::text IS NULL OR strpos(lower(concat_ws(' ', unit.path, unit.name, unit.name_zh)), lower($3)) > 0)
  AND ($4::bool OR unit.retired_at IS NULL)
  AND ($5::text IS NULL OR (site.code, unit.path) > ($5, $6::text))
ORDER BY site.code, unit.path
LIMIT $7::int4;

-- name: equipment
-- what: equipment by site and code, with the number of devices on it
-- takes: site text, space text, org_unit text, class text, search text, code text, retired bool, after_site text, after_code text, count int4
-- row: services.registry.equipment.EquipmentRow
SELECT site.code AS site, equipment.code, equipment.name, equipment.name_zh, equipment.class AS equipment_class,
       space.path AS space, unit.path AS org_unit, parent.code AS parent,
       (SELECT count(*) FROM device WHERE device.equipment_id = equipment.id AND device.retired_at IS NULL) AS devices,
       equipment.retired_at
FROM equipment
JOIN site ON site.id = equipment.site_id
LEFT JOIN space ON space.id = equipment.space_id
LEFT JOIN org_unit AS unit ON unit.id = equipment.org_unit_id
LEFT JOIN equipment AS parent ON parent.id = equipment.parent_id
WHERE ($1::text IS NULL OR site.code = $1)
  AND ($2::text IS NULL OR space.path = $2 OR starts_with(space.path, $2 || '/'))
  AND ($3::text IS NULL OR unit.path = $3 OR starts_with(unit.path, $3 || '/'))
  AND ($4::text IS NULL OR equipment.class = $4)
  AND ($5::text IS NULL OR strpos(lower(concat_ws(' ', equipment.code, equipment.name, equipment.name_zh)), lower($5)) > 0)
  AND ($6::text IS NULL OR equipment.code = $6)
  AND ($7::bool OR equipment.retired_at IS NULL)
  AND ($8::text IS NULL OR (site.code, equipment.code) > ($8, $9::text))
ORDER BY site.code, equipment.code
LIMIT $10::int4;

-- name: devices
-- what: devices by site and code: where they are, when they were last heard, whether they or their gateway are online
-- takes: site text, space text, org_unit text, equipment text, gateway text, template text, kind text, quantity text, search text, code text, retired bool, after_site text, after_code text, count int4
-- row: services.registry.devices.DeviceRow
WITH page AS (
  SELECT device.id, site.code AS site, device.code, device.name, device.name_zh, template.code AS template,
         template.kind, space.path AS space, unit.path AS org_unit, equipment.code AS equipment,
         gateway.code AS gateway, device.future_limit_s,
         CASE WHEN NOT through.online THEN false ELSE status.online END AS online,
         CASE WHEN NOT through.online THEN through.since ELSE status.since END AS online_since,
         device.retired_at
  FROM device
  JOIN site ON site.id = device.site_id
  LEFT JOIN device_template AS template ON template.id = device.template_id
  LEFT JOIN space ON space.id = device.space_id
  LEFT JOIN org_unit AS unit ON unit.id = device.org_unit_id
  LEFT JOIN equipment ON equipment.id = device.equipment_id
  LEFT JOIN device AS gateway ON gateway.id = device.gateway_id
  LEFT JOIN device_status AS status ON status.device_id = device.id
  LEFT JOIN device_status AS through ON through.device_id = device.gateway_id
  WHERE ($1::text IS NULL OR site.code = $1)
    AND ($2::text IS NULL OR space.path = $2 OR starts_with(space.path, $2 || '/'))
    AND ($3::text IS NULL OR unit.path = $3 OR starts_with(unit.path, $3 || '/'))
    AND ($4::text IS NULL OR equipment.code = $4)
    AND ($5::text IS NULL OR gateway.code = $5)
    AND ($6::text IS NULL OR template.code = $6)
    AND ($7::text IS NULL OR template.kind = $7)
    AND ($8::text IS NULL OR EXISTS (
          SELECT FROM point WHERE point.device_id = device.id AND point.quantity = $8 AND point.retired_at IS NULL))
    AND ($9::text IS NULL OR strpos(lower(concat_ws(' ', device.code, device.name, device.name_zh)), lower($9)) > 0)
    AND ($10::text IS NULL OR device.code = $10)
    AND ($11::bool OR device.retired_at IS NULL)
    AND ($12::text IS NULL OR (site.code, device.code) > ($12, $13::text))
  ORDER BY site.code, device.code
  LIMIT $14::int4
)
SELECT page.site, page.code, page.name, page.name_zh, page.template, page.kind, page.space, page.org_unit,
       page.equipment, page.gateway, page.future_limit_s, heard.points, heard.last_reading_at, heard.last_seen_at,
       page.online, page.online_since, page.retired_at
FROM page
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE point.retired_at IS NULL) AS points, max(latest.time) AS last_reading_at,
         max(latest.received_at) AS last_seen_at
  FROM point LEFT JOIN latest ON latest.point_id = point.id
  WHERE point.device_id = page.id
) AS heard
ORDER BY page.site, page.code;

-- name: points
-- what: points by site, device and key
-- takes: site text, space text, device text, template text, device_kind text, quantity text, kind text, search text, retired bool, after_site text, after_device text, after_key text, count int4
-- row: services.registry.points.PointRow
SELECT point.id AS point_id, site.code AS site, device.code AS device, point.key, point.name, point.name_zh,
       device.name AS device_name, device.name_zh AS device_name_zh, template.kind AS device_kind, space.path AS space,
       point.quantity, point.canonical_unit AS unit, point.unit AS sent_unit, point.kind, point.minimum, point.maximum,
       point.expected_interval_s, point.states, point.retired_at
FROM point
JOIN device ON device.id = point.device_id
JOIN site ON site.id = device.site_id
LEFT JOIN device_template AS template ON template.id = device.template_id
LEFT JOIN space ON space.id = device.space_id
WHERE ($1::text IS NULL OR site.code = $1)
  AND ($2::text IS NULL OR space.path = $2 OR starts_with(space.path, $2 || '/'))
  AND ($3::text IS NULL OR device.code = $3)
  AND ($4::text IS NULL OR template.code = $4)
  AND ($5::text IS NULL OR template.kind = $5)
  AND ($6::text IS NULL OR point.quantity = $6)
  AND ($7::text IS NULL OR point.kind = $7)
  AND ($8::text IS NULL OR strpos(lower(concat_ws(' ', device.code || '/' || point.key, device.name, device.name_zh,
                                                  point.name, point.name_zh)), lower($8)) > 0)
  AND ($9::bool OR point.retired_at IS NULL)
  AND ($10::text IS NULL OR (site.code, device.code, point.key) > ($10, $11::text, $12::text))
ORDER BY site.code, device.code, point.key
LIMIT $13::int4;

-- name: points_named
-- what: the points of given public names, other names and retired ones included; `asked` is the name as given
-- takes: asked text[], sites text[], devices text[], keys text[]
-- row: services.registry.points.NamedPointRow
WITH asked AS (
  SELECT given.name, site.id AS site_id, given.device, given.key
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (name, site, device, key)
  JOIN site ON site.code = given.site
), spoken AS (  -- the devices that a name may mean: the one of that code, the one that had it before
  SELECT asked.*, device.id AS device_id, device.code AS code, 0 AS age
  FROM asked JOIN device ON device.site_id = asked.site_id AND device.code = asked.device
  UNION ALL
  SELECT asked.*, device.id, device.code, 1
  FROM asked
  JOIN code_alias AS old ON old.site_id = asked.site_id AND old.kind = 'device' AND old.alias = asked.device
  JOIN device ON device.id = old.target_id
), meant AS (
  SELECT spoken.name, point.id AS point_id, spoken.age
  FROM spoken JOIN point ON point.device_id = spoken.device_id AND point.key = spoken.key
  UNION ALL
  SELECT spoken.name, old.target_id, 2 + spoken.age
  FROM spoken
  JOIN code_alias AS old
    ON old.site_id = spoken.site_id AND old.kind = 'point' AND old.alias = spoken.code || '/' || spoken.key
  UNION ALL
  SELECT asked.name, old.target_id, 4
  FROM asked
  JOIN code_alias AS old
    ON old.site_id = asked.site_id AND old.kind = 'point' AND old.alias = asked.device || '/' || asked.key
)
SELECT DISTINCT ON (meant.name)
       meant.name AS asked, point.id AS point_id, site.code AS site, device.code AS device, point.key, point.name,
       point.name_zh, device.name AS device_name, device.name_zh AS device_name_zh, template.kind AS device_kind,
       space.path AS space, point.quantity, point.canonical_unit AS unit, point.unit AS sent_unit, point.kind,
       point.minimum, point.maximum, point.expected_interval_s, point.states, point.retired_at
FROM meant
JOIN point ON point.id = meant.point_id
JOIN device ON device.id = point.device_id
JOIN site ON site.id = device.site_id
LEFT JOIN device_template AS template ON template.id = device.template_id
LEFT JOIN space ON space.id = device.space_id
ORDER BY meant.name, point.retired_at IS NOT NULL, meant.age;

-- name: site_spaces
-- what: the paths of a site's living spaces
-- takes: site text
-- row: services.registry.power.PathRow
SELECT space.path FROM space JOIN site ON site.id = space.site_id
WHERE site.code = $1 AND space.retired_at IS NULL
ORDER BY space.path;

-- name: site_power_meters
-- what: the power point of each living power meter of a site and the space it measures
-- takes: site text
-- row: services.registry.power.PowerMeterRow
SELECT space.path AS space, point.id AS point_id, site.code || '/' || device.code || '/' || point.key AS public_id
FROM device
JOIN site ON site.id = device.site_id
JOIN device_template AS template ON template.id = device.template_id
JOIN point ON point.device_id = device.id
LEFT JOIN space ON space.id = device.space_id
WHERE site.code = $1 AND template.kind = 'power_meter' AND point.key = 'active_power_kw'
  AND device.retired_at IS NULL AND point.retired_at IS NULL
ORDER BY device.code;
