-- What was produced, posted by an integrator: energy is compared with it.

CREATE TABLE production_count (
  site_id     int NOT NULL REFERENCES site,
  org_unit_id int REFERENCES org_unit,               -- NULL: the whole site
  product     code NOT NULL,
  start       timestamptz NOT NULL,
  stop        timestamptz NOT NULL CHECK (stop > start),
  quantity    numeric NOT NULL CHECK (quantity >= 0),
  unit        text NOT NULL,
  actor_id    int NOT NULL REFERENCES actor,
  at          timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (site_id, org_unit_id, product, start)
);
