-- Attachments: photos and documents of orders and machines.

-- name: keep_attachment
-- what: keep a file that was looked at and, as a photo, drawn anew
-- takes: site_id int4, media_type text, name text, width_px int4, height_px int4, sha256 bytea, content bytea, actor_id int4
-- row: services.attachments.keeping.Attachment
INSERT INTO attachment (site_id, media_type, name, size_bytes, width_px, height_px, sha256, content, actor_id)
VALUES ($1, $2, $3, length($7::bytea), $4, $5, $6, $7, $8)
RETURNING id, key, media_type, name, size_bytes, width_px, height_px, sha256, made_at;

-- name: attachment
-- what: what is known of a file, without its content
-- takes: key uuid
-- row: services.attachments.keeping.Attachment
SELECT id, key, media_type, name, size_bytes, width_px, height_px, sha256, made_at FROM attachment WHERE key = $1;

-- name: attachment_content
-- what: the content of a file
-- takes: id int8
SELECT content FROM attachment WHERE id = $1;
