-- Changing the meters of a site, set by set, inside the transaction of services/registry/apply.py:
--
--   moves -> base calendar -> meters -> parents -> registers -> segments -> allocations -> retire -> terms -> calendars
--
-- A `put` adds a thing or makes the one of that name, retired or not, what is given. Registers and meters are retired;
-- segments, allocations and terms only describe them: what they were stands in registry_change.

-- name: move_meters
-- what: give meters their new code
-- takes: site text, old text[], new text[]
UPDATE meter SET code = moved.new
FROM unnest($2::text[], $3::text[]) AS moved (old, new), site
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = moved.old;

-- name: put_formulas
-- what: write formulas with the codes that their meters have now
-- takes: site text, code text[], formula text[]
UPDATE meter SET formula = new.formula
FROM unnest($2::text[], $3::text[]) AS new (code, formula), site
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = new.code AND meter.kind = 'virtual'
  AND meter.formula <> new.formula;

-- name: put_base_calendar
-- what: make sure that a site has a calendar without a contract, on which registers begin
-- takes: site text
INSERT INTO band_calendar (site_id)
SELECT id FROM site WHERE code = $1
ON CONFLICT (site_id, contract_id) DO NOTHING;

-- name: put_meters
-- what: add meters or change them, all but their parents
-- takes: site text, code text[], name text[], name_zh text[], carrier text[], kind text[], space text[], org_unit text[], equipment text[], rated_per_hour float8[], contract text[], formula text[]
INSERT INTO meter (site_id, code, name, name_zh, carrier, kind, space_id, org_unit_id, equipment_id, rated_per_hour,
                   contract, contract_id, formula)
SELECT site.id, new.code, new.name, new.name_zh, new.carrier, new.kind, space.id, unit.id, equipment.id,
       new.rated_per_hour, new.contract, contract.id, new.formula
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::float8[], $11::text[], $12::text[])
     AS new (code, name, name_zh, carrier, kind, space, org_unit, equipment, rated_per_hour, contract, formula)
JOIN site ON site.code = $1
LEFT JOIN space ON space.site_id = site.id AND space.path = new.space
LEFT JOIN org_unit AS unit ON unit.site_id = site.id AND unit.path = new.org_unit
LEFT JOIN equipment ON equipment.site_id = site.id AND equipment.code = new.equipment
LEFT JOIN contract ON contract.site_id = site.id AND contract.code = new.contract
ON CONFLICT (site_id, code) DO UPDATE SET name = EXCLUDED.name, name_zh = EXCLUDED.name_zh, carrier = EXCLUDED.carrier,
  kind = EXCLUDED.kind, space_id = EXCLUDED.space_id, org_unit_id = EXCLUDED.org_unit_id,
  equipment_id = EXCLUDED.equipment_id, rated_per_hour = EXCLUDED.rated_per_hour, contract = EXCLUDED.contract,
  contract_id = EXCLUDED.contract_id, formula = EXCLUDED.formula, retired_at = NULL;

-- name: link_meters
-- what: say below which other meter each one is
-- takes: site text, code text[], parent text[]
UPDATE meter SET parent_id = parent.id
FROM unnest($2::text[], $3::text[]) AS new (code, parent)
JOIN site ON site.code = $1
LEFT JOIN meter AS parent ON parent.site_id = site.id AND parent.code = new.parent
WHERE meter.site_id = site.id AND meter.code = new.code AND meter.parent_id IS DISTINCT FROM parent.id;

-- name: put_registers
-- what: add registers or change them; a new one counts on the site's own calendar
-- takes: site text, meter text[], flow text[], unit text[]
INSERT INTO register (meter_id, flow, unit, calendar_id)
SELECT meter.id, new.flow, new.unit, calendar.id
FROM unnest($2::text[], $3::text[], $4::text[]) AS new (meter, flow, unit)
JOIN site ON site.code = $1
JOIN meter ON meter.site_id = site.id AND meter.code = new.meter
JOIN band_calendar AS calendar ON calendar.site_id = site.id AND calendar.contract_id IS NULL
ON CONFLICT (meter_id, flow) DO UPDATE SET unit = EXCLUDED.unit, retired_at = NULL;

-- name: remove_segments
-- what: take segments of registers away, each by the instant from which it was in force
-- takes: site text, meter text[], flow text[], valid_from timestamptz[]
DELETE FROM register_segment AS segment
USING unnest($2::text[], $3::text[], $4::timestamptz[]) AS gone (meter, flow, valid_from), site, meter, register
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = gone.meter AND register.meter_id = meter.id
  AND register.flow = gone.flow AND segment.register_id = register.id
  AND segment.valid_from = coalesce(gone.valid_from, '-infinity');

-- name: remove_unentered_segments
-- what: take away the segments of registers that came from a folder; those entered as events stay
-- takes: site text, meter text[], flow text[]
DELETE FROM register_segment AS segment
USING unnest($2::text[], $3::text[]) AS back (meter, flow), site, meter, register
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = back.meter AND register.meter_id = meter.id
  AND register.flow = back.flow AND segment.register_id = register.id AND segment.reason = '';

-- name: put_segments
-- what: add segments of registers or change them; who changed one does not make it an entered event
-- takes: site text, actor text, meter text[], flow text[], valid_from timestamptz[], point text[], multiplier numeric[], modulus numeric[], resolution numeric[], closing_value numeric[], opening_value numeric[]
INSERT INTO register_segment (register_id, valid_from, point_id, multiplier, modulus, resolution, closing_value,
                              opening_value, actor_id)
SELECT register.id, coalesce(new.valid_from, '-infinity'), point.id, new.multiplier, new.modulus, new.resolution,
       new.closing_value, new.opening_value, actor.id
FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::numeric[], $8::numeric[], $9::numeric[],
            $10::numeric[], $11::numeric[])
     AS new (meter, flow, valid_from, point, multiplier, modulus, resolution, closing_value, opening_value)
JOIN site ON site.code = $1
JOIN actor ON actor.code = $2
JOIN meter ON meter.site_id = site.id AND meter.code = new.meter
JOIN register ON register.meter_id = meter.id AND register.flow = new.flow
JOIN device ON device.site_id = site.id AND device.code = split_part(new.point, '/', 1)
JOIN point ON point.device_id = device.id AND point.key = split_part(new.point, '/', 2)
ON CONFLICT (register_id, valid_from) DO UPDATE SET point_id = EXCLUDED.point_id, multiplier = EXCLUDED.multiplier,
  modulus = EXCLUDED.modulus, resolution = EXCLUDED.resolution, closing_value = EXCLUDED.closing_value,
  opening_value = EXCLUDED.opening_value, actor_id = EXCLUDED.actor_id;

-- name: remove_allocations
-- what: take every share of the given meters away, before those that are wanted are put
-- takes: site text, meter text[]
DELETE FROM meter_allocation AS allocation USING site, meter
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = ANY ($2::text[]) AND allocation.meter_id = meter.id;

-- name: put_allocations
-- what: add shares of meters
-- takes: site text, meter text[], space text[], org_unit text[], share numeric[], valid_from date[], valid_until date[]
INSERT INTO meter_allocation (meter_id, space_id, org_unit_id, share, valid)
SELECT meter.id, space.id, unit.id, new.share, daterange(new.valid_from, new.valid_until)
FROM unnest($2::text[], $3::text[], $4::text[], $5::numeric[], $6::date[], $7::date[])
     AS new (meter, space, org_unit, share, valid_from, valid_until)
JOIN site ON site.code = $1
JOIN meter ON meter.site_id = site.id AND meter.code = new.meter
LEFT JOIN space ON space.site_id = site.id AND space.path = new.space
LEFT JOIN org_unit AS unit ON unit.site_id = site.id AND unit.path = new.org_unit;

-- name: put_terms
-- what: make the terms of the site's virtual meters these; gives the registers whose terms have changed
-- takes: site text, meter text[], term_meter text[], term_flow text[], factor numeric[]
-- row: services.registry.meter_writing.ChangedFormulaRow
WITH wanted AS (
  SELECT register.id AS register_id, term.id AS term_register_id, new.factor
  FROM unnest($2::text[], $3::text[], $4::text[], $5::numeric[]) AS new (meter, term_meter, term_flow, factor)
  JOIN site ON site.code = $1
  JOIN meter ON meter.site_id = site.id AND meter.code = new.meter
  JOIN register ON register.meter_id = meter.id AND register.flow = 'import'
  JOIN meter AS other ON other.site_id = site.id AND other.code = new.term_meter
  JOIN register AS term ON term.meter_id = other.id AND term.flow = new.term_flow
), gone AS (
  DELETE FROM meter_term AS held USING register, meter, site
  WHERE site.code = $1 AND meter.site_id = site.id AND register.meter_id = meter.id AND held.register_id = register.id
    AND meter.retired_at IS NULL
    AND NOT EXISTS (SELECT FROM wanted WHERE wanted.register_id = held.register_id
                    AND wanted.term_register_id = held.term_register_id)
  RETURNING held.register_id
), put AS (
  INSERT INTO meter_term (register_id, term_register_id, factor) SELECT register_id, term_register_id, factor FROM wanted
  ON CONFLICT (register_id, term_register_id) DO UPDATE SET factor = EXCLUDED.factor
    WHERE meter_term.factor <> EXCLUDED.factor
  RETURNING register_id
)
SELECT register_id FROM gone UNION SELECT register_id FROM put ORDER BY register_id;

-- name: retire_registers
-- what: retire registers; their energy stays
-- takes: site text, meter text[], flow text[]
UPDATE register SET retired_at = now()
FROM unnest($2::text[], $3::text[]) AS gone (meter, flow), meter, site
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = gone.meter AND register.meter_id = meter.id
  AND register.flow = gone.flow;

-- name: retire_meters
-- what: retire meters; their energy stays
-- takes: site text, code text[]
UPDATE meter SET retired_at = now() FROM site
WHERE site.code = $1 AND meter.site_id = site.id AND meter.code = ANY ($2::text[]);
