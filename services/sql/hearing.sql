-- name: somebody_listens
-- what: whether any ingest worker receives; of workers that never reported (a row made by a batch) nothing is known
SELECT EXISTS (
         SELECT FROM ingest_worker
         WHERE state = 'receiving' AND seen_at > clock_timestamp() - interval '15 seconds'
       ) OR NOT EXISTS (SELECT FROM ingest_worker WHERE seen_at > started_at OR state <> 'receiving');

-- name: lost_devices
-- what: devices that are offline or raised as silent, themselves or with their gateway, and since when
-- row: services.hearing.LostRow
WITH lost AS (
  SELECT device_id, since FROM device_status WHERE NOT online
  UNION ALL
  SELECT a.device_id, a.condition_since
  FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id
  WHERE a.level IS NOT NULL AND a.retired_at IS NULL AND a.device_id IS NOT NULL AND a.condition_since IS NOT NULL
    AND r.document -> 'signal' ->> 'kind' = 'silence' AND coalesce(r.document -> 'signal' ->> 'of', '') = ''
)
SELECT site.code::text AS site, device.code::text AS device, max(lost.since) AS since
FROM lost
JOIN device ON lost.device_id IN (device.id, device.gateway_id)
JOIN site ON site.id = device.site_id
WHERE device.retired_at IS NULL
GROUP BY site.code, device.code
ORDER BY site.code, device.code;
