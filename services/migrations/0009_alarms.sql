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
  -- Of a rule with a group: the group and the machine or station whose alarms belong together; the first is marked.
  first_out_group text,
  -- What evaluation says, whatever the state: the level that holds, its value, and why it is kept quiet.
  level text CHECK (level IN ('LL', 'L', 'H', 'HH', 'ON')),
  value double precision,
  quiet text CHECK (quiet IN ('not_running', 'outside_hours', 'communication_lost', 'explained')),
  condition_since timestamptz,
  shelved_until timestamptz,
  is_one_shot boolean NOT NULL DEFAULT false,
  -- People were told of the open occurrence, or of one before it that a latch did not let go: it waits for its reset.
  is_announced boolean NOT NULL DEFAULT false,
  occurrence_id bigint,
  -- The rule is retired, disabled or no longer for this machine: history stays.
  retired_at timestamptz,
  UNIQUE (rule_id, subject_kind, subject),
  CHECK (state <> 'shelved' OR shelved_until IS NOT NULL),
  CHECK (NOT is_announced OR occurrence_id IS NOT NULL)
);
CREATE INDEX alarm_not_normal ON alarm (site_id) WHERE state <> 'normal';
CREATE INDEX alarm_by_first_out_group ON alarm (first_out_group) WHERE first_out_group IS NOT NULL;

CREATE TABLE alarm_occurrence (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  alarm_id integer NOT NULL REFERENCES alarm (id),
  raised_at timestamptz NOT NULL,
  -- When people were told; NULL: it was kept quiet from beginning to end, and counts in no figure.
  announced_at timestamptz,
  returned_at timestamptz,
  -- Worse again, or still there after its time, it asks again: the first answer tells how quick people are.
  first_acknowledged_at timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by integer REFERENCES actor (id),
  -- Normal again: returned and acknowledged (or reset, where it latches).
  ended_at timestamptz,
  -- The worst there was.
  level text NOT NULL,
  priority text NOT NULL CHECK (priority IN ('critical', 'high', 'medium', 'low')),
  value double precision,
  limit_value double precision NOT NULL,
  unit text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  message_zh text NOT NULL DEFAULT '',
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
CREATE INDEX alarm_occurrence_announced ON alarm_occurrence (announced_at, alarm_id) WHERE announced_at IS NOT NULL;
ALTER TABLE alarm ADD FOREIGN KEY (occurrence_id) REFERENCES alarm_occurrence (id);

-- Every alarm with its names and what is open of it, as keeping, actions and lists read it.
CREATE VIEW alarm_now AS
SELECT a.id, a.rule_id, a.site_id, coalesce(s.code::text, '') AS site, r.code::text AS rule, a.subject_kind,
       a.subject::text AS subject, coalesce(d.name, m.name, s.name, a.subject::text) AS machine,
       coalesce(d.name_zh, m.name_zh, s.name_zh, '') AS machine_zh, e.code::text AS equipment, p.path AS space,
       coalesce(r.document ->> 'name', r.code::text) AS name, coalesce(r.document ->> 'name_zh', '') AS name_zh,
       coalesce(r.document ->> 'system', 'other') AS system, r.version AS rule_version,
       coalesce((r.document ->> 'latching')::boolean, false) AS is_latching,
       coalesce((r.document ->> 're_alarm_s')::double precision, 0) AS re_alarm_s,
       a.first_out_group, a.state, a.since, a.level, a.value, a.quiet, a.condition_since, a.shelved_until,
       a.is_one_shot, a.is_announced, a.retired_at, a.occurrence_id, o.raised_at, o.announced_at, o.returned_at,
       o.first_acknowledged_at, o.acknowledged_at, k.code::text AS acknowledged_by, o.level AS worst_level, o.priority,
       o.value AS worst_value, o.limit_value, o.unit, o.message, o.message_zh, o.is_first_out, o.first_out_id,
       o.flood_id, o.causes
FROM alarm AS a
JOIN alarm_rule AS r ON r.id = a.rule_id
LEFT JOIN site AS s ON s.id = a.site_id
LEFT JOIN device AS d ON d.id = a.device_id
LEFT JOIN meter AS m ON m.id = a.meter_id
LEFT JOIN equipment AS e ON e.id = a.equipment_id
LEFT JOIN space AS p ON p.id = coalesce(d.space_id, m.space_id, e.space_id)
LEFT JOIN alarm_occurrence AS o ON o.id = a.occurrence_id
LEFT JOIN actor AS k ON k.id = o.acknowledged_by;

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
