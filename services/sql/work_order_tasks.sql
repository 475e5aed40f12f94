-- name: tasks_of_order
-- what: an order's checklist with what was found
-- takes: order_id int8
-- row: services.work_orders.tasks.TaskRow
SELECT t.position, t.document, t.result, t.value, t.note, t.at, k.code::text AS by, f.number AS follow_up_number,
       f.state AS follow_up_state
FROM work_order_task AS t LEFT JOIN actor AS k ON k.id = t.actor_id LEFT JOIN work_order AS f ON f.id = t.follow_up_id
WHERE t.order_id = $1 ORDER BY t.position;

-- name: put_result
-- what: write what was found at a task
-- takes: order_id int8, position int4, result text, value float8, note text, at timestamptz, actor_id int4
UPDATE work_order_task SET result = $3, value = $4, note = $5, at = $6, actor_id = $7
WHERE order_id = $1 AND position = $2;

-- name: put_follow_up
-- what: note the order that a task's failure opened
-- takes: order_id int8, position int4, follow_up_id int8
UPDATE work_order_task SET follow_up_id = $3 WHERE order_id = $1 AND position = $2;

-- name: reset_results
-- what: nothing of an order's checklist has been looked at; orders that it opened stay
-- takes: order_id int8
UPDATE work_order_task SET result = NULL, value = NULL, note = '', at = NULL, actor_id = NULL WHERE order_id = $1;

-- name: photos
-- what: how many photos an order has; a signature is none
-- takes: order_id int8
SELECT count(*) FROM work_order_file AS f JOIN attachment AS a ON a.id = f.attachment_id
WHERE f.order_id = $1 AND a.media_type LIKE 'image/%' AND NOT f.is_signature;
