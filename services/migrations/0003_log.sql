-- What others follow, and how the service itself is.
--
--   batch_log -> log_follower,  event                 numbered in the order in which they become visible
--   device_status, ingest_worker, ingest_tally

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
