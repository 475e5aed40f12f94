-- What verified orders said was the true cause.

-- name: learn_cause
-- what: count the true cause of a verified order for each rule whose alarms it had; once, however often it is asked
-- takes: order_id int8
INSERT INTO cause_outcome (rule_id, class, cause, order_id, at)
SELECT DISTINCT ON (alarm.rule_id) alarm.rule_id, coalesce(template.kind::text, meter.carrier, ''), work.cause, work.id,
       work.verified_at
FROM work_order AS work
JOIN work_order_alarm AS attached ON attached.order_id = work.id
JOIN alarm_occurrence AS occurrence ON occurrence.id = attached.occurrence_id
JOIN alarm ON alarm.id = occurrence.alarm_id
LEFT JOIN device ON device.id = alarm.device_id
LEFT JOIN device_template AS template ON template.id = device.template_id
LEFT JOIN meter ON meter.id = alarm.meter_id
WHERE work.id = $1 AND work.state = 'verified' AND work.cause IS NOT NULL
-- Where a machine's devices are of several kinds, that of the alarm which made the order.
ORDER BY alarm.rule_id, attached.attached_at, attached.occurrence_id
ON CONFLICT (rule_id, order_id) DO NOTHING;

-- name: cause_counts
-- what: by rule and class of machine how often each cause was the true one, with the orders that said so, newest first
-- takes: site text, rule text, class text
-- row: services.work_orders.learning.CountRow
SELECT site.code::text AS site, rule.code::text AS rule, coalesce(rule.document ->> 'name', rule.code::text) AS rule_name,
       coalesce(rule.document ->> 'name_zh', '') AS rule_name_zh, outcome.class AS machine_class,
       outcome.cause, count(*)::int AS times_true,
       sum(count(*)) OVER (PARTITION BY rule.id, outcome.class)::int AS times_counted, max(outcome.at) AS last_at,
       array_agg(site.code || '/' || work.number ORDER BY outcome.at DESC, work.id DESC) AS orders,
       rule.document -> 'causes' AS causes
FROM cause_outcome AS outcome
JOIN alarm_rule AS rule ON rule.id = outcome.rule_id
JOIN site ON site.id = rule.site_id
JOIN work_order AS work ON work.id = outcome.order_id
WHERE ($1::text IS NULL OR site.code = $1) AND ($2::text IS NULL OR rule.code = $2)
  AND ($3::text IS NULL OR outcome.class = $3)
GROUP BY site.id, rule.id, outcome.class, outcome.cause
ORDER BY site.code, rule.code, outcome.class, times_true DESC, outcome.cause;
