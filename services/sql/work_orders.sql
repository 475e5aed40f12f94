-- name: order_named
-- what: an order with its names
-- takes: site text, number int4
-- row: services.work_orders.rows.OrderRow
SELECT * FROM work_order_now WHERE site = $1 AND number = $2;

-- name: order_by_id
-- what: an order with its names
-- takes: id int8
-- row: services.work_orders.rows.OrderRow
SELECT * FROM work_order_now WHERE id = $1;

-- name: lock_order
-- what: an order as steps work on it; nobody else takes a step until the transaction ends
-- takes: site text, number int4
-- row: services.work_orders.rows.Order
SELECT w.id, w.site_id, s.code::text AS site, w.number, w.origin, w.kind, w.subject_kind, w.subject::text AS subject,
       w.equipment_id, w.device_id, w.meter_id, w.skill, w.opened_at, w.takes_out_of_service, w.requires_signature,
       w.suspected, w.state, w.since, w.priority, w.respond_by, w.due_at, w.escalated, w.escalates_at, w.is_breach_told,
       w.assignee_id, w.team_id, w.first_started_at, w.done_at, w.done_by, w.cause, w.cause_note, w.resolution,
       w.signature_id, w.check_at, w.checked_at, w.verified_at, w.verified_by, w.cancelled_at, w.reopened
FROM work_order AS w JOIN site AS s ON s.id = w.site_id
WHERE s.code = $1 AND w.number = $2 FOR UPDATE OF w;

-- name: put_order
-- what: write what an order is now
-- takes: id int8, state text, since timestamptz, priority text, respond_by timestamptz, due_at timestamptz, escalated int4, escalates_at timestamptz, is_breach_told bool, assignee_id int4, team_id int4, first_started_at timestamptz, done_at timestamptz, done_by int4, cause text, cause_note text, resolution text, signature_id int8, check_at timestamptz, checked_at timestamptz, verified_at timestamptz, verified_by int4, cancelled_at timestamptz, reopened int4
UPDATE work_order
SET state = $2, since = $3, priority = $4, respond_by = $5, due_at = $6, escalated = $7, escalates_at = $8,
    is_breach_told = $9, assignee_id = $10, team_id = $11, first_started_at = $12, done_at = $13, done_by = $14,
    cause = $15, cause_note = $16, resolution = $17, signature_id = $18, check_at = $19, checked_at = $20,
    verified_at = $21, verified_by = $22, cancelled_at = $23, reopened = $24
WHERE id = $1;

-- name: facts_of_order
-- what: what guards ask of an order's checklist, isolations and alarms; a condition stands where its alarm has a level and is not quiet
-- takes: id int8
-- row: services.work_orders.moments.FactsRow
SELECT (SELECT count(*) FROM work_order_isolation AS i
        WHERE i.order_id = $1 AND (i.confirmed_at IS NULL OR i.removed_at IS NOT NULL)) AS open_isolations,
       (SELECT count(*) FROM work_order_isolation AS i
        WHERE i.order_id = $1 AND i.confirmed_at IS NOT NULL AND i.removed_at IS NULL) AS hanging_locks,
       (SELECT count(*) FROM work_order_task AS t
        WHERE t.order_id = $1 AND t.result IS NULL AND (t.document ->> 'required')::bool) AS open_tasks,
       (SELECT count(*) FROM work_order_alarm AS x WHERE x.order_id = $1) AS alarms,
       (SELECT count(DISTINCT a.id) FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id
        JOIN alarm AS a ON a.id = o.alarm_id
        WHERE x.order_id = $1 AND a.level IS NOT NULL AND a.quiet IS NULL) AS standing_alarms;

-- name: add_entry
-- what: write down what happened to an order
-- takes: order_id int8, at timestamptz, event text, from_state text, to_state text, actor_id int4, comment text, detail jsonb
INSERT INTO work_order_entry (order_id, at, event, from_state, to_state, actor_id, comment, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: entries_of_order
-- what: all that happened to an order, the oldest first
-- takes: id int8
-- row: services.work_orders.trail.EntryRow
SELECT y.at, y.event, y.from_state, y.to_state, k.code::text AS actor, y.comment, y.detail
FROM work_order_entry AS y LEFT JOIN actor AS k ON k.id = y.actor_id
WHERE y.order_id = $1 ORDER BY y.id;

-- name: counts_from
-- what: from when on the times of an order count: from when it was accepted or reopened last, else from its beginning
-- takes: id int8
SELECT coalesce((SELECT max(y.at) FROM work_order_entry AS y WHERE y.order_id = w.id AND y.event IN ('accept', 'reopen')),
                w.opened_at)
FROM work_order AS w WHERE w.id = $1;
