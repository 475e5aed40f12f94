-- name: floods_open
-- what: floods that go on, locked
-- row: services.alarms.flooding.OpenRow
SELECT f.id, coalesce(s.code::text, '') AS site, f.started_at, f.alarms, f.peak_in_ten_minutes
FROM alarm_flood AS f LEFT JOIN site AS s ON s.id = f.site_id
WHERE f.ended_at IS NULL ORDER BY f.id FOR UPDATE OF f;

-- name: floods_ended_after
-- what: floods of a site that are over, and ended after an instant
-- takes: site text, after timestamptz
-- row: services.alarms.flooding.OverRow
SELECT f.started_at, f.ended_at FROM alarm_flood AS f LEFT JOIN site AS s ON s.id = f.site_id
WHERE coalesce(s.code::text, '') = $1 AND f.ended_at > $2 ORDER BY f.started_at;

-- name: announcements
-- what: when people were told of what at a site, after an instant and up to another
-- takes: site text, after timestamptz, up_to timestamptz
-- row: services.alarms.flooding.AnnouncedRow
SELECT o.id, o.announced_at
FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id LEFT JOIN site AS s ON s.id = a.site_id
WHERE o.announced_at > $2 AND o.announced_at <= $3 AND coalesce(s.code::text, '') = $1
ORDER BY o.announced_at, o.id;

-- name: last_announcement
-- what: when people were told of something at a site for the last time before an instant
-- takes: site text, before timestamptz
SELECT o.announced_at
FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id LEFT JOIN site AS s ON s.id = a.site_id
WHERE o.announced_at < $2 AND coalesce(s.code::text, '') = $1
ORDER BY o.announced_at DESC LIMIT 1;

-- name: how_many_lately
-- what: how many announcements there were at a site after an instant, counted up to a number
-- takes: site text, after timestamptz, up_to int8
SELECT count(*)
FROM (SELECT FROM alarm_occurrence AS o JOIN alarm AS a ON a.id = o.alarm_id LEFT JOIN site AS s ON s.id = a.site_id
      WHERE o.announced_at > $2 AND coalesce(s.code::text, '') = $1 LIMIT $3) AS x;

-- name: add_flood
-- what: a flood began
-- takes: site text, started_at timestamptz, ended_at timestamptz, alarms int4, peak_in_ten_minutes int4
INSERT INTO alarm_flood (site_id, started_at, ended_at, alarms, peak_in_ten_minutes)
VALUES ((SELECT s.id FROM site AS s WHERE s.code = $1::text), $2, $3, $4, $5) RETURNING id;

-- name: change_flood
-- what: how a flood goes on, or that it ended
-- takes: id int4, ended_at timestamptz, alarms int4, peak_in_ten_minutes int4
UPDATE alarm_flood SET ended_at = $2, alarms = $3, peak_in_ten_minutes = $4 WHERE id = $1;

-- name: mark_flood
-- what: occurrences are part of a flood
-- takes: id int4, occurrence_ids int8[]
UPDATE alarm_occurrence SET flood_id = $1 WHERE id = ANY($2::int8[]) AND flood_id IS DISTINCT FROM $1;

-- name: queue_for_floods
-- what: wait for whoever else is telling people of alarms; taken before any occurrence is changed, so that nobody waits in a circle
SELECT pg_advisory_xact_lock(hashtext('ioe alarm floods'));
