-- Alarms that people were told of, on their way into work orders.

-- name: alarms_to_hand_over
-- what: occurrences that were never looked at, and those that stand, became urgent enough since, and have no order
-- takes: at_most int8, sites int4[], ranks int4[], also text[], never text[]
-- row: services.work_orders.handing_over.WaitingRow
WITH waiting AS (
  (SELECT id FROM alarm_occurrence WHERE announced_at IS NOT NULL AND handed_over_at IS NULL ORDER BY id LIMIT $1)
  UNION ALL
  (SELECT o.id
   FROM alarm AS a
   JOIN alarm_occurrence AS o ON o.id = a.occurrence_id
   JOIN alarm_rule AS r ON r.id = a.rule_id
   JOIN unnest($2::int4[], $3::int4[]) AS k (site_id, rank) ON k.site_id = a.site_id
   WHERE a.state IN ('unacknowledged', 'acknowledged') AND a.level IS NOT NULL AND o.handed_over_at IS NOT NULL
     AND (array_position(ARRAY['critical', 'high', 'medium', 'low'], o.priority) <= k.rank
          OR a.site_id || '/' || r.code = ANY($4::text[]))
     AND a.site_id || '/' || r.code <> ALL($5::text[]) AND r.document -> 'signal' ->> 'kind' <> 'maintenance'
     AND NOT EXISTS (SELECT FROM work_order_alarm AS x WHERE x.occurrence_id = o.id)
     -- What is retired is evaluated no more, and has no order: it would be asked for in each round.
     AND NOT EXISTS (SELECT FROM device AS d WHERE d.id = a.device_id AND d.retired_at IS NOT NULL)
     AND NOT EXISTS (SELECT FROM meter AS m WHERE m.id = a.meter_id AND m.retired_at IS NOT NULL)
   ORDER BY o.id LIMIT $1)
)
SELECT o.id AS occurrence_id, o.handed_over_at, a.site_id, s.code::text AS site, r.code::text AS rule,
       coalesce(r.document ->> 'name', r.code::text) AS name, coalesce(r.document ->> 'name_zh', '') AS name_zh,
       coalesce(r.document ->> 'system', 'other') AS system,
       coalesce(r.document -> 'signal' ->> 'kind' = 'maintenance', false) AS is_of_maintenance,
       a.subject::text AS alarm_subject,
       CASE WHEN e.id IS NULL THEN a.subject_kind ELSE 'equipment' END AS subject_kind,
       coalesce(e.code, a.subject)::text AS subject,
       coalesce(e.name, d.name, m.name, s.name, a.subject::text) AS machine,
       coalesce(e.name_zh, d.name_zh, m.name_zh, s.name_zh, '') AS machine_zh,
       coalesce(e.class::text, t.kind::text, m.carrier, '') AS machine_class,
       o.raised_at, a.occurrence_id = o.id AND a.level IS NOT NULL AND o.returned_at IS NULL AS is_standing,
       o.priority, o.level, o.value, o.limit_value, o.unit, o.message, o.message_zh, o.causes -> 0 AS cause
FROM waiting
JOIN alarm_occurrence AS o ON o.id = waiting.id
JOIN alarm AS a ON a.id = o.alarm_id
JOIN alarm_rule AS r ON r.id = a.rule_id
LEFT JOIN site AS s ON s.id = a.site_id
LEFT JOIN equipment AS e ON e.id = a.equipment_id AND e.retired_at IS NULL
LEFT JOIN device AS d ON d.id = a.device_id
LEFT JOIN device_template AS t ON t.id = d.template_id
LEFT JOIN meter AS m ON m.id = a.meter_id
ORDER BY o.id;

-- name: lock_orders_of_causes
-- what: of causes on machines the orders that are not over, locked in the order of their ids
-- takes: sites int4[], subject_kinds text[], subjects text[], causes text[]
-- row: services.work_orders.handing_over.OpenRow
SELECT w.id, k.place, s.code::text AS site, w.number, w.state, w.done_at
FROM unnest($1::int4[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS k (site_id, kind, subject, cause, place)
JOIN site AS s ON s.id = k.site_id
JOIN work_order AS w ON w.site_id = k.site_id AND w.subject_kind = k.kind AND w.subject = k.subject
  AND w.suspected = k.cause AND w.state NOT IN ('verified', 'cancelled')
ORDER BY w.id FOR UPDATE OF w;

-- name: claim_alarms
-- what: note that occurrences are handed over, those that are still as they were read; their priority as it is now
-- takes: occurrence_ids int8[], handed_over_at timestamptz[], now timestamptz
-- row: services.work_orders.handing_over.ClaimedRow
UPDATE alarm_occurrence AS o SET handed_over_at = $3
FROM unnest($1::int8[], $2::timestamptz[]) AS k (id, handed_over_at)
WHERE o.id = k.id AND o.handed_over_at IS NOT DISTINCT FROM k.handed_over_at
RETURNING o.id, o.priority;

-- name: attach_alarms
-- what: give occurrences to orders
-- takes: occurrence_ids int8[], order_ids int8[], now timestamptz
INSERT INTO work_order_alarm (occurrence_id, order_id, attached_at)
SELECT k.occurrence_id, k.order_id, $3 FROM unnest($1::int8[], $2::int8[]) AS k (occurrence_id, order_id);

-- name: check_again
-- what: look once more whether the alarms of a done order are gone
-- takes: order_id int8, now timestamptz
UPDATE work_order SET checked_at = NULL, check_at = greatest(check_at, $2) WHERE id = $1 AND state = 'done';
