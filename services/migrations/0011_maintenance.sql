-- Maintenance: who works when, orders, what is to be done again and again, parts, and each machine's record.
--
--   alarm_occurrence --work_order_alarm--> work_order ---- work_order_entry (every step and remark, insert-only)
--   maintenance_plan --plan_machine-------/    |---- task, isolation, labour, part_movement, downtime, attachment
--   machine_state (changes, from telemetry) ---- machine_day          equipment_record, equipment_file, equipment_note

-- People: what they can do and when they are here ---------------------------------------------------------------------

ALTER TABLE users ADD COLUMN skills text[] NOT NULL DEFAULT '{}';
ALTER TABLE teams ADD COLUMN skills text[] NOT NULL DEFAULT '{}';
ALTER TABLE teams ADD COLUMN retired_at timestamptz;

CREATE TABLE shift (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  name       text NOT NULL CHECK (name <> ''),
  hours      text[] NOT NULL,                          -- as rules write them: "mon-fri 08:00-20:00"
  retired_at timestamptz,
  UNIQUE (site_id, code)
);
CREATE TABLE shift_member (
  shift_id int NOT NULL REFERENCES shift,
  user_id  int NOT NULL REFERENCES users,
  PRIMARY KEY (shift_id, user_id)
);

-- What a shift leaves to the next.
CREATE TABLE shift_note (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id  int NOT NULL REFERENCES site,
  at       timestamptz NOT NULL DEFAULT now(),
  actor_id int NOT NULL REFERENCES actor,
  body     text NOT NULL CHECK (body <> '')
);
CREATE INDEX shift_note_by_time ON shift_note (site_id, at DESC, id DESC);

-- How a site keeps its machines: due times, which alarms make orders, who is asked, what a machine's signals mean.
CREATE TABLE maintenance_settings (
  site_id  int PRIMARY KEY REFERENCES site,
  document jsonb NOT NULL                              -- analytics.maintenance.settings.MaintenanceSettings
);

-- Every change of what is described here, with before and after.
CREATE TABLE record_change (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id  int REFERENCES site,
  at       timestamptz NOT NULL DEFAULT now(),
  actor_id int NOT NULL REFERENCES actor,
  kind     text NOT NULL,                              -- job, plan, part, equipment, person, team, shift, settings
  subject  text NOT NULL,                              -- its code
  before   jsonb,
  after    jsonb,
  reason   text NOT NULL DEFAULT ''
);
CREATE INDEX record_change_by_subject ON record_change (site_id, kind, subject, id DESC);

-- Files ----------------------------------------------------------------------------------------------------------------

-- Photos are drawn anew before they are kept (no metadata, no script); other files are given back as downloads only.
CREATE TABLE attachment (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key        uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  site_id    int NOT NULL REFERENCES site,
  media_type text NOT NULL,
  name       text NOT NULL,
  size_bytes int NOT NULL CHECK (size_bytes > 0),
  width_px   int,
  height_px  int,
  sha256     bytea NOT NULL,
  content    bytea NOT NULL,
  made_at    timestamptz NOT NULL DEFAULT now(),
  actor_id   int NOT NULL REFERENCES actor
);
ALTER TABLE attachment ALTER COLUMN content SET STORAGE EXTERNAL;

-- What is to be done, and when again -----------------------------------------------------------------------------------

CREATE TABLE job (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  version    int NOT NULL CHECK (version > 0),
  document   jsonb NOT NULL,                           -- analytics.maintenance.job.Job
  retired_at timestamptz,
  UNIQUE (site_id, code)
);

CREATE TABLE maintenance_plan (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  version    int NOT NULL CHECK (version > 0),
  document   jsonb NOT NULL,                           -- analytics.maintenance.plan.Plan
  retired_at timestamptz,
  UNIQUE (site_id, code)
);

-- Orders ---------------------------------------------------------------------------------------------------------------

-- Numbers of a site's orders have no gap: the row is locked by whoever opens one.
CREATE TABLE work_order_number (
  site_id int PRIMARY KEY REFERENCES site,
  last    int NOT NULL
);

CREATE TABLE work_order (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id       int NOT NULL REFERENCES site,
  number        int NOT NULL CHECK (number > 0),
  -- By this a phone that sends an order twice is recognised.
  client_key    uuid UNIQUE,
  origin        text NOT NULL CHECK (origin IN ('alarm', 'plan', 'hand', 'request', 'checklist')),
  kind          text NOT NULL CHECK (kind IN ('repair', 'maintenance', 'inspection', 'calibration', 'other')),
  -- The machine; where an alarm's device belongs to none, the device or meter itself; else the site.
  subject_kind  text NOT NULL CHECK (subject_kind IN ('equipment', 'device', 'meter', 'site')),
  subject       code NOT NULL,
  equipment_id  int REFERENCES equipment,
  device_id     int REFERENCES device,
  meter_id      int REFERENCES meter,
  title         text NOT NULL CHECK (title <> ''),
  title_zh      text NOT NULL DEFAULT '',
  description   text NOT NULL DEFAULT '',
  -- What is suspected, of orders from alarms: a cause of the rule, or rule:<code> where it names none. One open order each.
  suspected     text,
  suspected_name    text NOT NULL DEFAULT '',
  suspected_name_zh text NOT NULL DEFAULT '',
  action        text NOT NULL DEFAULT '',
  action_zh     text NOT NULL DEFAULT '',
  job_id        int REFERENCES job,
  job_version   int,
  plan_id       int REFERENCES maintenance_plan,
  parent_id     bigint REFERENCES work_order,          -- whose checklist failed
  requested_by  text NOT NULL DEFAULT '',              -- who scanned the machine's code, as they say
  priority      text NOT NULL CHECK (priority IN ('critical', 'high', 'medium', 'low')),
  skill         text,
  state         text NOT NULL CHECK (state IN ('requested', 'open', 'assigned', 'in_progress', 'on_hold', 'done',
                  'verified', 'cancelled')),
  since         timestamptz NOT NULL,
  opened_at     timestamptz NOT NULL,
  opened_by     int REFERENCES actor,                  -- NULL: the service itself
  -- By when somebody has to have started, and by when it has to be done.
  respond_by    timestamptz,
  due_at        timestamptz,
  escalated     int NOT NULL DEFAULT 0,                -- how many steps
  escalates_at  timestamptz,
  is_breach_told boolean NOT NULL DEFAULT false,
  assignee_id   int REFERENCES users,
  team_id       int REFERENCES teams,
  first_started_at timestamptz,
  takes_out_of_service boolean NOT NULL DEFAULT false,
  requires_signature boolean NOT NULL DEFAULT false,
  planned_parts jsonb NOT NULL DEFAULT '[]',           -- [analytics.maintenance.job.JobPart]
  done_at       timestamptz,
  done_by       int REFERENCES actor,
  cause         text,                                  -- the true one; or not-reproducible, other ...
  cause_note    text NOT NULL DEFAULT '',
  resolution    text NOT NULL DEFAULT '',
  signature_id  bigint REFERENCES attachment,
  -- When it is looked whether the condition of its alarms is gone, and when it was.
  check_at      timestamptz,
  checked_at    timestamptz,
  verified_at   timestamptz,
  verified_by   int REFERENCES actor,
  cancelled_at  timestamptz,
  reopened      int NOT NULL DEFAULT 0,
  UNIQUE (site_id, number),
  CHECK ((origin = 'alarm') = (suspected IS NOT NULL)),
  CHECK ((state IN ('done', 'verified')) <= (done_at IS NOT NULL)),
  CHECK (state <> 'verified' OR verified_by IS DISTINCT FROM done_by)
);
-- At most one order for one cause on one machine that is not over.
CREATE UNIQUE INDEX work_order_one_for_a_cause ON work_order (site_id, subject_kind, subject, suspected)
  WHERE suspected IS NOT NULL AND state NOT IN ('verified', 'cancelled');
-- And for one plan.
CREATE UNIQUE INDEX work_order_one_for_a_plan ON work_order (plan_id, subject_kind, subject)
  WHERE origin = 'plan' AND state NOT IN ('verified', 'cancelled');
CREATE INDEX work_order_open ON work_order (site_id, due_at) WHERE state NOT IN ('verified', 'cancelled');
CREATE INDEX work_order_by_subject ON work_order (site_id, subject_kind, subject, id DESC);
CREATE INDEX work_order_by_equipment ON work_order (equipment_id, id DESC) WHERE equipment_id IS NOT NULL;
CREATE INDEX work_order_by_escalation ON work_order (escalates_at) WHERE escalates_at IS NOT NULL;
CREATE INDEX work_order_to_check ON work_order (check_at) WHERE check_at IS NOT NULL AND checked_at IS NULL;

-- Every order with its names, as steps, lists and events read it.
CREATE VIEW work_order_now AS
SELECT w.id, w.site_id, s.code::text AS site, w.number, w.origin, w.kind, w.subject_kind, w.subject::text AS subject,
       w.equipment_id, coalesce(e.name, d.name, m.name, s.name) AS machine,
       coalesce(e.name_zh, d.name_zh, m.name_zh, s.name_zh, '') AS machine_zh, e.code::text AS equipment, p.path AS space,
       w.title, w.title_zh, w.description, w.suspected, w.suspected_name, w.suspected_name_zh, w.action, w.action_zh,
       j.code::text AS job, n.code::text AS plan, o.number AS parent_number, w.requested_by, w.priority, w.skill, w.state,
       w.since, w.opened_at, ko.code::text AS opened_by, w.respond_by, w.due_at, w.escalated, w.escalates_at,
       w.assignee_id, u.code::text AS assignee, u.name AS assignee_name, w.team_id, t.code::text AS team,
       t.name AS team_name, w.first_started_at, w.takes_out_of_service, w.requires_signature, w.planned_parts, w.done_at,
       w.done_by AS done_by_id, kd.code::text AS done_by, w.cause, w.cause_note, w.resolution, w.signature_id,
       w.check_at, w.checked_at, w.verified_at, kv.code::text AS verified_by, w.cancelled_at, w.reopened
FROM work_order AS w
JOIN site AS s ON s.id = w.site_id
LEFT JOIN equipment AS e ON e.id = w.equipment_id
LEFT JOIN device AS d ON d.id = w.device_id
LEFT JOIN meter AS m ON m.id = w.meter_id
LEFT JOIN space AS p ON p.id = coalesce(e.space_id, d.space_id, m.space_id)
LEFT JOIN job AS j ON j.id = w.job_id
LEFT JOIN maintenance_plan AS n ON n.id = w.plan_id
LEFT JOIN work_order AS o ON o.id = w.parent_id
LEFT JOIN users AS u ON u.id = w.assignee_id
LEFT JOIN teams AS t ON t.id = w.team_id
LEFT JOIN actor AS ko ON ko.id = w.opened_by
LEFT JOIN actor AS kd ON kd.id = w.done_by
LEFT JOIN actor AS kv ON kv.id = w.verified_by;

CREATE TABLE work_order_alarm (
  occurrence_id bigint PRIMARY KEY REFERENCES alarm_occurrence,
  order_id      bigint NOT NULL REFERENCES work_order,
  attached_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX work_order_alarm_by_order ON work_order_alarm (order_id, occurrence_id);

-- Alarms that an order took out of service, until they are returned.
CREATE TABLE work_order_silenced (
  order_id    bigint NOT NULL REFERENCES work_order,
  alarm_id    int NOT NULL REFERENCES alarm,
  silenced_at timestamptz NOT NULL,
  returned_at timestamptz,
  PRIMARY KEY (order_id, alarm_id, silenced_at)
);

-- Occurrences that people were told of wait here until an order has them, or it is known that none needs to.
ALTER TABLE alarm_occurrence ADD COLUMN handed_over_at timestamptz;
UPDATE alarm_occurrence SET handed_over_at = now();
CREATE INDEX alarm_occurrence_to_hand_over ON alarm_occurrence (id) WHERE announced_at IS NOT NULL AND handed_over_at IS NULL;

CREATE TABLE work_order_entry (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id    bigint NOT NULL REFERENCES work_order,
  at          timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  event       text NOT NULL,                           -- a step of the table, or: comment, photo, task, part, labour ...
  from_state  text,
  to_state    text,
  actor_id    int REFERENCES actor,                    -- NULL: the service itself
  comment     text NOT NULL DEFAULT '',
  detail      jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX work_order_entry_by_order ON work_order_entry (order_id, id);
CREATE FUNCTION keep_work_order_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what happened to an order is not changed afterwards' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_work_order_entry BEFORE UPDATE OR DELETE ON work_order_entry
  FOR EACH ROW EXECUTE FUNCTION keep_work_order_entry();

CREATE TABLE work_order_task (
  order_id   bigint NOT NULL REFERENCES work_order,
  position   int NOT NULL CHECK (position > 0),
  document   jsonb NOT NULL,                           -- analytics.maintenance.job.Task
  result     text CHECK (result IN ('passed', 'failed', 'skipped')),
  value      float8,
  note       text NOT NULL DEFAULT '',
  at         timestamptz,
  actor_id   int REFERENCES actor,
  follow_up_id bigint REFERENCES work_order,           -- the order that its failure opened
  PRIMARY KEY (order_id, position)
);

-- Lock-out: each energy that has to be isolated before anybody puts a hand in.
CREATE TABLE work_order_isolation (
  order_id     bigint NOT NULL REFERENCES work_order,
  position     int NOT NULL CHECK (position > 0),
  document     jsonb NOT NULL,                         -- analytics.maintenance.job.Isolation
  confirmed_at timestamptz,
  confirmed_by int REFERENCES actor,
  lock         text NOT NULL DEFAULT '',               -- number of the padlock
  removed_at   timestamptz,
  removed_by   int REFERENCES actor,
  PRIMARY KEY (order_id, position)
);

CREATE TABLE work_order_labour (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL REFERENCES work_order,
  user_id  int REFERENCES users,
  name     text NOT NULL DEFAULT '',                   -- of somebody who is no user, as a contractor
  began_at timestamptz NOT NULL,
  hours    float8 NOT NULL CHECK (hours > 0 AND hours <= 24),
  actor_id int NOT NULL REFERENCES actor,
  note     text NOT NULL DEFAULT ''
);
CREATE INDEX work_order_labour_by_order ON work_order_labour (order_id, id);

-- Photos and signatures of an order.
CREATE TABLE work_order_file (
  order_id      bigint NOT NULL REFERENCES work_order,
  attachment_id bigint NOT NULL REFERENCES attachment,
  title         text NOT NULL DEFAULT '',
  is_signature  boolean NOT NULL DEFAULT false,        -- also one that a later signature has replaced
  PRIMARY KEY (order_id, attachment_id)
);

-- When a machine could not do its work, and why.
CREATE TABLE downtime (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  equipment_id int NOT NULL REFERENCES equipment,
  order_id   bigint REFERENCES work_order,
  began_at   timestamptz NOT NULL,
  ended_at   timestamptz CHECK (ended_at > began_at),
  reason     text NOT NULL CHECK (reason IN ('breakdown', 'planned', 'waiting_for_parts', 'no_supply', 'other')),
  note       text NOT NULL DEFAULT '',
  actor_id   int NOT NULL REFERENCES actor
);
CREATE INDEX downtime_by_equipment ON downtime (equipment_id, began_at DESC);
CREATE UNIQUE INDEX downtime_open ON downtime (equipment_id) WHERE ended_at IS NULL;

-- Since when each plan waits on each machine.
CREATE TABLE plan_machine (
  plan_id      int NOT NULL REFERENCES maintenance_plan,
  subject_kind text NOT NULL CHECK (subject_kind IN ('equipment', 'meter')),
  subject      code NOT NULL,
  equipment_id int REFERENCES equipment,
  meter_id     int REFERENCES meter,
  -- From when on is counted: when it was done last, or when the plan began for it.
  counts_from  timestamptz NOT NULL,
  -- When it will be due, or was; NULL: cannot be said. For run hours and starts a forecast from the last weeks.
  due_at       timestamptz,
  used         float8,                                 -- since then, of `allowed`, in `unit`: h, starts, d or min
  allowed      float8,
  unit         text NOT NULL DEFAULT '',
  -- Hours or starts that somebody read off before counting began here.
  used_before  float8 NOT NULL DEFAULT 0,
  -- Since when its condition has held without a break.
  holds_since  timestamptz,
  is_due       boolean NOT NULL DEFAULT false,
  since        timestamptz,                            -- due since
  overdue_at   timestamptz,                            -- from when on it is overdue where it is not done by then
  -- After an order was cancelled: when it asks again.
  not_before   timestamptz,
  order_id     bigint REFERENCES work_order,           -- the order that is open for it
  looked_at    timestamptz,
  retired_at   timestamptz,
  PRIMARY KEY (plan_id, subject_kind, subject)
);

-- What verified orders say was the true cause, by rule and class of machine (the kind of its device): the ranking learns from it. A cause that
-- no rule names (not-reproducible, other) is counted too: it says how often a rule cried for nothing.
DROP TABLE cause_tally;
CREATE TABLE cause_outcome (
  rule_id  int NOT NULL REFERENCES alarm_rule (id),
  class    text NOT NULL,
  cause    text NOT NULL,
  order_id bigint NOT NULL REFERENCES work_order,
  at       timestamptz NOT NULL,
  PRIMARY KEY (rule_id, order_id)
);

-- Parts: a plain list ---------------------------------------------------------------------------------------------------

CREATE TABLE part (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  name       text NOT NULL CHECK (name <> ''),
  name_zh    text NOT NULL DEFAULT '',
  unit       text NOT NULL DEFAULT 'pcs',
  location   text NOT NULL DEFAULT '',
  supplier   text NOT NULL DEFAULT '',
  minimum    numeric NOT NULL DEFAULT 0 CHECK (minimum >= 0),
  unit_cost  numeric CHECK (unit_cost >= 0),
  currency   text,
  stock      numeric NOT NULL DEFAULT 0 CHECK (stock >= 0),
  retired_at timestamptz,
  UNIQUE (site_id, code),
  CHECK ((unit_cost IS NULL) = (currency IS NULL))
);

-- Insert-only; the stock of a part is the sum of its movements, kept in their transaction.
CREATE TABLE part_movement (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  part_id   int NOT NULL REFERENCES part,
  at        timestamptz NOT NULL DEFAULT now(),
  kind      text NOT NULL CHECK (kind IN ('received', 'used', 'returned', 'counted')),
  quantity  numeric NOT NULL,                          -- what it does to the stock; a count that found it right does nothing
  stock     numeric NOT NULL CHECK (stock >= 0),       -- after it
  unit_cost numeric,
  order_id  bigint REFERENCES work_order,
  actor_id  int NOT NULL REFERENCES actor,
  reason    text NOT NULL DEFAULT '',
  client_key uuid UNIQUE,
  CHECK ((kind IN ('used', 'returned')) = (order_id IS NOT NULL)),
  CHECK (CASE kind WHEN 'used' THEN quantity < 0 WHEN 'counted' THEN true ELSE quantity > 0 END)
);
CREATE FUNCTION keep_part_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a movement of a part is not changed afterwards: enter another one' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER keep_part_movement BEFORE UPDATE OR DELETE ON part_movement
  FOR EACH ROW EXECUTE FUNCTION keep_part_movement();
CREATE INDEX part_movement_by_part ON part_movement (part_id, id DESC);
CREATE INDEX part_movement_by_order ON part_movement (order_id, id) WHERE order_id IS NOT NULL;

-- Machines ---------------------------------------------------------------------------------------------------------------

CREATE TABLE equipment_record (
  equipment_id int PRIMARY KEY REFERENCES equipment,
  document     jsonb NOT NULL DEFAULT '{}',            -- services.equipment.record.EquipmentRecord: nameplate, criticality ...
  -- On the machine's label; leads to a form that asks for no account.
  report_key   uuid NOT NULL UNIQUE DEFAULT gen_random_uuid()
);
CREATE TABLE equipment_file (
  equipment_id  int NOT NULL REFERENCES equipment,
  attachment_id bigint NOT NULL REFERENCES attachment,
  kind          text NOT NULL CHECK (kind IN ('document', 'photo')),
  title         text NOT NULL DEFAULT '',
  removed_at    timestamptz,
  PRIMARY KEY (equipment_id, attachment_id)
);
CREATE TABLE equipment_note (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  equipment_id int NOT NULL REFERENCES equipment,
  at           timestamptz NOT NULL,
  actor_id     int NOT NULL REFERENCES actor,
  body         text NOT NULL CHECK (body <> '')
);
CREATE INDEX equipment_note_by_time ON equipment_note (equipment_id, at DESC, id DESC);

-- In what state a machine's device is from this instant on. `no_data`: nobody knows.
CREATE TABLE machine_state (
  device_id int NOT NULL REFERENCES device,
  at        timestamptz NOT NULL,
  state     text NOT NULL CHECK (state IN ('running', 'loaded', 'idle', 'stopped', 'fault', 'no_data')),
  PRIMARY KEY (device_id, at)
);
-- A compressor loads and unloads five hundred times a day; its stops and faults are found among them by this.
CREATE INDEX machine_state_off ON machine_state (device_id, at) WHERE state IN ('fault', 'stopped', 'no_data');
-- Up to where its readings have been taken in. Until `valid_until` its last reading is believed, then nothing is known.
CREATE TABLE machine_state_cover (
  device_id        int PRIMARY KEY REFERENCES device,
  point_id         int NOT NULL REFERENCES point,
  meaning          jsonb NOT NULL,                     -- how its values are read: analytics.machine_states.meaning
  first_reading_at timestamptz NOT NULL,
  last_reading_at  timestamptz NOT NULL,
  last_value       float8 NOT NULL,
  valid_until      timestamptz NOT NULL,
  -- Up to where its history has been derived anew from raw readings; NULL: there is nothing to derive anew.
  derived_to       timestamptz,
  CHECK (first_reading_at <= last_reading_at AND last_reading_at <= valid_until)
);
CREATE INDEX machine_state_cover_behind ON machine_state_cover (device_id) WHERE derived_to IS NOT NULL;
-- Whole days at the site, summed up; made anew when late readings change them.
CREATE TABLE machine_day (
  device_id  int NOT NULL REFERENCES device,
  day        date NOT NULL,
  running_s  float8 NOT NULL,
  loaded_s   float8 NOT NULL,
  idle_s     float8 NOT NULL,
  stopped_s  float8 NOT NULL,
  fault_s    float8 NOT NULL,
  no_data_s  float8 NOT NULL,
  starts     int NOT NULL,
  PRIMARY KEY (device_id, day)
);

-- People are told of orders as of alarms.
ALTER TABLE notification_item DROP CONSTRAINT notification_item_kind_check;
ALTER TABLE notification_item ADD CONSTRAINT notification_item_kind_check CHECK (kind IN ('raised', 'worsened',
  're_alarmed', 'returned', 'escalated', 'flood_began', 'flood_ended', 'work_order'));
ALTER TABLE notification_message DROP CONSTRAINT notification_message_kind_check;
ALTER TABLE notification_message ADD CONSTRAINT notification_message_kind_check CHECK (kind IN ('alarms', 'escalation',
  'flood_began', 'flood_ended', 'work_orders', 'test'));
