-- name: drop_invoice_lines
-- what: take away the lines of an invoice
-- takes: contract_id int4, month date, number text
DELETE FROM supplier_invoice_line WHERE invoice_id IN (
  SELECT id FROM supplier_invoice WHERE contract_id = $1 AND month = $2 AND number = $3
);

-- name: put_invoice
-- what: write an invoice; one of the same number is replaced
-- takes: contract_id int4, month date, number text, currency text, total numeric, actor text
-- row: services.bills.stored.NumberRow
INSERT INTO supplier_invoice (contract_id, month, number, currency, total, actor_id)
SELECT $1, $2, $3, $4, $5, a.id FROM actor AS a WHERE a.code = $6
ON CONFLICT (contract_id, month, number) DO UPDATE
SET currency = excluded.currency, total = excluded.total, actor_id = excluded.actor_id, at = now()
RETURNING id;

-- name: put_invoice_lines
-- what: write the lines of an invoice
-- takes: invoice_id int8, positions int4[], components text[], bands int2[], quantities numeric[], units text[], prices numeric[], amounts numeric[]
INSERT INTO supplier_invoice_line (invoice_id, position, component, band, quantity, unit, price, amount)
SELECT $1, l.* FROM unnest($2::int4[], $3::text[], $4::int2[], $5::numeric[], $6::text[], $7::numeric[],
                           $8::numeric[]) AS l;

-- name: invoices_page
-- what: invoices after a name, filtered
-- takes: site text, contract text, month date, after text, limit int8
-- row: services.bills.invoices.InvoiceRow
SELECT * FROM (
  SELECT s.code || '/' || c.code || '/' || to_char(i.month, 'YYYY-MM') || '/' || i.number AS reference,
         s.code::text AS site, c.code::text AS contract, i.month, i.number, i.currency, i.total,
         a.code::text AS actor, i.at
  FROM supplier_invoice AS i
  JOIN contract AS c ON c.id = i.contract_id JOIN site AS s ON s.id = c.site_id JOIN actor AS a ON a.id = i.actor_id
  WHERE ($1::text IS NULL OR s.code = $1) AND ($2::text IS NULL OR c.code = $2) AND ($3::date IS NULL OR i.month = $3)
) AS i
WHERE $4::text IS NULL OR reference > $4 ORDER BY reference LIMIT $5;

-- name: invoice_lines
-- what: the lines of an invoice, in order
-- takes: contract_id int4, month date, number text
-- row: services.bills.invoices.InvoiceLineRow
SELECT l.component, l.band, l.quantity, l.unit, l.price, l.amount
FROM supplier_invoice_line AS l JOIN supplier_invoice AS i ON i.id = l.invoice_id
WHERE i.contract_id = $1 AND i.month = $2 AND i.number = $3 ORDER BY l.position;
