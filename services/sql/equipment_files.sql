-- Documents, photos and notes of machines.

-- name: files_of_machine
-- what: the files that a machine has, the newest first; or the one with a key
-- takes: equipment_id int4, key uuid
-- row: services.equipment.files.FileRow
SELECT a.key, f.kind, f.title, a.name, a.media_type, a.size_bytes, a.width_px, a.height_px, a.made_at AS added_at,
       k.code::text AS added_by
FROM equipment_file AS f
JOIN attachment AS a ON a.id = f.attachment_id
JOIN actor AS k ON k.id = a.actor_id
WHERE f.equipment_id = $1 AND f.removed_at IS NULL AND ($2::uuid IS NULL OR a.key = $2)
ORDER BY a.made_at DESC, a.id DESC;

-- name: add_file
-- what: keep a file with a machine
-- takes: equipment_id int4, attachment_id int8, kind text, title text
INSERT INTO equipment_file (equipment_id, attachment_id, kind, title) VALUES ($1, $2, $3, $4);

-- name: remove_file
-- what: a machine has a file no longer; who removed it is kept
-- takes: equipment_id int4, key uuid, now timestamptz, actor_id int4, reason text
WITH removed AS (
  UPDATE equipment_file AS f SET removed_at = $3::timestamptz
  FROM attachment AS a
  WHERE f.equipment_id = $1 AND f.removed_at IS NULL AND a.id = f.attachment_id AND a.key = $2
  RETURNING a.key, a.name, f.title
)
INSERT INTO record_change (site_id, at, actor_id, kind, subject, before, after, reason)
SELECT e.site_id, $3, $4::int4, 'equipment', e.code,
       jsonb_build_object('file', removed.key, 'name', removed.name, 'title', removed.title), NULL, $5::text
FROM removed JOIN equipment AS e ON e.id = $1;

-- name: notes_of_machine
-- what: notes on a machine below a place, the newest first
-- takes: equipment_id int4, before_at timestamptz, before_id int8, count int8
-- row: services.equipment.files.NoteRow
SELECT n.id, n.at, k.code::text AS actor, n.body AS text
FROM equipment_note AS n JOIN actor AS k ON k.id = n.actor_id
WHERE n.equipment_id = $1 AND ($2::timestamptz IS NULL OR (n.at, n.id) < ($2, $3::int8))
ORDER BY n.at DESC, n.id DESC
LIMIT $4::int8;

-- name: add_note
-- what: write a note on a machine
-- takes: equipment_id int4, at timestamptz, actor_id int4, body text
-- row: services.equipment.files.NoteRow
WITH added AS (
  INSERT INTO equipment_note (equipment_id, at, actor_id, body) VALUES ($1, $2, $3, $4)
  RETURNING id, at, actor_id, body
)
SELECT added.id, added.at, k.code::text AS actor, added.body AS text
FROM added JOIN actor AS k ON k.id = added.actor_id;
