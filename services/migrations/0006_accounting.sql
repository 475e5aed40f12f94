-- Energy: what the registers say, judged, by quarter hour, and what could not simply be added.
--
--   register_head, register_checkpoint   where the judgement of a register stands, and where it stood
--   energy_interval                       energy by quarter hour (a row more where a band edge falls inside)
--   ledger_entry, ruling                 every increment that was not plain, and what people decided about it
--   recompute_task                       spans that have to be judged again
--   energy_hour, energy_day, energy_month, demand_day   sums of `energy_interval`, changed in the same transaction
--
-- Energies are whole millionths of the register's unit; each is measured, interpolated or estimated, never two of them.

-- The judgement's state (analytics/metering) after the last read that can no longer be overtaken, written each minute.
CREATE TABLE register_head (
  register_id int4 PRIMARY KEY REFERENCES register,
  time        timestamptz NOT NULL,                  -- of the last read that the state has taken in
  newest      timestamptz NOT NULL,                  -- of the newest read that is in the intervals
  state       bytea NOT NULL,
  judged_as   jsonb NOT NULL                         -- services.metering.rules.Register: other rules now mean judging anew
);

CREATE TABLE register_checkpoint (
  register_id int4 NOT NULL REFERENCES register,
  time        timestamptz NOT NULL,
  state       bytea NOT NULL,
  PRIMARY KEY (register_id, time)
);

CREATE TABLE energy_interval (
  register_id  int4 NOT NULL,
  start        timestamptz NOT NULL,
  measured     int8 NOT NULL DEFAULT 0,
  interpolated int8 NOT NULL DEFAULT 0,
  estimated    int8 NOT NULL DEFAULT 0,
  covered_us   int8 NOT NULL DEFAULT 0,              -- microseconds for which there is energy at all; the rest is missing
  PRIMARY KEY (register_id, start)
) WITH (fillfactor = 80);
SELECT create_hypertable('energy_interval', by_range('start', INTERVAL '30 days'), create_default_indexes => false);

-- A judged entry is written by the judgement and written anew with it; an entered one is a person's and stays.
CREATE TABLE ledger_entry (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  register_id int4 NOT NULL REFERENCES register,
  origin      text NOT NULL CHECK (origin IN ('judged', 'entered')),
  kind        text NOT NULL,                         -- analytics.metering.ledger.KINDS
  start       timestamptz NOT NULL,                  -- the last good read before
  stop        timestamptz NOT NULL,                  -- the read that ends it
  first_value float8,
  last_value  float8,
  energy      int8 NOT NULL DEFAULT 0,               -- of the span, in the intervals
  quarantined int8 NOT NULL DEFAULT 0,               -- held out of the intervals until somebody decides
  adjustment  int8 NOT NULL DEFAULT 0,               -- signed: makes the law hold
  decided     timestamptz NOT NULL,                  -- time of the read on which it was decided
  detail      text NOT NULL DEFAULT '',
  actor_id    int REFERENCES actor,                  -- of an entered one
  at          timestamptz NOT NULL DEFAULT now(),
  CHECK (stop >= start)
);
CREATE INDEX ledger_entry_by_register ON ledger_entry (register_id, start);

-- What a person decided about a quarantined span; the newest one for a span holds.
CREATE TABLE ruling (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  register_id int4 NOT NULL REFERENCES register,
  start       timestamptz NOT NULL,
  stop        timestamptz NOT NULL CHECK (stop > start),
  verdict     text NOT NULL CHECK (verdict IN ('accept', 'reject', 'correct', 'estimate', 'undo')),
  energy      int8,                                  -- of `correct` and `estimate`
  actor_id    int NOT NULL REFERENCES actor,
  reason      text NOT NULL CHECK (reason <> ''),
  at          timestamptz NOT NULL DEFAULT now(),
  CHECK ((energy IS NOT NULL) = (verdict IN ('correct', 'estimate')))
);
CREATE INDEX ruling_by_register ON ruling (register_id, start);

-- What has to be judged again: all that was touched lies in [since, until]. `since` moves on with the work, a bounded
-- step at a time; what is asked for meanwhile waits in `again`, so that a step under way cannot swallow it.
CREATE TABLE recompute_task (
  register_id int4 PRIMARY KEY REFERENCES register,
  since       timestamptz NOT NULL,
  until       timestamptz NOT NULL,
  again       timestamptz,
  reason      text NOT NULL,
  at          timestamptz NOT NULL DEFAULT now()     -- asked for, or last worked on: the longest ago is next
);

CREATE TABLE energy_hour (
  register_id  int4 NOT NULL,
  hour         timestamptz NOT NULL,
  band         int2 NOT NULL,
  measured     int8 NOT NULL,
  interpolated int8 NOT NULL,
  estimated    int8 NOT NULL,
  covered_us   int8 NOT NULL,
  PRIMARY KEY (register_id, hour, band)
) WITH (fillfactor = 80);

CREATE TABLE energy_day (
  register_id  int4 NOT NULL,
  day          date NOT NULL,
  band         int2 NOT NULL,
  measured     int8 NOT NULL,
  interpolated int8 NOT NULL,
  estimated    int8 NOT NULL,
  covered_us   int8 NOT NULL,
  PRIMARY KEY (register_id, day, band)
) WITH (fillfactor = 80);

CREATE TABLE energy_month (
  register_id  int4 NOT NULL,
  month        date NOT NULL,
  band         int2 NOT NULL,
  measured     int8 NOT NULL,
  interpolated int8 NOT NULL,
  estimated    int8 NOT NULL,
  covered_us   int8 NOT NULL,
  PRIMARY KEY (register_id, month, band)
) WITH (fillfactor = 80);

-- The highest mean power of 15 minutes that slide by one minute, by local day; that of fixed quarters is in `energy_interval`.
CREATE TABLE demand_day (
  register_id int4 NOT NULL,
  day         date NOT NULL,
  energy      int8 NOT NULL,                         -- of those 15 minutes
  stop        timestamptz NOT NULL,                  -- where they end
  PRIMARY KEY (register_id, day)
);
