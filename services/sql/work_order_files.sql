-- name: add_file
-- what: a kept file belongs to an order
-- takes: order_id int8, attachment_id int8, title text
INSERT INTO work_order_file (order_id, attachment_id, title) VALUES ($1, $2, $3);

-- name: count_files
-- what: how many files an order has
-- takes: order_id int8
SELECT count(*) FROM work_order_file WHERE order_id = $1;
