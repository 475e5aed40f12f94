-- Parts and what changes their stock.

-- name: parts
-- what: parts by site and code; with `low` only those of which there are fewer than their minimum
-- takes: site text, code text, search text, low bool, retired bool, after_site text, after_code text, at_most int8
-- row: services.parts.rows.PartRow
SELECT part.id AS part_id, site.code::text AS site, part.code::text AS code, part.name, part.name_zh, part.unit,
       part.location, part.supplier, part.minimum, part.unit_cost, part.currency, part.stock, part.retired_at
FROM part JOIN site ON site.id = part.site_id
WHERE ($1::text IS NULL OR site.code = $1) AND ($2::text IS NULL OR part.code = $2)
  AND ($3::text IS NULL OR strpos(lower(concat_ws(' ', part.code, part.name, part.name_zh, part.location)), lower($3)) > 0)
  AND (NOT $4::bool OR part.stock < part.minimum)
  AND ($5::bool OR part.retired_at IS NULL)
  AND ($6::text IS NULL OR (site.code::text, part.code::text) > ($6, $7::text))
ORDER BY site.code::text, part.code::text LIMIT $8;

-- name: lock_part
-- what: a part whose stock is to change; others who would change it wait until the transaction ends
-- takes: site text, code text
-- row: services.parts.rows.PartRow
SELECT part.id AS part_id, site.code::text AS site, part.code::text AS code, part.name, part.name_zh, part.unit,
       part.location, part.supplier, part.minimum, part.unit_cost, part.currency, part.stock, part.retired_at
FROM part JOIN site ON site.id = part.site_id
WHERE site.code = $1 AND part.code = $2 FOR UPDATE OF part;

-- name: queue_for_client_key
-- what: queue behind whoever sends the same movement at this moment
-- takes: client_key uuid
SELECT pg_advisory_xact_lock(hashtextextended('ioe part movement ' || $1::uuid, 0));

-- name: movement_of_client_key
-- what: the movement that a client entered with this key already
-- takes: client_key uuid
-- row: services.parts.rows.MovementRow
SELECT v.id, site.code::text AS site, part.code::text AS part, part.name, part.unit, v.at, v.kind, v.quantity, v.stock,
       v.unit_cost, part.currency, o.number AS order_number, actor.code::text AS actor, v.reason
FROM part_movement AS v JOIN part ON part.id = v.part_id JOIN site ON site.id = part.site_id
JOIN actor ON actor.id = v.actor_id LEFT JOIN work_order AS o ON o.id = v.order_id
WHERE v.client_key = $1;

-- name: move_part
-- what: change the stock of a part by a quantity, and keep why
-- takes: part_id int4, at timestamptz, kind text, quantity numeric, unit_cost numeric, order_id int8, actor_id int4, reason text, client_key uuid
-- row: services.parts.rows.MovementRow
WITH part AS (
  UPDATE part SET stock = stock + $4 WHERE id = $1 RETURNING id, site_id, code, name, unit, currency, stock
), v AS (
  INSERT INTO part_movement (part_id, at, kind, quantity, stock, unit_cost, order_id, actor_id, reason, client_key)
  SELECT part.id, $2, $3, $4, part.stock, $5, $6, $7, $8, $9 FROM part
  RETURNING id, part_id, at, kind, quantity, stock, unit_cost, order_id, actor_id, reason
)
SELECT v.id, site.code::text AS site, part.code::text AS part, part.name, part.unit, v.at, v.kind, v.quantity, v.stock,
       v.unit_cost, part.currency, o.number AS order_number, actor.code::text AS actor, v.reason
FROM v JOIN part ON part.id = v.part_id JOIN site ON site.id = part.site_id
JOIN actor ON actor.id = v.actor_id LEFT JOIN work_order AS o ON o.id = v.order_id;

-- name: price_part
-- what: what a part costs from now on
-- takes: part_id int4, unit_cost numeric
UPDATE part SET unit_cost = $2 WHERE id = $1;

-- name: movements
-- what: what changed the stock of parts, the newest first; from below an id on
-- takes: site text, code text, below int8, at_most int8
-- row: services.parts.rows.MovementRow
SELECT v.id, site.code::text AS site, part.code::text AS part, part.name, part.unit, v.at, v.kind, v.quantity, v.stock,
       v.unit_cost, part.currency, o.number AS order_number, actor.code::text AS actor, v.reason
FROM part_movement AS v JOIN part ON part.id = v.part_id JOIN site ON site.id = part.site_id
JOIN actor ON actor.id = v.actor_id LEFT JOIN work_order AS o ON o.id = v.order_id
WHERE site.code = $1 AND ($2::text IS NULL OR part.code = $2) AND ($3::int8 IS NULL OR v.id < $3)
ORDER BY v.id DESC LIMIT $4;

-- name: order_for_parts
-- what: the order that takes or brings back a part; others who would step on it wait until the transaction ends
-- takes: order_id int8
-- row: services.parts.of_orders.TakingRow
SELECT site.code::text AS site, o.number, o.state
FROM work_order AS o JOIN site ON site.id = o.site_id WHERE o.id = $1 FOR UPDATE OF o;

-- name: taken_by_order
-- what: how many of a part an order has taken and not brought back, and what the last of them cost
-- takes: order_id int8, part_id int4
-- row: services.parts.of_orders.TakenRow
SELECT coalesce(-sum(v.quantity), 0) AS quantity,
       (array_agg(v.unit_cost ORDER BY v.id DESC) FILTER (WHERE v.kind = 'used'))[1] AS unit_cost
FROM part_movement AS v WHERE v.order_id = $1 AND v.part_id = $2;

-- name: parts_of_order
-- what: what an order planned to take and has taken, with the stock of now; cost as it was when taken, before that as it is
-- takes: order_id int8
-- row: services.parts.of_orders.OrderPart
WITH o AS (
  SELECT site_id, planned_parts FROM work_order WHERE id = $1
), planned AS (
  SELECT each.value ->> 'part' AS code, sum(coalesce((each.value ->> 'quantity')::numeric, 1)) AS quantity
  FROM o, jsonb_array_elements(o.planned_parts) AS each GROUP BY 1
), taken AS (
  SELECT v.part_id, -sum(v.quantity) AS quantity, -sum(v.quantity * v.unit_cost) AS cost
  FROM part_movement AS v WHERE v.order_id = $1 GROUP BY v.part_id
)
SELECT coalesce(part.code::text, planned.code) AS part, coalesce(part.name, planned.code) AS name,
       coalesce(part.name_zh, '') AS name_zh, coalesce(part.unit, '') AS unit,
       coalesce(planned.quantity, 0) AS planned, coalesce(taken.quantity, 0) AS used,
       coalesce(taken.cost / nullif(taken.quantity, 0), part.unit_cost) AS unit_cost, coalesce(taken.cost, 0) AS cost,
       part.currency, coalesce(part.location, '') AS location, coalesce(part.stock, 0) AS stock,
       part.id IS NULL AS is_unknown
FROM planned
FULL JOIN (SELECT part.* FROM part WHERE part.site_id = (SELECT site_id FROM o)
           AND (part.id IN (SELECT part_id FROM taken) OR part.code::text IN (SELECT code FROM planned))) AS part
  ON part.code::text = planned.code
LEFT JOIN taken ON taken.part_id = part.id
ORDER BY 1;

-- name: queue_for_parts
-- what: queue behind another change of a site's parts
-- takes: site text
SELECT pg_advisory_xact_lock(hashtextextended('ioe parts of ' || $1::text, 0));

-- name: hold_parts
-- what: let nobody move the stock of these parts of a site until the transaction ends
-- takes: site text, codes text[]
SELECT FROM part
WHERE site_id = (SELECT id FROM site WHERE code = $1) AND code::text = ANY ($2::text[]) ORDER BY id FOR UPDATE;

-- name: put_parts
-- what: add parts to a site or describe them anew; a retired one is back
-- takes: site text, codes text[], names text[], names_zh text[], units text[], locations text[], suppliers text[], minimums numeric[], unit_costs numeric[], currencies text[]
INSERT INTO part (site_id, code, name, name_zh, unit, location, supplier, minimum, unit_cost, currency)
SELECT site.id, new.* FROM site,
  unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], $9::numeric[],
    $10::text[]) AS new
WHERE site.code = $1
ON CONFLICT (site_id, code) DO UPDATE
SET name = excluded.name, name_zh = excluded.name_zh, unit = excluded.unit, location = excluded.location,
    supplier = excluded.supplier, minimum = excluded.minimum, unit_cost = excluded.unit_cost,
    currency = excluded.currency, retired_at = NULL;

-- name: retire_parts
-- what: parts that are kept no longer; their movements stay
-- takes: site text, codes text[], now timestamptz
UPDATE part SET retired_at = $3
WHERE site_id = (SELECT id FROM site WHERE code = $1) AND code::text = ANY ($2::text[]) AND retired_at IS NULL;

-- name: parts_that_moved
-- what: which of these parts of a site have movements
-- takes: site text, codes text[]
SELECT part.code::text FROM part
WHERE part.site_id = (SELECT id FROM site WHERE code = $1) AND part.code::text = ANY ($2::text[])
  AND EXISTS (SELECT FROM part_movement AS v WHERE v.part_id = part.id);

-- name: record_part_changes
-- what: keep what was changed about parts of a site, with before and after
-- takes: site text, actor_id int4, codes text[], befores jsonb[], afters jsonb[], reason text
INSERT INTO record_change (site_id, actor_id, kind, subject, before, after, reason)
SELECT site.id, $2, 'part', new.code, new.before, new.after, $6
FROM site, unnest($3::text[], $4::jsonb[], $5::jsonb[]) AS new (code, before, after)
WHERE site.code = $1;
