-- name: terms_above
-- what: the terms of every virtual register that depends on given registers, over any number of steps
-- takes: register_ids int4[]
-- row: services.virtual_meters.TermRow
WITH RECURSIVE reached AS (
  SELECT register_id, term_register_id FROM meter_term WHERE term_register_id = ANY($1)
  UNION
  SELECT t.register_id, t.term_register_id FROM reached JOIN meter_term AS t ON t.term_register_id = reached.register_id
)
SELECT register_id, term_register_id FROM reached;

-- name: calendars_of
-- what: the calendars that virtual registers follow, which may be others than those of their terms
-- takes: register_ids int4[]
-- row: services.virtual_meters.CalendarRow
SELECT DISTINCT calendar_id AS id FROM register WHERE id = ANY($1);

-- name: forget
-- what: take away the intervals of virtual registers over spans
-- takes: register_ids int4[], starts_us int8[], stops_us int8[], least timestamptz, most timestamptz
DELETE FROM energy_interval AS e
USING unnest($1::int4[], $2::int8[], $3::int8[]) AS s (register_id, start_us, stop_us)
WHERE e.register_id = s.register_id
  AND e.start > timestamptz 'epoch' + s.start_us * interval '1 microsecond' - interval '15 minutes'
  AND e.start < timestamptz 'epoch' + s.stop_us * interval '1 microsecond'
  AND e.start >= $4 AND e.start < $5;

-- name: evaluate
-- what: write the intervals of virtual registers over spans from those of their terms
-- takes: register_ids int4[], starts_us int8[], stops_us int8[], least timestamptz, most timestamptz
WITH span AS MATERIALIZED (
  SELECT r.id AS register_id, r.calendar_id,
         timestamptz 'epoch' + s.start_us * interval '1 microsecond' AS start,
         timestamptz 'epoch' + s.stop_us * interval '1 microsecond' AS stop
  FROM unnest($1::int4[], $2::int8[], $3::int8[]) AS s (register_id, start_us, stop_us)
  JOIN register AS r ON r.id = s.register_id
),
piece AS MATERIALIZED (
  SELECT DISTINCT s.register_id, s.calendar_id, p.start, p.stop
  FROM span AS s JOIN calendar_piece AS p ON p.calendar_id = s.calendar_id
   AND p.start > s.start - interval '15 minutes' AND p.start < s.stop
),
term AS MATERIALIZED (
  SELECT t.register_id, t.term_register_id, t.factor, r.calendar_id
  FROM meter_term AS t JOIN register AS r ON r.id = t.term_register_id
  WHERE t.register_id = ANY($1)
),
input AS (
  -- Under one calendar a term's piece is the virtual meter's: all of it. Else its share of the time, none of it lost.
  SELECT p.register_id, p.start, t.factor,
         sum(div(e.measured::numeric * e.until, e.length) - div(e.measured::numeric * e.since, e.length)) AS measured,
         sum(div(e.interpolated::numeric * e.until, e.length) - div(e.interpolated::numeric * e.since, e.length))
           AS interpolated,
         sum(div(e.estimated::numeric * e.until, e.length) - div(e.estimated::numeric * e.since, e.length)) AS estimated,
         sum(div(e.covered_us::numeric * e.until, e.length) - div(e.covered_us::numeric * e.since, e.length))
           AS covered_us
  FROM piece AS p JOIN term AS t USING (register_id)
  LEFT JOIN LATERAL (
    SELECT e.measured, e.interpolated, e.estimated, e.covered_us,
           (extract(epoch FROM greatest(c.start, p.start) - c.start) * 1000000)::int8 AS since,
           (extract(epoch FROM least(c.stop, p.stop) - c.start) * 1000000)::int8 AS until,
           (extract(epoch FROM c.stop - c.start) * 1000000)::int8 AS length
    FROM energy_interval AS e
    JOIN calendar_piece AS c ON c.calendar_id = t.calendar_id AND c.start = e.start
    WHERE e.register_id = t.term_register_id AND e.start > p.start - interval '15 minutes' AND e.start < p.stop
      AND c.stop > p.start AND e.start >= $4 AND e.start < $5
    OFFSET 0
  ) AS e ON true
  GROUP BY p.register_id, p.start, t.term_register_id, t.factor
),
weighed AS (
  SELECT register_id, start, factor * (measured + interpolated + estimated) AS energy, covered_us,
         abs(measured) AS measured, abs(estimated) AS estimated,
         nullif(abs(measured) + abs(interpolated) + abs(estimated), 0) AS size
  FROM input
),
summed AS (
  SELECT register_id, start, coalesce(sum(energy), 0) AS exact, coalesce(min(coalesce(covered_us, 0)), 0)::int8 AS covered_us,
         -- Thirty decimals tell any two fractions of energies apart; the fraction itself is kept as its two numbers.
         first(measured, round(measured * 1e30 / size)) FILTER (WHERE size IS NOT NULL) AS measured,
         first(size, round(measured * 1e30 / size)) FILTER (WHERE size IS NOT NULL) AS measured_of,
         last(estimated, round(estimated * 1e30 / size)) FILTER (WHERE size IS NOT NULL) AS estimated,
         last(size, round(estimated * 1e30 / size)) FILTER (WHERE size IS NOT NULL) AS estimated_of
  FROM weighed GROUP BY register_id, start
  HAVING count(covered_us) > 0
),
whole AS (
  SELECT register_id, start, covered_us, measured, measured_of, estimated, estimated_of,
         -- round() takes halves away from zero; those that ended on an odd number go back to the even one.
         round(exact) - CASE WHEN abs(exact - trunc(exact)) = 0.5 AND round(exact) % 2 <> 0 THEN sign(exact) ELSE 0 END
           AS total
  FROM summed
),
split AS (
  SELECT register_id, start, covered_us, total, estimated,
         coalesce(div(total * measured, measured_of), 0) AS measured,
         coalesce(div(total * (measured_of * estimated_of - measured * estimated_of - estimated * measured_of),
                      measured_of * estimated_of), 0) AS interpolated
  FROM whole
)
INSERT INTO energy_interval (register_id, start, measured, interpolated, estimated, covered_us)
SELECT register_id, start, measured::int8,
       CASE WHEN estimated > 0 THEN interpolated ELSE total - measured END::int8,
       CASE WHEN estimated > 0 THEN total - measured - interpolated ELSE 0 END::int8, covered_us
FROM split ORDER BY register_id, start;

-- name: reach
-- what: the span in which a virtual register or one of its terms has energy
-- takes: register_id int4
-- row: services.virtual_meters.ReachRow
SELECT (extract(epoch FROM min(e.first)) * 1000000)::int8 AS start_us,
       (extract(epoch FROM max(e.last) + interval '15 minutes') * 1000000)::int8 AS stop_us
FROM (SELECT $1::int4 AS id UNION SELECT term_register_id FROM meter_term WHERE register_id = $1) AS r
CROSS JOIN LATERAL (
  SELECT (SELECT start FROM energy_interval WHERE register_id = r.id ORDER BY start LIMIT 1) AS first,
         (SELECT start FROM energy_interval WHERE register_id = r.id ORDER BY start DESC LIMIT 1) AS last
) AS e;
