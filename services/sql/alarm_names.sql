-- name: names_of_alarms
-- what: whether an alarm is, or was, for a machine, and whether there is, or was, a rule; what is not asked about is there
-- takes: site text, machine text, rule text
-- row: services.alarms.names.KnownRow
SELECT $2::text IS NULL OR EXISTS (
         SELECT FROM alarm AS a
         LEFT JOIN site AS s ON s.id = a.site_id
         LEFT JOIN equipment AS e ON e.id = a.equipment_id
         WHERE (a.subject = $2 OR e.code = $2) AND ($1::text IS NULL OR coalesce(s.code::text, '') = $1)
       ) AS machine,
       $3::text IS NULL OR EXISTS (
         SELECT FROM alarm_rule AS r LEFT JOIN site AS s ON s.id = r.site_id
         WHERE r.code = $3 AND ($1::text IS NULL OR coalesce(s.code::text, '') = $1)
       ) AS rule;
