-- name: add_shift_note
-- what: keep what a shift leaves to the next
-- takes: site text, at timestamptz, actor_id int4, body text
-- row: services.shift_notes.ShiftNoteRow
WITH added AS (
  INSERT INTO shift_note (site_id, at, actor_id, body)
  SELECT s.id, $2, $3, $4 FROM site AS s WHERE s.code = $1
  RETURNING id, site_id, at, actor_id, body
)
SELECT n.id, s.code::text AS site, n.at, a.code::text AS author, u.name AS author_name, n.body
FROM added AS n JOIN site AS s ON s.id = n.site_id JOIN actor AS a ON a.id = n.actor_id
LEFT JOIN users AS u ON u.id = a.user_id;

-- name: shift_notes_page
-- what: what shifts left to the next, the newest first, a page below a place
-- takes: site text, before_time timestamptz, before_id int8, limit int8
-- row: services.shift_notes.ShiftNoteRow
SELECT n.id, s.code::text AS site, n.at, a.code::text AS author, u.name AS author_name, n.body
FROM shift_note AS n JOIN site AS s ON s.id = n.site_id JOIN actor AS a ON a.id = n.actor_id
LEFT JOIN users AS u ON u.id = a.user_id
WHERE ($1::text IS NULL OR s.code = $1)
  AND ($2::timestamptz IS NULL OR (n.at, n.id) < ($2, $3::int8))
ORDER BY n.at DESC, n.id DESC LIMIT $4;
