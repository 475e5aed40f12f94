-- name: isolations_of_order
-- what: the energies that an order locks out, and how they are
-- takes: order_id int8
-- row: services.work_orders.isolation.IsolationRow
SELECT i.position, i.document, i.confirmed_at, kc.code::text AS confirmed_by, i.lock, i.removed_at,
       kr.code::text AS removed_by
FROM work_order_isolation AS i
LEFT JOIN actor AS kc ON kc.id = i.confirmed_by LEFT JOIN actor AS kr ON kr.id = i.removed_by
WHERE i.order_id = $1 ORDER BY i.position;

-- name: confirm_isolation
-- what: a padlock hangs
-- takes: order_id int8, position int4, confirmed_at timestamptz, confirmed_by int4, lock text
UPDATE work_order_isolation SET confirmed_at = $3, confirmed_by = $4, lock = $5, removed_at = NULL, removed_by = NULL
WHERE order_id = $1 AND position = $2;

-- name: remove_isolation
-- what: a padlock is off again
-- takes: order_id int8, position int4, removed_at timestamptz, removed_by int4
UPDATE work_order_isolation SET removed_at = $3, removed_by = $4 WHERE order_id = $1 AND position = $2;

-- name: reset_isolations
-- what: nothing is locked out for an order; what was is in its trail
-- takes: order_id int8
UPDATE work_order_isolation
SET confirmed_at = NULL, confirmed_by = NULL, lock = '', removed_at = NULL, removed_by = NULL WHERE order_id = $1;
