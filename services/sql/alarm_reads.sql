-- name: plan_for_these
-- what: until the transaction ends, plan each statement for its values: of filters that may be left out, one plan for any values reads all there is
SET LOCAL plan_cache_mode = force_custom_plan;

-- name: alarms_page
-- what: alarms, the most urgent first, a page after a place
-- takes: site text, states text[], priorities text[], systems text[], machine text, with_normal bool, after_rank int4, after_since timestamptz, after_address text, limit int8
-- row: services.alarms.reads.PlaceRow
SELECT x.id, x.rank, x.since, x.address
FROM (
  SELECT n.id, greatest(n.since, '1970-01-01Z') AS since,
         coalesce(nullif(n.site, ''), 'service') || '/' || n.rule || '/' || n.subject AS address,
         -- Those that ask for somebody come first, by priority; then those that are known; then those kept quiet.
         10 * CASE n.state WHEN 'unacknowledged' THEN 0 WHEN 'latched_unacknowledged' THEN 1
                           WHEN 'returned_unacknowledged' THEN 1 WHEN 'acknowledged' THEN 2
                           WHEN 'latched_acknowledged' THEN 2 WHEN 'normal' THEN 4 ELSE 3 END
         + CASE n.priority WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 ELSE 4 END
         AS rank
  FROM alarm_now AS n
  WHERE n.retired_at IS NULL
    AND ($1::text IS NULL OR n.site = $1)
    AND ($2::text[] IS NULL OR n.state = ANY($2))
    AND ($3::text[] IS NULL OR n.priority = ANY($3))
    AND ($4::text[] IS NULL OR n.system = ANY($4))
    AND ($5::text IS NULL OR n.subject = $5 OR n.equipment = $5)
    AND ($6 OR n.state <> 'normal')
) AS x
WHERE $7::int4 IS NULL OR x.rank > $7
   OR x.rank = $7 AND (x.since < $8::timestamptz OR x.since = $8 AND x.address > $9::text)
ORDER BY x.rank, x.since DESC, x.address
LIMIT $10;

-- name: alarm_addressed
-- what: an alarm by its address; a retired one too
-- takes: site text, rule text, subject text
-- row: services.alarms.rows.AlarmRow
SELECT * FROM alarm_now WHERE site = $1 AND rule = $2 AND subject = $3 ORDER BY retired_at IS NOT NULL, id LIMIT 1;

-- name: retired_alarms_addressed
-- what: since when the alarms are retired that names as people write them lead to
-- takes: sites text[], rules text[], subjects text[]
-- row: services.alarms.actions.RetiredRow
SELECT k.number, max(a.retired_at) AS retired_at
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k (site, rule, subject, number)
LEFT JOIN site AS s ON s.code = k.site
JOIN alarm_rule AS r ON r.code = k.rule AND (r.site_id = s.id OR k.site = '' AND r.site_id IS NULL)
JOIN alarm AS a ON a.rule_id = r.id AND a.subject = k.subject AND a.retired_at IS NOT NULL
GROUP BY k.number;

-- name: transitions_of_alarm
-- what: the newest steps of an alarm, the newest first
-- takes: alarm_id int4, limit int8
-- row: services.alarms.reads.TransitionRow
SELECT t.at, t.recorded_at, t.event, t.from_state, t.to_state, t.reason, t.level, t.value, k.code::text AS actor,
       t.comment
FROM alarm_transition AS t LEFT JOIN actor AS k ON k.id = t.actor_id
WHERE t.alarm_id = $1 ORDER BY t.id DESC LIMIT $2;

-- name: addresses_of_occurrences
-- what: which alarms occurrences are of
-- takes: ids int8[]
-- row: services.alarms.reads.AddressRow
SELECT o.id, coalesce(nullif(n.site, ''), 'service') || '/' || n.rule || '/' || n.subject AS address
FROM alarm_occurrence AS o JOIN alarm_now AS n ON n.id = o.alarm_id
WHERE o.id = ANY($1::int8[]);

-- name: occurrences_page
-- what: occurrences raised in a period, the newest first, a page below a place
-- takes: start timestamptz, stop timestamptz, site text, rule text, subject text, priorities text[], systems text[], with_quiet bool, alarm_id int4, before_time timestamptz, before_id int8, limit int8
-- row: services.alarms.reads.OccurrenceRow
SELECT o.id, coalesce(nullif(n.site, ''), 'service') || '/' || n.rule || '/' || n.subject AS address, n.site, n.rule,
       n.subject_kind, n.subject, n.machine, n.machine_zh, n.equipment, n.name, n.name_zh, n.system, o.message,
       o.message_zh, o.level, o.priority, o.value, o.limit_value, o.unit, o.raised_at, o.announced_at, o.returned_at,
       o.first_acknowledged_at, o.acknowledged_at, k.code::text AS acknowledged_by, o.ended_at, o.is_first_out,
       o.first_out_id, o.flood_id IS NOT NULL AS is_flood, o.causes
FROM alarm_occurrence AS o JOIN alarm_now AS n ON n.id = o.alarm_id LEFT JOIN actor AS k ON k.id = o.acknowledged_by
WHERE o.raised_at >= $1 AND o.raised_at < $2
  AND ($3::text IS NULL OR n.site = $3)
  AND ($4::text IS NULL OR n.rule = $4)
  AND ($5::text IS NULL OR n.subject = $5 OR n.equipment = $5)
  AND ($6::text[] IS NULL OR o.priority = ANY($6))
  AND ($7::text[] IS NULL OR n.system = ANY($7))
  AND ($8 OR o.announced_at IS NOT NULL)
  AND ($9::int4 IS NULL OR o.alarm_id = $9)
  AND ($10::timestamptz IS NULL OR (o.raised_at, o.id) < ($10, $11::int8))
ORDER BY o.raised_at DESC, o.id DESC
LIMIT $12;

-- name: floods_page
-- what: floods that touch a period, the newest first, a page below a place
-- takes: start timestamptz, stop timestamptz, site text, before_time timestamptz, before_id int4, limit int8
-- row: services.alarms.reads.FloodRow
SELECT f.id, coalesce(s.code::text, '') AS site, f.started_at, f.ended_at, f.alarms, f.peak_in_ten_minutes
FROM alarm_flood AS f LEFT JOIN site AS s ON s.id = f.site_id
WHERE f.started_at < $2 AND coalesce(f.ended_at, 'infinity') > $1
  AND ($3::text IS NULL OR coalesce(s.code::text, '') = $3)
  AND ($4::timestamptz IS NULL OR (f.started_at, f.id) < ($4, $5::int4))
ORDER BY f.started_at DESC, f.id DESC
LIMIT $6;
