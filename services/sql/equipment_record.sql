-- What a machine is: its record, who changed it, and the key on its label.

-- name: machine
-- what: a machine with its record, also a retired one
-- takes: site text, code text
-- row: services.equipment.record.MachineRow
SELECT e.id, e.site_id, s.code::text AS site, e.code::text AS code, e.name, e.name_zh, e.class::text AS equipment_class,
       p.path AS space, s.time_zone, r.document, r.report_key
FROM equipment AS e
JOIN site AS s ON s.id = e.site_id
LEFT JOIN space AS p ON p.id = e.space_id
LEFT JOIN equipment_record AS r ON r.equipment_id = e.id
WHERE s.code = $1 AND e.code = $2;

-- name: family
-- what: a machine, first, and all that is inside it, by code; a circle of parents ends
-- takes: equipment_id int4
-- row: services.equipment.record.MachineRow
WITH RECURSIVE inside AS (
  SELECT $1::int4 AS id
  UNION
  SELECT e.id FROM equipment AS e JOIN inside ON e.parent_id = inside.id
)
SELECT e.id, e.site_id, s.code::text AS site, e.code::text AS code, e.name, e.name_zh, e.class::text AS equipment_class,
       p.path AS space, s.time_zone, r.document, r.report_key
FROM inside
JOIN equipment AS e ON e.id = inside.id
JOIN site AS s ON s.id = e.site_id
LEFT JOIN space AS p ON p.id = e.space_id
LEFT JOIN equipment_record AS r ON r.equipment_id = e.id
ORDER BY e.id <> $1, e.code;

-- name: put_record
-- what: write a machine's record, and what it was and is where that differs
-- takes: equipment_id int4, document jsonb, actor_id int4, reason text
WITH before AS (
  SELECT e.id, e.site_id, e.code, coalesce(r.document, '{}') AS document
  FROM equipment AS e LEFT JOIN equipment_record AS r ON r.equipment_id = e.id
  WHERE e.id = $1
  FOR NO KEY UPDATE OF e
), written AS (
  INSERT INTO equipment_record AS r (equipment_id, document) SELECT id, $2::jsonb FROM before WHERE document <> $2
  ON CONFLICT (equipment_id) DO UPDATE SET document = EXCLUDED.document
  RETURNING r.equipment_id
)
INSERT INTO record_change (site_id, actor_id, kind, subject, before, after, reason)
SELECT before.site_id, $3::int4, 'equipment', before.code, before.document, $2, $4::text
FROM written JOIN before ON before.id = written.equipment_id;

-- name: changes_of_record
-- what: every change of a machine's record, the newest first
-- takes: equipment_id int4
-- row: services.equipment.record.ChangeRow
SELECT c.at, a.code::text AS actor, c.before, c.after, c.reason
FROM record_change AS c
JOIN equipment AS e ON e.site_id = c.site_id AND e.code = c.subject
JOIN actor AS a ON a.id = c.actor_id
WHERE e.id = $1 AND c.kind = 'equipment'
ORDER BY c.id DESC;

-- name: key_of_machine
-- what: the key on a machine's label; made where there is none yet
-- takes: equipment_id int4
-- row: services.equipment.record.KeyRow
INSERT INTO equipment_record AS r (equipment_id) VALUES ($1)
ON CONFLICT (equipment_id) DO UPDATE SET report_key = r.report_key
RETURNING report_key;

-- name: another_key
-- what: another key for a machine; the change is kept, the keys are not: who has a key can report
-- takes: equipment_id int4, actor_id int4, reason text
-- row: services.equipment.record.KeyRow
WITH given AS (
  INSERT INTO equipment_record AS r (equipment_id) VALUES ($1)
  ON CONFLICT (equipment_id) DO UPDATE SET report_key = gen_random_uuid()
  RETURNING r.equipment_id, r.report_key
), kept AS (
  INSERT INTO record_change (site_id, actor_id, kind, subject, before, after, reason)
  SELECT e.site_id, $2::int4, 'equipment', e.code, '{"label": "former"}', '{"label": "another"}', $3::text
  FROM given JOIN equipment AS e ON e.id = given.equipment_id
)
SELECT report_key FROM given;
