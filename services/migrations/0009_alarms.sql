-- Rules, alarms, and what became of them.
--
--   alarm_rule ---- alarm_rule_version (who changed what)      alarm (one row a rule and machine: its state now)
--        \-------- alarm_rule_override (one machine)             |---- alarm_occurrence (from raise to normal, with causes)
--                                                                \---- alarm_transition (every step, insert-only)

CREATE TABLE alarm_rule (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- NULL: a rule about this service itself.
  site_id integer REFERENCES site (id),
  code code NOT NULL,
  -- shipped: from the library; site: from the site folder; entered: through the API.
  origin text NOT NULL CHECK (origin IN ('shipped', 'site', 'entered')),
  version integer NOT NULL CHECK (version > 0),
  document jsonb NOT NULL,
  is_enabled boolean NOT NULL DEFAULT true,
  retired_at timestamptz,
  UNIQUE NULLS NOT DISTINCT (site_id, code)
);

CREATE TABLE alarm_rule_version (
  rule_id integer NOT NULL REFERENCES alarm_rule (id),
  version integer NOT NULL,
  origin text NOT NULL,
  document jsonb NOT NULL,
  is_enabled boolean NOT NULL,
  actor_id integer NOT NULL REFERENCES actor (id),
  reason text NOT NULL DEFAULT '',
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rule_id, version)
);

-- Insert-only: the newest row of a rule and machine holds; document NULL takes the override away.
CREATE TABLE alarm_rule_override (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_id integer NOT NULL REFERENCES alarm_rule (id),
  subject_kind text NOT NULL,
  subject code NOT NULL,
  -- {"limits": {"H": 100}, "deadband": 2, "on_delay_s": 30, "off_delay_s": 30, "is_enabled": false}, each optional.
  document jsonb,
  actor_id integer NOT NULL REFERENCES actor (id),
  reason text NOT NULL CHECK (reason <> ''),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX alarm_rule_override_of ON alarm_rule_override (rule_id, subject_kind, subject, id DESC);

CREATE TABLE alarm_flood (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id integer REFERENCES site (id),
  started_at timestamptz NOT NULL,
  ended_at timestamptz CHECK (ended_at >= started_at),
  alarms integer NOT NULL CHECK (alarms > 0),
  peak_in_ten_minutes integer NOT NULL
);
CREATE UNIQUE INDEX alarm_flood_open ON alarm_flood (site_id) NULLS NOT DISTINCT WHERE ended_at IS NULL;

CREATE TABLE alarm (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_id integer NOT NULL REFERENCES alarm_rule (id),
  site_id integer REFERENCES site (id),
  subject_kind text NOT NULL CHECK (subject_kind IN ('device', 'meter', 'site', 'service')),
  subject code NOT NULL,
  device_id integer REFERENCES device (id),
  equipment_id integer REFERENCES equipment (id),
  meter_id integer REFERENCES meter (id),
  state text NOT NULL DEFAULT 'normal' CHECK (state IN ('normal', 'unacknowledged', 'acknowledged',
    'returned_unacknowledged', 'latched_unacknowledged', 'latched_acknowledged', 'shelved', 'suppressed',
    'out_of_service')),
  since timestamptz NOT NULL DEFAULT '-infinity',
  -- What evaluation says, whatever the state: the level that holds, its value, and why it is kept quiet.
  level text CHECK (level IN ('LL', 'L', 'H', 'HH', 'ON')),
  value double precision,
  quiet text CHECK (quiet IN ('not_running', 'outside_hours', 'communication_lost', 'explained')),
  condition_since timestamptz,
  shelved_until timestamptz,
  is_one_shot boolean NOT NULL DEFAULT false,
  occurrence_id bigint,
  -- The rule is retired, disabled or no longer for this machine: history stays.
  retired_at timestamptz,
  UNIQUE (rule_id, subject_kind, subject),
  CHECK (state <> 'shelved' OR shelved_until IS NOT NULL)
);
CREATE INDEX alarm_not_normal ON alarm (site_id) WHERE state <> 'normal';

CREATE TABLE alarm_occurrence (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alarm_id integer NOT NULL REFERENCES alarm (id),
  raised_at timestamptz NOT NULL,
  returned_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by integer REFERENCES actor (id),
  -- Normal again: returned and acknowledged (or reset, where it latches).
  ended_at timestamptz,
  -- The worst there was.
  level text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('critical', 'high', 'medium', 'low')),
  value double precision,
  limit_value double precision NOT NULL,
  rule_version integer NOT NULL,
  is_first_out boolean NOT NULL DEFAULT false,
  -- The occurrence that came first in its group, where this one is not it.
  first_out_id bigint REFERENCES alarm_occurrence (id),
  flood_id integer REFERENCES alarm_flood (id),
  -- [{"code", "name", "name_zh", "action", "action_zh", "likelihood", "evidence": [{"says", "says_zh", "holds", "times", "values"}]}]
  causes jsonb NOT NULL DEFAULT '[]',
  UNIQUE (alarm_id, raised_at)
);
CREATE UNIQUE INDEX alarm_occurrence_open ON alarm_occurrence (alarm_id) WHERE ended_at IS NULL;
CREATE INDEX alarm_occurrence_by_time ON alarm_occurrence (raised_at DESC, id DESC);
ALTER TABLE alarm ADD FOREIGN KEY (occurrence_id) REFERENCES alarm_occurrence (id);

CREATE TABLE alarm_transition (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alarm_id integer NOT NULL REFERENCES alarm (id),
  occurrence_id bigint REFERENCES alarm_occurrence (id),
  -- When it happened (event time) and when it was written.
  at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  event text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  reason text NOT NULL DEFAULT '',
  level text,
  value double precision,
  -- NULL: the service itself.
  actor_id integer REFERENCES actor (id),
  comment text NOT NULL DEFAULT ''
);
CREATE INDEX alarm_transition_by_alarm ON alarm_transition (alarm_id, id DESC);
CREATE INDEX alarm_transition_by_time ON alarm_transition (at DESC);

CREATE FUNCTION keep_alarm_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what happened to an alarm is not changed afterwards' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_alarm_transition BEFORE UPDATE OR DELETE ON alarm_transition
  FOR EACH ROW EXECUTE FUNCTION keep_alarm_transition();

-- How often each cause was the true one, from closed work orders: what the ranking learns from.
CREATE TABLE cause_tally (
  rule_id integer NOT NULL REFERENCES alarm_rule (id),
  cause text NOT NULL,
  times_true integer NOT NULL DEFAULT 0 CHECK (times_true >= 0),
  PRIMARY KEY (rule_id, cause)
);

-- What evaluation had in mind at a place of the log; after a restart the log is read again from there.
CREATE TABLE alarm_memory (
  follower text PRIMARY KEY REFERENCES log_follower (name),
  log_id bigint NOT NULL,
  at timestamptz NOT NULL,
  memory bytea NOT NULL
);

-- Who does what just now: a duty has one holder, which says each second that it lives.
CREATE TABLE duty (
  name text PRIMARY KEY,
  backend_pid integer NOT NULL,
  holder text NOT NULL,
  since timestamptz NOT NULL,
  beat_at timestamptz NOT NULL,
  -- What it says of itself: {"behind_batches": 0, "behind_s": 0.2 ...}
  detail jsonb NOT NULL DEFAULT '{}'
);

-- What ingest noticed about a device's messages, summed a few seconds at a time; kept for three days.
CREATE TABLE device_irregularity (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  device_id integer NOT NULL REFERENCES device (id),
  at timestamptz NOT NULL,
  reason text NOT NULL,
  count integer NOT NULL CHECK (count > 0)
);
CREATE INDEX device_irregularity_by_age ON device_irregularity (at);
