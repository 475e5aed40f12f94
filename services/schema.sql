-- What the database is after all migrations; made by `python -m services.schema`, do not edit.

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

CREATE TABLE code_alias (
  site_id integer NOT NULL,
  kind text NOT NULL,
  alias text NOT NULL,
  target_id integer NOT NULL,
  actor_id integer NOT NULL,
  since timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT code_alias_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actor(id),
  CONSTRAINT code_alias_kind_check CHECK ((kind = ANY (ARRAY['device'::text, 'point'::text, 'equipment'::text, 'space'::text, 'org_unit'::text]))),
  CONSTRAINT code_alias_pkey PRIMARY KEY (site_id, kind, alias),
  CONSTRAINT code_alias_site_id_fkey FOREIGN KEY (site_id) REFERENCES site(id)
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

CREATE TABLE latest (
  point_id integer NOT NULL,
  time timestamp with time zone NOT NULL,
  value double precision NOT NULL,
  received_at timestamp with time zone NOT NULL,
  CONSTRAINT latest_pkey PRIMARY KEY (point_id)
);

CREATE TABLE log_follower (
  name text NOT NULL,
  last_id bigint NOT NULL,
  registered_at timestamp with time zone DEFAULT now() NOT NULL,
  seen_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT log_follower_pkey PRIMARY KEY (name)
);

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

CREATE TABLE schema_migration (
  number integer NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (number)
);

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
  CONSTRAINT users_code_key UNIQUE (code),
  CONSTRAINT users_name_check CHECK ((name <> ''::text)),
  CONSTRAINT users_pkey PRIMARY KEY (id)
);
