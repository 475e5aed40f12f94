-- What the database is after all migrations; made by `python -m services.schema`, do not edit.

CREATE VIEW alarm_now AS
 SELECT a.id,
    a.rule_id,
    a.site_id,
    COALESCE((s.code)::text, ''::text) AS site,
    (r.code)::text AS rule,
    a.subject_kind,
    (a.subject)::text AS subject,
    COALESCE(d.name, m.name, s.name, (a.subject)::text) AS machine,
    COALESCE(d.name_zh, m.name_zh, s.name_zh, ''::text) AS machine_zh,
    (e.code)::text AS equipment,
    p.path AS space,
    COALESCE((r.document ->> 'name'::text), (r.code)::text) AS name,
    COALESCE((r.document ->> 'name_zh'::text), ''::text) AS name_zh,
    COALESCE((r.document ->> 'system'::text), 'other'::text) AS system,
    r.version AS rule_version,
    COALESCE(((r.document ->> 'latching'::text))::boolean, false) AS is_latching,
    COALESCE(((r.document ->> 're_alarm_s'::text))::double precision, (0)::double precision) AS re_alarm_s,
    a.first_out_group,
    a.state,
    a.since,
    a.level,
    a.value,
    a.quiet,
    a.condition_since,
    a.shelved_until,
    a.is_one_shot,
    a.is_announced,
    a.retired_at,
    a.occurrence_id,
    o.raised_at,
    o.announced_at,
    o.returned_at,
    o.first_acknowledged_at,
    o.acknowledged_at,
    (k.code)::text AS acknowledged_by,
    o.level AS worst_level,
    o.priority,
    o.value AS worst_value,
    o.limit_value,
    o.unit,
    o.message,
    o.message_zh,
    o.is_first_out,
    o.first_out_id,
    o.flood_id,
    o.causes
   FROM ((((((((alarm a
     JOIN alarm_rule r ON ((r.id = a.rule_id)))
     LEFT JOIN site s ON ((s.id = a.site_id)))
     LEFT JOIN device d ON ((d.id = a.device_id)))
     LEFT JOIN meter m ON ((m.id = a.meter_id)))
     LEFT JOIN equipment e ON ((e.id = a.equipment_id)))
     LEFT JOIN space p ON ((p.id = COALESCE(d.space_id, m.space_id, e.space_id))))
     LEFT JOIN alarm_occurrence o ON ((o.id = a.occurrence_id)))
     LEFT JOIN actor k ON ((k.id = o.acknowledged_by)));

CREATE OR REPLACE FUNCTION public.batch_log_assign_id()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_advisory_xact_lock(4201, 1);
  UPDATE batch_log SET id = nextval('batch_log_id_seq') WHERE draft = NEW.draft;
  PERFORM pg_notify('batch_log', '');
  RETURN NULL;
END $function$;

CREATE DOMAIN code AS text CHECK ((VALUE ~ '^[a-z0-9][a-z0-9_-]{0,62}$'::text));

CREATE VIEW contract_meter AS
 WITH member AS (
         SELECT c.id AS contract_id,
            m_1.id AS meter_id,
            m_1.code,
            m_1.kind,
            m_1.parent_id,
            m_1.space_id,
            m_1.org_unit_id,
            m_1.retired_at
           FROM (contract c
             JOIN meter m_1 ON (((m_1.site_id = c.site_id) AND (m_1.carrier = c.carrier) AND ((m_1.contract_id = c.id) OR ((m_1.contract IS NULL) AND (m_1.contract_id IS NULL) AND c.is_default AND (c.retired_at IS NULL))))))
        )
 SELECT m.contract_id,
    m.meter_id,
    m.code,
    m.kind,
    up.meter_id AS parent_id,
    m.space_id,
    m.org_unit_id,
    m.retired_at,
    ((up.meter_id IS NULL) AND ((m.kind <> 'virtual'::text) OR (EXISTS ( SELECT
           FROM member below
          WHERE ((below.parent_id = m.meter_id) AND (below.contract_id = m.contract_id)))))) AS is_main
   FROM (member m
     LEFT JOIN member up ON (((up.meter_id = m.parent_id) AND (up.contract_id = m.contract_id))));

CREATE OR REPLACE FUNCTION public.event_assign_id()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_advisory_xact_lock(4201, 2);
  UPDATE event SET id = nextval('event_id_seq') WHERE draft = NEW.draft;
  PERFORM pg_notify('event', '');
  RETURN NULL;
END $function$;

CREATE OR REPLACE FUNCTION public.keep_alarm_transition()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'what happened to an alarm is not changed afterwards' USING ERRCODE = 'check_violation';
END $function$;

CREATE OR REPLACE FUNCTION public.keep_bill()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF OLD.status <> 'draft' THEN
    RAISE EXCEPTION 'bill % is %: it does not change, restate it', OLD.reference, OLD.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $function$;

CREATE OR REPLACE FUNCTION public.keep_bill_line()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF EXISTS (SELECT FROM bill WHERE id = OLD.bill_id AND status <> 'draft') THEN
    RAISE EXCEPTION 'a line of a closed bill does not change: restate the bill' USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $function$;

CREATE OR REPLACE FUNCTION public.keep_part_movement()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'a movement of a part is not changed afterwards: enter another one' USING ERRCODE = 'check_violation';
END $function$;

CREATE OR REPLACE FUNCTION public.keep_work_order_entry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION 'what happened to an order is not changed afterwards' USING ERRCODE = 'check_violation';
END $function$;

CREATE OR REPLACE FUNCTION public.link_contract_to_meters()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  UPDATE meter SET contract_id = NEW.id WHERE site_id = NEW.site_id AND contract = NEW.code;
  RETURN NULL;
END $function$;

CREATE VIEW work_order_now AS
 SELECT w.id,
    w.site_id,
    (s.code)::text AS site,
    w.number,
    w.origin,
    w.kind,
    w.subject_kind,
    (w.subject)::text AS subject,
    w.equipment_id,
    COALESCE(e.name, d.name, m.name, s.name) AS machine,
    COALESCE(e.name_zh, d.name_zh, m.name_zh, s.name_zh, ''::text) AS machine_zh,
    (e.code)::text AS equipment,
    p.path AS space,
    w.title,
    w.title_zh,
    w.description,
    w.suspected,
    w.suspected_name,
    w.suspected_name_zh,
    w.action,
    w.action_zh,
    (j.code)::text AS job,
    (n.code)::text AS plan,
    o.number AS parent_number,
    w.requested_by,
    w.priority,
    w.skill,
    w.state,
    w.since,
    w.opened_at,
    (ko.code)::text AS opened_by,
    w.respond_by,
    w.due_at,
    w.escalated,
    w.escalates_at,
    w.assignee_id,
    (u.code)::text AS assignee,
    u.name AS assignee_name,
    w.team_id,
    (t.code)::text AS team,
    t.name AS team_name,
    w.first_started_at,
    w.takes_out_of_service,
    w.requires_signature,
    w.planned_parts,
    w.done_at,
    w.done_by AS done_by_id,
    (kd.code)::text AS done_by,
    w.cause,
    w.cause_note,
    w.resolution,
    w.signature_id,
    w.check_at,
    w.checked_at,
    w.verified_at,
    (kv.code)::text AS verified_by,
    w.cancelled_at,
    w.reopened
   FROM (((((((((((((work_order w
     JOIN site s ON ((s.id = w.site_id)))
     LEFT JOIN equipment e ON ((e.id = w.equipment_id)))
     LEFT JOIN device d ON ((d.id = w.device_id)))
     LEFT JOIN meter m ON ((m.id = w.meter_id)))
     LEFT JOIN space p ON ((p.id = COALESCE(e.space_id, d.space_id, m.space_id))))
     LEFT JOIN job j ON ((j.id = w.job_id)))
     LEFT JOIN maintenance_plan n ON ((n.id = w.plan_id)))
     LEFT JOIN work_order o ON ((o.id = w.parent_id)))
     LEFT JOIN users u ON ((u.id = w.assignee_id)))
     LEFT JOIN teams t ON ((t.id = w.team_id)))
     LEFT JOIN actor ko ON ((ko.id = w.opened_by)))
     LEFT JOIN actor kd ON ((kd.id = w.done_by)))
     LEFT JOIN actor kv ON ((kv.id = w.verified_by)));

CREATE TABLE actor (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  code code NOT NULL,
  kind text NOT NULL,
  user_id integer,
  CONSTRAINT actor_check CHECK (((kind = 'user'::text) = (user_id IS NOT NULL))),
  CONSTRAINT actor_code_key UNIQUE (code),
  CONSTRAINT actor_kind_check CHECK ((kind = ANY (ARRAY['local'::text, 'user'::text, 'key'::text, 'service'::text]))),
  CONSTRAINT actor_pkey PRIMARY KEY (id),
  CONSTRAINT actor_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  CONSTRAINT actor_user_id_key UNIQUE (user_id)
);

CREATE TABLE alarm (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  rule_id integer NOT NULL,
  site_id integer,
  subject_kind text NOT NULL,
  subject code NOT NULL,
  device_id integer,
  equipment_id integer,
  meter_id integer,
  state text DEFAULT 'normal'::text NOT NULL,
  since timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  first_out_group text,
  level text,
  value double precision,
  quiet text,
  condition_since timestamp with time zone,
  shelved_until timestamp with time zone,
  is_one_shot boolean DEFAULT false NOT NULL,
  is_announced boolean DEFAULT false NOT NULL,
  occurrence_id bigint,
  retired_at timestamp with time zone,
  CONSTRAINT alarm_check CHECK (((state <> 'shelved'::text) OR (shelved_until IS NOT NULL))),
  CONSTRAINT alarm_check1 CHECK (((NOT is_announced) OR (occurrence_id IS NOT NULL))),
  CONSTRAINT alarm_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT alarm_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT alarm_level_check CHECK ((level = ANY (ARRAY['LL'::text, 'L'::text, 'H'::text, 'HH'::text, 'ON'::text]))),
  CONSTRAINT alarm_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meter(id),
  CONSTRAINT alarm_occurrence_id_fkey FOREIGN KEY (occurrence_id) REFERENCES alarm_occurrence(id),
  CONSTRAINT alarm_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_quiet_check CHECK ((quiet = ANY (ARRAY['not_running'::text, 'outside_hours'::text, 'communication_lost'::text, 'explained'::text]))),
  CONSTRAINT alarm_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alarm_rule(id),
  CONSTRAINT alarm_rule_id_subject_kind_subject_key UNIQUE (rule_id, subject_kind, subject),
  CONSTRAINT alarm_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT alarm_state_check CHECK ((state = ANY (ARRAY['normal'::text, 'unacknowledged'::text, 'acknowledged'::text, 'returned_unacknowledged'::text, 'latched_unacknowledged'::text, 'latched_acknowledged'::text, 'shelved'::text, 'suppressed'::text, 'out_of_service'::text]))),
  CONSTRAINT alarm_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['device'::text, 'meter'::text, 'site'::text, 'service'::text])))
);
CREATE INDEX alarm_by_first_out_group ON public.alarm USING btree (first_out_group) WHERE (first_out_group IS NOT NULL);
CREATE INDEX alarm_not_normal ON public.alarm USING btree (site_id) WHERE (state <> 'normal'::text);

CREATE TABLE alarm_flood (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer,
  started_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  alarms integer NOT NULL,
  peak_in_ten_minutes integer NOT NULL,
  CONSTRAINT alarm_flood_alarms_check CHECK ((alarms > 0)),
  CONSTRAINT alarm_flood_check CHECK ((ended_at >= started_at)),
  CONSTRAINT alarm_flood_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_flood_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);
CREATE UNIQUE INDEX alarm_flood_open ON public.alarm_flood USING btree (site_id) NULLS NOT DISTINCT WHERE (ended_at IS NULL);

CREATE TABLE alarm_memory (
  follower text NOT NULL,
  log_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  memory bytea NOT NULL,
  CONSTRAINT alarm_memory_follower_fkey FOREIGN KEY (follower) REFERENCES log_follower(name),
  CONSTRAINT alarm_memory_pkey PRIMARY KEY (follower)
);

CREATE TABLE alarm_occurrence (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  alarm_id integer NOT NULL,
  raised_at timestamp with time zone NOT NULL,
  announced_at timestamp with time zone,
  returned_at timestamp with time zone,
  first_acknowledged_at timestamp with time zone,
  acknowledged_at timestamp with time zone,
  acknowledged_by integer,
  ended_at timestamp with time zone,
  level text NOT NULL,
  priority text NOT NULL,
  value double precision,
  limit_value double precision NOT NULL,
  unit text DEFAULT ''::text NOT NULL,
  message text DEFAULT ''::text NOT NULL,
  message_zh text DEFAULT ''::text NOT NULL,
  rule_version integer NOT NULL,
  is_first_out boolean DEFAULT false NOT NULL,
  first_out_id bigint,
  flood_id integer,
  causes jsonb DEFAULT '[]'::jsonb NOT NULL,
  handed_over_at timestamp with time zone,
  CONSTRAINT alarm_occurrence_acknowledged_by_fkey FOREIGN KEY (acknowledged_by) REFERENCES actor(id),
  CONSTRAINT alarm_occurrence_alarm_id_fkey FOREIGN KEY (alarm_id) REFERENCES alarm(id),
  CONSTRAINT alarm_occurrence_alarm_id_raised_at_key UNIQUE (alarm_id, raised_at),
  CONSTRAINT alarm_occurrence_first_out_id_fkey FOREIGN KEY (first_out_id) REFERENCES alarm_occurrence(id),
  CONSTRAINT alarm_occurrence_flood_id_fkey FOREIGN KEY (flood_id) REFERENCES alarm_flood(id),
  CONSTRAINT alarm_occurrence_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_occurrence_priority_check CHECK ((priority = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text])))
);
CREATE INDEX alarm_occurrence_announced ON public.alarm_occurrence USING btree (announced_at, alarm_id) WHERE (announced_at IS NOT NULL);
CREATE INDEX alarm_occurrence_by_time ON public.alarm_occurrence USING btree (raised_at DESC, id DESC);
CREATE UNIQUE INDEX alarm_occurrence_open ON public.alarm_occurrence USING btree (alarm_id) WHERE (ended_at IS NULL);
CREATE INDEX alarm_occurrence_to_hand_over ON public.alarm_occurrence USING btree (id) WHERE ((announced_at IS NOT NULL) AND (handed_over_at IS NULL));

CREATE TABLE alarm_rule (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer,
  code code NOT NULL,
  origin text NOT NULL,
  version integer NOT NULL,
  document jsonb NOT NULL,
  is_enabled boolean DEFAULT true NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT alarm_rule_origin_check CHECK ((origin = ANY (ARRAY['shipped'::text, 'site'::text, 'entered'::text]))),
  CONSTRAINT alarm_rule_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_rule_site_id_code_key UNIQUE NULLS NOT DISTINCT (site_id, code),
  CONSTRAINT alarm_rule_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT alarm_rule_version_check CHECK ((version > 0))
);

CREATE TABLE alarm_rule_override (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  rule_id integer NOT NULL,
  subject_kind text NOT NULL,
  subject code NOT NULL,
  document jsonb,
  actor_id integer NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alarm_rule_override_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT alarm_rule_override_pkey PRIMARY KEY (id),
  CONSTRAINT alarm_rule_override_reason_check CHECK ((reason <> ''::text)),
  CONSTRAINT alarm_rule_override_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alarm_rule(id)
);
CREATE INDEX alarm_rule_override_of ON public.alarm_rule_override USING btree (rule_id, subject_kind, subject, id DESC);

CREATE TABLE alarm_rule_version (
  rule_id integer NOT NULL,
  version integer NOT NULL,
  origin text NOT NULL,
  document jsonb NOT NULL,
  is_enabled boolean NOT NULL,
  actor_id integer NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT alarm_rule_version_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT alarm_rule_version_pkey PRIMARY KEY (rule_id, version),
  CONSTRAINT alarm_rule_version_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alarm_rule(id)
);

CREATE TABLE alarm_transition (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  alarm_id integer NOT NULL,
  occurrence_id bigint,
  at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  event text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  level text,
  value double precision,
  actor_id integer,
  comment text DEFAULT ''::text NOT NULL,
  CONSTRAINT alarm_transition_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT alarm_transition_alarm_id_fkey FOREIGN KEY (alarm_id) REFERENCES alarm(id),
  CONSTRAINT alarm_transition_occurrence_id_fkey FOREIGN KEY (occurrence_id) REFERENCES alarm_occurrence(id),
  CONSTRAINT alarm_transition_pkey PRIMARY KEY (id)
);
CREATE INDEX alarm_transition_by_alarm ON public.alarm_transition USING btree (alarm_id, id DESC);
CREATE INDEX alarm_transition_by_time ON public.alarm_transition USING btree (at DESC);
CREATE TRIGGER keep_alarm_transition BEFORE DELETE OR UPDATE ON public.alarm_transition FOR EACH ROW EXECUTE FUNCTION keep_alarm_transition();

CREATE TABLE anchor (
  point_id integer NOT NULL,
  midnight timestamp with time zone NOT NULL,
  side text NOT NULL,
  time timestamp with time zone NOT NULL,
  value double precision NOT NULL,
  CONSTRAINT anchor_check CHECK ((((side = 'before'::text) AND ("time" <= midnight)) OR ((side = 'after'::text) AND ("time" > midnight)))),
  CONSTRAINT anchor_pkey PRIMARY KEY (point_id, midnight, side),
  CONSTRAINT anchor_point_id_fkey FOREIGN KEY (point_id) REFERENCES point(id),
  CONSTRAINT anchor_side_check CHECK ((side = ANY (ARRAY['before'::text, 'after'::text])))
);

CREATE TABLE attachment (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  key uuid DEFAULT gen_random_uuid() NOT NULL,
  site_id integer NOT NULL,
  media_type text NOT NULL,
  name text NOT NULL,
  size_bytes integer NOT NULL,
  width_px integer,
  height_px integer,
  sha256 bytea NOT NULL,
  content bytea NOT NULL,
  made_at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  CONSTRAINT attachment_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT attachment_key_key UNIQUE (key),
  CONSTRAINT attachment_pkey PRIMARY KEY (id),
  CONSTRAINT attachment_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT attachment_size_bytes_check CHECK ((size_bytes > 0))
);

CREATE TABLE band_calendar (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  contract_id integer,
  stale_since date,
  stale_at timestamp with time zone,
  CONSTRAINT band_calendar_check CHECK (((stale_since IS NULL) = (stale_at IS NULL))),
  CONSTRAINT band_calendar_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id),
  CONSTRAINT band_calendar_pkey PRIMARY KEY (id),
  CONSTRAINT band_calendar_site_id_contract_id_key UNIQUE NULLS NOT DISTINCT (site_id, contract_id),
  CONSTRAINT band_calendar_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE batch_log (
  draft bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id bigint,
  kind text NOT NULL,
  worker text NOT NULL,
  stored_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  samples integer NOT NULL,
  point_ids bytea NOT NULL,
  times_us bytea NOT NULL,
  values bytea NOT NULL,
  CONSTRAINT batch_log_check CHECK ((length(point_ids) = (4 * samples))),
  CONSTRAINT batch_log_check1 CHECK ((length(times_us) = (8 * samples))),
  CONSTRAINT batch_log_check2 CHECK ((length("values") = (8 * samples))),
  CONSTRAINT batch_log_id_key UNIQUE (id),
  CONSTRAINT batch_log_kind_check CHECK ((kind = ANY (ARRAY['readings'::text, 'corrections'::text]))),
  CONSTRAINT batch_log_pkey PRIMARY KEY (draft),
  CONSTRAINT batch_log_samples_check CHECK ((samples > 0))
);
CREATE INDEX batch_log_by_age ON public.batch_log USING btree (stored_at);
CREATE CONSTRAINT TRIGGER batch_log_id_at_commit AFTER INSERT ON public.batch_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_log_assign_id();

CREATE TABLE batch_log_floor (
  one boolean DEFAULT true NOT NULL,
  dropped_up_to bigint NOT NULL,
  CONSTRAINT batch_log_floor_one_check CHECK (one),
  CONSTRAINT batch_log_floor_pkey PRIMARY KEY (one)
);

CREATE TABLE bill (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  reference text NOT NULL,
  contract_id integer NOT NULL,
  subject text NOT NULL,
  meter_id integer,
  space_id integer,
  org_unit_id integer,
  name text NOT NULL,
  month date NOT NULL,
  number integer NOT NULL,
  status text NOT NULL,
  restates_id bigint,
  inputs jsonb NOT NULL,
  currency text NOT NULL,
  total numeric NOT NULL,
  actor_id integer NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT bill_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT bill_check CHECK ((num_nonnulls(meter_id, space_id, org_unit_id) = 1)),
  CONSTRAINT bill_check1 CHECK (((status = 'restatement'::text) = (restates_id IS NOT NULL))),
  CONSTRAINT bill_check2 CHECK (((status = 'restatement'::text) = (number > 1))),
  CONSTRAINT bill_check3 CHECK (((status <> 'restatement'::text) OR (reason <> ''::text))),
  CONSTRAINT bill_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id),
  CONSTRAINT bill_contract_id_month_subject_name_number_key UNIQUE (contract_id, month, subject, name, number),
  CONSTRAINT bill_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meter(id),
  CONSTRAINT bill_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  CONSTRAINT bill_number_check CHECK ((number > 0)),
  CONSTRAINT bill_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES org_unit(id),
  CONSTRAINT bill_pkey PRIMARY KEY (id),
  CONSTRAINT bill_reference_key UNIQUE (reference),
  CONSTRAINT bill_restates_id_fkey FOREIGN KEY (restates_id) REFERENCES bill(id),
  CONSTRAINT bill_restates_id_key UNIQUE (restates_id),
  CONSTRAINT bill_space_id_fkey FOREIGN KEY (space_id) REFERENCES space(id),
  CONSTRAINT bill_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'closed'::text, 'restatement'::text]))),
  CONSTRAINT bill_subject_check CHECK ((subject = ANY (ARRAY['meter'::text, 'space'::text, 'org_unit'::text])))
);
CREATE TRIGGER keep_bill BEFORE DELETE OR UPDATE ON public.bill FOR EACH ROW EXECUTE FUNCTION keep_bill();

CREATE TABLE bill_line (
  bill_id bigint NOT NULL,
  position integer NOT NULL,
  kind text NOT NULL,
  component text NOT NULL,
  name text NOT NULL,
  name_zh text,
  band smallint,
  quantity numeric NOT NULL,
  unit text NOT NULL,
  price numeric NOT NULL,
  amount numeric NOT NULL,
  from_day date NOT NULL,
  until_day date NOT NULL,
  in_power_factor_base boolean NOT NULL,
  detail text DEFAULT ''::text NOT NULL,
  CONSTRAINT bill_line_bill_id_fkey FOREIGN KEY (bill_id) REFERENCES bill(id),
  CONSTRAINT bill_line_check CHECK ((until_day > from_day)),
  CONSTRAINT bill_line_pkey PRIMARY KEY (bill_id, "position")
);
CREATE TRIGGER keep_bill_line BEFORE DELETE OR UPDATE ON public.bill_line FOR EACH ROW EXECUTE FUNCTION keep_bill_line();

CREATE TABLE calendar_piece (
  calendar_id integer NOT NULL,
  start timestamp with time zone NOT NULL,
  stop timestamp with time zone NOT NULL,
  band smallint NOT NULL,
  hour timestamp with time zone NOT NULL,
  day date NOT NULL,
  month date NOT NULL,
  CONSTRAINT calendar_piece_band_check CHECK (((band >= 0) AND (band <= 5))),
  CONSTRAINT calendar_piece_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES band_calendar(id),
  CONSTRAINT calendar_piece_check CHECK ((stop > start)),
  CONSTRAINT calendar_piece_pkey PRIMARY KEY (calendar_id, start)
);

CREATE TABLE cause_outcome (
  rule_id integer NOT NULL,
  class text NOT NULL,
  cause text NOT NULL,
  order_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT cause_outcome_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT cause_outcome_pkey PRIMARY KEY (rule_id, order_id),
  CONSTRAINT cause_outcome_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES alarm_rule(id)
);

CREATE TABLE code_alias (
  site_id integer NOT NULL,
  kind text NOT NULL,
  alias text NOT NULL,
  target_id integer NOT NULL,
  actor_id integer NOT NULL,
  since timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT code_alias_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT code_alias_kind_check CHECK ((kind = ANY (ARRAY['device'::text, 'point'::text, 'equipment'::text, 'space'::text, 'org_unit'::text, 'meter'::text]))),
  CONSTRAINT code_alias_pkey PRIMARY KEY (site_id, kind, alias),
  CONSTRAINT code_alias_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE contract (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text,
  carrier text NOT NULL,
  currency text NOT NULL,
  is_default boolean DEFAULT true NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT contract_currency_check CHECK ((currency ~ '^[A-Z]{3}$'::text)),
  CONSTRAINT contract_name_check CHECK ((name <> ''::text)),
  CONSTRAINT contract_pkey PRIMARY KEY (id),
  CONSTRAINT contract_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT contract_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);
CREATE UNIQUE INDEX contract_default ON public.contract USING btree (site_id, carrier) WHERE (is_default AND (retired_at IS NULL));
CREATE TRIGGER link_contract_to_meters AFTER INSERT ON public.contract FOR EACH ROW EXECUTE FUNCTION link_contract_to_meters();

CREATE TABLE contract_term (
  contract_id integer NOT NULL,
  valid_from date NOT NULL,
  tariff code NOT NULL,
  terms jsonb NOT NULL,
  CONSTRAINT contract_term_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id),
  CONSTRAINT contract_term_pkey PRIMARY KEY (contract_id, valid_from)
);

CREATE TABLE critical_day (
  contract_id integer NOT NULL,
  day date NOT NULL,
  actor_id integer NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT critical_day_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT critical_day_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id),
  CONSTRAINT critical_day_pkey PRIMARY KEY (contract_id, day),
  CONSTRAINT critical_day_reason_check CHECK ((reason <> ''::text))
);

CREATE TABLE dead_letter (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  digest bytea NOT NULL,
  reason text NOT NULL,
  detail text NOT NULL,
  topic text,
  payload bytea,
  payload_bytes integer DEFAULT 0 NOT NULL,
  point_id integer,
  time timestamp with time zone,
  value double precision,
  stored_value double precision,
  received_at timestamp with time zone NOT NULL,
  last_received_at timestamp with time zone NOT NULL,
  repeats bigint DEFAULT 0 NOT NULL,
  CONSTRAINT dead_letter_digest_check CHECK ((length(digest) = 16)),
  CONSTRAINT dead_letter_digest_key UNIQUE (digest),
  CONSTRAINT dead_letter_payload_check CHECK ((length(payload) <= 4096)),
  CONSTRAINT dead_letter_pkey PRIMARY KEY (id),
  CONSTRAINT dead_letter_point_id_fkey FOREIGN KEY (point_id) REFERENCES point(id)
);
CREATE INDEX dead_letter_by_reason ON public.dead_letter USING btree (reason, id DESC);
CREATE INDEX dead_letter_by_time ON public.dead_letter USING btree (last_received_at DESC, id DESC);

CREATE TABLE demand_day (
  register_id integer NOT NULL,
  day date NOT NULL,
  energy bigint NOT NULL,
  stop timestamp with time zone NOT NULL,
  CONSTRAINT demand_day_pkey PRIMARY KEY (register_id, day)
);

CREATE TABLE device (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text,
  template_id integer,
  space_id integer,
  org_unit_id integer,
  equipment_id integer,
  gateway_id integer,
  future_limit_s double precision DEFAULT 300 NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT device_check CHECK ((gateway_id <> id)),
  CONSTRAINT device_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT device_future_limit_s_check CHECK ((future_limit_s >= (0)::double precision)),
  CONSTRAINT device_gateway_id_fkey FOREIGN KEY (gateway_id) REFERENCES device(id),
  CONSTRAINT device_name_check CHECK ((name <> ''::text)),
  CONSTRAINT device_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES org_unit(id),
  CONSTRAINT device_pkey PRIMARY KEY (id),
  CONSTRAINT device_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT device_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT device_space_id_fkey FOREIGN KEY (space_id) REFERENCES space(id),
  CONSTRAINT device_template_id_fkey FOREIGN KEY (template_id) REFERENCES device_template(id)
);

CREATE TABLE device_irregularity (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  device_id integer NOT NULL,
  at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  count integer NOT NULL,
  CONSTRAINT device_irregularity_count_check CHECK ((count > 0)),
  CONSTRAINT device_irregularity_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT device_irregularity_pkey PRIMARY KEY (id)
);
CREATE INDEX device_irregularity_by_age ON public.device_irregularity USING btree (at);

CREATE TABLE device_status (
  device_id integer NOT NULL,
  online boolean NOT NULL,
  since timestamp with time zone NOT NULL,
  CONSTRAINT device_status_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT device_status_pkey PRIMARY KEY (device_id)
);

CREATE TABLE device_template (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text,
  kind code NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT device_template_name_check CHECK ((name <> ''::text)),
  CONSTRAINT device_template_pkey PRIMARY KEY (id),
  CONSTRAINT device_template_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT device_template_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE downtime (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  equipment_id integer NOT NULL,
  order_id bigint,
  began_at timestamp with time zone NOT NULL,
  ended_at timestamp with time zone,
  reason text NOT NULL,
  note text DEFAULT ''::text NOT NULL,
  actor_id integer NOT NULL,
  CONSTRAINT downtime_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT downtime_check CHECK ((ended_at > began_at)),
  CONSTRAINT downtime_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT downtime_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT downtime_pkey PRIMARY KEY (id),
  CONSTRAINT downtime_reason_check CHECK ((reason = ANY (ARRAY['breakdown'::text, 'planned'::text, 'waiting_for_parts'::text, 'no_supply'::text, 'other'::text]))),
  CONSTRAINT downtime_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);
CREATE INDEX downtime_by_equipment ON public.downtime USING btree (equipment_id, began_at DESC);
CREATE UNIQUE INDEX downtime_open ON public.downtime USING btree (equipment_id) WHERE (ended_at IS NULL);

CREATE TABLE duty (
  name text NOT NULL,
  backend_pid integer NOT NULL,
  holder text NOT NULL,
  since timestamp with time zone NOT NULL,
  beat_at timestamp with time zone NOT NULL,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT duty_pkey PRIMARY KEY (name)
);

CREATE TABLE energy_day (
  register_id integer NOT NULL,
  day date NOT NULL,
  band smallint NOT NULL,
  measured bigint NOT NULL,
  interpolated bigint NOT NULL,
  estimated bigint NOT NULL,
  covered_us bigint NOT NULL,
  CONSTRAINT energy_day_pkey PRIMARY KEY (register_id, day, band)
);

CREATE TABLE energy_hour (
  register_id integer NOT NULL,
  hour timestamp with time zone NOT NULL,
  band smallint NOT NULL,
  measured bigint NOT NULL,
  interpolated bigint NOT NULL,
  estimated bigint NOT NULL,
  covered_us bigint NOT NULL,
  CONSTRAINT energy_hour_pkey PRIMARY KEY (register_id, hour, band)
);

CREATE TABLE energy_interval (
  register_id integer NOT NULL,
  start timestamp with time zone NOT NULL,
  measured bigint DEFAULT 0 NOT NULL,
  interpolated bigint DEFAULT 0 NOT NULL,
  estimated bigint DEFAULT 0 NOT NULL,
  covered_us bigint DEFAULT 0 NOT NULL,
  CONSTRAINT energy_interval_pkey PRIMARY KEY (register_id, start)
);
CREATE TRIGGER ts_insert_blocker BEFORE INSERT ON public.energy_interval FOR EACH ROW EXECUTE FUNCTION _timescaledb_functions.insert_blocker();

CREATE TABLE energy_month (
  register_id integer NOT NULL,
  month date NOT NULL,
  band smallint NOT NULL,
  measured bigint NOT NULL,
  interpolated bigint NOT NULL,
  estimated bigint NOT NULL,
  covered_us bigint NOT NULL,
  CONSTRAINT energy_month_pkey PRIMARY KEY (register_id, month, band)
);

CREATE TABLE equipment (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text,
  class code NOT NULL,
  space_id integer,
  org_unit_id integer,
  parent_id integer,
  retired_at timestamp with time zone,
  CONSTRAINT equipment_check CHECK ((parent_id <> id)),
  CONSTRAINT equipment_name_check CHECK ((name <> ''::text)),
  CONSTRAINT equipment_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES org_unit(id),
  CONSTRAINT equipment_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES equipment(id),
  CONSTRAINT equipment_pkey PRIMARY KEY (id),
  CONSTRAINT equipment_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT equipment_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT equipment_space_id_fkey FOREIGN KEY (space_id) REFERENCES space(id)
);

CREATE TABLE equipment_file (
  equipment_id integer NOT NULL,
  attachment_id bigint NOT NULL,
  kind text NOT NULL,
  title text DEFAULT ''::text NOT NULL,
  removed_at timestamp with time zone,
  CONSTRAINT equipment_file_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES attachment(id),
  CONSTRAINT equipment_file_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT equipment_file_kind_check CHECK ((kind = ANY (ARRAY['document'::text, 'photo'::text]))),
  CONSTRAINT equipment_file_pkey PRIMARY KEY (equipment_id, attachment_id)
);

CREATE TABLE equipment_note (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  equipment_id integer NOT NULL,
  at timestamp with time zone NOT NULL,
  actor_id integer NOT NULL,
  body text NOT NULL,
  CONSTRAINT equipment_note_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT equipment_note_body_check CHECK ((body <> ''::text)),
  CONSTRAINT equipment_note_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT equipment_note_pkey PRIMARY KEY (id)
);
CREATE INDEX equipment_note_by_time ON public.equipment_note USING btree (equipment_id, at DESC, id DESC);

CREATE TABLE equipment_record (
  equipment_id integer NOT NULL,
  document jsonb DEFAULT '{}'::jsonb NOT NULL,
  report_key uuid DEFAULT gen_random_uuid() NOT NULL,
  CONSTRAINT equipment_record_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT equipment_record_pkey PRIMARY KEY (equipment_id),
  CONSTRAINT equipment_record_report_key_key UNIQUE (report_key)
);

CREATE TABLE event (
  draft bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  id bigint,
  kind text NOT NULL,
  subject text NOT NULL,
  at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  payload jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT event_id_key UNIQUE (id),
  CONSTRAINT event_pkey PRIMARY KEY (draft)
);
CREATE INDEX event_by_age ON public.event USING btree (at);
CREATE CONSTRAINT TRIGGER event_id_at_commit AFTER INSERT ON public.event DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION event_assign_id();

CREATE TABLE holiday_calendar (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  code code NOT NULL,
  digest text NOT NULL,
  document jsonb NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  CONSTRAINT holiday_calendar_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT holiday_calendar_code_digest_key UNIQUE (code, digest),
  CONSTRAINT holiday_calendar_pkey PRIMARY KEY (id)
);

CREATE TABLE ingest_tally (
  worker text NOT NULL,
  hour timestamp with time zone NOT NULL,
  reason text NOT NULL,
  count bigint NOT NULL,
  CONSTRAINT ingest_tally_pkey PRIMARY KEY (worker, hour, reason)
);

CREATE TABLE ingest_worker (
  name text NOT NULL,
  started_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  state text NOT NULL,
  detail text DEFAULT ''::text NOT NULL,
  last_batch uuid,
  CONSTRAINT ingest_worker_pkey PRIMARY KEY (name),
  CONSTRAINT ingest_worker_state_check CHECK ((state = ANY (ARRAY['receiving'::text, 'paused'::text, 'disconnected'::text, 'stopped'::text])))
);

CREATE TABLE job (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  version integer NOT NULL,
  document jsonb NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT job_pkey PRIMARY KEY (id),
  CONSTRAINT job_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT job_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT job_version_check CHECK ((version > 0))
);

CREATE TABLE latest (
  point_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  value double precision NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT latest_pkey PRIMARY KEY (point_id)
);

CREATE TABLE ledger_entry (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  register_id integer NOT NULL,
  origin text NOT NULL,
  kind text NOT NULL,
  start timestamp with time zone NOT NULL,
  stop timestamp with time zone NOT NULL,
  first_value double precision,
  last_value double precision,
  energy bigint DEFAULT 0 NOT NULL,
  quarantined bigint DEFAULT 0 NOT NULL,
  adjustment bigint DEFAULT 0 NOT NULL,
  decided timestamp with time zone NOT NULL,
  detail text DEFAULT ''::text NOT NULL,
  actor_id integer,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT ledger_entry_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT ledger_entry_check CHECK ((stop >= start)),
  CONSTRAINT ledger_entry_origin_check CHECK ((origin = ANY (ARRAY['judged'::text, 'entered'::text]))),
  CONSTRAINT ledger_entry_pkey PRIMARY KEY (id),
  CONSTRAINT ledger_entry_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id)
);
CREATE INDEX ledger_entry_by_register ON public.ledger_entry USING btree (register_id, start);

CREATE TABLE log_follower (
  name text NOT NULL,
  last_id bigint NOT NULL,
  registered_at timestamp with time zone DEFAULT now() NOT NULL,
  seen_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT log_follower_pkey PRIMARY KEY (name)
);

CREATE TABLE machine_day (
  device_id integer NOT NULL,
  day date NOT NULL,
  running_s double precision NOT NULL,
  loaded_s double precision NOT NULL,
  idle_s double precision NOT NULL,
  stopped_s double precision NOT NULL,
  fault_s double precision NOT NULL,
  no_data_s double precision NOT NULL,
  starts integer NOT NULL,
  CONSTRAINT machine_day_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT machine_day_pkey PRIMARY KEY (device_id, day)
);

CREATE TABLE machine_state (
  device_id integer NOT NULL,
  at timestamp with time zone NOT NULL,
  state text NOT NULL,
  CONSTRAINT machine_state_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT machine_state_pkey PRIMARY KEY (device_id, at),
  CONSTRAINT machine_state_state_check CHECK ((state = ANY (ARRAY['running'::text, 'loaded'::text, 'idle'::text, 'stopped'::text, 'fault'::text, 'no_data'::text])))
);
CREATE INDEX machine_state_off ON public.machine_state USING btree (device_id, at) WHERE (state = ANY (ARRAY['fault'::text, 'stopped'::text, 'no_data'::text]));

CREATE TABLE machine_state_cover (
  device_id integer NOT NULL,
  point_id integer NOT NULL,
  meaning jsonb NOT NULL,
  first_reading_at timestamp with time zone NOT NULL,
  last_reading_at timestamp with time zone NOT NULL,
  last_value double precision NOT NULL,
  valid_until timestamp with time zone NOT NULL,
  derived_to timestamp with time zone,
  CONSTRAINT machine_state_cover_check CHECK (((first_reading_at <= last_reading_at) AND (last_reading_at <= valid_until))),
  CONSTRAINT machine_state_cover_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT machine_state_cover_pkey PRIMARY KEY (device_id),
  CONSTRAINT machine_state_cover_point_id_fkey FOREIGN KEY (point_id) REFERENCES point(id)
);
CREATE INDEX machine_state_cover_behind ON public.machine_state_cover USING btree (device_id) WHERE (derived_to IS NOT NULL);

CREATE TABLE maintenance_plan (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  version integer NOT NULL,
  document jsonb NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT maintenance_plan_pkey PRIMARY KEY (id),
  CONSTRAINT maintenance_plan_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT maintenance_plan_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT maintenance_plan_version_check CHECK ((version > 0))
);

CREATE TABLE maintenance_settings (
  site_id integer NOT NULL,
  document jsonb NOT NULL,
  CONSTRAINT maintenance_settings_pkey PRIMARY KEY (site_id),
  CONSTRAINT maintenance_settings_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE meter (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text,
  carrier text NOT NULL,
  kind text NOT NULL,
  parent_id integer,
  space_id integer,
  org_unit_id integer,
  equipment_id integer,
  contract code,
  contract_id integer,
  rated_per_hour double precision,
  formula text,
  retired_at timestamp with time zone,
  CONSTRAINT meter_carrier_check CHECK ((carrier = ANY (ARRAY['electricity'::text, 'water'::text, 'gas'::text, 'compressed_air'::text, 'chilled_water'::text, 'steam'::text, 'heat'::text]))),
  CONSTRAINT meter_check CHECK ((parent_id <> id)),
  CONSTRAINT meter_check1 CHECK (((kind = 'virtual'::text) = (formula IS NOT NULL))),
  CONSTRAINT meter_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id),
  CONSTRAINT meter_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT meter_kind_check CHECK ((kind = ANY (ARRAY['register'::text, 'power'::text, 'virtual'::text]))),
  CONSTRAINT meter_name_check CHECK ((name <> ''::text)),
  CONSTRAINT meter_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES org_unit(id),
  CONSTRAINT meter_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES meter(id),
  CONSTRAINT meter_pkey PRIMARY KEY (id),
  CONSTRAINT meter_rated_per_hour_check CHECK ((rated_per_hour > (0)::double precision)),
  CONSTRAINT meter_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT meter_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT meter_space_id_fkey FOREIGN KEY (space_id) REFERENCES space(id)
);
CREATE INDEX meter_by_parent ON public.meter USING btree (parent_id);

CREATE TABLE meter_allocation (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  meter_id integer NOT NULL,
  space_id integer,
  org_unit_id integer,
  share numeric NOT NULL,
  valid daterange NOT NULL,
  CONSTRAINT meter_allocation_check CHECK ((num_nonnulls(space_id, org_unit_id) = 1)),
  CONSTRAINT meter_allocation_int4range_int4range1_valid_excl EXCLUDE USING gist (int4range(meter_id, meter_id, '[]'::text) WITH &&, int4range(space_id, space_id, '[]'::text) WITH &&, valid WITH &&) WHERE ((space_id IS NOT NULL)),
  CONSTRAINT meter_allocation_int4range_int4range1_valid_excl1 EXCLUDE USING gist (int4range(meter_id, meter_id, '[]'::text) WITH &&, int4range(org_unit_id, org_unit_id, '[]'::text) WITH &&, valid WITH &&) WHERE ((org_unit_id IS NOT NULL)),
  CONSTRAINT meter_allocation_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meter(id),
  CONSTRAINT meter_allocation_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES org_unit(id),
  CONSTRAINT meter_allocation_pkey PRIMARY KEY (id),
  CONSTRAINT meter_allocation_share_check CHECK (((share > (0)::numeric) AND (share <= (1)::numeric))),
  CONSTRAINT meter_allocation_space_id_fkey FOREIGN KEY (space_id) REFERENCES space(id),
  CONSTRAINT meter_allocation_valid_check CHECK ((NOT isempty(valid)))
);

CREATE TABLE meter_term (
  register_id integer NOT NULL,
  term_register_id integer NOT NULL,
  factor numeric NOT NULL,
  CONSTRAINT meter_term_factor_check CHECK ((factor <> (0)::numeric)),
  CONSTRAINT meter_term_pkey PRIMARY KEY (register_id, term_register_id),
  CONSTRAINT meter_term_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id),
  CONSTRAINT meter_term_term_register_id_fkey FOREIGN KEY (term_register_id) REFERENCES register(id)
);
CREATE INDEX meter_term_by_term ON public.meter_term USING btree (term_register_id);

CREATE TABLE notification_channel (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  document jsonb NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT notification_channel_pkey PRIMARY KEY (id),
  CONSTRAINT notification_channel_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT notification_channel_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE notification_cursor (
  one boolean DEFAULT true NOT NULL,
  last_event_id bigint NOT NULL,
  unread_alarms bigint DEFAULT 0 NOT NULL,
  unread_at timestamp with time zone,
  CONSTRAINT notification_cursor_one_check CHECK (one),
  CONSTRAINT notification_cursor_pkey PRIMARY KEY (one)
);

CREATE TABLE notification_delivery (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  message_id bigint NOT NULL,
  channel_id integer NOT NULL,
  team text DEFAULT ''::text NOT NULL,
  state text DEFAULT 'waiting'::text NOT NULL,
  tries integer DEFAULT 0 NOT NULL,
  due_at timestamp with time zone NOT NULL,
  detail text DEFAULT ''::text NOT NULL,
  done_at timestamp with time zone,
  CONSTRAINT notification_delivery_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES notification_channel(id),
  CONSTRAINT notification_delivery_check CHECK (((state = 'waiting'::text) = (done_at IS NULL))),
  CONSTRAINT notification_delivery_message_id_channel_id_team_key UNIQUE (message_id, channel_id, team),
  CONSTRAINT notification_delivery_message_id_fkey FOREIGN KEY (message_id) REFERENCES notification_message(id) ON DELETE CASCADE,
  CONSTRAINT notification_delivery_pkey PRIMARY KEY (id),
  CONSTRAINT notification_delivery_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX notification_delivery_waiting ON public.notification_delivery USING btree (channel_id, id) WHERE (state = 'waiting'::text);

CREATE TABLE notification_flood (
  route_id integer NOT NULL,
  site text NOT NULL,
  event_id bigint NOT NULL,
  payload jsonb NOT NULL,
  is_told boolean NOT NULL,
  step integer NOT NULL,
  CONSTRAINT notification_flood_pkey PRIMARY KEY (route_id, site),
  CONSTRAINT notification_flood_route_id_fkey FOREIGN KEY (route_id) REFERENCES notification_route(id)
);

CREATE TABLE notification_item (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  route_id integer NOT NULL,
  event_id bigint NOT NULL,
  kind text NOT NULL,
  step integer NOT NULL,
  site text NOT NULL,
  alarm text NOT NULL,
  payload jsonb NOT NULL,
  noted_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  message_id bigint,
  CONSTRAINT notification_item_kind_check CHECK ((kind = ANY (ARRAY['raised'::text, 'worsened'::text, 're_alarmed'::text, 'returned'::text, 'escalated'::text, 'flood_began'::text, 'flood_ended'::text, 'work_order'::text]))),
  CONSTRAINT notification_item_message_id_fkey FOREIGN KEY (message_id) REFERENCES notification_message(id) ON DELETE CASCADE,
  CONSTRAINT notification_item_pkey PRIMARY KEY (id),
  CONSTRAINT notification_item_route_id_event_id_kind_step_key UNIQUE (route_id, event_id, kind, step),
  CONSTRAINT notification_item_route_id_fkey FOREIGN KEY (route_id) REFERENCES notification_route(id)
);
CREATE INDEX notification_item_by_message ON public.notification_item USING btree (message_id) WHERE (message_id IS NOT NULL);
CREATE INDEX notification_item_pending ON public.notification_item USING btree (route_id, due_at) WHERE (message_id IS NULL);

CREATE TABLE notification_message (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  key uuid NOT NULL,
  site_id integer NOT NULL,
  route_id integer,
  kind text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  title text NOT NULL,
  body text NOT NULL,
  document jsonb NOT NULL,
  CONSTRAINT notification_message_key_key UNIQUE (key),
  CONSTRAINT notification_message_kind_check CHECK ((kind = ANY (ARRAY['alarms'::text, 'escalation'::text, 'flood_began'::text, 'flood_ended'::text, 'work_orders'::text, 'test'::text]))),
  CONSTRAINT notification_message_pkey PRIMARY KEY (id),
  CONSTRAINT notification_message_route_id_fkey FOREIGN KEY (route_id) REFERENCES notification_route(id),
  CONSTRAINT notification_message_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);
CREATE INDEX notification_message_by_age ON public.notification_message USING btree (made_at);
CREATE INDEX notification_message_by_site ON public.notification_message USING btree (site_id, id DESC);

CREATE TABLE notification_route (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  document jsonb NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT notification_route_pkey PRIMARY KEY (id),
  CONSTRAINT notification_route_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT notification_route_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE notification_told (
  route_id integer NOT NULL,
  alarm text NOT NULL,
  raised_at text NOT NULL,
  priority text NOT NULL,
  told_at timestamp with time zone NOT NULL,
  step integer NOT NULL,
  called integer NOT NULL,
  is_acknowledged boolean NOT NULL,
  is_quiet boolean NOT NULL,
  is_returned boolean NOT NULL,
  flood_event_id bigint,
  event_id bigint NOT NULL,
  payload jsonb NOT NULL,
  escalates_at timestamp with time zone,
  CONSTRAINT notification_told_pkey PRIMARY KEY (route_id, alarm),
  CONSTRAINT notification_told_route_id_fkey FOREIGN KEY (route_id) REFERENCES notification_route(id)
);
CREATE INDEX notification_told_escalating ON public.notification_told USING btree (escalates_at) WHERE (escalates_at IS NOT NULL);

CREATE TABLE org_unit (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  parent_id integer,
  code code NOT NULL,
  path text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  name_zh text,
  retired_at timestamp with time zone,
  CONSTRAINT org_unit_check CHECK ((parent_id <> id)),
  CONSTRAINT org_unit_kind_check CHECK ((kind = ANY (ARRAY['business_unit'::text, 'department'::text, 'cost_centre'::text]))),
  CONSTRAINT org_unit_name_check CHECK ((name <> ''::text)),
  CONSTRAINT org_unit_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES org_unit(id),
  CONSTRAINT org_unit_pkey PRIMARY KEY (id),
  CONSTRAINT org_unit_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT org_unit_site_id_parent_id_code_key UNIQUE NULLS NOT DISTINCT (site_id, parent_id, code),
  CONSTRAINT org_unit_site_id_path_key UNIQUE (site_id, path)
);
CREATE INDEX org_unit_by_parent ON public.org_unit USING btree (parent_id);

CREATE TABLE part (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text DEFAULT ''::text NOT NULL,
  unit text DEFAULT 'pcs'::text NOT NULL,
  location text DEFAULT ''::text NOT NULL,
  supplier text DEFAULT ''::text NOT NULL,
  minimum numeric DEFAULT 0 NOT NULL,
  unit_cost numeric,
  currency text,
  stock numeric DEFAULT 0 NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT part_check CHECK (((unit_cost IS NULL) = (currency IS NULL))),
  CONSTRAINT part_minimum_check CHECK ((minimum >= (0)::numeric)),
  CONSTRAINT part_name_check CHECK ((name <> ''::text)),
  CONSTRAINT part_pkey PRIMARY KEY (id),
  CONSTRAINT part_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT part_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT part_stock_check CHECK ((stock >= (0)::numeric)),
  CONSTRAINT part_unit_cost_check CHECK ((unit_cost >= (0)::numeric))
);

CREATE TABLE part_movement (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  part_id integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  kind text NOT NULL,
  quantity numeric NOT NULL,
  stock numeric NOT NULL,
  unit_cost numeric,
  order_id bigint,
  actor_id integer NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  client_key uuid,
  CONSTRAINT part_movement_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT part_movement_check CHECK (((kind = ANY (ARRAY['used'::text, 'returned'::text])) = (order_id IS NOT NULL))),
  CONSTRAINT part_movement_check1 CHECK (
CASE kind
    WHEN 'used'::text THEN (quantity < (0)::numeric)
    WHEN 'counted'::text THEN true
    ELSE (quantity > (0)::numeric)
END),
  CONSTRAINT part_movement_client_key_key UNIQUE (client_key),
  CONSTRAINT part_movement_kind_check CHECK ((kind = ANY (ARRAY['received'::text, 'used'::text, 'returned'::text, 'counted'::text]))),
  CONSTRAINT part_movement_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT part_movement_part_id_fkey FOREIGN KEY (part_id) REFERENCES part(id),
  CONSTRAINT part_movement_pkey PRIMARY KEY (id),
  CONSTRAINT part_movement_stock_check CHECK ((stock >= (0)::numeric))
);
CREATE TRIGGER keep_part_movement BEFORE DELETE OR UPDATE ON public.part_movement FOR EACH ROW EXECUTE FUNCTION keep_part_movement();
CREATE INDEX part_movement_by_order ON public.part_movement USING btree (order_id, id) WHERE (order_id IS NOT NULL);
CREATE INDEX part_movement_by_part ON public.part_movement USING btree (part_id, id DESC);

CREATE TABLE plan_machine (
  plan_id integer NOT NULL,
  subject_kind text NOT NULL,
  subject code NOT NULL,
  equipment_id integer,
  meter_id integer,
  counts_from timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  used double precision,
  allowed double precision,
  unit text DEFAULT ''::text NOT NULL,
  used_before double precision DEFAULT 0 NOT NULL,
  holds_since timestamp with time zone,
  is_due boolean DEFAULT false NOT NULL,
  since timestamp with time zone,
  overdue_at timestamp with time zone,
  not_before timestamp with time zone,
  order_id bigint,
  looked_at timestamp with time zone,
  retired_at timestamp with time zone,
  CONSTRAINT plan_machine_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT plan_machine_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meter(id),
  CONSTRAINT plan_machine_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT plan_machine_pkey PRIMARY KEY (plan_id, subject_kind, subject),
  CONSTRAINT plan_machine_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES maintenance_plan(id),
  CONSTRAINT plan_machine_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['equipment'::text, 'meter'::text])))
);

CREATE TABLE point (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  device_id integer NOT NULL,
  key code NOT NULL,
  name text NOT NULL,
  name_zh text,
  quantity text NOT NULL,
  unit text NOT NULL,
  canonical_unit text NOT NULL,
  scale double precision NOT NULL,
  bias double precision DEFAULT 0 NOT NULL,
  kind text NOT NULL,
  minimum double precision,
  maximum double precision,
  expected_interval_s double precision NOT NULL,
  states jsonb,
  retired_at timestamp with time zone,
  CONSTRAINT point_check CHECK ((minimum <= maximum)),
  CONSTRAINT point_check1 CHECK (((states IS NULL) OR (kind = 'state'::text))),
  CONSTRAINT point_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT point_device_id_key_key UNIQUE (device_id, key),
  CONSTRAINT point_expected_interval_s_check CHECK ((expected_interval_s > (0)::double precision)),
  CONSTRAINT point_kind_check CHECK ((kind = ANY (ARRAY['gauge'::text, 'counter'::text, 'state'::text]))),
  CONSTRAINT point_name_check CHECK ((name <> ''::text)),
  CONSTRAINT point_pkey PRIMARY KEY (id),
  CONSTRAINT point_scale_check CHECK ((scale <> (0)::double precision))
);

CREATE TABLE production_count (
  site_id integer NOT NULL,
  org_unit_id integer,
  product code NOT NULL,
  start timestamp with time zone NOT NULL,
  stop timestamp with time zone NOT NULL,
  quantity numeric NOT NULL,
  unit text NOT NULL,
  actor_id integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT production_count_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT production_count_check CHECK ((stop > start)),
  CONSTRAINT production_count_org_unit_id_fkey FOREIGN KEY (org_unit_id) REFERENCES org_unit(id),
  CONSTRAINT production_count_quantity_check CHECK ((quantity >= (0)::numeric)),
  CONSTRAINT production_count_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT production_count_site_id_org_unit_id_product_start_key UNIQUE NULLS NOT DISTINCT (site_id, org_unit_id, product, start)
);

CREATE TABLE reading (
  point_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  value double precision NOT NULL,
  CONSTRAINT reading_pkey PRIMARY KEY (point_id, "time")
);
CREATE TRIGGER ts_insert_blocker BEFORE INSERT ON public.reading FOR EACH ROW EXECUTE FUNCTION _timescaledb_functions.insert_blocker();

CREATE TABLE reading_correction (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  point_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  old_value double precision,
  new_value double precision NOT NULL,
  actor_id integer NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT reading_correction_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT reading_correction_pkey PRIMARY KEY (id),
  CONSTRAINT reading_correction_point_id_fkey FOREIGN KEY (point_id) REFERENCES point(id),
  CONSTRAINT reading_correction_reason_check CHECK ((reason <> ''::text))
);
CREATE INDEX reading_correction_by_point ON public.reading_correction USING btree (point_id, "time", id DESC);

CREATE TABLE reading_day (
  point_id integer NOT NULL,
  day timestamp with time zone NOT NULL,
  hours timestamp with time zone[] NOT NULL,
  readings integer[] NOT NULL,
  means double precision[] NOT NULL,
  lowest double precision[] NOT NULL,
  lowest_at timestamp with time zone[] NOT NULL,
  highest double precision[] NOT NULL,
  highest_at timestamp with time zone[] NOT NULL,
  firsts double precision[] NOT NULL,
  lasts double precision[] NOT NULL,
  CONSTRAINT reading_day_pkey PRIMARY KEY (point_id, day)
);

CREATE TABLE recompute_task (
  register_id integer NOT NULL,
  since timestamp with time zone NOT NULL,
  until timestamp with time zone NOT NULL,
  again timestamp with time zone,
  reason text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT recompute_task_pkey PRIMARY KEY (register_id),
  CONSTRAINT recompute_task_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id)
);

CREATE TABLE record_change (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb,
  reason text DEFAULT ''::text NOT NULL,
  CONSTRAINT record_change_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT record_change_pkey PRIMARY KEY (id),
  CONSTRAINT record_change_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);
CREATE INDEX record_change_by_subject ON public.record_change USING btree (site_id, kind, subject, id DESC);

CREATE TABLE register (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  meter_id integer NOT NULL,
  flow text NOT NULL,
  unit text NOT NULL,
  calendar_id integer NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT register_calendar_id_fkey FOREIGN KEY (calendar_id) REFERENCES band_calendar(id),
  CONSTRAINT register_flow_check CHECK ((flow = ANY (ARRAY['import'::text, 'export'::text, 'reactive_import'::text, 'reactive_export'::text]))),
  CONSTRAINT register_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meter(id),
  CONSTRAINT register_meter_id_flow_key UNIQUE (meter_id, flow),
  CONSTRAINT register_pkey PRIMARY KEY (id)
);

CREATE TABLE register_checkpoint (
  register_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  state bytea NOT NULL,
  CONSTRAINT register_checkpoint_pkey PRIMARY KEY (register_id, "time"),
  CONSTRAINT register_checkpoint_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id)
);

CREATE TABLE register_head (
  register_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  newest timestamp with time zone NOT NULL,
  state bytea NOT NULL,
  judged_as jsonb NOT NULL,
  CONSTRAINT register_head_pkey PRIMARY KEY (register_id),
  CONSTRAINT register_head_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id)
);

CREATE TABLE register_segment (
  register_id integer NOT NULL,
  valid_from timestamp with time zone NOT NULL,
  point_id integer,
  multiplier numeric DEFAULT 1 NOT NULL,
  modulus numeric,
  resolution numeric DEFAULT 0 NOT NULL,
  closing_value numeric,
  opening_value numeric,
  actor_id integer NOT NULL,
  reason text DEFAULT ''::text NOT NULL,
  CONSTRAINT register_segment_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT register_segment_check CHECK (((closing_value IS NULL) = (opening_value IS NULL))),
  CONSTRAINT register_segment_modulus_check CHECK ((modulus > (0)::numeric)),
  CONSTRAINT register_segment_multiplier_check CHECK ((multiplier > (0)::numeric)),
  CONSTRAINT register_segment_pkey PRIMARY KEY (register_id, valid_from),
  CONSTRAINT register_segment_point_id_fkey FOREIGN KEY (point_id) REFERENCES point(id),
  CONSTRAINT register_segment_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id),
  CONSTRAINT register_segment_resolution_check CHECK ((resolution >= (0)::numeric))
);
CREATE INDEX register_segment_by_point ON public.register_segment USING btree (point_id);

CREATE TABLE registry_change (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  revision bigint NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  action text NOT NULL,
  kind text NOT NULL,
  subject text NOT NULL,
  before jsonb,
  after jsonb,
  CONSTRAINT registry_change_action_check CHECK ((action = ANY (ARRAY['added'::text, 'changed'::text, 'retired'::text, 'restored'::text, 'renamed'::text]))),
  CONSTRAINT registry_change_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT registry_change_pkey PRIMARY KEY (id)
);

CREATE TABLE registry_revision (
  one boolean DEFAULT true NOT NULL,
  revision bigint NOT NULL,
  changed_at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  CONSTRAINT registry_revision_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT registry_revision_one_check CHECK (one),
  CONSTRAINT registry_revision_pkey PRIMARY KEY (one)
);

CREATE TABLE ruling (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  register_id integer NOT NULL,
  start timestamp with time zone NOT NULL,
  stop timestamp with time zone NOT NULL,
  verdict text NOT NULL,
  energy bigint,
  actor_id integer NOT NULL,
  reason text NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT ruling_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT ruling_check CHECK ((stop > start)),
  CONSTRAINT ruling_check1 CHECK (((energy IS NOT NULL) = (verdict = ANY (ARRAY['correct'::text, 'estimate'::text])))),
  CONSTRAINT ruling_pkey PRIMARY KEY (id),
  CONSTRAINT ruling_reason_check CHECK ((reason <> ''::text)),
  CONSTRAINT ruling_register_id_fkey FOREIGN KEY (register_id) REFERENCES register(id),
  CONSTRAINT ruling_verdict_check CHECK ((verdict = ANY (ARRAY['accept'::text, 'reject'::text, 'correct'::text, 'estimate'::text, 'undo'::text])))
);
CREATE INDEX ruling_by_register ON public.ruling USING btree (register_id, start);

CREATE TABLE schema_migration (
  number integer NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (number)
);

CREATE TABLE shift (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  hours text[] NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT shift_name_check CHECK ((name <> ''::text)),
  CONSTRAINT shift_pkey PRIMARY KEY (id),
  CONSTRAINT shift_site_id_code_key UNIQUE (site_id, code),
  CONSTRAINT shift_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE shift_member (
  shift_id integer NOT NULL,
  user_id integer NOT NULL,
  CONSTRAINT shift_member_pkey PRIMARY KEY (shift_id, user_id),
  CONSTRAINT shift_member_shift_id_fkey FOREIGN KEY (shift_id) REFERENCES shift(id),
  CONSTRAINT shift_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE shift_note (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  body text NOT NULL,
  CONSTRAINT shift_note_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT shift_note_body_check CHECK ((body <> ''::text)),
  CONSTRAINT shift_note_pkey PRIMARY KEY (id),
  CONSTRAINT shift_note_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);
CREATE INDEX shift_note_by_time ON public.shift_note USING btree (site_id, at DESC, id DESC);

CREATE TABLE site (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  name_zh text,
  time_zone text NOT NULL,
  latitude double precision,
  longitude double precision,
  CONSTRAINT site_code_key UNIQUE (code),
  CONSTRAINT site_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
  CONSTRAINT site_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
  CONSTRAINT site_name_check CHECK ((name <> ''::text)),
  CONSTRAINT site_pkey PRIMARY KEY (id)
);

CREATE TABLE space (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  parent_id integer,
  code code NOT NULL,
  path text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  name_zh text,
  floor_area_m2 double precision,
  retired_at timestamp with time zone,
  CONSTRAINT space_check CHECK ((parent_id <> id)),
  CONSTRAINT space_floor_area_m2_check CHECK ((floor_area_m2 > (0)::double precision)),
  CONSTRAINT space_kind_check CHECK ((kind = ANY (ARRAY['building'::text, 'floor'::text, 'area'::text]))),
  CONSTRAINT space_name_check CHECK ((name <> ''::text)),
  CONSTRAINT space_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES space(id),
  CONSTRAINT space_pkey PRIMARY KEY (id),
  CONSTRAINT space_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT space_site_id_parent_id_code_key UNIQUE NULLS NOT DISTINCT (site_id, parent_id, code),
  CONSTRAINT space_site_id_path_key UNIQUE (site_id, path)
);
CREATE INDEX space_by_parent ON public.space USING btree (parent_id);

CREATE TABLE supplier_invoice (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  contract_id integer NOT NULL,
  month date NOT NULL,
  number text NOT NULL,
  currency text NOT NULL,
  total numeric NOT NULL,
  actor_id integer NOT NULL,
  at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT supplier_invoice_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT supplier_invoice_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contract(id),
  CONSTRAINT supplier_invoice_contract_id_month_number_key UNIQUE (contract_id, month, number),
  CONSTRAINT supplier_invoice_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
  CONSTRAINT supplier_invoice_number_check CHECK ((number <> ''::text)),
  CONSTRAINT supplier_invoice_pkey PRIMARY KEY (id)
);

CREATE TABLE supplier_invoice_line (
  invoice_id bigint NOT NULL,
  position integer NOT NULL,
  component text NOT NULL,
  band smallint,
  quantity numeric,
  unit text,
  price numeric,
  amount numeric NOT NULL,
  CONSTRAINT supplier_invoice_line_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES supplier_invoice(id),
  CONSTRAINT supplier_invoice_line_pkey PRIMARY KEY (invoice_id, "position")
);

CREATE TABLE tariff (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  code code NOT NULL,
  digest text NOT NULL,
  document jsonb NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  actor_id integer NOT NULL,
  CONSTRAINT tariff_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT tariff_code_digest_key UNIQUE (code, digest),
  CONSTRAINT tariff_pkey PRIMARY KEY (id)
);

CREATE TABLE team_member (
  team_id integer NOT NULL,
  user_id integer NOT NULL,
  CONSTRAINT team_member_pkey PRIMARY KEY (team_id, user_id),
  CONSTRAINT team_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id),
  CONSTRAINT team_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);

CREATE TABLE teams (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  skills text[] DEFAULT '{}'::text[] NOT NULL,
  retired_at timestamp with time zone,
  CONSTRAINT teams_code_key UNIQUE (code),
  CONSTRAINT teams_name_check CHECK ((name <> ''::text)),
  CONSTRAINT teams_pkey PRIMARY KEY (id)
);

CREATE TABLE template_point (
  template_id integer NOT NULL,
  key code NOT NULL,
  name text NOT NULL,
  name_zh text,
  quantity text NOT NULL,
  unit text NOT NULL,
  kind text NOT NULL,
  minimum double precision,
  maximum double precision,
  expected_interval_s double precision NOT NULL,
  states jsonb,
  CONSTRAINT template_point_check CHECK ((minimum <= maximum)),
  CONSTRAINT template_point_check1 CHECK (((states IS NULL) OR (kind = 'state'::text))),
  CONSTRAINT template_point_expected_interval_s_check CHECK ((expected_interval_s > (0)::double precision)),
  CONSTRAINT template_point_kind_check CHECK ((kind = ANY (ARRAY['gauge'::text, 'counter'::text, 'state'::text]))),
  CONSTRAINT template_point_name_check CHECK ((name <> ''::text)),
  CONSTRAINT template_point_pkey PRIMARY KEY (template_id, key),
  CONSTRAINT template_point_template_id_fkey FOREIGN KEY (template_id) REFERENCES device_template(id)
);

CREATE TABLE unmapped (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  site text NOT NULL,
  device text NOT NULL,
  key text NOT NULL,
  first_seen_at timestamp with time zone NOT NULL,
  last_seen_at timestamp with time zone NOT NULL,
  samples bigint NOT NULL,
  CONSTRAINT unmapped_pkey PRIMARY KEY (id),
  CONSTRAINT unmapped_site_device_key_key UNIQUE (site, device, key)
);

CREATE TABLE unmapped_sample (
  unmapped_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  value jsonb NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT unmapped_sample_pkey PRIMARY KEY (unmapped_id, "time", value),
  CONSTRAINT unmapped_sample_unmapped_id_fkey FOREIGN KEY (unmapped_id) REFERENCES unmapped(id) ON DELETE CASCADE
);
CREATE INDEX unmapped_sample_by_age ON public.unmapped_sample USING btree (received_at);

CREATE TABLE users (
  id integer GENERATED ALWAYS AS IDENTITY NOT NULL,
  code code NOT NULL,
  name text NOT NULL,
  email text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  retired_at timestamp with time zone,
  skills text[] DEFAULT '{}'::text[] NOT NULL,
  CONSTRAINT users_code_key UNIQUE (code),
  CONSTRAINT users_name_check CHECK ((name <> ''::text)),
  CONSTRAINT users_pkey PRIMARY KEY (id)
);

CREATE TABLE work_order (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  site_id integer NOT NULL,
  number integer NOT NULL,
  client_key uuid,
  origin text NOT NULL,
  kind text NOT NULL,
  subject_kind text NOT NULL,
  subject code NOT NULL,
  equipment_id integer,
  device_id integer,
  meter_id integer,
  title text NOT NULL,
  title_zh text DEFAULT ''::text NOT NULL,
  description text DEFAULT ''::text NOT NULL,
  suspected text,
  suspected_name text DEFAULT ''::text NOT NULL,
  suspected_name_zh text DEFAULT ''::text NOT NULL,
  action text DEFAULT ''::text NOT NULL,
  action_zh text DEFAULT ''::text NOT NULL,
  job_id integer,
  job_version integer,
  plan_id integer,
  parent_id bigint,
  requested_by text DEFAULT ''::text NOT NULL,
  priority text NOT NULL,
  skill text,
  state text NOT NULL,
  since timestamp with time zone NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  opened_by integer,
  respond_by timestamp with time zone,
  due_at timestamp with time zone,
  escalated integer DEFAULT 0 NOT NULL,
  escalates_at timestamp with time zone,
  is_breach_told boolean DEFAULT false NOT NULL,
  assignee_id integer,
  team_id integer,
  first_started_at timestamp with time zone,
  takes_out_of_service boolean DEFAULT false NOT NULL,
  requires_signature boolean DEFAULT false NOT NULL,
  planned_parts jsonb DEFAULT '[]'::jsonb NOT NULL,
  done_at timestamp with time zone,
  done_by integer,
  cause text,
  cause_note text DEFAULT ''::text NOT NULL,
  resolution text DEFAULT ''::text NOT NULL,
  signature_id bigint,
  check_at timestamp with time zone,
  checked_at timestamp with time zone,
  verified_at timestamp with time zone,
  verified_by integer,
  cancelled_at timestamp with time zone,
  reopened integer DEFAULT 0 NOT NULL,
  CONSTRAINT work_order_assignee_id_fkey FOREIGN KEY (assignee_id) REFERENCES users(id),
  CONSTRAINT work_order_check CHECK (((origin = 'alarm'::text) = (suspected IS NOT NULL))),
  CONSTRAINT work_order_check1 CHECK (((state = ANY (ARRAY['done'::text, 'verified'::text])) <= (done_at IS NOT NULL))),
  CONSTRAINT work_order_check2 CHECK (((state <> 'verified'::text) OR (verified_by IS DISTINCT FROM done_by))),
  CONSTRAINT work_order_client_key_key UNIQUE (client_key),
  CONSTRAINT work_order_device_id_fkey FOREIGN KEY (device_id) REFERENCES device(id),
  CONSTRAINT work_order_done_by_fkey FOREIGN KEY (done_by) REFERENCES actor(id),
  CONSTRAINT work_order_equipment_id_fkey FOREIGN KEY (equipment_id) REFERENCES equipment(id),
  CONSTRAINT work_order_job_id_fkey FOREIGN KEY (job_id) REFERENCES job(id),
  CONSTRAINT work_order_kind_check CHECK ((kind = ANY (ARRAY['repair'::text, 'maintenance'::text, 'inspection'::text, 'calibration'::text, 'other'::text]))),
  CONSTRAINT work_order_meter_id_fkey FOREIGN KEY (meter_id) REFERENCES meter(id),
  CONSTRAINT work_order_number_check CHECK ((number > 0)),
  CONSTRAINT work_order_opened_by_fkey FOREIGN KEY (opened_by) REFERENCES actor(id),
  CONSTRAINT work_order_origin_check CHECK ((origin = ANY (ARRAY['alarm'::text, 'plan'::text, 'hand'::text, 'request'::text, 'checklist'::text]))),
  CONSTRAINT work_order_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES work_order(id),
  CONSTRAINT work_order_pkey PRIMARY KEY (id),
  CONSTRAINT work_order_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES maintenance_plan(id),
  CONSTRAINT work_order_priority_check CHECK ((priority = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text]))),
  CONSTRAINT work_order_signature_id_fkey FOREIGN KEY (signature_id) REFERENCES attachment(id),
  CONSTRAINT work_order_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id),
  CONSTRAINT work_order_site_id_number_key UNIQUE (site_id, number),
  CONSTRAINT work_order_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'open'::text, 'assigned'::text, 'in_progress'::text, 'on_hold'::text, 'done'::text, 'verified'::text, 'cancelled'::text]))),
  CONSTRAINT work_order_subject_kind_check CHECK ((subject_kind = ANY (ARRAY['equipment'::text, 'device'::text, 'meter'::text, 'site'::text]))),
  CONSTRAINT work_order_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams(id),
  CONSTRAINT work_order_title_check CHECK ((title <> ''::text)),
  CONSTRAINT work_order_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES actor(id)
);
CREATE INDEX work_order_by_equipment ON public.work_order USING btree (equipment_id, id DESC) WHERE (equipment_id IS NOT NULL);
CREATE INDEX work_order_by_escalation ON public.work_order USING btree (escalates_at) WHERE (escalates_at IS NOT NULL);
CREATE INDEX work_order_by_subject ON public.work_order USING btree (site_id, subject_kind, subject, id DESC);
CREATE UNIQUE INDEX work_order_one_for_a_cause ON public.work_order USING btree (site_id, subject_kind, subject, suspected) WHERE ((suspected IS NOT NULL) AND (state <> ALL (ARRAY['verified'::text, 'cancelled'::text])));
CREATE UNIQUE INDEX work_order_one_for_a_plan ON public.work_order USING btree (plan_id, subject_kind, subject) WHERE ((origin = 'plan'::text) AND (state <> ALL (ARRAY['verified'::text, 'cancelled'::text])));
CREATE INDEX work_order_open ON public.work_order USING btree (site_id, due_at) WHERE (state <> ALL (ARRAY['verified'::text, 'cancelled'::text]));
CREATE INDEX work_order_to_check ON public.work_order USING btree (check_at) WHERE ((check_at IS NOT NULL) AND (checked_at IS NULL));

CREATE TABLE work_order_alarm (
  occurrence_id bigint NOT NULL,
  order_id bigint NOT NULL,
  attached_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT work_order_alarm_occurrence_id_fkey FOREIGN KEY (occurrence_id) REFERENCES alarm_occurrence(id),
  CONSTRAINT work_order_alarm_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_alarm_pkey PRIMARY KEY (occurrence_id)
);
CREATE INDEX work_order_alarm_by_order ON public.work_order_alarm USING btree (order_id, occurrence_id);

CREATE TABLE work_order_entry (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  order_id bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  event text NOT NULL,
  from_state text,
  to_state text,
  actor_id integer,
  comment text DEFAULT ''::text NOT NULL,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT work_order_entry_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT work_order_entry_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_entry_pkey PRIMARY KEY (id)
);
CREATE TRIGGER keep_work_order_entry BEFORE DELETE OR UPDATE ON public.work_order_entry FOR EACH ROW EXECUTE FUNCTION keep_work_order_entry();
CREATE INDEX work_order_entry_by_order ON public.work_order_entry USING btree (order_id, id);

CREATE TABLE work_order_file (
  order_id bigint NOT NULL,
  attachment_id bigint NOT NULL,
  title text DEFAULT ''::text NOT NULL,
  is_signature boolean DEFAULT false NOT NULL,
  CONSTRAINT work_order_file_attachment_id_fkey FOREIGN KEY (attachment_id) REFERENCES attachment(id),
  CONSTRAINT work_order_file_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_file_pkey PRIMARY KEY (order_id, attachment_id)
);

CREATE TABLE work_order_isolation (
  order_id bigint NOT NULL,
  position integer NOT NULL,
  document jsonb NOT NULL,
  confirmed_at timestamp with time zone,
  confirmed_by integer,
  lock text DEFAULT ''::text NOT NULL,
  removed_at timestamp with time zone,
  removed_by integer,
  CONSTRAINT work_order_isolation_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES actor(id),
  CONSTRAINT work_order_isolation_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_isolation_pkey PRIMARY KEY (order_id, "position"),
  CONSTRAINT work_order_isolation_position_check CHECK (("position" > 0)),
  CONSTRAINT work_order_isolation_removed_by_fkey FOREIGN KEY (removed_by) REFERENCES actor(id)
);

CREATE TABLE work_order_labour (
  id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  order_id bigint NOT NULL,
  user_id integer,
  name text DEFAULT ''::text NOT NULL,
  began_at timestamp with time zone NOT NULL,
  hours double precision NOT NULL,
  actor_id integer NOT NULL,
  note text DEFAULT ''::text NOT NULL,
  CONSTRAINT work_order_labour_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT work_order_labour_hours_check CHECK (((hours > (0)::double precision) AND (hours <= (24)::double precision))),
  CONSTRAINT work_order_labour_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_labour_pkey PRIMARY KEY (id),
  CONSTRAINT work_order_labour_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
);
CREATE INDEX work_order_labour_by_order ON public.work_order_labour USING btree (order_id, id);

CREATE TABLE work_order_number (
  site_id integer NOT NULL,
  last integer NOT NULL,
  CONSTRAINT work_order_number_pkey PRIMARY KEY (site_id),
  CONSTRAINT work_order_number_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
);

CREATE TABLE work_order_silenced (
  order_id bigint NOT NULL,
  alarm_id integer NOT NULL,
  silenced_at timestamp with time zone NOT NULL,
  returned_at timestamp with time zone,
  CONSTRAINT work_order_silenced_alarm_id_fkey FOREIGN KEY (alarm_id) REFERENCES alarm(id),
  CONSTRAINT work_order_silenced_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_silenced_pkey PRIMARY KEY (order_id, alarm_id, silenced_at)
);

CREATE TABLE work_order_task (
  order_id bigint NOT NULL,
  position integer NOT NULL,
  document jsonb NOT NULL,
  result text,
  value double precision,
  note text DEFAULT ''::text NOT NULL,
  at timestamp with time zone,
  actor_id integer,
  follow_up_id bigint,
  CONSTRAINT work_order_task_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT work_order_task_follow_up_id_fkey FOREIGN KEY (follow_up_id) REFERENCES work_order(id),
  CONSTRAINT work_order_task_order_id_fkey FOREIGN KEY (order_id) REFERENCES work_order(id),
  CONSTRAINT work_order_task_pkey PRIMARY KEY (order_id, "position"),
  CONSTRAINT work_order_task_position_check CHECK (("position" > 0)),
  CONSTRAINT work_order_task_result_check CHECK ((result = ANY (ARRAY['passed'::text, 'failed'::text, 'skipped'::text])))
);
