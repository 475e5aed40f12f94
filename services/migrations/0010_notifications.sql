-- Who is told what of alarms.
--
--   event --follow--> notification_item --group wait--> notification_message --> notification_delivery --> a channel
--                     notification_told (what a route has been told, until it is normal again)
--
-- Secrets are not here: a channel's document names environment variables.

CREATE TABLE notification_channel (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  document   jsonb NOT NULL,                            -- analytics.notifications.model.Channel
  retired_at timestamptz,
  UNIQUE (site_id, code)
);

CREATE TABLE notification_route (
  id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  site_id    int NOT NULL REFERENCES site,
  code       code NOT NULL,
  document   jsonb NOT NULL,                            -- analytics.notifications.model.Route
  retired_at timestamptz,
  UNIQUE (site_id, code)
);

-- Up to which event the outbox has been written; it moves in the transaction that writes the items.
CREATE TABLE notification_cursor (
  one           boolean PRIMARY KEY DEFAULT true CHECK (one),
  last_event_id bigint NOT NULL,
  -- Alarm events that were dropped with their term before anybody read them: nobody was told.
  unread_alarms bigint NOT NULL DEFAULT 0,
  unread_at     timestamptz
);
INSERT INTO notification_cursor (last_event_id) VALUES (0);

-- What is sent, as it was worded once; a repeat is the same text with the same key.
CREATE TABLE notification_message (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- By this a receiver recognises a repeat.
  key      uuid NOT NULL UNIQUE,
  site_id  int NOT NULL REFERENCES site,
  -- NULL: a test message.
  route_id int REFERENCES notification_route,
  kind     text NOT NULL CHECK (kind IN ('alarms', 'escalation', 'flood_began', 'flood_ended', 'test')),
  made_at  timestamptz NOT NULL,
  title    text NOT NULL,
  body     text NOT NULL,
  document jsonb NOT NULL
);
CREATE INDEX notification_message_by_site ON notification_message (site_id, id DESC);
CREATE INDEX notification_message_by_age ON notification_message (made_at);

-- One thing to tell on one route. It waits to be collected, then belongs to exactly one message.
CREATE TABLE notification_item (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  route_id   int NOT NULL REFERENCES notification_route,
  event_id   bigint NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('raised', 'worsened', 're_alarmed', 'returned', 'escalated',
               'flood_began', 'flood_ended')),
  -- 0: the route itself; n: its nth escalation.
  step       int NOT NULL,
  site       text NOT NULL,
  alarm      text NOT NULL,
  payload    jsonb NOT NULL,
  noted_at   timestamptz NOT NULL,
  -- NULL: held back by a flood until its end is told.
  due_at     timestamptz,
  message_id bigint REFERENCES notification_message ON DELETE CASCADE,
  UNIQUE (route_id, event_id, kind, step)
);
CREATE INDEX notification_item_pending ON notification_item (route_id, due_at) WHERE message_id IS NULL;
CREATE INDEX notification_item_by_message ON notification_item (message_id) WHERE message_id IS NOT NULL;

CREATE TABLE notification_told (
  route_id        int NOT NULL REFERENCES notification_route,
  alarm           text NOT NULL,
  raised_at       text NOT NULL,                        -- which occurrence, as the event names it
  priority        text NOT NULL,
  told_at         timestamptz NOT NULL,                 -- from here the minutes of an escalation count
  step            int NOT NULL,
  called          int NOT NULL,                         -- the furthest step of this occurrence before it was told again
  is_acknowledged boolean NOT NULL,                     -- since it was told
  is_quiet        boolean NOT NULL,                     -- acknowledged, shelved, suppressed or out of service
  is_returned     boolean NOT NULL,
  -- The flood it was told in; one escalation a step stands for all of a flood.
  flood_event_id  bigint,
  event_id        bigint NOT NULL,
  payload         jsonb NOT NULL,
  escalates_at    timestamptz,
  PRIMARY KEY (route_id, alarm)
);
CREATE INDEX notification_told_escalating ON notification_told (escalates_at) WHERE escalates_at IS NOT NULL;

-- Floods that are on, for each route of the site; told once the route has a share in it.
CREATE TABLE notification_flood (
  route_id int NOT NULL REFERENCES notification_route,
  site     text NOT NULL,
  event_id bigint NOT NULL,
  payload  jsonb NOT NULL,
  is_told  boolean NOT NULL,
  step     int NOT NULL,                                -- how far it was escalated
  PRIMARY KEY (route_id, site)
);

CREATE TABLE notification_delivery (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id   bigint NOT NULL REFERENCES notification_message ON DELETE CASCADE,
  channel_id   int NOT NULL REFERENCES notification_channel,
  team         text NOT NULL DEFAULT '',
  state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'failed')),
  tries        int NOT NULL DEFAULT 0,
  due_at       timestamptz NOT NULL,
  -- What the receiver said last, or why it could not be reached.
  detail       text NOT NULL DEFAULT '',
  done_at      timestamptz,
  UNIQUE (message_id, channel_id, team),
  CHECK ((state = 'waiting') = (done_at IS NULL))
);
CREATE INDEX notification_delivery_waiting ON notification_delivery (channel_id, id) WHERE state = 'waiting';
