-- name: settings_of_sites
-- what: how each site keeps its machines
-- row: services.maintenance.settings.SettingsRow
SELECT s.id AS site_id, m.document FROM site s LEFT JOIN maintenance_settings m ON m.site_id = s.id ORDER BY s.id;
