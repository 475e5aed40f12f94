-- What a change of the registry leaves behind: former names, the record of what was and is, the new revision.

-- name: remove_aliases
-- what: let go of every former name of a site that is not among the given ones
-- takes: site text, kind text[], alias text[]
DELETE FROM code_alias USING site
WHERE site.code = $1 AND code_alias.site_id = site.id
  AND NOT EXISTS (SELECT FROM unnest($2::text[], $3::text[]) AS kept (kind, alias)
                  WHERE kept.kind = code_alias.kind AND kept.alias = code_alias.alias);

-- name: put_aliases
-- what: let former names lead to the living things of the given names
-- takes: site text, kind text[], alias text[], target text[], actor text
INSERT INTO code_alias (site_id, kind, alias, target_id, actor_id)
SELECT site.id, new.kind, new.alias, coalesce(space.id, unit.id, equipment.id, device.id, point.id, meter.id),
       actor.id
FROM unnest($2::text[], $3::text[], $4::text[]) AS new (kind, alias, target)
JOIN site ON site.code = $1
JOIN actor ON actor.code = $5
LEFT JOIN space ON new.kind = 'space' AND space.site_id = site.id AND space.path = new.target
LEFT JOIN org_unit AS unit ON new.kind = 'org_unit' AND unit.site_id = site.id AND unit.path = new.target
LEFT JOIN equipment ON new.kind = 'equipment' AND equipment.site_id = site.id AND equipment.code = new.target
LEFT JOIN device ON new.kind = 'device' AND device.site_id = site.id AND device.code = new.target
LEFT JOIN device AS owner
  ON new.kind = 'point' AND owner.site_id = site.id AND owner.code = split_part(new.target, '/', 1)
LEFT JOIN point ON point.device_id = owner.id AND point.key = split_part(new.target, '/', 2)
LEFT JOIN meter ON new.kind = 'meter' AND meter.site_id = site.id AND meter.code = new.target
ON CONFLICT (site_id, kind, alias) DO UPDATE SET target_id = EXCLUDED.target_id, actor_id = EXCLUDED.actor_id,
  since = now() WHERE code_alias.target_id <> EXCLUDED.target_id;

-- name: record_changes
-- what: keep what was and what is of everything that changed
-- takes: revision int8, actor text, action text[], kind text[], subject text[], before text[], after text[]
INSERT INTO registry_change (revision, actor_id, action, kind, subject, before, after)
SELECT $1, actor.id, new.action, new.kind, new.subject, new.before::jsonb, new.after::jsonb
FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     AS new (action, kind, subject, before, after)
JOIN actor ON actor.code = $2;

-- name: raise_revision
-- what: raise the revision
-- takes: actor text
-- row: services.registry.snapshot.RevisionRow
UPDATE registry_revision SET revision = revision + 1, changed_at = now(), actor_id = actor.id
FROM actor WHERE actor.code = $1
RETURNING revision;

-- name: notify_workers
-- what: tell the running workers at commit which revision is now
-- takes: revision text
SELECT pg_notify('registry', $1);
