-- name: add_labour
-- what: write down hours that somebody worked
-- takes: order_id int8, user_id int4, name text, began_at timestamptz, hours float8, actor_id int4, note text
INSERT INTO work_order_labour (order_id, user_id, name, began_at, hours, actor_id, note) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: labour_of_order
-- what: who worked on an order, and how long
-- takes: order_id int8
-- row: services.work_orders.labour.LabourRow
SELECT coalesce(u.name, nullif(l.name, ''), k.code::text) AS name, l.began_at, l.hours, l.note
FROM work_order_labour AS l JOIN actor AS k ON k.id = l.actor_id LEFT JOIN users AS u ON u.id = l.user_id
WHERE l.order_id = $1 ORDER BY l.began_at, l.id;
