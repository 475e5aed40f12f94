-- name: begin_downtime
-- what: from now on a machine cannot do its work; nothing where somebody else has just said so
-- takes: order_id int8, began_at timestamptz, reason text, note text, actor_id int4
INSERT INTO downtime (site_id, equipment_id, order_id, began_at, reason, note, actor_id)
SELECT w.site_id, w.equipment_id, w.id, $2, $3, $4, $5 FROM work_order AS w
WHERE w.id = $1 AND w.equipment_id IS NOT NULL
ON CONFLICT (equipment_id) WHERE ended_at IS NULL DO NOTHING
RETURNING id;

-- name: overlapping_downtime
-- what: a downtime of a machine that goes on after an instant; no end: it goes on still
-- takes: equipment_id int4, start timestamptz
-- row: services.work_orders.downtime.DowntimeRow
SELECT began_at, ended_at, reason, note FROM downtime
WHERE equipment_id = $1 AND coalesce(ended_at, 'infinity') > $2
ORDER BY began_at LIMIT 1;

-- name: end_downtime
-- what: the machine of an order can do its work again; never before it stopped
-- takes: order_id int8, ended_at timestamptz
-- row: services.work_orders.downtime.DowntimeRow
UPDATE downtime SET ended_at = greatest($2, began_at + interval '1 microsecond')
WHERE order_id = $1 AND ended_at IS NULL RETURNING began_at, ended_at, reason, note;

-- name: downtime_of_order
-- what: when the machine could not do its work, as an order knows it
-- takes: order_id int8
-- row: services.work_orders.downtime.DowntimeRow
SELECT began_at, ended_at, reason, note FROM downtime WHERE order_id = $1 ORDER BY began_at, id;
