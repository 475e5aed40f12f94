-- name: registry_revision
-- what: the registry's revision now
SELECT revision FROM registry_revision;

-- name: device_addresses
-- what: every name under which a device may speak; where an old name is in use again, the device that bears it now wins
-- row: services.points.DeviceAddressRow
SELECT DISTINCT ON (site.code, name.device) site.code::text AS site, name.device, name.device_id
FROM (
  SELECT site_id, code::text AS device, id AS device_id, 0 AS age FROM device WHERE retired_at IS NULL
  UNION ALL
  SELECT a.site_id, a.alias, a.target_id, 1
  FROM code_alias AS a JOIN device ON device.id = a.target_id AND device.retired_at IS NULL
  WHERE a.kind = 'device'
) AS name JOIN site ON site.id = name.site_id
ORDER BY site.code, name.device, name.age;

-- name: point_addresses
-- what: every (site, device, key) that leads to a point: its own name, then its device's old names, then its own old names
-- row: services.points.AddressRow
SELECT DISTINCT ON (site.code, name.device, name.key)
  site.code::text AS site, name.device, name.key, point.id AS point_id, point.kind, point.scale, point.bias,
  point.minimum, point.maximum, point.states, device.future_limit_s
FROM (
  SELECT p.id AS point_id, d.code::text AS device, p.key::text AS key, 0 AS age
  FROM point AS p JOIN device AS d ON d.id = p.device_id
  UNION ALL
  SELECT p.id, a.alias, p.key::text, 1
  FROM code_alias AS a JOIN point AS p ON p.device_id = a.target_id
  WHERE a.kind = 'device'
  UNION ALL
  SELECT a.target_id, split_part(a.alias, '/', 1), split_part(a.alias, '/', 2), 2
  FROM code_alias AS a
  WHERE a.kind = 'point'
  UNION ALL
  -- Renamed twice over: the old key of a device that goes by an old name too.
  SELECT k.target_id, a.alias, split_part(k.alias, '/', 2), 3
  FROM code_alias AS a
  JOIN device AS d ON d.id = a.target_id
  JOIN code_alias AS k ON k.site_id = a.site_id AND k.kind = 'point' AND split_part(k.alias, '/', 1) = d.code
  WHERE a.kind = 'device'
) AS name
JOIN point ON point.id = name.point_id AND point.retired_at IS NULL
JOIN device ON device.id = point.device_id AND device.retired_at IS NULL
JOIN site ON site.id = device.site_id
ORDER BY site.code, name.device, name.key, name.age;
