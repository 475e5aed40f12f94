-- name: drop_old_readings
-- what: drop the chunks of raw readings that are wholly past their term
-- takes: term interval
SELECT drop_chunks('reading', older_than => now() - $1::interval);

-- name: drop_old_days
-- what: drop the sums of days whose raw readings are gone
-- takes: term interval
DELETE FROM reading_day WHERE day < now() - $1::interval - interval '24 hours';

-- name: drop_old_batches
-- what: drop logged batches past their term that every registered follower has dealt with, and remember how far
-- takes: term interval
WITH gone AS (
  DELETE FROM batch_log
  WHERE stored_at < now() - $1::interval
    AND id <= (SELECT coalesce(min(last_id), 9223372036854775807) FROM log_follower)
  RETURNING id
), floor AS (
  UPDATE batch_log_floor SET dropped_up_to = greatest(dropped_up_to, (SELECT max(id) FROM gone))
  WHERE EXISTS (SELECT FROM gone)
)
SELECT id FROM gone;

-- name: give_up_unread_alarms
-- what: count alarms past their term that nobody was told of; what routes knew of them holds no more, and no flood of then
-- takes: term interval
WITH unread AS (
  SELECT e.subject, e.kind FROM event e, notification_cursor c
  WHERE e.at < now() - $1::interval AND e.id > c.last_event_id AND e.id < (SELECT max(id) FROM event)
    AND e.kind LIKE 'alarm.%'
), counted AS (
  UPDATE notification_cursor SET unread_alarms = unread_alarms + (SELECT count(*) FROM unread), unread_at = now()
  WHERE EXISTS (SELECT FROM unread)
), forgotten AS (
  DELETE FROM notification_told WHERE alarm IN (SELECT subject FROM unread)
), over AS (
  DELETE FROM notification_flood f USING unread u
  WHERE u.kind = 'alarm.flood_ended' AND u.subject = coalesce(nullif(f.site, ''), 'service')
  RETURNING f.route_id, f.site
), let_go AS (
  UPDATE notification_item i SET due_at = now() FROM over o
  WHERE i.route_id = o.route_id AND i.site = o.site AND i.message_id IS NULL AND i.due_at IS NULL
)
SELECT count(*) FROM unread;

-- name: drop_old_events
-- what: drop events past their term; the newest stays as the stream's cursor
-- takes: term interval
DELETE FROM event WHERE at < now() - $1::interval AND id < (SELECT max(id) FROM event);

-- name: drop_old_dead_letters
-- what: drop dead letters not seen again for their term
-- takes: term interval
DELETE FROM dead_letter WHERE last_received_at < now() - $1::interval;

-- name: drop_old_unmapped_samples
-- what: drop samples of unknown things past their term
-- takes: term interval
DELETE FROM unmapped_sample WHERE received_at < now() - $1::interval;

-- name: drop_old_checkpoints
-- what: drop checkpoints older than raw readings but for each register's newest of these; after 30 days keep one a day
-- takes: term interval
DELETE FROM register_checkpoint AS c
WHERE c.time < now() - interval '30 days'
  AND EXISTS (
    SELECT FROM register_checkpoint AS later
    WHERE later.register_id = c.register_id AND later.time > c.time
      AND later.time < CASE WHEN c.time < now() - $1::interval THEN now() - $1::interval
                            ELSE (date_trunc('day', c.time AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC' END
  );

-- name: drop_old_irregularities
-- what: drop the sums of what was irregular about devices past their term
-- takes: term interval
DELETE FROM device_irregularity WHERE at < now() - $1::interval;
