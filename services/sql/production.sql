-- name: store
-- what: store production counts, the last of those posted twice; says of each what became of it
-- takes: site text, org_units text[], products text[], starts timestamptz[], stops timestamptz[], quantities numeric[], units text[], actor text
-- row: services.production.StoredRow
WITH posted AS MATERIALIZED (
  SELECT n::int4 AS number, s.id AS site_id, u.id AS org_unit_id, p.org_unit IS NOT NULL AND u.id IS NULL AS lost,
         p.product, p.start, p.stop, p.quantity, p.unit
  FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::numeric[], $7::text[])
       WITH ORDINALITY AS p (org_unit, product, start, stop, quantity, unit, n)
  JOIN site AS s ON s.code = $1
  LEFT JOIN org_unit AS u ON u.site_id = s.id AND u.path = p.org_unit
),
judged AS MATERIALIZED (
  SELECT p.*, c.quantity AS old_quantity, c.stop AS old_stop, c.unit AS old_unit, c.site_id IS NOT NULL AS is_there,
         EXISTS (
           SELECT FROM production_count AS o
           WHERE o.site_id = p.site_id AND o.org_unit_id IS NOT DISTINCT FROM p.org_unit_id AND o.product = p.product
             AND o.start <> p.start AND o.start < p.stop AND o.stop > p.start
         ) OR EXISTS (
           SELECT FROM posted AS o
           WHERE o.number <> p.number AND o.org_unit_id IS NOT DISTINCT FROM p.org_unit_id AND o.product = p.product
             AND NOT o.lost AND o.start < p.stop AND o.stop > p.start
         ) AS meets_another
  FROM posted AS p
  LEFT JOIN production_count AS c ON c.site_id = p.site_id AND c.org_unit_id IS NOT DISTINCT FROM p.org_unit_id
   AND c.product = p.product AND c.start = p.start
),
decided AS MATERIALIZED (
  SELECT number, site_id, org_unit_id, product, start, stop, quantity, unit,
         CASE WHEN lost THEN 'there is no such organisational unit'
              WHEN meets_another THEN 'it overlaps another count of this product and unit'
              WHEN NOT is_there THEN 'stored'
              WHEN (quantity, stop, unit) = (old_quantity, old_stop, old_unit) THEN 'unchanged'
              ELSE 'replaced' END AS became
  FROM judged
),
written AS (
  INSERT INTO production_count (site_id, org_unit_id, product, start, stop, quantity, unit, actor_id)
  SELECT d.site_id, d.org_unit_id, d.product, d.start, d.stop, d.quantity, d.unit, a.id
  FROM decided AS d JOIN actor AS a ON a.code = $8
  WHERE d.became IN ('stored', 'replaced')
  ON CONFLICT (site_id, org_unit_id, product, start) DO UPDATE
  SET stop = excluded.stop, quantity = excluded.quantity, unit = excluded.unit, actor_id = excluded.actor_id, at = now()
)
SELECT number, became FROM decided ORDER BY number;

-- name: counts
-- what: production counts of a site that reach into [start, stop), by start
-- takes: site text, start timestamptz, stop timestamptz, product text, limit int4
-- row: services.production.CountRow
SELECT s.code::text AS site, u.path AS org_unit, c.product::text AS product, c.start, c.stop, c.quantity, c.unit,
       a.code::text AS actor, c.at
FROM production_count AS c
JOIN site AS s ON s.id = c.site_id
JOIN actor AS a ON a.id = c.actor_id
LEFT JOIN org_unit AS u ON u.id = c.org_unit_id
WHERE s.code = $1 AND c.start < $3 AND c.stop > $2 AND ($4::text IS NULL OR c.product = $4)
ORDER BY c.start, c.product, u.path NULLS FIRST LIMIT $5::int4;

-- name: produced
-- what: what [start, stop) produced by product: of units with all below them, of the site for null; those above win
-- takes: site text, org_units text[], start timestamptz, stop timestamptz
-- row: services.production.ProducedRow
WITH here AS (
  SELECT asked.org_unit, c.product, c.unit, u.path, greatest(c.start, $3) AS start, least(c.stop, $4) AS stop,
         c.quantity * extract(epoch FROM least(c.stop, $4) - greatest(c.start, $3)) / extract(epoch FROM c.stop - c.start)
           AS quantity
  FROM production_count AS c
  JOIN site AS s ON s.id = c.site_id
  LEFT JOIN org_unit AS u ON u.id = c.org_unit_id
  JOIN unnest($2::text[]) AS asked (org_unit)
    ON asked.org_unit IS NULL OR u.path = asked.org_unit OR starts_with(u.path, asked.org_unit || '/')
  WHERE s.code = $1 AND c.start < $4 AND c.stop > $3
),
kept AS (
  SELECT h.* FROM here AS h
  WHERE NOT EXISTS (
    SELECT FROM here AS above
    WHERE above.org_unit IS NOT DISTINCT FROM h.org_unit AND above.product = h.product AND above.unit = h.unit
      AND (above.path IS NULL AND h.path IS NOT NULL OR starts_with(h.path, above.path || '/'))
  )
),
covered AS (
  SELECT org_unit, product, unit, sum(extract(epoch FROM upper(span) - lower(span)))::float8 AS counted_s
  FROM (
    SELECT org_unit, product, unit, unnest(range_agg(tstzrange(start, stop))) AS span
    FROM kept GROUP BY org_unit, product, unit
  ) AS stretch
  GROUP BY org_unit, product, unit
)
SELECT k.org_unit, k.product::text AS product, k.unit, sum(k.quantity) AS quantity, max(c.counted_s) AS counted_s
FROM kept AS k
JOIN covered AS c ON c.org_unit IS NOT DISTINCT FROM k.org_unit AND c.product = k.product AND c.unit = k.unit
GROUP BY k.org_unit, k.product, k.unit ORDER BY k.org_unit NULLS FIRST, k.product, k.unit;
