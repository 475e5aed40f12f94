-- Whether the condition of a done order's alarms is gone.

-- name: evaluation_lag
-- what: how old in seconds what alarms were evaluated with last is by now, as their duty says; NULL: nobody has evaluated any
SELECT (extract(epoch FROM clock_timestamp() - (detail ->> 'said_at')::timestamptz) + (detail ->> 'behind_s')::float8)::float8
FROM duty WHERE name = 'alarms';

-- name: orders_to_check
-- what: done orders at whose alarms it is time to look
-- takes: evaluated_to timestamptz, at_most int8
-- row: services.work_orders.checking.DueRow
SELECT w.id, s.code::text AS site, w.number
FROM work_order AS w JOIN site AS s ON s.id = w.site_id
WHERE w.check_at <= $1 AND w.checked_at IS NULL AND w.state = 'done'
ORDER BY w.check_at, w.id LIMIT $2;

-- name: alarms_of_order
-- what: the alarms of an order as evaluation has them now, each once; lost: of this one nobody can know
-- takes: order_id int8
-- row: services.work_orders.checking.SeenRow
SELECT DISTINCT ON (a.id) coalesce(s.code::text, 'service') || '/' || r.code || '/' || a.subject AS alarm, a.level,
       a.value, o.limit_value, o.unit, o.message, coalesce(a.condition_since, o.raised_at) AS since, a.quiet,
       a.retired_at IS NULL AND (a.condition_since IS NULL OR coalesce(a.quiet, '') = 'communication_lost'
                                 OR a.level IS NOT NULL AND coalesce(a.quiet, '') = 'explained') AS is_lost
FROM work_order_alarm AS x
JOIN alarm_occurrence AS o ON o.id = x.occurrence_id
JOIN alarm AS a ON a.id = o.alarm_id
JOIN alarm_rule AS r ON r.id = a.rule_id
LEFT JOIN site AS s ON s.id = a.site_id
WHERE x.order_id = $1
ORDER BY a.id, o.raised_at DESC;
