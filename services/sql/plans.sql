-- name: plans_in_force
-- what: every plan that is not retired, with its job and its site
-- row: services.plans.rows.PlanRow
SELECT p.id, p.site_id, s.code::text AS site, s.time_zone, p.code::text AS code, p.version, p.document,
  j.document AS job
FROM maintenance_plan p
JOIN site s ON s.id = p.site_id
LEFT JOIN job j ON j.site_id = p.site_id AND j.code = p.document ->> 'job' AND j.retired_at IS NULL
WHERE p.retired_at IS NULL ORDER BY s.code, p.code;

-- name: subjects_of_site
-- what: the living machines and meters of a site
-- takes: site_id int4
-- row: services.plans.rows.SubjectRow
SELECT 'equipment' AS subject_kind, e.id, e.code::text AS code, e.class::text AS equipment_class
FROM equipment e WHERE e.site_id = $1 AND e.retired_at IS NULL
UNION ALL
SELECT 'meter', m.id, m.code::text, '' FROM meter m WHERE m.site_id = $1 AND m.retired_at IS NULL
ORDER BY 1, 3;

-- name: hold_plan_machines
-- what: what is remembered of every plan of a site on every machine, and the order that is open for it; holds them until the transaction ends
-- takes: site_id int4
-- row: services.plans.rows.RememberedRow
SELECT m.plan_id, m.subject_kind, m.subject::text AS subject, m.counts_from, m.used_before, m.holds_since, m.is_due,
  m.since, m.not_before, m.looked_at, m.order_id, o.state AS order_state, o.done_at, o.cancelled_at,
  m.retired_at IS NOT NULL AS is_retired
FROM plan_machine m
JOIN maintenance_plan p ON p.id = m.plan_id
LEFT JOIN work_order o ON o.id = m.order_id
WHERE p.site_id = $1 ORDER BY m.plan_id, m.subject_kind, m.subject FOR UPDATE OF m;

-- name: put_plan_machines
-- what: remember how plans stand on machines
-- takes: rows jsonb
INSERT INTO plan_machine (plan_id, subject_kind, subject, equipment_id, meter_id, counts_from, due_at, used, allowed, unit,
  used_before, holds_since, is_due, since, overdue_at, not_before, order_id, looked_at)
SELECT x.plan_id, x.subject_kind, x.subject, CASE WHEN x.subject_kind = 'equipment' THEN x.id END,
  CASE WHEN x.subject_kind = 'meter' THEN x.id END, x.counts_from, x.due_at, x.used, x.allowed, x.unit, x.used_before,
  x.holds_since, x.is_due, x.since, x.overdue_at, x.not_before, x.order_id, x.looked_at
FROM jsonb_to_recordset($1) AS x(plan_id int, subject_kind text, subject text, id int, counts_from timestamptz,
  due_at timestamptz, used float8, allowed float8, unit text, used_before float8, holds_since timestamptz, is_due boolean,
  since timestamptz, overdue_at timestamptz, not_before timestamptz, order_id bigint, looked_at timestamptz)
ON CONFLICT (plan_id, subject_kind, subject) DO UPDATE SET counts_from = excluded.counts_from, due_at = excluded.due_at,
  used = excluded.used, allowed = excluded.allowed, unit = excluded.unit, used_before = excluded.used_before,
  holds_since = excluded.holds_since, is_due = excluded.is_due, since = excluded.since,
  overdue_at = excluded.overdue_at, not_before = excluded.not_before, order_id = excluded.order_id,
  looked_at = excluded.looked_at, retired_at = NULL;

-- name: retire_plan_machines
-- what: these plans are for these machines no more
-- takes: plan_ids int4[], subject_kinds text[], subjects text[], at timestamptz
UPDATE plan_machine m SET retired_at = $4
FROM unnest($1::int4[], $2::text[], $3::text[]) AS gone(plan_id, subject_kind, subject)
WHERE m.plan_id = gone.plan_id AND m.subject_kind = gone.subject_kind AND m.subject = gone.subject;

-- name: points_of_machines
-- what: the points of the devices of these machines
-- takes: equipment_ids int4[]
-- row: services.plans.conditions.PointRow
SELECT d.equipment_id, d.code::text AS device, p.id AS point_id, p.key::text AS key, p.expected_interval_s, p.states
FROM device d JOIN point p ON p.device_id = d.id
WHERE d.equipment_id = ANY($1) AND d.retired_at IS NULL AND p.retired_at IS NULL ORDER BY d.code, p.key;

-- name: readings_of_points
-- what: readings of points between two instants, each point from an instant of its own
-- takes: point_ids int4[], after timestamptz[], from timestamptz, to timestamptz
-- row: services.plans.conditions.ReadingRow
SELECT r.point_id, r.time, r.value
FROM unnest($1::int4[], $2::timestamptz[]) AS k(point_id, after)
JOIN reading r ON r.point_id = k.point_id AND r.time > k.after
-- Known before the join: so that chunks outside are not even looked at.
WHERE r.time > $3 AND r.time <= $4
ORDER BY r.point_id, r.time;
