-- Meters: what measures a carrier, and whose energy it is.
--
--   meter -> register -> register_segment   which point is the register, since when, with which multiplier
--   meter_term                              a virtual meter is a sum of other meters' registers
--   meter_allocation                        shares of a meter that belong to spaces and units, by local day

CREATE TABLE meter (
  id             int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id        int NOT NULL REFERENCES site,
  code           code NOT NULL,
  name           text NOT NULL CHECK (name <> ''),
  name_zh        text,
  carrier        text NOT NULL CHECK (carrier IN
                   ('electricity', 'water', 'gas', 'compressed_air', 'chilled_water', 'steam', 'heat')),
  kind           text NOT NULL CHECK (kind IN ('register', 'power', 'virtual')),
  parent_id      int REFERENCES meter CHECK (parent_id <> id),
  space_id       int REFERENCES space,
  org_unit_id    int REFERENCES org_unit,
  equipment_id   int REFERENCES equipment,
  contract       code,                               -- as the site folder names it; NULL: the site's own for this carrier
  contract_id    int REFERENCES contract,            -- the contract of that code, from when there is one
  rated_per_hour float8 CHECK (rated_per_hour > 0),  -- kW, m3/h: what the connection can carry
  formula        text,
  retired_at     timestamptz,
  UNIQUE (site_id, code),
  CHECK ((kind = 'virtual') = (formula IS NOT NULL))
);
CREATE INDEX meter_by_parent ON meter (parent_id);

-- One direction of a meter. Every figure of energy belongs to a register, those of virtual meters too.
CREATE TABLE register (
  id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  meter_id    int NOT NULL REFERENCES meter,
  flow        text NOT NULL CHECK (flow IN ('import', 'export', 'reactive_import', 'reactive_export')),
  unit        text NOT NULL,                         -- of its energy: kWh, kvarh, m3, Nm3, kg
  calendar_id int NOT NULL REFERENCES band_calendar,
  retired_at  timestamptz,                           -- the meter counts this flow no more; its energy stays
  UNIQUE (meter_id, flow)
);

-- In force from an instant until the next segment begins. Closing and opening values say that the register was replaced.
CREATE TABLE register_segment (
  register_id   int NOT NULL REFERENCES register,
  valid_from    timestamptz NOT NULL,                -- '-infinity' for the first
  point_id      int REFERENCES point,                -- of a meter of kind power: its power point
  multiplier    numeric NOT NULL DEFAULT 1 CHECK (multiplier > 0),   -- CT x PT, of increments
  modulus       numeric CHECK (modulus > 0),         -- the register shows values below this one
  resolution    numeric NOT NULL DEFAULT 0 CHECK (resolution >= 0),
  closing_value numeric,                             -- last value of the register that went
  opening_value numeric,                             -- first value of the one that came
  actor_id      int NOT NULL REFERENCES actor,
  reason        text NOT NULL DEFAULT '',
  PRIMARY KEY (register_id, valid_from),
  CHECK ((closing_value IS NULL) = (opening_value IS NULL))
);
CREATE INDEX register_segment_by_point ON register_segment (point_id);

CREATE TABLE meter_term (
  register_id      int NOT NULL REFERENCES register, -- of the virtual meter
  term_register_id int NOT NULL REFERENCES register,
  factor           numeric NOT NULL CHECK (factor <> 0),
  PRIMARY KEY (register_id, term_register_id)
);
CREATE INDEX meter_term_by_term ON meter_term (term_register_id);

-- Without a row a meter belongs wholly to its own space and unit. Shares of one kind sum to at most 1 on any day.
CREATE TABLE meter_allocation (
  id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  meter_id    int NOT NULL REFERENCES meter,
  space_id    int REFERENCES space,
  org_unit_id int REFERENCES org_unit,
  share       numeric NOT NULL CHECK (share > 0 AND share <= 1),
  valid       daterange NOT NULL CHECK (NOT isempty(valid)),
  CHECK (num_nonnulls(space_id, org_unit_id) = 1),
  EXCLUDE USING gist (int4range(meter_id, meter_id, '[]') WITH &&, int4range(space_id, space_id, '[]') WITH &&, valid WITH &&)
    WHERE (space_id IS NOT NULL),
  EXCLUDE USING gist (int4range(meter_id, meter_id, '[]') WITH &&, int4range(org_unit_id, org_unit_id, '[]') WITH &&, valid WITH &&)
    WHERE (org_unit_id IS NOT NULL)
);

-- A meter may name its contract before the contract is there: folders of the registry are applied first.
CREATE FUNCTION link_contract_to_meters() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE meter SET contract_id = NEW.id WHERE site_id = NEW.site_id AND contract = NEW.code;
  RETURN NULL;
END $$;
CREATE TRIGGER link_contract_to_meters AFTER INSERT ON contract
  FOR EACH ROW EXECUTE FUNCTION link_contract_to_meters();

ALTER TABLE code_alias DROP CONSTRAINT code_alias_kind_check,
  ADD CONSTRAINT code_alias_kind_check CHECK (kind IN ('device', 'point', 'equipment', 'space', 'org_unit', 'meter'));
