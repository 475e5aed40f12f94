-- Rules of alarms, their versions, and what single machines have otherwise.

-- name: queue_for_rules
-- what: queue behind another change of rules
SELECT pg_advisory_xact_lock(hashtext('ioe alarm rules'));

-- name: rules
-- what: rules of all sites ('' for those about the service), or of one; also retired ones
-- takes: site text, code text, retired bool
-- row: services.alarms.rules.RuleRow
SELECT rule.id AS rule_id, coalesce(site.code::text, '') AS site, rule.code::text AS code, rule.origin, rule.version,
       rule.document, rule.is_enabled, rule.retired_at
FROM alarm_rule AS rule LEFT JOIN site ON site.id = rule.site_id
WHERE ($1::text IS NULL OR coalesce(site.code::text, '') = $1)
  AND ($2::text IS NULL OR rule.code = $2)
  AND ($3::bool OR rule.retired_at IS NULL)
ORDER BY coalesce(site.code::text, ''), rule.code;

-- name: put_rules
-- what: add rules of a site ('' for the service) or give them a new version; a retired one is back
-- takes: site text, codes text[], origins text[], documents jsonb[], enabled bool[], actor text, reason text
WITH put AS (
  INSERT INTO alarm_rule (site_id, code, origin, version, document, is_enabled)
  SELECT site.id, new.code, new.origin, 1, new.document, new.is_enabled
  FROM unnest($2::text[], $3::text[], $4::jsonb[], $5::bool[]) AS new (code, origin, document, is_enabled)
  LEFT JOIN site ON site.code = $1
  WHERE $1 = '' OR site.id IS NOT NULL
  ON CONFLICT (site_id, code) DO UPDATE
  SET origin = excluded.origin, version = alarm_rule.version + 1, document = excluded.document,
      is_enabled = excluded.is_enabled, retired_at = NULL
  RETURNING id, origin, version, document, is_enabled
)
INSERT INTO alarm_rule_version (rule_id, version, origin, document, is_enabled, actor_id, reason)
SELECT put.id, put.version, put.origin, put.document, put.is_enabled, (SELECT id FROM actor WHERE code = $6), $7
FROM put;

-- name: retire_rules
-- what: rules of a site that are no longer in its folder or in the library; their alarms and versions stay
-- takes: site text, codes text[], actor text, reason text
WITH gone AS (
  UPDATE alarm_rule AS rule SET retired_at = now(), version = rule.version + 1, is_enabled = false
  WHERE rule.code = ANY ($2::text[]) AND rule.retired_at IS NULL
    AND rule.site_id IS NOT DISTINCT FROM (SELECT site.id FROM site WHERE site.code = $1)
  RETURNING id, origin, version, document, is_enabled
)
INSERT INTO alarm_rule_version (rule_id, version, origin, document, is_enabled, actor_id, reason)
SELECT gone.id, gone.version, gone.origin, gone.document, gone.is_enabled, (SELECT id FROM actor WHERE code = $3), $4
FROM gone;

-- name: tell_rules_changed
-- what: let whoever evaluates rules load them again, when this is committed
SELECT pg_notify('alarm_rules', '');

-- name: rule_versions
-- what: every version of a rule, the newest first
-- takes: site text, code text
-- row: services.alarms.rules.VersionRow
SELECT version.version, version.origin, version.document, version.is_enabled, actor.code::text AS actor, version.reason,
       version.at
FROM alarm_rule_version AS version
JOIN alarm_rule AS rule ON rule.id = version.rule_id
JOIN actor ON actor.id = version.actor_id
LEFT JOIN site ON site.id = rule.site_id
WHERE coalesce(site.code::text, '') = $1 AND rule.code = $2
ORDER BY version.version DESC;

-- name: overrides
-- what: what machines have otherwise than their rules now
-- takes: site text, code text
-- row: services.alarms.rule_overrides.OverrideRow
SELECT found.site, found.code, found.subject_kind, found.subject, found.document, found.actor, found.reason, found.at
FROM (
  SELECT DISTINCT ON (override.rule_id, override.subject_kind, override.subject)
         coalesce(site.code::text, '') AS site, rule.code::text AS code, override.subject_kind,
         override.subject::text AS subject, override.document, actor.code::text AS actor, override.reason, override.at
  FROM alarm_rule_override AS override
  JOIN alarm_rule AS rule ON rule.id = override.rule_id
  JOIN actor ON actor.id = override.actor_id
  LEFT JOIN site ON site.id = rule.site_id
  WHERE ($1::text IS NULL OR coalesce(site.code::text, '') = $1) AND ($2::text IS NULL OR rule.code = $2)
  ORDER BY override.rule_id, override.subject_kind, override.subject, override.id DESC
) AS found
WHERE found.document IS NOT NULL
ORDER BY found.site, found.code, found.subject_kind, found.subject;

-- name: override_history
-- what: every override that machines ever had of a rule, the newest first; without a document it was taken away
-- takes: site text, code text
-- row: services.alarms.rule_overrides.OverrideRow
SELECT coalesce(site.code::text, '') AS site, rule.code::text AS code, override.subject_kind,
       override.subject::text AS subject, override.document, actor.code::text AS actor, override.reason, override.at
FROM alarm_rule_override AS override
JOIN alarm_rule AS rule ON rule.id = override.rule_id
JOIN actor ON actor.id = override.actor_id
LEFT JOIN site ON site.id = rule.site_id
WHERE coalesce(site.code::text, '') = $1 AND rule.code = $2
ORDER BY override.id DESC;

-- name: put_override
-- what: what a machine has otherwise than a rule from now on; without a document nothing
-- takes: site text, code text, subject_kind text, subject text, document jsonb, actor text, reason text
INSERT INTO alarm_rule_override (rule_id, subject_kind, subject, document, actor_id, reason)
SELECT rule.id, $3, $4, $5, actor.id, $7
FROM alarm_rule AS rule LEFT JOIN site ON site.id = rule.site_id, actor
WHERE coalesce(site.code::text, '') = $1 AND rule.code = $2 AND actor.code = $6;

-- name: readings_to_try
-- what: effective readings of points in [start, stop), packed as big-endian columns in no order; NULL where there is none
-- takes: point_ids int4[], start timestamptz, stop timestamptz
-- row: services.alarms.trial_readings.PackedRow
SELECT string_agg(int4send(found.point_id), '') AS point_ids,
       string_agg(int8send((extract(epoch FROM found.time) * 1000000)::int8), '') AS times_us,
       string_agg(float8send(found.value), '') AS values
FROM (
  SELECT reading.point_id, reading.time, reading.value FROM reading
  WHERE reading.point_id = ANY ($1::int4[]) AND reading.time >= $2 AND reading.time < $3
    AND NOT EXISTS (
      SELECT FROM reading_correction AS correction
      WHERE correction.point_id = reading.point_id AND correction.time = reading.time
    )
  UNION ALL
  SELECT * FROM (
    SELECT DISTINCT ON (correction.point_id, correction.time)
           correction.point_id, correction.time, correction.new_value
    FROM reading_correction AS correction
    WHERE correction.point_id = ANY ($1::int4[]) AND correction.time >= $2 AND correction.time < $3
    ORDER BY correction.point_id, correction.time, correction.id DESC
  ) AS corrected
) AS found;
