-- name: lock_alarms_named
-- what: find alarms by their names and lock them, in the order of their ids
-- takes: sites text[], rules text[], subject_kinds text[], subjects text[]
-- row: services.alarms.rows.FoundRow
SELECT a.id, k.number
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS k (site, rule, kind, subject, number)
LEFT JOIN site AS s ON s.code = k.site
JOIN alarm_rule AS r ON r.code = k.rule AND (r.site_id = s.id OR k.site = '' AND r.site_id IS NULL)
JOIN alarm AS a ON a.rule_id = r.id AND a.subject_kind = k.kind AND a.subject = k.subject
ORDER BY a.id FOR UPDATE OF a;

-- name: lock_alarms_addressed
-- what: find alarms by site, rule and subject as people write them, and lock them
-- takes: sites text[], rules text[], subjects text[]
-- row: services.alarms.rows.FoundRow
SELECT a.id, k.number
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k (site, rule, subject, number)
LEFT JOIN site AS s ON s.code = k.site
JOIN alarm_rule AS r ON r.code = k.rule AND (r.site_id = s.id OR k.site = '' AND r.site_id IS NULL)
JOIN alarm AS a ON a.rule_id = r.id AND a.subject = k.subject AND a.retired_at IS NULL
ORDER BY a.id FOR UPDATE OF a;

-- name: lock_alarms
-- what: lock alarms in the order of their ids
-- takes: ids int4[]
SELECT id FROM alarm WHERE id = ANY($1::int4[]) ORDER BY id FOR UPDATE;

-- name: alarms_by_id
-- what: alarms with their names and what is open of them
-- takes: ids int4[]
-- row: services.alarms.rows.AlarmRow
SELECT * FROM alarm_now WHERE id = ANY($1::int4[]) ORDER BY id;

-- name: held_at
-- what: of given instants those at which an occurrence of the alarm held
-- takes: alarm_ids int4[], at timestamptz[]
-- row: services.alarms.rows.HeldRow
SELECT DISTINCT k.alarm_id, k.at
FROM unnest($1::int4[], $2::timestamptz[]) AS k (alarm_id, at)
JOIN alarm_occurrence AS o
  ON o.alarm_id = k.alarm_id AND o.raised_at <= k.at AND coalesce(o.returned_at, o.ended_at, 'infinity') > k.at;

-- name: alarms_due
-- what: shelved ones whose time is over, and acknowledged ones that ask again by now
-- takes: now timestamptz
SELECT a.id FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id
WHERE a.state <> 'normal'
  AND (a.state = 'shelved' AND a.shelved_until <= $1
       OR a.state = 'acknowledged' AND (r.document ->> 're_alarm_s')::float8 > 0
          AND a.since + make_interval(secs => (r.document ->> 're_alarm_s')::float8) <= $1);

-- name: put_alarms
-- what: write what alarms are now
-- takes: ids int4[], states text[], since timestamptz[], levels text[], "values" float8[], quiets text[], condition_since timestamptz[], shelved_until timestamptz[], one_shots bool[], announced bool[], occurrence_ids int8[]
UPDATE alarm AS a
SET state = n.state, since = n.since, level = n.level, value = n.value, quiet = n.quiet,
    condition_since = n.condition_since, shelved_until = n.shelved_until, is_one_shot = n.is_one_shot,
    is_announced = n.is_announced, occurrence_id = n.occurrence_id
FROM unnest($1::int4[], $2::text[], $3::timestamptz[], $4::text[], $5::float8[], $6::text[], $7::timestamptz[],
            $8::timestamptz[], $9::bool[], $10::bool[], $11::int8[])
  AS n (id, state, since, level, value, quiet, condition_since, shelved_until, is_one_shot, is_announced, occurrence_id)
WHERE a.id = n.id;

-- name: change_occurrences
-- what: write what became of occurrences that are stored
-- takes: ids int8[], levels text[], priorities text[], "values" float8[], limits float8[], units text[], messages text[], messages_zh text[], announced_at timestamptz[], returned_at timestamptz[], first_acknowledged_at timestamptz[], acknowledged_at timestamptz[], acknowledged_by text[], ended_at timestamptz[]
UPDATE alarm_occurrence AS o
SET level = n.level, priority = n.priority, value = n.value, limit_value = n.limit_value, unit = n.unit,
    message = n.message, message_zh = n.message_zh, announced_at = n.announced_at, returned_at = n.returned_at,
    first_acknowledged_at = n.first_acknowledged_at, acknowledged_at = n.acknowledged_at,
    acknowledged_by = (SELECT k.id FROM actor AS k WHERE k.code = n.acknowledged_by), ended_at = n.ended_at
FROM unnest($1::int8[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::text[], $7::text[], $8::text[],
            $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::text[],
            $14::timestamptz[])
  AS n (id, level, priority, value, limit_value, unit, message, message_zh, announced_at, returned_at,
        first_acknowledged_at, acknowledged_at, acknowledged_by, ended_at)
WHERE o.id = n.id;

-- name: add_occurrences
-- what: add occurrences; one that was raised at that instant before goes on
-- takes: alarm_ids int4[], raised_at timestamptz[], levels text[], priorities text[], "values" float8[], limits float8[], units text[], messages text[], messages_zh text[], announced_at timestamptz[], returned_at timestamptz[], ended_at timestamptz[], rule_versions int4[], causes jsonb
-- row: services.alarms.rows.AddedRow
INSERT INTO alarm_occurrence (alarm_id, raised_at, level, priority, value, limit_value, unit, message, message_zh,
                              announced_at, returned_at, ended_at, rule_version, causes)
SELECT n.alarm_id, n.raised_at, n.level, n.priority, n.value, n.limit_value, n.unit, n.message, n.message_zh,
       n.announced_at, n.returned_at, n.ended_at, n.rule_version, $14::jsonb -> (n.number - 1)::int
FROM unnest($1::int4[], $2::timestamptz[], $3::text[], $4::text[], $5::float8[], $6::float8[], $7::text[], $8::text[],
            $9::text[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::int4[]) WITH ORDINALITY
  AS n (alarm_id, raised_at, level, priority, value, limit_value, unit, message, message_zh, announced_at, returned_at,
        ended_at, rule_version, number)
ORDER BY n.number
ON CONFLICT (alarm_id, raised_at) DO UPDATE
SET returned_at = excluded.returned_at, ended_at = excluded.ended_at,
    announced_at = coalesce(alarm_occurrence.announced_at, excluded.announced_at)
RETURNING id, alarm_id, raised_at;

-- name: add_transitions
-- what: write down steps that were taken
-- takes: alarm_ids int4[], occurrence_ids int8[], at timestamptz[], events text[], from_states text[], to_states text[], reasons text[], levels text[], "values" float8[], actors text[], comments text[]
INSERT INTO alarm_transition (alarm_id, occurrence_id, at, event, from_state, to_state, reason, level, value, actor_id,
                              comment)
SELECT n.alarm_id, n.occurrence_id, n.at, n.event, n.from_state, n.to_state, n.reason, n.level, n.value, k.id, n.comment
FROM unnest($1::int4[], $2::int8[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::float8[], $10::text[], $11::text[]) WITH ORDINALITY
  AS n (alarm_id, occurrence_id, at, event, from_state, to_state, reason, level, value, actor, comment, number)
LEFT JOIN actor AS k ON k.code = n.actor
ORDER BY n.number;

-- name: add_events
-- what: write events in their order
-- takes: kinds text[], subjects text[], payloads jsonb[]
INSERT INTO event (kind, subject, payload)
SELECT n.kind, n.subject, n.payload
FROM unnest($1::text[], $2::text[], $3::jsonb[]) WITH ORDINALITY AS n (kind, subject, payload, number)
ORDER BY n.number;

-- name: first_ones_standing
-- what: of each group the alarm that came first and still holds
-- takes: groups text[]
-- row: services.alarms.rows.FirstRow
SELECT DISTINCT ON (a.first_out_group) a.first_out_group, a.id AS alarm_id
FROM alarm AS a JOIN alarm_occurrence AS o ON o.id = a.occurrence_id
WHERE a.first_out_group = ANY($1::text[]) AND o.is_first_out AND o.returned_at IS NULL
ORDER BY a.first_out_group, o.raised_at, o.id;

-- name: mark_first_out
-- what: write which occurrence of a group came first, and which followed which alarm
-- takes: alarm_ids int4[], first_alarm_ids int4[]
UPDATE alarm_occurrence AS o
SET is_first_out = n.first_alarm_id IS NULL, first_out_id = f.occurrence_id
FROM unnest($1::int4[], $2::int4[]) AS n (alarm_id, first_alarm_id)
JOIN alarm AS a ON a.id = n.alarm_id
LEFT JOIN alarm AS f ON f.id = n.first_alarm_id
WHERE o.id = a.occurrence_id;

-- name: put_instances
-- what: an alarm for each rule and machine; one that was retired is back, as if it were new; those that are as they should be are not locked
-- takes: sites text[], rules text[], subject_kinds text[], subjects text[], devices text[], equipment text[], meters text[], groups text[]
INSERT INTO alarm AS a (rule_id, site_id, subject_kind, subject, device_id, equipment_id, meter_id, first_out_group)
SELECT r.id, r.site_id, n.kind, n.subject, d.id, e.id, m.id, n.first_out_group
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
  AS n (site, rule, kind, subject, device, equipment, meter, first_out_group)
LEFT JOIN site AS s ON s.code = n.site
JOIN alarm_rule AS r ON r.code = n.rule AND (r.site_id = s.id OR n.site = '' AND r.site_id IS NULL)
LEFT JOIN device AS d ON d.site_id = s.id AND d.code = n.device
LEFT JOIN equipment AS e ON e.site_id = s.id AND e.code = n.equipment
LEFT JOIN meter AS m ON m.site_id = s.id AND m.code = n.meter
LEFT JOIN alarm AS k ON k.rule_id = r.id AND k.subject_kind = n.kind AND k.subject = n.subject
WHERE k.id IS NULL
   OR (k.device_id, k.equipment_id, k.meter_id, k.first_out_group, k.retired_at)
      IS DISTINCT FROM (d.id, e.id, m.id, n.first_out_group, NULL::timestamptz)
-- In the order in which everybody locks them.
ORDER BY k.id, r.id, n.kind, n.subject
ON CONFLICT (rule_id, subject_kind, subject) DO UPDATE
SET device_id = excluded.device_id, equipment_id = excluded.equipment_id, meter_id = excluded.meter_id,
    first_out_group = excluded.first_out_group, retired_at = NULL
WHERE (a.device_id, a.equipment_id, a.meter_id, a.first_out_group, a.retired_at)
  IS DISTINCT FROM
      (excluded.device_id, excluded.equipment_id, excluded.meter_id, excluded.first_out_group, NULL::timestamptz);

-- name: alarms_without_instance
-- what: alarms in use that are none of these
-- takes: sites text[], rules text[], subject_kinds text[], subjects text[]
SELECT a.id
FROM alarm AS a JOIN alarm_rule AS r ON r.id = a.rule_id LEFT JOIN site AS s ON s.id = r.site_id
WHERE a.retired_at IS NULL
  AND NOT EXISTS (
    SELECT FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n (site, rule, kind, subject)
    WHERE n.site = coalesce(s.code::text, '') AND n.rule = r.code::text AND n.kind = a.subject_kind
      AND n.subject = a.subject::text)
ORDER BY a.id;

-- name: retire_alarms
-- what: alarms are no longer in use; what happened stays
-- takes: ids int4[], now timestamptz
UPDATE alarm SET retired_at = $2, level = NULL, value = NULL, quiet = NULL, condition_since = NULL
WHERE id = ANY($1::int4[]);
