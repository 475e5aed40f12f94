-- name: machine_of_label
-- what: the machine whose label has this key: what anybody who stands before it may know
-- takes: report_key uuid
-- row: services.reports.LabelledRow
SELECT s.code::text AS site, s.name AS site_name, s.name_zh AS site_name_zh, e.code::text AS equipment, e.name, e.name_zh,
       p.name AS space_name, p.name_zh AS space_name_zh
FROM equipment_record AS r
JOIN equipment AS e ON e.id = r.equipment_id
JOIN site AS s ON s.id = e.site_id
LEFT JOIN space AS p ON p.id = e.space_id
WHERE r.report_key = $1 AND e.retired_at IS NULL;
