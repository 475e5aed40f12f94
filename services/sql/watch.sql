-- name: watched_now
-- what: the database's clock; how much was refused or unknown of late; for how long a notification has waited
-- row: services.watch.figures.NowRow
SELECT clock_timestamp() AS now,
       (SELECT count(*) FROM dead_letter WHERE last_received_at > now() - interval '10 minutes')  AS dead_letters,
       (SELECT count(*) FROM unmapped WHERE first_seen_at > now() - interval '1 hour')            AS unmapped,
       coalesce(greatest(
         (SELECT extract(epoch FROM clock_timestamp() - min(m.made_at)) FROM notification_delivery AS d
          JOIN notification_message AS m ON m.id = d.message_id WHERE d.state = 'waiting'),
         (SELECT extract(epoch FROM clock_timestamp() - min(due_at)) FROM notification_item
          WHERE message_id IS NULL AND due_at < clock_timestamp())
       ), 0)::float8 AS notifications_waiting_s;

-- name: watched_arrivals
-- what: of the devices heard within half a minute of the newest reading that came in: how old their readings were then
-- row: services.watch.figures.ArrivalsRow
WITH heard AS (
  SELECT p.device_id, extract(epoch FROM max(l.received_at - l.time))::float8 AS age_s, max(l.received_at) AS received_at
  FROM latest AS l JOIN point AS p ON p.id = l.point_id
  WHERE l.received_at > (SELECT max(received_at) FROM latest) - interval '30 seconds'
    AND abs(extract(epoch FROM l.received_at - l.time)) < 7 * 86400  -- older than a queue is kept: history, not a backlog
  GROUP BY p.device_id
)
SELECT count(*) AS devices, max(received_at) AS newest_at,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY age_s) AS median_age_s
FROM heard;

-- name: watched_followers
-- what: registered followers of the batch log, and for how long the oldest batch that each has yet to deal with has waited
-- row: services.watch.figures.FollowerRow
SELECT f.name, coalesce((
         SELECT extract(epoch FROM clock_timestamp() - b.stored_at)::float8
         FROM batch_log AS b WHERE b.id > f.last_id ORDER BY b.id LIMIT 1
       ), 0) AS behind_s
FROM log_follower AS f ORDER BY f.name;

-- name: watched_duties
-- what: who does what, for how long it has not said so, and what it said
-- row: services.watch.figures.DutyRow
SELECT name, holder, since, extract(epoch FROM clock_timestamp() - beat_at)::float8 AS silent_s, detail
FROM duty ORDER BY name;

-- name: standing_service_alarms
-- what: alarms of the service whose condition holds, as they are kept
-- row: services.watch.judging.StandingRow
SELECT rule, subject, level, value, condition_since
FROM alarm_now
WHERE site = '' AND retired_at IS NULL AND level IS NOT NULL AND value IS NOT NULL AND condition_since IS NOT NULL;

-- name: does_it_answer
-- what: ask nothing, to see whether there is an answer
SELECT 1;
