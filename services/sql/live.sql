-- name: live_points
-- what: every point in use with its public name and the space of its device, in the order of the name
-- row: services.live.LivePointRow
SELECT p.id AS point_id, s.code::text AS site, d.code::text AS device, p.key::text AS key, sp.path AS space
FROM point AS p
JOIN device AS d ON d.id = p.device_id
JOIN site AS s ON s.id = d.site_id
LEFT JOIN space AS sp ON sp.id = d.space_id
WHERE p.retired_at IS NULL AND d.retired_at IS NULL
ORDER BY s.code, d.code, p.key;

-- name: latest_values
-- what: the newest effective value of each point that has one
-- row: services.live.LatestRow
SELECT l.point_id, l.time, coalesce(c.new_value, l.value) AS value
FROM latest AS l
LEFT JOIN LATERAL (
  SELECT new_value FROM reading_correction AS c
  WHERE c.point_id = l.point_id AND c.time = l.time ORDER BY c.id DESC LIMIT 1
) AS c ON true;

-- name: oldest_event_id
-- what: the oldest event that is still kept; one past the newest where none is
SELECT coalesce(min(id), (SELECT last_value + is_called::int FROM event_id_seq)) FROM event;
