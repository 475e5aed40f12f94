-- name: causes_of_order
-- what: causes that the rules of an order's alarms name, and how often each was the true one for these rules on this class of machine; the likeliest first
-- takes: order_id int8
-- row: services.work_orders.causes.CauseRow
WITH of_order AS (
  SELECT DISTINCT o.alarm_id, a.rule_id, coalesce(t.kind::text, m.carrier, '') AS class, o.causes, o.id
  FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id JOIN alarm AS a ON a.id = o.alarm_id
  LEFT JOIN device AS d ON d.id = a.device_id LEFT JOIN device_template AS t ON t.id = d.template_id
  LEFT JOIN meter AS m ON m.id = a.meter_id
  WHERE x.order_id = $1
), named AS (
  SELECT c ->> 'code' AS code, max(c ->> 'name') AS name, max(coalesce(c ->> 'name_zh', '')) AS name_zh, min(n) AS place
  FROM of_order, jsonb_array_elements(causes) WITH ORDINALITY AS e (c, n) GROUP BY 1
  UNION ALL
  SELECT w.suspected, w.suspected_name, w.suspected_name_zh, 0 FROM work_order AS w
  WHERE w.id = $1 AND w.suspected NOT LIKE 'rule:%'
), rules AS (SELECT DISTINCT rule_id, class FROM of_order)
SELECT n.code, max(n.name) AS name, max(n.name_zh) AS name_zh,
       (SELECT count(*) FROM cause_outcome AS y JOIN rules AS r ON r.rule_id = y.rule_id AND r.class = y.class
        WHERE y.cause = n.code) AS times_true
FROM named AS n GROUP BY n.code ORDER BY min(n.place), n.code;

-- name: times_true
-- what: how often causes were the true one for the rules of an order's alarms, on the class of their machines
-- takes: order_id int8, causes text[]
-- row: services.work_orders.causes.TimesRow
SELECT y.cause, count(*) AS times_true
FROM cause_outcome AS y
WHERE y.cause = ANY($2::text[]) AND (y.rule_id, y.class) IN (
  SELECT a.rule_id, coalesce(t.kind::text, m.carrier, '')
  FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id JOIN alarm AS a ON a.id = o.alarm_id
  LEFT JOIN device AS d ON d.id = a.device_id LEFT JOIN device_template AS t ON t.id = d.template_id
  LEFT JOIN meter AS m ON m.id = a.meter_id
  WHERE x.order_id = $1)
GROUP BY y.cause;

-- name: alarms_of_order
-- what: the alarms of an order with what is known of each, the newest first; standing where its condition holds and is not quiet
-- takes: order_id int8
-- row: services.work_orders.reads.AlarmOfOrderRow
SELECT n.site || '/' || n.rule || '/' || n.subject AS alarm, o.raised_at, o.ended_at, o.level, o.value,
       o.limit_value, o.unit, o.message, o.message_zh, o.causes,
       o.id IS NOT DISTINCT FROM n.occurrence_id AND n.level IS NOT NULL AND n.quiet IS NULL AS is_standing
FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id JOIN alarm_now AS n ON n.id = o.alarm_id
WHERE x.order_id = $1 ORDER BY o.raised_at DESC, o.id DESC;

-- name: longest_return
-- what: how long the alarms of an order take to be normal again once their condition is gone
-- takes: order_id int8
SELECT coalesce(max(coalesce((v.document ->> 'off_delay_s')::float8, (r.document ->> 'off_delay_s')::float8, 0)), 0)
FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id JOIN alarm AS a ON a.id = o.alarm_id
JOIN alarm_rule AS r ON r.id = a.rule_id
LEFT JOIN LATERAL (SELECT k.document FROM alarm_rule_override AS k
                   WHERE k.rule_id = r.id AND k.subject_kind = a.subject_kind AND k.subject = a.subject
                   ORDER BY k.id DESC LIMIT 1) AS v ON true
WHERE x.order_id = $1;

-- name: lock_alarms_of_machine
-- what: lock the alarms of an order's machine, and its own: no other order takes them out of service or brings them back meanwhile
-- takes: order_id int8, equipment_id int4, device_id int4, meter_id int4
SELECT a.id FROM alarm AS a
WHERE a.retired_at IS NULL AND a.site_id IS NOT NULL
  AND (a.equipment_id = $2::int4 OR a.device_id = $3::int4 OR a.meter_id = $4::int4
       OR a.id IN (SELECT o.alarm_id FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id
                   WHERE x.order_id = $1))
ORDER BY a.id FOR UPDATE OF a;

-- name: lock_silenced
-- what: lock the alarms that are out of service for an order: of two orders that end at once the later sees what the earlier has returned
-- takes: order_id int8
SELECT a.id FROM alarm AS a
WHERE a.id IN (SELECT z.alarm_id FROM work_order_silenced AS z WHERE z.order_id = $1 AND z.returned_at IS NULL)
ORDER BY a.id FOR UPDATE OF a;

-- name: alarms_to_silence
-- what: the alarms of an order's machine, and its own, that are not out of service or were taken out of it for another order
-- takes: order_id int8, equipment_id int4, device_id int4, meter_id int4
-- row: services.work_orders.silencing.AlarmRow
SELECT n.id, n.site, n.rule, n.subject, n.state = 'out_of_service' AS is_out
FROM alarm_now AS n JOIN alarm AS a ON a.id = n.id
WHERE n.retired_at IS NULL AND n.site <> ''
  AND (a.equipment_id = $2::int4 OR a.device_id = $3::int4 OR a.meter_id = $4::int4
       OR a.id IN (SELECT o.alarm_id FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id
                   WHERE x.order_id = $1))
  AND (n.state <> 'out_of_service'
       OR EXISTS (SELECT FROM work_order_silenced AS z WHERE z.alarm_id = a.id AND z.returned_at IS NULL))
ORDER BY n.id;

-- name: add_silenced
-- what: note the alarms that are out of service for an order
-- takes: order_id int8, alarm_ids int4[], silenced_at timestamptz
INSERT INTO work_order_silenced (order_id, alarm_id, silenced_at)
SELECT $1, alarm_id, $3 FROM unnest($2::int4[]) AS alarm_id;

-- name: return_silenced
-- what: an order needs no alarm out of service any more; gives those that no other order does either
-- takes: order_id int8, returned_at timestamptz
-- row: services.work_orders.silencing.ReturnedRow
WITH mine AS (
  UPDATE work_order_silenced SET returned_at = $2 WHERE order_id = $1 AND returned_at IS NULL RETURNING alarm_id
)
SELECT n.site, n.rule, n.subject
FROM mine JOIN alarm_now AS n ON n.id = mine.alarm_id
WHERE n.retired_at IS NULL AND n.state = 'out_of_service'
  AND NOT EXISTS (SELECT FROM work_order_silenced AS z
                  WHERE z.alarm_id = n.id AND z.order_id <> $1 AND z.returned_at IS NULL)
ORDER BY n.id;
