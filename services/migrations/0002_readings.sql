-- What was measured, and what could not be stored.
--
--   reading -> latest, anchor, reading_correction
--   dead_letter, unmapped -> unmapped_sample          kept with its reason

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
