-- name: add_file
-- what: a kept file belongs to an order
-- takes: order_id int8, attachment_id int8, title text, is_signature bool
INSERT INTO work_order_file (order_id, attachment_id, title, is_signature) VALUES ($1, $2, $3, $4);

-- name: same_file
-- what: the file of an order that has this content already, and is no signature
-- takes: order_id int8, sha256 bytea
-- row: services.attachments.keeping.Attachment
SELECT a.id, a.key, a.media_type, a.name, a.size_bytes, a.width_px, a.height_px, a.sha256, a.made_at
FROM work_order_file AS f JOIN attachment AS a ON a.id = f.attachment_id
WHERE f.order_id = $1 AND a.sha256 = $2 AND NOT f.is_signature ORDER BY a.id LIMIT 1;

-- name: count_files
-- what: how many files an order has
-- takes: order_id int8
SELECT count(*) FROM work_order_file WHERE order_id = $1;
