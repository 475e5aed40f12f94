-- name: somebody_listens
-- what: whether any ingest worker receives; of workers that never reported (a row made by a batch) nothing is known
SELECT EXISTS (
         SELECT FROM ingest_worker
         WHERE state = 'receiving' AND seen_at > clock_timestamp() - interval '15 seconds'
       ) OR NOT EXISTS (SELECT FROM ingest_worker WHERE seen_at > started_at OR state <> 'receiving');

-- name: offline_devices
-- what: devices that said, or whose gateway said, that they are offline, and since when
-- row: services.hearing.OfflineRow
SELECT site.code::text AS site, device.code::text AS device,
       greatest(CASE WHEN NOT own.online THEN own.since END, CASE WHEN NOT through.online THEN through.since END) AS since
FROM device
JOIN site ON site.id = device.site_id
LEFT JOIN device_status AS own ON own.device_id = device.id
LEFT JOIN device_status AS through ON through.device_id = device.gateway_id
WHERE device.retired_at IS NULL AND (NOT own.online OR NOT through.online)
ORDER BY site.code, device.code;
