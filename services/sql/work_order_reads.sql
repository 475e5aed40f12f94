-- name: plan_for_these
-- what: until the transaction ends, plan each statement for its values: of filters that may be left out, one plan for any values reads all there is
SET LOCAL plan_cache_mode = force_custom_plan;

-- name: orders_page
-- what: orders, the most urgent first, a page after a place: what is to be done by priority and due time, then what waits to be verified, then what is over, the newest first
-- takes: site text, states text[], machine text, assignee text, team text, priorities text[], origins text[], overdue_at timestamptz, search text, with_over bool, after_rank int4, after_place float8, after_number int4, after_site text, limit int8
-- row: services.work_orders.reads.PlaceRow
SELECT x.id, x.rank, x.place, x.number, x.site
FROM (
  SELECT w.id, s.code::text AS site, w.number,
         10 * CASE WHEN w.state IN ('verified', 'cancelled') THEN 2 WHEN w.state = 'done' THEN 1 ELSE 0 END
         + CASE WHEN w.state IN ('verified', 'cancelled') THEN 0
                ELSE array_position(ARRAY['critical', 'high', 'medium', 'low'], w.priority) END AS rank,
         CASE WHEN w.state IN ('verified', 'cancelled') THEN -extract(epoch FROM w.since)::float8
              ELSE coalesce(extract(epoch FROM w.due_at)::float8, 1e15) END AS place
  FROM work_order AS w JOIN site AS s ON s.id = w.site_id
  LEFT JOIN equipment AS e ON e.id = w.equipment_id
  LEFT JOIN device AS d ON d.id = w.device_id
  LEFT JOIN meter AS m ON m.id = w.meter_id
  WHERE ($1::text IS NULL OR s.code = $1)
    AND ($2::text[] IS NULL OR w.state = ANY($2))
    AND ($3::text IS NULL OR w.subject = $3 OR e.code = $3)
    AND ($4::text IS NULL OR EXISTS (SELECT FROM users AS u WHERE u.id = w.assignee_id AND u.code = $4))
    AND ($5::text IS NULL OR EXISTS (SELECT FROM teams AS t WHERE t.id = w.team_id AND t.code = $5))
    AND ($6::text[] IS NULL OR w.priority = ANY($6))
    AND ($7::text[] IS NULL OR w.origin = ANY($7))
    AND ($8::timestamptz IS NULL OR w.due_at < $8 AND w.state NOT IN ('done', 'verified', 'cancelled'))
    AND ($9::text IS NULL
         OR strpos(lower(concat_ws(' ', s.code || '/' || w.number, w.title, w.title_zh, w.description, w.suspected_name,
                                   w.suspected_name_zh, e.name, e.name_zh, d.name, d.name_zh, m.name, m.name_zh,
                                   w.subject, e.code)), lower($9)) > 0)
    AND ($10 OR w.state NOT IN ('verified', 'cancelled'))
) AS x
WHERE $11::int4 IS NULL OR (x.rank, x.place, x.number, x.site) > ($11, $12::float8, $13::int4, $14::text)
ORDER BY x.rank, x.place, x.number, x.site
LIMIT $15;

-- name: orders_by_id
-- what: orders with their names
-- takes: ids int8[]
-- row: services.work_orders.rows.OrderRow
SELECT * FROM work_order_now WHERE id = ANY($1::int8[]);

-- name: counts_of_orders
-- what: how many alarms, tasks, isolations and photos orders have; open isolations are those that are not confirmed, or whose padlock hangs
-- takes: ids int8[]
-- row: services.work_orders.reads.CountsRow
SELECT k.id, coalesce(a.alarms, 0) AS alarms, coalesce(a.standing, 0) AS alarms_standing,
       coalesce(t.done, 0) AS tasks_done, coalesce(t.tasks, 0) AS tasks,
       (SELECT count(*) FROM work_order_isolation AS i
        WHERE i.order_id = k.id AND (i.confirmed_at IS NULL OR i.removed_at IS NULL)) AS isolations_open,
       (SELECT count(*) FROM work_order_file AS f JOIN attachment AS g ON g.id = f.attachment_id
        WHERE f.order_id = k.id AND g.media_type LIKE 'image/%' AND NOT f.is_signature) AS photos
FROM unnest($1::int8[]) AS k (id)
LEFT JOIN (
  SELECT x.order_id, count(*) AS alarms,
         count(DISTINCT n.id) FILTER (WHERE n.level IS NOT NULL AND n.quiet IS NULL) AS standing
  FROM work_order_alarm AS x JOIN alarm_occurrence AS o ON o.id = x.occurrence_id JOIN alarm AS n ON n.id = o.alarm_id
  WHERE x.order_id = ANY($1) GROUP BY x.order_id
) AS a ON a.order_id = k.id
LEFT JOIN (
  SELECT y.order_id, count(*) AS tasks, count(y.result) AS done
  FROM work_order_task AS y WHERE y.order_id = ANY($1) GROUP BY y.order_id
) AS t ON t.order_id = k.id;

-- name: files_of_order
-- what: photos and other files of an order, the oldest first
-- takes: order_id int8
-- row: services.work_orders.reads.FileOfOrderRow
SELECT a.key, a.name, f.title, a.media_type, a.width_px, a.height_px, f.is_signature
FROM work_order_file AS f JOIN attachment AS a ON a.id = f.attachment_id
WHERE f.order_id = $1 ORDER BY a.id;
