-- The spine: people, registry, readings and everything a reading leaves behind on its way to a screen.
--
--   site -> space, org_unit -> equipment -> device -> point        what there is (registry)
--   reading -> latest, anchor, reading_correction                  what was measured
--   dead_letter, unmapped -> unmapped_sample                       what could not be stored, kept with its reason
--   batch_log -> log_follower,  event                              what others follow
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

-- Readings -----------------------------------------------------------------------------------------------------------

-- Insert-only. A point's reading at an instant is stored once; a second, different value is a dead letter (`conflict`).
CREATE TABLE reading (
  point_id int4 NOT NULL,
  time     timestamptz NOT NULL,
  value    float8 NOT NULL,
  PRIMARY KEY (point_id, time)
);
SELECT create_hypertable('reading', by_range('time', INTERVAL '1 day'), create_default_indexes => false);

-- One row a point, rewritten at every batch: room on each page keeps the rewrites in place (HOT).
CREATE TABLE latest (
  point_id    int4 PRIMARY KEY,
  time        timestamptz NOT NULL,
  value       float8 NOT NULL,
  received_at timestamptz NOT NULL
) WITH (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

-- A UTC day of a point that is over, by the hour, kept when somebody first looks at it (see services/days.py). The arrays
-- run beside `hours`. Whoever stores a reading of such a day takes the row away in the same transaction.
CREATE TABLE reading_day (
  point_id   int4 NOT NULL,
  day        timestamptz NOT NULL,
  hours      timestamptz[] NOT NULL,                 -- those that have readings, ascending
  readings   int4[] NOT NULL,
  means      float8[] NOT NULL,
  lowest     float8[] NOT NULL,
  lowest_at  timestamptz[] NOT NULL,
  highest    float8[] NOT NULL,
  highest_at timestamptz[] NOT NULL,
  firsts     float8[] NOT NULL,
  lasts      float8[] NOT NULL,
  PRIMARY KEY (point_id, day)
);

-- The effective value of a reading is its latest correction, else the raw one. Raw readings are never altered.
CREATE TABLE reading_correction (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  point_id  int NOT NULL REFERENCES point,
  time      timestamptz NOT NULL,
  old_value float8,                                  -- NULL: there was no reading
  new_value float8 NOT NULL,
  actor_id  int NOT NULL REFERENCES actor,
  reason    text NOT NULL CHECK (reason <> ''),
  at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reading_correction_by_point ON reading_correction (point_id, time, id DESC);

-- The reads that bracket each local midnight of a register: kept for ever, whatever retention drops.
CREATE TABLE anchor (
  point_id int NOT NULL REFERENCES point,
  midnight timestamptz NOT NULL,
  side     text NOT NULL CHECK (side IN ('before', 'after')),   -- `before`: at or before midnight
  time     timestamptz NOT NULL,
  value    float8 NOT NULL,
  PRIMARY KEY (point_id, midnight, side),
  CHECK (side = 'before' AND time <= midnight OR side = 'after' AND time > midnight)
);

-- What could not be stored -------------------------------------------------------------------------------------------

-- The very same letter again (a redelivery, a stuck device) raises `repeats` instead of adding a row.
CREATE TABLE dead_letter (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest        bytea NOT NULL UNIQUE CHECK (length(digest) = 16),
  reason        text NOT NULL,
  detail        text NOT NULL,
  topic         text,
  payload       bytea CHECK (length(payload) <= 4096),          -- the first 4 KB
  payload_bytes int NOT NULL DEFAULT 0,
  point_id      int REFERENCES point,
  time          timestamptz,
  value         float8,
  stored_value  float8,                                         -- of a conflict: the value that was kept
  received_at   timestamptz NOT NULL,
  last_received_at timestamptz NOT NULL,
  repeats       bigint NOT NULL DEFAULT 0
);
CREATE INDEX dead_letter_by_time ON dead_letter (last_received_at DESC, id DESC);
CREATE INDEX dead_letter_by_reason ON dead_letter (reason, id DESC);

-- Samples of a (site, device, key) that the registry does not know: kept, so that an integrator can map and replay them.
CREATE TABLE unmapped (
  id            int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site          text NOT NULL,
  device        text NOT NULL,
  key           text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at  timestamptz NOT NULL,
  samples       bigint NOT NULL,
  UNIQUE (site, device, key)
);

CREATE TABLE unmapped_sample (
  unmapped_id int NOT NULL REFERENCES unmapped ON DELETE CASCADE,
  time        timestamptz NOT NULL,
  value       jsonb NOT NULL,                                   -- as sent: a number, a text, true
  received_at timestamptz NOT NULL,
  PRIMARY KEY (unmapped_id, time, value)
);
CREATE INDEX unmapped_sample_by_age ON unmapped_sample (received_at);

-- What others follow -------------------------------------------------------------------------------------------------

-- One row a transaction that stored or corrected readings; its columns are packed arrays (see services/batch_log.py).
--
--   INSERT (id NULL) ...... COMMIT: deferred trigger: lock, id := next, commit, unlock
--
-- The id is assigned under a lock held only inside COMMIT, so ids appear in the order in which they become visible, and
-- a writer stopped in mid-transaction holds nobody up. A follower that has seen id n has seen everything below n.
CREATE TABLE batch_log (
  draft      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id         bigint UNIQUE,
  kind       text NOT NULL CHECK (kind IN ('readings', 'corrections')),
  worker     text NOT NULL,
  stored_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  samples    int NOT NULL CHECK (samples > 0),
  point_ids  bytea NOT NULL CHECK (length(point_ids) = 4 * samples),    -- int32, little-endian
  times_us   bytea NOT NULL CHECK (length(times_us) = 8 * samples),     -- int64, microseconds since 1970
  "values"   bytea NOT NULL CHECK (length("values") = 8 * samples)      -- float64
);
CREATE SEQUENCE batch_log_id_seq OWNED BY batch_log.id;
ALTER TABLE batch_log ALTER point_ids SET STORAGE EXTERNAL, ALTER times_us SET STORAGE EXTERNAL,
  ALTER "values" SET STORAGE EXTERNAL;
CREATE INDEX batch_log_by_age ON batch_log (stored_at);

CREATE FUNCTION batch_log_assign_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(4201, 1);
  UPDATE batch_log SET id = nextval('batch_log_id_seq') WHERE draft = NEW.draft;
  PERFORM pg_notify('batch_log', '');
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER batch_log_id_at_commit AFTER INSERT ON batch_log
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_log_assign_id();

-- What retention has taken from the log, so that a reader that was away too long learns that it missed something.
CREATE TABLE batch_log_floor (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  dropped_up_to bigint NOT NULL
);
INSERT INTO batch_log_floor (dropped_up_to) VALUES (0);

-- Retention never passes the slowest registered follower.
CREATE TABLE log_follower (
  name          text PRIMARY KEY,
  last_id       bigint NOT NULL,
  registered_at timestamptz NOT NULL DEFAULT now(),
  seen_at       timestamptz NOT NULL DEFAULT now()
);

-- A change that people see at once. Its id, assigned like the log's under a lock of its own, is the live stream's cursor.
CREATE TABLE event (
  draft   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id      bigint UNIQUE,
  kind    text NOT NULL,                                        -- device.status, registry.changed, ingest.paused ...
  subject text NOT NULL,                                        -- the public name of what changed
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  payload jsonb NOT NULL DEFAULT '{}'
);
CREATE SEQUENCE event_id_seq OWNED BY event.id;
CREATE INDEX event_by_age ON event (at);

CREATE FUNCTION event_assign_id() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(4201, 2);
  UPDATE event SET id = nextval('event_id_seq') WHERE draft = NEW.draft;
  PERFORM pg_notify('event', '');
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER event_id_at_commit AFTER INSERT ON event
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION event_assign_id();

-- The service itself -------------------------------------------------------------------------------------------------

CREATE TABLE device_status (
  device_id int PRIMARY KEY REFERENCES device,
  online    boolean NOT NULL,
  since     timestamptz NOT NULL
);

-- Fixed names: an ingest worker that is away still owns its queue at the broker.
CREATE TABLE ingest_worker (
  name       text PRIMARY KEY,
  started_at timestamptz NOT NULL,
  seen_at    timestamptz NOT NULL,
  state      text NOT NULL CHECK (state IN ('receiving', 'paused', 'disconnected', 'stopped')),
  detail     text NOT NULL DEFAULT '',
  last_batch uuid                                                -- tells a worker whether a COMMIT whose answer it lost took place
);

-- How many samples or messages ended under which reason; written in the batch's own transaction, so exact.
CREATE TABLE ingest_tally (
  worker text NOT NULL,
  hour   timestamptz NOT NULL,
  reason text NOT NULL,                                         -- stored, duplicate, conflict, future ...
  count  bigint NOT NULL,
  PRIMARY KEY (worker, hour, reason)
);
