-- When orders become more urgent, unanswered or overdue.

-- name: orders_too_low
-- what: orders that are not over and less urgent than the worst of their alarms, and from when their times count; locked
-- row: services.work_orders.rising.RisingRow
WITH worst AS (
  SELECT w.id, min(array_position(ARRAY['critical', 'high', 'medium', 'low'], o.priority)) AS rank
  FROM work_order AS w
  JOIN work_order_alarm AS x ON x.order_id = w.id
  JOIN alarm_occurrence AS o ON o.id = x.occurrence_id
  -- When a person said how urgent it is: what they knew then is their judgement, what came since is not.
  CROSS JOIN LATERAL (
    SELECT max(y.at) AS at FROM work_order_entry AS y
    WHERE y.order_id = w.id AND y.event = 'priority' AND y.actor_id IS NOT NULL
  ) AS said
  WHERE w.state NOT IN ('verified', 'cancelled')
    AND (said.at IS NULL OR x.attached_at > said.at OR EXISTS (
      SELECT FROM alarm_transition AS t
      WHERE t.alarm_id = o.alarm_id AND t.occurrence_id = o.id AND t.event = 'worsen' AND t.at > said.at))
  GROUP BY w.id
)
SELECT w.id, w.site_id, w.state, w.priority AS was,
       (ARRAY['critical', 'high', 'medium', 'low'])[worst.rank] AS priority,
       coalesce((SELECT max(y.at) FROM work_order_entry AS y WHERE y.order_id = w.id AND y.event IN ('accept', 'reopen')),
                w.opened_at) AS counts_from
FROM worst JOIN work_order AS w ON w.id = worst.id
WHERE worst.rank < array_position(ARRAY['critical', 'high', 'medium', 'low'], w.priority)
  AND w.state NOT IN ('verified', 'cancelled')
ORDER BY w.id FOR UPDATE OF w;

-- name: raise_priority
-- what: make an order more urgent, with the due times that it would have had; nobody has been called by them yet
-- takes: order_id int8, priority text, respond_by timestamptz, due_at timestamptz
UPDATE work_order
SET priority = $2, respond_by = $3, due_at = $4, escalated = 0,
    escalates_at = CASE WHEN state IN ('requested', 'open', 'assigned') THEN $3::timestamptz END
WHERE id = $1;

-- name: orders_to_escalate
-- what: orders that nobody has begun and whose next step of escalation is due, locked unless somebody works on them just now
-- takes: now timestamptz, at_most int8
-- row: services.work_orders.escalating.UnansweredRow
SELECT id, site_id, priority, state, respond_by, escalated, escalates_at
FROM work_order
WHERE escalates_at <= $1 AND state IN ('requested', 'open', 'assigned')
ORDER BY escalates_at, id LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: put_escalation
-- what: an order went one step further; when it goes the next one
-- takes: order_id int8, escalated int4, escalates_at timestamptz
UPDATE work_order SET escalated = $2, escalates_at = $3 WHERE id = $1;

-- name: orders_overdue
-- what: orders that are not done in time, which nobody was told yet; locked unless somebody works on them just now
-- takes: now timestamptz, at_most int8
-- row: services.work_orders.escalating.OverdueRow
SELECT id, state, due_at FROM work_order
WHERE due_at <= $1 AND NOT is_breach_told AND state IN ('requested', 'open', 'assigned', 'in_progress', 'on_hold')
ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED;

-- name: note_breaches
-- what: people are told that these orders are overdue
-- takes: order_ids int8[]
UPDATE work_order SET is_breach_told = true WHERE id = ANY($1::int8[]);
