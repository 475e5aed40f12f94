-- name: heard
-- what: occurrences that people were told of in a period, or before it and that reach into it
-- takes: start timestamptz, stop timestamptz, site text, rule text, machine text
-- row: services.alarms.figures.HeardRow
SELECT o.alarm_id, o.priority, o.announced_at, o.returned_at, o.ended_at, o.first_acknowledged_at AS acknowledged_at
FROM alarm_occurrence AS o JOIN alarm_now AS n ON n.id = o.alarm_id
WHERE o.announced_at < $2 AND (o.announced_at >= $1 OR coalesce(o.returned_at, o.ended_at, 'infinity') >= $1)
  AND ($3::text IS NULL OR n.site = $3)
  AND ($4::text IS NULL OR n.rule = $4)
  AND ($5::text IS NULL OR n.subject = $5 OR n.equipment = $5)
ORDER BY o.announced_at, o.id;
