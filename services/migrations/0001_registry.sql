-- What there is: people, and the registry of a site.
--
--   users, teams, actor                                       who changes something
--   site -> space, org_unit -> equipment -> device -> point   what there is
--   code_alias, registry_revision, registry_change            what it was called before, and who changed it
--
-- Numeric ids never leave the database: the world outside names things by code (site/device/key).

CREATE EXTENSION IF NOT EXISTS timescaledb;

-- Codes are stable ASCII: they stand in topics, URLs and file names.
CREATE DOMAIN code AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9_-]{0,62}$');

-- People -------------------------------------------------------------------------------------------------------------

CREATE TABLE users (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code       code NOT NULL UNIQUE,
  name       text NOT NULL CHECK (name <> ''),
  email      text,
  created_at timestamptz NOT NULL DEFAULT now(),
  retired_at timestamptz
);

CREATE TABLE teams (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code       code NOT NULL UNIQUE,
  name       text NOT NULL CHECK (name <> ''),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE team_member (
  team_id int NOT NULL REFERENCES teams,
  user_id int NOT NULL REFERENCES users,
  PRIMARY KEY (team_id, user_id)
);

-- Whoever changes something: a person, a machine's key, a part of the service. Until people sign in there is `local`.
CREATE TABLE actor (
  id      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code    code NOT NULL UNIQUE,
  kind    text NOT NULL CHECK (kind IN ('local', 'user', 'key', 'service')),
  user_id int UNIQUE REFERENCES users,
  CHECK ((kind = 'user') = (user_id IS NOT NULL))
);
INSERT INTO actor (code, kind) VALUES ('local', 'local');

-- Registry -----------------------------------------------------------------------------------------------------------

CREATE TABLE site (
  id        int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code      code NOT NULL UNIQUE,
  name      text NOT NULL CHECK (name <> ''),
  name_zh   text,
  time_zone text NOT NULL,
  latitude  float8 CHECK (latitude BETWEEN -90 AND 90),
  longitude float8 CHECK (longitude BETWEEN -180 AND 180)
);

CREATE TABLE space (
  id            int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id       int NOT NULL REFERENCES site,
  parent_id     int REFERENCES space,                -- NULL: directly below the site
  code          code NOT NULL,
  path          text NOT NULL,                       -- codes from below the site: b1/f2
  kind          text NOT NULL CHECK (kind IN ('building', 'floor', 'area')),
  name          text NOT NULL CHECK (name <> ''),
  name_zh       text,
  floor_area_m2 float8 CHECK (floor_area_m2 > 0),
  retired_at    timestamptz,
  UNIQUE NULLS NOT DISTINCT (site_id, parent_id, code),
  UNIQUE (site_id, path),
  CHECK (parent_id <> id)
);
CREATE INDEX space_by_parent ON space (parent_id);

CREATE TABLE org_unit (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  parent_id  int REFERENCES org_unit,
  code       code NOT NULL,
  path       text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('business_unit', 'department', 'cost_centre')),
  name       text NOT NULL CHECK (name <> ''),
  name_zh    text,
  retired_at timestamptz,
  UNIQUE NULLS NOT DISTINCT (site_id, parent_id, code),
  UNIQUE (site_id, path),
  CHECK (parent_id <> id)
);
CREATE INDEX org_unit_by_parent ON org_unit (parent_id);

CREATE TABLE device_template (
  id      int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id int NOT NULL REFERENCES site,
  code    code NOT NULL,
  name    text NOT NULL CHECK (name <> ''),
  name_zh text,
  kind    code NOT NULL,                             -- power_meter, compressor, chiller ...
  retired_at timestamptz,
  UNIQUE (site_id, code)
);

CREATE TABLE template_point (
  template_id         int NOT NULL REFERENCES device_template,
  key                 code NOT NULL,
  name                text NOT NULL CHECK (name <> ''),
  name_zh             text,
  quantity            text NOT NULL,
  unit                text NOT NULL,                 -- as the device sends it
  kind                text NOT NULL CHECK (kind IN ('gauge', 'counter', 'state')),
  minimum             float8,                        -- valid range, in `unit`
  maximum             float8,
  expected_interval_s float8 NOT NULL CHECK (expected_interval_s > 0),
  states              jsonb,                         -- text -> number, kind `state` only
  PRIMARY KEY (template_id, key),
  CHECK (minimum <= maximum),
  CHECK (states IS NULL OR kind = 'state')
);

CREATE TABLE equipment (
  id          int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id     int NOT NULL REFERENCES site,
  code        code NOT NULL,
  name        text NOT NULL CHECK (name <> ''),
  name_zh     text,
  class       code NOT NULL,
  space_id    int REFERENCES space,
  org_unit_id int REFERENCES org_unit,
  parent_id   int REFERENCES equipment,
  retired_at  timestamptz,
  UNIQUE (site_id, code),
  CHECK (parent_id <> id)
);

CREATE TABLE device (
  id             int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id        int NOT NULL REFERENCES site,
  code           code NOT NULL,
  name           text NOT NULL CHECK (name <> ''),
  name_zh        text,
  template_id    int REFERENCES device_template,     -- NULL: all its points are its own
  space_id       int REFERENCES space,
  org_unit_id    int REFERENCES org_unit,
  equipment_id   int REFERENCES equipment,
  gateway_id     int REFERENCES device,              -- its silence is the gateway's silence
  future_limit_s float8 NOT NULL DEFAULT 300 CHECK (future_limit_s >= 0),
  retired_at     timestamptz,
  UNIQUE (site_id, code),
  CHECK (gateway_id <> id)
);

CREATE TABLE point (
  id                  int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  device_id           int NOT NULL REFERENCES device,
  key                 code NOT NULL,
  name                text NOT NULL CHECK (name <> ''),
  name_zh             text,
  quantity            text NOT NULL,
  unit                text NOT NULL,                 -- as the device sends it
  canonical_unit      text NOT NULL,                 -- as we store it: value = sent * scale + bias
  scale               float8 NOT NULL CHECK (scale <> 0),
  bias                float8 NOT NULL DEFAULT 0,
  kind                text NOT NULL CHECK (kind IN ('gauge', 'counter', 'state')),
  minimum             float8,                        -- valid range, in `canonical_unit`
  maximum             float8,
  expected_interval_s float8 NOT NULL CHECK (expected_interval_s > 0),
  states              jsonb,
  retired_at          timestamptz,
  UNIQUE (device_id, key),
  CHECK (minimum <= maximum),
  CHECK (states IS NULL OR kind = 'state')
);

-- A renamed code keeps its old name: devices in the field go on sending it.
CREATE TABLE code_alias (
  site_id   int NOT NULL REFERENCES site,
  kind      text NOT NULL CHECK (kind IN ('device', 'point', 'equipment', 'space', 'org_unit')),
  alias     text NOT NULL,                           -- device, device/key, path
  target_id int NOT NULL,
  actor_id  int NOT NULL REFERENCES actor,
  since     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (site_id, kind, alias)
);

-- Every change of the registry raises the revision; ingest workers listen for it on channel `registry`.
CREATE TABLE registry_revision (
  one        boolean PRIMARY KEY DEFAULT true CHECK (one),
  revision   bigint NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now(),
  actor_id   int NOT NULL REFERENCES actor
);
INSERT INTO registry_revision (revision, actor_id) SELECT 0, id FROM actor WHERE code = 'local';

CREATE TABLE registry_change (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision bigint NOT NULL,
  at       timestamptz NOT NULL DEFAULT now(),
  actor_id int NOT NULL REFERENCES actor,
  action   text NOT NULL CHECK (action IN ('added', 'changed', 'retired', 'restored', 'renamed')),
  kind     text NOT NULL,
  subject  text NOT NULL,                            -- the public name: kunshan/m-101/active_power_kw
  before   jsonb,
  after    jsonb
);
