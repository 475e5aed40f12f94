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

-- name: hold_plans
-- what: hold the plans of a site until the transaction ends: what looks at them comes one after the other
-- takes: site_id int4
SELECT id FROM maintenance_plan WHERE site_id = $1 ORDER BY id FOR NO KEY UPDATE;

-- name: remembered
-- what: what is remembered of every plan of a site on every machine, and the order that is open for it
-- takes: site_id int4
-- row: services.plans.rows.RememberedRow
SELECT m.plan_id, m.subject_kind, m.subject::text AS subject, m.counts_from, m.used_before, m.holds_since, m.is_due,
  m.since, m.not_before, m.looked_at, m.order_id, o.state AS order_state, o.done_at, o.cancelled_at,
  EXISTS (SELECT FROM work_order w WHERE w.site_id = p.site_id AND w.subject_kind = m.subject_kind
          AND w.subject = m.subject AND w.plan_id = m.plan_id AND w.state = 'verified') AS was_done,
  m.retired_at IS NOT NULL AS is_retired
FROM plan_machine m
JOIN maintenance_plan p ON p.id = m.plan_id
LEFT JOIN work_order o ON o.id = m.order_id
WHERE p.site_id = $1 ORDER BY m.plan_id, m.subject_kind, m.subject;

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

-- name: due_list
-- what: how plans stand on machines, the earliest due first, those that cannot be said last
-- takes: site text, machine text, plan text
-- row: services.plans.reads.DueRow
SELECT s.code::text AS site, s.time_zone, p.code::text AS plan, p.document, j.document AS job, m.subject_kind,
  m.subject::text AS subject, coalesce(e.name, t.name, m.subject) AS machine, coalesce(e.name_zh, t.name_zh, '') AS machine_zh,
  coalesce(e.class::text, '') AS equipment_class, sp.path AS space, m.counts_from, m.due_at, m.used, m.allowed, m.unit,
  m.is_due, m.since, m.overdue_at, m.not_before, o.number AS order_number, o.state AS order_state, u.code::text AS assignee,
  coalesce(g.code::text, p.document ->> 'team', j.document ->> 'team') AS team
FROM plan_machine m
JOIN maintenance_plan p ON p.id = m.plan_id
JOIN site s ON s.id = p.site_id
LEFT JOIN job j ON j.site_id = p.site_id AND j.code = p.document ->> 'job'
LEFT JOIN equipment e ON e.id = m.equipment_id
LEFT JOIN meter t ON t.id = m.meter_id
LEFT JOIN space sp ON sp.id = coalesce(e.space_id, t.space_id)
LEFT JOIN work_order o ON o.id = m.order_id
LEFT JOIN users u ON u.id = o.assignee_id
LEFT JOIN teams g ON g.id = o.team_id
WHERE m.retired_at IS NULL AND p.retired_at IS NULL AND ($1::text IS NULL OR s.code = $1)
  AND ($2::text IS NULL OR m.subject = $2) AND ($3::text IS NULL OR p.code = $3)
ORDER BY m.due_at NULLS LAST, s.code, p.code, m.subject;

-- name: plans_of_sites
-- what: plans with their versions, retired ones too, and on how many machines each is, is due and is overdue
-- takes: site text, code text, now timestamptz
-- row: services.plans.reads.ListedPlanRow
SELECT s.code::text AS site, p.code::text AS code, p.version, p.document, p.retired_at, count(m.plan_id)::int AS machines,
  (count(m.plan_id) FILTER (WHERE m.is_due))::int AS due,
  (count(m.plan_id) FILTER (WHERE m.is_due AND m.overdue_at <= $3
                            AND coalesce(o.state, '') NOT IN ('done', 'verified')))::int AS overdue
FROM maintenance_plan p
JOIN site s ON s.id = p.site_id
LEFT JOIN plan_machine m ON m.plan_id = p.id AND m.retired_at IS NULL
LEFT JOIN work_order o ON o.id = m.order_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR p.code = $2)
GROUP BY s.code, p.id ORDER BY s.code, p.code;

-- name: jobs_of_sites
-- what: jobs with their versions, retired ones too, and the plans that have them done
-- takes: site text, code text
-- row: services.plans.reads.ListedJobRow
SELECT s.code::text AS site, j.code::text AS code, j.version, j.document, j.retired_at,
  ARRAY(SELECT p.code::text FROM maintenance_plan p
        WHERE p.site_id = j.site_id AND p.retired_at IS NULL AND p.document ->> 'job' = j.code ORDER BY p.code) AS plans
FROM job j JOIN site s ON s.id = j.site_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR j.code = $2)
ORDER BY s.code, j.code;

-- name: changes_of_document
-- what: every change of a job or plan of a site, the newest first
-- takes: site text, kind text, subject text
-- row: services.plans.reads.ChangeRow
SELECT c.at, a.code::text AS actor, c.before, c.after, c.reason
FROM record_change c JOIN site s ON s.id = c.site_id JOIN actor a ON a.id = c.actor_id
WHERE s.code = $1 AND c.kind = $2 AND c.subject = $3 ORDER BY c.id DESC;

-- name: names_of_site
-- what: what plans and jobs of a site may name
-- takes: site text
-- row: services.plans.edits.NamesRow
SELECT s.id AS site_id,
  ARRAY(SELECT code::text FROM job WHERE site_id = s.id AND retired_at IS NULL ORDER BY code) AS jobs,
  ARRAY(SELECT code::text FROM teams WHERE retired_at IS NULL ORDER BY code) AS teams,
  ARRAY(SELECT code::text FROM part WHERE site_id = s.id AND retired_at IS NULL ORDER BY code) AS parts,
  ARRAY(SELECT code::text FROM equipment WHERE site_id = s.id AND retired_at IS NULL ORDER BY code) AS machines,
  ARRAY(SELECT DISTINCT class::text FROM equipment WHERE site_id = s.id AND retired_at IS NULL ORDER BY 1) AS classes,
  ARRAY(SELECT code::text FROM meter WHERE site_id = s.id AND retired_at IS NULL ORDER BY code) AS meters
FROM site s WHERE s.code = $1;

-- name: hold_document
-- what: a job or plan of a site as it is, held until the transaction ends
-- takes: site_id int4, kind text, code text
-- row: services.plans.edits.DocumentRow
WITH held_job AS (
  SELECT version, document, retired_at FROM job WHERE site_id = $1 AND code = $3 AND $2::text = 'job' FOR UPDATE
), held_plan AS (
  SELECT version, document, retired_at FROM maintenance_plan WHERE site_id = $1 AND code = $3 AND $2 = 'plan' FOR UPDATE
)
SELECT version, document, retired_at IS NOT NULL AS is_retired FROM held_job
UNION ALL
SELECT version, document, retired_at IS NOT NULL FROM held_plan;
