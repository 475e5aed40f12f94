-- Reading the meters: lists and trees by public name, and everything about one of them.

-- name: meters
-- what: meters by site and code, each with its flows, its contract (its own, else the site's for the carrier), its children
-- takes: site text, carrier text, kind text, space text, org_unit text, parent text, search text, code text, retired bool, after_site text, after_code text, count int4
-- row: services.registry.meters.MeterRow
SELECT site.code AS site, meter.code, meter.name, meter.name_zh, meter.carrier, meter.kind, parent.code AS parent,
       space.path AS space, unit.path AS org_unit, equipment.code AS equipment, meter.rated_per_hour, meter.formula,
       coalesce(meter.contract, ours.code) AS contract, meter.contract IS NULL AS contract_is_default,
       (SELECT coalesce(array_agg(register.flow ORDER BY register.flow), '{}') FROM register
        WHERE register.meter_id = meter.id AND register.retired_at IS NULL) AS flows,
       (SELECT count(*) FROM meter AS child WHERE child.parent_id = meter.id AND child.retired_at IS NULL) AS children,
       meter.retired_at
FROM meter
JOIN site ON site.id = meter.site_id
LEFT JOIN meter AS parent ON parent.id = meter.parent_id
LEFT JOIN space ON space.id = meter.space_id
LEFT JOIN org_unit AS unit ON unit.id = meter.org_unit_id
LEFT JOIN equipment ON equipment.id = meter.equipment_id
LEFT JOIN contract AS ours
  ON ours.site_id = site.id AND ours.carrier = meter.carrier AND ours.is_default AND ours.retired_at IS NULL
WHERE ($1::text IS NULL OR site.code = $1)
  AND ($2::text IS NULL OR meter.carrier = $2)
  AND ($3::text IS NULL OR meter.kind = $3)
  AND ($4::text IS NULL OR space.path = $4 OR starts_with(space.path, $4 || '/'))
  AND ($5::text IS NULL OR unit.path = $5 OR starts_with(unit.path, $5 || '/'))
  AND ($6::text IS NULL OR parent.code = $6)
  AND ($7::text IS NULL OR strpos(lower(concat_ws(' ', meter.code, meter.name, meter.name_zh)), lower($7)) > 0)
  AND ($8::text IS NULL OR meter.code = $8)
  AND ($9::bool OR meter.retired_at IS NULL)
  AND ($10::text IS NULL OR (site.code, meter.code) > ($10, $11::text))
ORDER BY site.code, meter.code
LIMIT $12::int4;

-- name: present_code
-- what: the code that a meter has now, found by its code or a former one
-- takes: site text, code text
-- row: services.registry.meters.CodeRow
SELECT meter.code::text AS code
FROM meter JOIN site ON site.id = meter.site_id
LEFT JOIN code_alias AS old
  ON old.site_id = site.id AND old.kind = 'meter' AND old.target_id = meter.id AND old.alias = $2
WHERE site.code = $1 AND (meter.code = $2 OR old.alias IS NOT NULL)
ORDER BY meter.code = $2 DESC LIMIT 1;

-- name: segments_of_meter
-- what: the living registers of a meter, each with its segments in order; a register without any has one row
-- takes: site text, code text
-- row: services.registry.meters.SegmentRow
SELECT register.flow, register.unit, nullif(segment.valid_from, '-infinity') AS valid_from,
       site.code || '/' || device.code || '/' || point.key AS point, segment.multiplier, segment.modulus,
       segment.resolution, segment.closing_value, segment.opening_value, actor.code::text AS actor, segment.reason
FROM register
JOIN meter ON meter.id = register.meter_id
JOIN site ON site.id = meter.site_id
LEFT JOIN register_segment AS segment ON segment.register_id = register.id
LEFT JOIN point ON point.id = segment.point_id
LEFT JOIN device ON device.id = point.device_id
LEFT JOIN actor ON actor.id = segment.actor_id
WHERE site.code = $1 AND meter.code = $2 AND register.retired_at IS NULL
ORDER BY register.flow, segment.valid_from;

-- name: terms_of_meter
-- what: the registers that a virtual meter is the sum of
-- takes: site text, code text
-- row: services.registry.meters.TermRow
SELECT other.code AS meter, of.flow, term.factor
FROM meter_term AS term
JOIN register ON register.id = term.register_id
JOIN meter ON meter.id = register.meter_id
JOIN site ON site.id = meter.site_id
JOIN register AS of ON of.id = term.term_register_id
JOIN meter AS other ON other.id = of.meter_id
WHERE site.code = $1 AND meter.code = $2
ORDER BY other.code, of.flow;

-- name: allocations_of_meter
-- what: the shares of a meter, for spaces first, then for units, each in the order of time
-- takes: site text, code text
-- row: services.registry.meters.AllocationRow
SELECT space.path AS space, unit.path AS org_unit, allocation.share, lower(allocation.valid) AS valid_from,
       upper(allocation.valid) AS valid_until
FROM meter_allocation AS allocation
JOIN meter ON meter.id = allocation.meter_id
JOIN site ON site.id = meter.site_id
LEFT JOIN space ON space.id = allocation.space_id
LEFT JOIN org_unit AS unit ON unit.id = allocation.org_unit_id
WHERE site.code = $1 AND meter.code = $2
ORDER BY space.path NULLS LAST, unit.path, lower(allocation.valid) NULLS FIRST;

-- name: meter_tree
-- what: the living meters of a site in the order of a tree: each before what is below it, siblings by code
-- takes: site text, carrier text
-- row: services.registry.meters.BranchRow
WITH RECURSIVE branch AS (
  SELECT meter.id, ARRAY[meter.code::text] AS way
  FROM meter JOIN site ON site.id = meter.site_id
  LEFT JOIN meter AS above ON above.id = meter.parent_id AND above.retired_at IS NULL
  WHERE site.code = $1 AND meter.retired_at IS NULL AND above.id IS NULL AND ($2::text IS NULL OR meter.carrier = $2)
  UNION ALL
  SELECT meter.id, branch.way || meter.code::text
  FROM branch JOIN meter ON meter.parent_id = branch.id
  WHERE meter.retired_at IS NULL
)
SELECT $1::text AS site, meter.code, meter.name, meter.name_zh, meter.carrier, meter.kind, branch.way,
       space.path AS space, unit.path AS org_unit
FROM branch JOIN meter ON meter.id = branch.id
LEFT JOIN space ON space.id = meter.space_id
LEFT JOIN org_unit AS unit ON unit.id = meter.org_unit_id
ORDER BY branch.way;

-- name: children_of_meter
-- what: the living meters right below a meter, by code
-- takes: site text, code text
-- row: services.registry.meters.CodeRow
SELECT child.code::text AS code
FROM meter AS child
JOIN meter ON meter.id = child.parent_id
JOIN site ON site.id = meter.site_id
WHERE site.code = $1 AND meter.code = $2 AND child.retired_at IS NULL
ORDER BY child.code;

-- name: meters_without_their_contract
-- what: living meters of a site that name a contract which is not there or is retired
-- takes: site text
-- row: services.registry.meters.UncontractedRow
SELECT meter.code::text AS code, meter.contract::text AS contract
FROM meter
JOIN site ON site.id = meter.site_id
LEFT JOIN contract ON contract.id = meter.contract_id AND contract.retired_at IS NULL
WHERE site.code = $1 AND meter.retired_at IS NULL AND meter.contract IS NOT NULL AND contract.id IS NULL
ORDER BY meter.code;
