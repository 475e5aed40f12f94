-- name: windows_before
-- what: of points over windows that end at given instants: what their readings were; a correction made since does not change what was seen then
-- takes: point_ids int4[], at timestamptz[], over_s float8[], from timestamptz, to timestamptz
-- row: services.alarms.readings_before.WindowRow
SELECT k.number, w.average, w.least, w.most, w.first, w.last, w.slope, w.steps,
       greatest(w.gap_s, extract(epoch FROM k.at - w.newest)::float8) AS silence
FROM unnest($1::int4[], $2::timestamptz[], $3::float8[]) WITH ORDINALITY AS k (point_id, at, over_s, number)
CROSS JOIN LATERAL (
  SELECT avg(r.value) AS average, min(r.value) AS least, max(r.value) AS most,
         (array_agg(r.value ORDER BY r.time))[1] AS first, (array_agg(r.value ORDER BY r.time DESC))[1] AS last,
         regr_slope(r.value, extract(epoch FROM r.time - k.at)::float8 / 60.0) AS slope,
         count(DISTINCT r.value) AS steps, max(r.time) AS newest, max(r.gap_s) AS gap_s
  FROM (
    SELECT time, value, extract(epoch FROM time - lag(time) OVER (ORDER BY time))::float8 AS gap_s
    FROM reading
    WHERE point_id = k.point_id AND time > k.at - make_interval(secs => k.over_s) AND time <= k.at
      -- Known before the join: so that chunks outside are not even looked at.
      AND time > $4 AND time <= $5
  ) AS r
) AS w
WHERE w.newest IS NOT NULL;

-- name: figures_before
-- what: the newest reading of points at given instants, none where the last one is older than they allow
-- takes: point_ids int4[], at timestamptz[], oldest_s float8[], from timestamptz, to timestamptz
-- row: services.alarms.readings_before.FigureRow
SELECT k.number, r.value
FROM unnest($1::int4[], $2::timestamptz[], $3::float8[]) WITH ORDINALITY AS k (point_id, at, oldest_s, number)
CROSS JOIN LATERAL (
  SELECT value FROM reading
  WHERE point_id = k.point_id AND time > k.at - make_interval(secs => k.oldest_s) AND time <= k.at
    AND time > $4 AND time <= $5
  ORDER BY time DESC LIMIT 1
) AS r;

-- name: alarms_that_hold
-- what: which machines of the sites have alarms of these rules just now, kept quiet or not
-- takes: sites text[], rules text[]
-- row: services.alarms.causes.HoldingRow
SELECT s.code AS site, r.code AS rule, a.subject_kind, a.subject::text AS subject, coalesce(t.kind::text, '') AS kind
FROM alarm AS a
JOIN alarm_rule AS r ON r.id = a.rule_id
JOIN site AS s ON s.id = a.site_id
LEFT JOIN device AS d ON d.id = a.device_id
LEFT JOIN device_template AS t ON t.id = d.template_id
WHERE s.code = ANY($1::text[]) AND r.code = ANY($2::text[]) AND a.retired_at IS NULL
  AND (a.level IS NOT NULL OR a.state IN ('latched_unacknowledged', 'latched_acknowledged'));

-- name: cause_tallies
-- what: how often verified orders named each cause as the true one, by rule and class of machine
-- takes: sites text[], rules text[]
-- row: services.alarms.causes.TallyRow
SELECT coalesce(s.code::text, '') AS site, r.code::text AS rule, k.class AS machine_class, k.cause, count(*)::int AS times_true
FROM cause_outcome AS k
JOIN alarm_rule AS r ON r.id = k.rule_id
LEFT JOIN site AS s ON s.id = r.site_id
WHERE coalesce(s.code::text, '') = ANY($1::text[]) AND r.code = ANY($2::text[])
GROUP BY 1, 2, 3, 4;

-- name: devices_gone
-- what: which devices' own last will, or their gateway's, says that they are offline
-- takes: sites text[], devices text[]
-- row: services.alarms.causes.GoneRow
SELECT DISTINCT k.site, k.device
FROM unnest($1::text[], $2::text[]) AS k (site, device)
JOIN site AS s ON s.code = k.site
JOIN device AS d ON d.site_id = s.id AND d.code = k.device
JOIN device_status AS u ON u.device_id IN (d.id, d.gateway_id)
WHERE NOT u.online;
