-- name: hold_numbers
-- what: the last number of a site's orders; nobody else opens one there until the transaction ends
-- takes: site text
-- row: services.work_orders.opening.SiteRow
INSERT INTO work_order_number AS n (site_id, last) SELECT id, 0 FROM site WHERE code = $1
ON CONFLICT (site_id) DO UPDATE SET last = n.last
RETURNING site_id, last;

-- name: take_number
-- what: use up the next number of a site
-- takes: site_id int4
UPDATE work_order_number SET last = last + 1 WHERE site_id = $1;

-- name: order_of_key
-- what: the order that was sent with a key
-- takes: client_key uuid
-- row: services.work_orders.opening.FoundRow
SELECT w.id, s.code::text AS site, w.number
FROM work_order AS w JOIN site AS s ON s.id = w.site_id WHERE w.client_key = $1;

-- name: order_not_over
-- what: the order for a cause on a machine that is not over
-- takes: site_id int4, subject_kind text, subject text, suspected text
-- row: services.work_orders.opening.FoundRow
SELECT w.id, s.code::text AS site, w.number
FROM work_order AS w JOIN site AS s ON s.id = w.site_id
WHERE w.site_id = $1 AND w.subject_kind = $2 AND w.subject = $3 AND w.suspected = $4
  AND w.state NOT IN ('verified', 'cancelled');

-- name: subject
-- what: the machine, device, meter or site that an order is about, of what class it is; a device or meter with the machine it belongs to
-- takes: site_id int4, subject_kind text, subject text, with_retired bool
-- row: services.work_orders.opening.SubjectRow
SELECT e.id AS equipment_id, NULL::int4 AS device_id, NULL::int4 AS meter_id, e.class::text AS equipment_class
FROM equipment AS e WHERE $2 = 'equipment' AND e.site_id = $1 AND e.code = $3 AND ($4 OR e.retired_at IS NULL)
UNION ALL
SELECT d.equipment_id, d.id, NULL, coalesce(t.kind::text, '')
FROM device AS d LEFT JOIN device_template AS t ON t.id = d.template_id
WHERE $2 = 'device' AND d.site_id = $1 AND d.code = $3 AND ($4 OR d.retired_at IS NULL)
UNION ALL
SELECT m.equipment_id, NULL, m.id, m.carrier FROM meter AS m
WHERE $2 = 'meter' AND m.site_id = $1 AND m.code = $3 AND ($4 OR m.retired_at IS NULL)
UNION ALL
SELECT NULL, NULL, NULL, '' FROM site AS s WHERE $2 = 'site' AND s.id = $1 AND s.code = $3;

-- name: job
-- what: a job of a site as it is now
-- takes: site_id int4, code text
-- row: services.work_orders.opening.JobRow
SELECT id, version, document FROM job WHERE site_id = $1 AND code = $2 AND retired_at IS NULL;

-- name: add_order
-- what: write a new order
-- takes: site_id int4, number int4, client_key uuid, origin text, kind text, subject_kind text, subject text, equipment_id int4, device_id int4, meter_id int4, title text, title_zh text, description text, suspected text, suspected_name text, suspected_name_zh text, action text, action_zh text, job_id int4, job_version int4, plan_id int4, parent_id int8, requested_by text, priority text, skill text, state text, opened_at timestamptz, opened_by int4, respond_by timestamptz, due_at timestamptz, assignee_id int4, team_id int4, takes_out_of_service bool, requires_signature bool, planned_parts jsonb
INSERT INTO work_order (site_id, number, client_key, origin, kind, subject_kind, subject, equipment_id, device_id, meter_id,
  title, title_zh, description, suspected, suspected_name, suspected_name_zh, action, action_zh, job_id, job_version,
  plan_id, parent_id, requested_by, priority, skill, state, since, opened_at, opened_by, respond_by, due_at, escalates_at,
  assignee_id, team_id, takes_out_of_service, requires_signature, planned_parts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
  $26, $27, $27, $28, $29, $30, $29, $31, $32, $33, $34, $35)
RETURNING id;

-- name: add_tasks
-- what: give an order its checklist, in this order
-- takes: order_id int8, documents jsonb
INSERT INTO work_order_task (order_id, position, document)
SELECT $1, x.position, x.document FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS x (document, position);

-- name: add_isolations
-- what: give an order the energies that have to be locked out, in this order
-- takes: order_id int8, documents jsonb
INSERT INTO work_order_isolation (order_id, position, document)
SELECT $1, x.position, x.document FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS x (document, position);
