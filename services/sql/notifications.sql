-- name: routes_in_force
-- what: every route with its site, also retired ones whose items still wait
-- row: services.notifications.store.RouteRow
SELECT r.id, s.code AS site, s.id AS site_id, s.name AS site_name, s.name_zh AS site_name_zh, s.time_zone, r.document,
  r.retired_at IS NOT NULL AS is_retired
FROM notification_route r JOIN site s ON s.id = r.site_id
ORDER BY s.code, r.code;

-- name: channels_in_force
-- what: every channel with its site
-- row: services.notifications.store.ChannelRow
SELECT c.id, s.code AS site, s.id AS site_id, c.document
FROM notification_channel c JOIN site s ON s.id = c.site_id
WHERE c.retired_at IS NULL ORDER BY s.code, c.code;

-- name: lock_cursor
-- what: up to which event the outbox is written; holds others off until the transaction ends
SELECT last_event_id FROM notification_cursor FOR UPDATE;

-- name: unread_alarms
-- what: how many events of alarms were dropped unread, and when last
-- row: services.notifications.log.UnreadRow
SELECT unread_alarms AS alarms, unread_at AS at FROM notification_cursor;

-- name: advance_cursor
-- what: note up to which event the outbox is written
-- takes: last_event_id int8
UPDATE notification_cursor SET last_event_id = $1;

-- name: told_of_alarms
-- what: what routes were told of these alarms
-- takes: alarms text[]
-- row: services.notifications.store.ToldRow
SELECT route_id, alarm, raised_at, priority, told_at, step, called, is_acknowledged, is_quiet, is_returned, flood_event_id,
  event_id, payload
FROM notification_told WHERE alarm = ANY($1);

-- name: told_and_due
-- what: alarms that go one step further by now, and all others of the same flood and route
-- takes: now timestamptz
-- row: services.notifications.store.ToldRow
WITH due AS (SELECT route_id, alarm, flood_event_id FROM notification_told WHERE escalates_at <= $1)
SELECT t.route_id, t.alarm, t.raised_at, t.priority, t.told_at, t.step, t.called, t.is_acknowledged, t.is_quiet,
  t.is_returned, t.flood_event_id, t.event_id, t.payload
FROM notification_told t
WHERE EXISTS (SELECT FROM due d WHERE d.route_id = t.route_id
  AND (d.alarm = t.alarm OR d.flood_event_id = t.flood_event_id))
ORDER BY t.route_id, t.event_id;

-- name: put_told
-- what: remember what routes were told
-- takes: rows jsonb
INSERT INTO notification_told (route_id, alarm, raised_at, priority, told_at, step, called, is_acknowledged, is_quiet,
  is_returned, flood_event_id, event_id, payload, escalates_at)
SELECT x.route_id, x.alarm, x.raised_at, x.priority, x.told_at, x.step, x.called, x.is_acknowledged, x.is_quiet,
  x.is_returned, x.flood_event_id, x.event_id, x.payload, x.escalates_at
FROM jsonb_to_recordset($1) AS x(route_id int, alarm text, raised_at text, priority text, told_at timestamptz, step int,
  called int, is_acknowledged boolean, is_quiet boolean, is_returned boolean, flood_event_id bigint, event_id bigint,
  payload jsonb, escalates_at timestamptz)
ON CONFLICT (route_id, alarm) DO UPDATE SET raised_at = excluded.raised_at, priority = excluded.priority,
  told_at = excluded.told_at, step = excluded.step, called = excluded.called, is_acknowledged = excluded.is_acknowledged,
  is_quiet = excluded.is_quiet, is_returned = excluded.is_returned, flood_event_id = excluded.flood_event_id,
  event_id = excluded.event_id, payload = excluded.payload, escalates_at = excluded.escalates_at;

-- name: forget_told
-- what: these alarms are normal again
-- takes: route_ids int4[], alarms text[]
DELETE FROM notification_told t USING unnest($1::int[], $2::text[]) AS gone(route_id, alarm)
WHERE t.route_id = gone.route_id AND t.alarm = gone.alarm;

-- name: floods_on
-- what: floods that are on, for each route
-- row: services.notifications.store.FloodRow
SELECT route_id, site, event_id, payload, is_told, step FROM notification_flood;

-- name: put_floods
-- what: remember floods that are on
-- takes: rows jsonb
INSERT INTO notification_flood (route_id, site, event_id, payload, is_told, step)
SELECT x.route_id, x.site, x.event_id, x.payload, x.is_told, x.step
FROM jsonb_to_recordset($1) AS x(route_id int, site text, event_id bigint, payload jsonb, is_told boolean, step int)
ON CONFLICT (route_id, site) DO UPDATE SET event_id = excluded.event_id, payload = excluded.payload,
  is_told = excluded.is_told, step = excluded.step;

-- name: forget_floods
-- what: these floods are over
-- takes: route_ids int4[], sites text[]
DELETE FROM notification_flood f USING unnest($1::int[], $2::text[]) AS gone(route_id, site)
WHERE f.route_id = gone.route_id AND f.site = gone.site;

-- name: put_items
-- what: write things to tell
-- takes: rows jsonb
INSERT INTO notification_item (route_id, event_id, kind, step, site, alarm, payload, noted_at, due_at)
SELECT x.route_id, x.event_id, x.kind, x.step, x.site, x.alarm, x.payload, x.noted_at, x.due_at
FROM jsonb_to_recordset($1) AS x(route_id int, event_id bigint, kind text, step int, site text,
  alarm text, payload jsonb, noted_at timestamptz, due_at timestamptz, place bigint)
ORDER BY x.place
ON CONFLICT (route_id, event_id, kind, step) DO NOTHING;

-- name: anything_due
-- what: whether some route has something due
-- takes: now timestamptz
SELECT EXISTS (SELECT FROM notification_item WHERE message_id IS NULL AND due_at <= $1);

-- name: waiting_items
-- what: what waits on routes that have something due
-- takes: now timestamptz
-- row: services.notifications.store.WaitingRow
SELECT id, route_id, event_id, kind, step, site, alarm, payload, due_at
FROM notification_item
WHERE message_id IS NULL AND route_id IN (
  SELECT route_id FROM notification_item WHERE message_id IS NULL AND due_at <= $1)
ORDER BY id;

-- name: waiting_of_site
-- what: alarms of a site that routes are about to tell, in no message yet
-- takes: site text
-- row: services.notifications.store.PendingRow
SELECT DISTINCT route_id, alarm FROM notification_item
WHERE message_id IS NULL AND site = $1 AND kind IN ('raised', 'worsened', 're_alarmed');

-- name: told_when_flood_began
-- what: alarms that a route was told of when its latest flood at a site began
-- takes: route_id int4, site text
-- row: services.notifications.store.WaitingRow
SELECT id, route_id, event_id, kind, step, site, alarm, payload, due_at
FROM notification_item
WHERE message_id = (
  SELECT message_id FROM notification_item WHERE route_id = $1 AND site = $2 AND kind = 'flood_began'
  ORDER BY id DESC LIMIT 1)
ORDER BY id;

-- name: put_message
-- what: a message as it is worded, with its items and a delivery for each channel
-- takes: key uuid, site_id int4, route_id int4, kind text, made_at timestamptz, title text, body text, document jsonb, item_ids int8[], channel_ids int4[], teams text[]
WITH message AS (
  INSERT INTO notification_message (key, site_id, route_id, kind, made_at, title, body, document)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id
), taken AS (
  UPDATE notification_item SET message_id = message.id FROM message WHERE notification_item.id = ANY($9)
)
INSERT INTO notification_delivery (message_id, channel_id, team, due_at)
SELECT message.id, channel_id, team, $5 FROM message, unnest($10::int[], $11::text[]) AS d(channel_id, team);

-- name: occurrences
-- what: ranked causes of occurrences, with what to do, and how many alarms of their group came after them
-- takes: alarms text[], raised_at timestamptz[]
-- row: services.notifications.store.OccurrenceRow
SELECT wanted.alarm, o.causes, (
  SELECT count(*) FROM alarm g JOIN alarm_occurrence f ON f.id = g.occurrence_id
  WHERE g.first_out_group = a.first_out_group AND f.first_out_id = o.id) AS followers
FROM unnest($1::text[], $2::timestamptz[]) AS wanted(alarm, raised_at)
JOIN alarm_rule r ON r.code = split_part(wanted.alarm, '/', 2)
LEFT JOIN site s ON s.id = r.site_id
JOIN alarm a ON a.rule_id = r.id AND a.subject = split_part(wanted.alarm, '/', 3)
JOIN alarm_occurrence o ON o.alarm_id = a.id AND o.raised_at = wanted.raised_at
WHERE coalesce(s.code, 'service') = split_part(wanted.alarm, '/', 1);

-- name: claim_deliveries
-- what: the oldest waiting delivery of each channel but these, where it is due, and its channel; counts the try
-- takes: now timestamptz, let_go_at timestamptz, busy_ids int4[]
-- row: services.notifications.store.DeliveryRow
WITH head AS (
  SELECT DISTINCT ON (channel_id) id, channel_id, due_at FROM notification_delivery
  WHERE state = 'waiting' AND channel_id <> ALL($3) ORDER BY channel_id, id
), claimed AS (
  SELECT d.id FROM notification_delivery d JOIN head ON head.id = d.id
  WHERE head.due_at <= $1 AND d.state = 'waiting'
  FOR UPDATE OF d SKIP LOCKED
), counted AS (
  -- Whoever dies now has tried: the next try comes when no sending can still be under way, with the same key.
  UPDATE notification_delivery d SET tries = d.tries + 1, due_at = $2
  FROM claimed WHERE d.id = claimed.id
  RETURNING d.id, d.channel_id, d.team, d.tries, d.message_id
)
SELECT c.id, c.channel_id, s.code AS site, n.document AS channel, n.retired_at IS NOT NULL AS is_retired, c.team, c.tries,
  m.key::text AS key, m.made_at, m.title, m.body, m.document
FROM counted c
JOIN notification_message m ON m.id = c.message_id
JOIN notification_channel n ON n.id = c.channel_id
JOIN site s ON s.id = n.site_id
ORDER BY c.id;

-- name: end_pauses
-- what: what waits on these channels until after the second time is due at the first
-- takes: now timestamptz, latest timestamptz, channel_ids int4[]
UPDATE notification_delivery SET due_at = $1 WHERE state = 'waiting' AND due_at > $2 AND channel_id = ANY($3);

-- name: settle_delivery
-- what: what became of a try
-- takes: id int8, state text, due_at timestamptz, detail text, done_at timestamptz
UPDATE notification_delivery SET state = $2, due_at = $3, detail = $4, done_at = $5 WHERE id = $1 AND state = 'waiting';

-- name: team_addresses
-- what: e-mail addresses of each team's members who are still there
-- row: services.notifications.store.AddressRow
SELECT t.code AS team, u.email AS address
FROM teams t JOIN team_member m ON m.team_id = t.id JOIN users u ON u.id = m.user_id
WHERE u.retired_at IS NULL AND u.email <> '' ORDER BY t.code, u.email;

-- name: drop_old_messages
-- what: drop messages that are older than this and done
-- takes: before timestamptz
DELETE FROM notification_message m WHERE m.made_at < $1
  AND NOT EXISTS (SELECT FROM notification_delivery d WHERE d.message_id = m.id AND d.state = 'waiting');

-- name: site_id
-- what: whether there is such a site
-- takes: site text
SELECT id FROM site WHERE code = $1;

-- name: documents_of_site
-- what: channels and routes of a site as they hold
-- takes: site text
-- row: services.notifications.applying.DocumentRow
SELECT 'channel' AS kind, c.code, c.document, c.retired_at IS NOT NULL AS is_retired
FROM notification_channel c JOIN site s ON s.id = c.site_id WHERE s.code = $1
UNION ALL
SELECT 'route', r.code, r.document, r.retired_at IS NOT NULL
FROM notification_route r JOIN site s ON s.id = r.site_id WHERE s.code = $1;

-- name: put_channel
-- what: add or change a channel, or bring a retired one back
-- takes: site text, code text, document jsonb
INSERT INTO notification_channel (site_id, code, document) SELECT id, $2::text, $3 FROM site WHERE code = $1
ON CONFLICT (site_id, code) DO UPDATE SET document = excluded.document, retired_at = NULL;

-- name: put_route
-- what: add or change a route, or bring a retired one back
-- takes: site text, code text, document jsonb
INSERT INTO notification_route (site_id, code, document) SELECT id, $2::text, $3 FROM site WHERE code = $1
ON CONFLICT (site_id, code) DO UPDATE SET document = excluded.document, retired_at = NULL;

-- name: retire_channel
-- what: a channel is no longer used
-- takes: site text, code text, at timestamptz
UPDATE notification_channel c SET retired_at = $3 FROM site s WHERE s.id = c.site_id AND s.code = $1 AND c.code = $2;

-- name: retire_route
-- what: a route is no longer used: what it had told calls nobody any more
-- takes: site text, code text, at timestamptz
WITH gone AS (
  UPDATE notification_route r SET retired_at = $3 FROM site s WHERE s.id = r.site_id AND s.code = $1 AND r.code = $2
  RETURNING r.id
), forgotten AS (
  DELETE FROM notification_told t USING gone WHERE t.route_id = gone.id
), let_go AS (
  UPDATE notification_item i SET due_at = $3 FROM gone
  WHERE i.route_id = gone.id AND i.message_id IS NULL AND i.due_at IS NULL
)
DELETE FROM notification_flood f USING gone WHERE f.route_id = gone.id;

-- name: deliveries_page
-- what: messages and what became of them on each channel, the newest first
-- takes: site text, state text, channel text, below int8, limit int8
-- row: services.notifications.log.LogRow
SELECT d.id, m.key::text AS key, s.code AS site, c.code AS channel, c.document ->> 'kind' AS channel_kind, r.code AS route,
  d.team, m.kind, m.made_at, m.title, m.body, d.state, d.tries, d.detail, d.done_at,
  CASE WHEN d.state = 'waiting' AND d.tries > 0 THEN d.due_at END AS next_try_at
FROM notification_delivery d
JOIN notification_message m ON m.id = d.message_id
JOIN notification_channel c ON c.id = d.channel_id
JOIN site s ON s.id = m.site_id
LEFT JOIN notification_route r ON r.id = m.route_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR d.state = $2)
  AND ($3::text IS NULL OR c.code = $3) AND ($4::int8 IS NULL OR d.id < $4)
ORDER BY d.id DESC LIMIT $5;

-- name: delivery_of_message
-- what: what became of a message on its channel
-- takes: key uuid
-- row: services.notifications.log.StateRow
SELECT d.state, d.tries, d.detail FROM notification_delivery d JOIN notification_message m ON m.id = d.message_id
WHERE m.key = $1;

-- name: states_of_channels
-- what: how each channel has done lately
-- row: services.notifications.log.ChannelStateRow
SELECT d.channel_id, count(*) FILTER (WHERE d.state = 'waiting') AS waiting,
  count(*) FILTER (WHERE d.state = 'failed' AND d.done_at > now() - interval '1 day') AS failed_in_a_day,
  max(d.done_at) FILTER (WHERE d.state = 'delivered') AS delivered_at,
  (array_agg(d.detail ORDER BY d.id) FILTER (WHERE d.state = 'waiting' AND d.tries > 0))[1] AS trouble
FROM notification_delivery d GROUP BY d.channel_id;
