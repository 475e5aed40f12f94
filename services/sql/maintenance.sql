-- name: settings_of_sites
-- what: how each site keeps its machines
-- row: services.maintenance.settings.SettingsRow
SELECT s.id AS site_id, m.document FROM site s LEFT JOIN maintenance_settings m ON m.site_id = s.id ORDER BY s.id;

-- name: settings_of_site
-- what: how one site keeps its machines
-- takes: site text
SELECT m.document FROM maintenance_settings m JOIN site s ON s.id = m.site_id WHERE s.code = $1::text;

-- name: site_of_folder
-- what: the site whose folder it is; none where it is not applied yet
-- takes: site text
SELECT id FROM site WHERE code = $1::text;

-- name: held_documents
-- what: what of maintenance holds at a site, and what its folder said last; people and teams belong to all sites
-- takes: site_id int4
-- row: services.maintenance_folder.applying.HeldRow
WITH held AS (
  SELECT 'settings' AS kind, s.code::text AS subject, m.document, false AS is_retired
  FROM maintenance_settings m JOIN site s ON s.id = m.site_id WHERE m.site_id = $1
  UNION ALL
  SELECT 'job', code, document, retired_at IS NOT NULL FROM job WHERE site_id = $1
  UNION ALL
  SELECT 'plan', code, document, retired_at IS NOT NULL FROM maintenance_plan WHERE site_id = $1
  UNION ALL
  SELECT 'team', t.code, jsonb_build_object('name', t.name, 'skills', t.skills, 'members', ARRAY(
    SELECT u.code FROM team_member m JOIN users u ON u.id = m.user_id WHERE m.team_id = t.id ORDER BY u.code)),
    t.retired_at IS NOT NULL FROM teams t
  UNION ALL
  SELECT 'person', code, jsonb_build_object('name', name, 'email', coalesce(email, ''), 'skills', skills),
    retired_at IS NOT NULL FROM users
  UNION ALL
  SELECT 'shift', h.code, jsonb_build_object('name', h.name, 'hours', h.hours, 'members', ARRAY(
    SELECT u.code FROM shift_member m JOIN users u ON u.id = m.user_id WHERE m.shift_id = h.id ORDER BY u.code)),
    h.retired_at IS NOT NULL FROM shift h WHERE h.site_id = $1
  UNION ALL
  SELECT 'part', code, jsonb_build_object('name', name, 'name_zh', name_zh, 'unit', unit, 'location', location,
    'supplier', supplier, 'minimum', trim_scale(minimum)::text, 'unit_cost', trim_scale(unit_cost)::text,
    'currency', currency), retired_at IS NOT NULL FROM part WHERE site_id = $1
  UNION ALL
  SELECT 'equipment', e.code, r.document, false
  FROM equipment_record r JOIN equipment e ON e.id = r.equipment_id WHERE e.site_id = $1 AND r.document <> '{}'
), said AS (
  -- What the folder wrote last: who changed it since did so by hand.
  SELECT DISTINCT ON (kind, subject) kind, subject, after FROM record_change
  WHERE site_id = $1 AND reason = 'from the site folder' ORDER BY kind, subject, id DESC
)
SELECT held.kind, held.subject, held.document, held.is_retired, said.after AS said
FROM held LEFT JOIN said ON said.kind = held.kind AND said.subject = held.subject
ORDER BY held.kind, held.subject;

-- name: add_record_change
-- what: keep what something was and is, and who changed it
-- takes: site_id int4, actor_id int4, kind text, subject text, before jsonb, after jsonb, reason text
INSERT INTO record_change (site_id, actor_id, kind, subject, before, after, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: put_settings
-- what: how a site keeps its machines
-- takes: site_id int4, site text, document jsonb
INSERT INTO maintenance_settings (site_id, document) SELECT $1::int4, $3::jsonb WHERE $2::text <> ''
ON CONFLICT (site_id) DO UPDATE SET document = excluded.document;

-- name: put_job
-- what: add or change a job, or bring a retired one back
-- takes: site_id int4, code text, document jsonb
INSERT INTO job (site_id, code, version, document) VALUES ($1, $2::text, 1, $3)
ON CONFLICT (site_id, code) DO UPDATE SET document = excluded.document, version = job.version + 1, retired_at = NULL;

-- name: put_plan
-- what: add or change a plan, or bring a retired one back
-- takes: site_id int4, code text, document jsonb
INSERT INTO maintenance_plan (site_id, code, version, document) VALUES ($1, $2::text, 1, $3)
ON CONFLICT (site_id, code) DO UPDATE SET document = excluded.document, version = maintenance_plan.version + 1,
  retired_at = NULL;

-- name: put_person
-- what: add or change a person, or bring somebody back
-- takes: site_id int4, code text, document jsonb
INSERT INTO users (code, name, email, skills)
SELECT $2::text, $3::jsonb ->> 'name', nullif($3::jsonb ->> 'email', ''), ARRAY(SELECT jsonb_array_elements_text($3::jsonb -> 'skills'))
WHERE $1::int4 > 0
ON CONFLICT (code) DO UPDATE SET name = excluded.name, email = excluded.email, skills = excluded.skills, retired_at = NULL;

-- name: put_team
-- what: add or change a team, or bring one back; its members are those that are named
-- takes: site_id int4, code text, document jsonb
WITH put AS (
  INSERT INTO teams (code, name, skills)
  SELECT $2::text, $3::jsonb ->> 'name', ARRAY(SELECT jsonb_array_elements_text($3::jsonb -> 'skills')) WHERE $1::int4 > 0
  ON CONFLICT (code) DO UPDATE SET name = excluded.name, skills = excluded.skills, retired_at = NULL
  RETURNING id
), members AS (
  SELECT put.id AS team_id, u.id AS user_id
  FROM put CROSS JOIN jsonb_array_elements_text($3::jsonb -> 'members') AS named(code) JOIN users u ON u.code = named.code
), gone AS (
  DELETE FROM team_member m USING put
  WHERE m.team_id = put.id AND m.user_id NOT IN (SELECT user_id FROM members)
)
INSERT INTO team_member (team_id, user_id) SELECT team_id, user_id FROM members ON CONFLICT DO NOTHING;

-- name: put_shift
-- what: add or change a shift, or bring one back; its members are those that are named
-- takes: site_id int4, code text, document jsonb
WITH put AS (
  INSERT INTO shift (site_id, code, name, hours)
  VALUES ($1, $2::text, $3::jsonb ->> 'name', ARRAY(SELECT jsonb_array_elements_text($3::jsonb -> 'hours')))
  ON CONFLICT (site_id, code) DO UPDATE SET name = excluded.name, hours = excluded.hours, retired_at = NULL
  RETURNING id
), members AS (
  SELECT put.id AS shift_id, u.id AS user_id
  FROM put CROSS JOIN jsonb_array_elements_text($3::jsonb -> 'members') AS named(code) JOIN users u ON u.code = named.code
), gone AS (
  DELETE FROM shift_member m USING put
  WHERE m.shift_id = put.id AND m.user_id NOT IN (SELECT user_id FROM members)
)
INSERT INTO shift_member (shift_id, user_id) SELECT shift_id, user_id FROM members ON CONFLICT DO NOTHING;

-- name: put_part
-- what: add or change a part, or bring one back; its stock stays
-- takes: site_id int4, code text, document jsonb
INSERT INTO part (site_id, code, name, name_zh, unit, location, supplier, minimum, unit_cost, currency)
VALUES ($1, $2::text, $3::jsonb ->> 'name', $3::jsonb ->> 'name_zh', $3::jsonb ->> 'unit', $3::jsonb ->> 'location', $3::jsonb ->> 'supplier',
  ($3::jsonb ->> 'minimum')::numeric, ($3::jsonb ->> 'unit_cost')::numeric, $3::jsonb ->> 'currency')
ON CONFLICT (site_id, code) DO UPDATE SET name = excluded.name, name_zh = excluded.name_zh, unit = excluded.unit,
  location = excluded.location, supplier = excluded.supplier, minimum = excluded.minimum, unit_cost = excluded.unit_cost,
  currency = excluded.currency, retired_at = NULL;

-- name: put_equipment
-- what: write what stands on a machine's nameplate
-- takes: site_id int4, code text, document jsonb
INSERT INTO equipment_record (equipment_id, document)
SELECT id, $3::jsonb FROM equipment WHERE site_id = $1 AND code = $2::text
ON CONFLICT (equipment_id) DO UPDATE SET document = excluded.document;

-- name: retire_job
-- what: a job is no longer done
-- takes: site_id int4, code text, at timestamptz
UPDATE job SET retired_at = $3 WHERE site_id = $1 AND code = $2::text;

-- name: retire_plan
-- what: a plan falls due no more
-- takes: site_id int4, code text, at timestamptz
UPDATE maintenance_plan SET retired_at = $3 WHERE site_id = $1 AND code = $2::text;

-- name: retire_person
-- what: somebody works here no more
-- takes: site_id int4, code text, at timestamptz
UPDATE users SET retired_at = $3 WHERE code = $2::text AND $1::int4 > 0;

-- name: retire_team
-- what: a team is no more
-- takes: site_id int4, code text, at timestamptz
UPDATE teams SET retired_at = $3 WHERE code = $2::text AND $1::int4 > 0;

-- name: retire_shift
-- what: a shift is no more
-- takes: site_id int4, code text, at timestamptz
UPDATE shift SET retired_at = $3 WHERE site_id = $1 AND code = $2::text;

-- name: retire_part
-- what: a part is kept no more
-- takes: site_id int4, code text, at timestamptz
UPDATE part SET retired_at = $3 WHERE site_id = $1 AND code = $2::text;

-- name: stock_part
-- what: the stock with which a part begins here, as its first movement; one that has moved already has none
-- takes: site_id int4, code text, quantity numeric, at timestamptz, actor_id int4
WITH new AS (
  UPDATE part p SET stock = $3::numeric
  WHERE p.site_id = $1 AND p.code = $2::text AND NOT EXISTS (SELECT FROM part_movement m WHERE m.part_id = p.id)
  RETURNING p.id, p.stock, p.unit_cost
)
INSERT INTO part_movement (part_id, at, kind, quantity, stock, unit_cost, actor_id, reason)
SELECT id, $4, 'counted', stock, stock, unit_cost, $5, 'opening stock' FROM new WHERE stock > 0;
