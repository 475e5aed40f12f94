-- name: registers_to_check
-- what: registers of meters in service, of a site or of all, with the power point of the same device
-- takes: site text, at timestamptz
-- row: services.ledger.commissioning.CandidateRow
SELECT r.id AS register_id, s.code AS site, m.code, m.name, m.name_zh, m.carrier, m.kind, r.flow, r.unit,
       m.rated_per_hour, g.multiplier, g.point_id, power.id AS power_point_id,
       s.code || '/' || d.code || '/' || power.key AS power_point, power.expected_interval_s
FROM meter AS m
JOIN site AS s ON s.id = m.site_id
JOIN register AS r ON r.meter_id = m.id
LEFT JOIN LATERAL (
  SELECT multiplier, point_id FROM register_segment AS g
  WHERE g.register_id = r.id AND g.valid_from <= $2 ORDER BY g.valid_from DESC LIMIT 1
) AS g ON true
LEFT JOIN point AS p ON p.id = g.point_id
LEFT JOIN device AS d ON d.id = p.device_id
LEFT JOIN LATERAL (
  -- Of total and phases the total has the shortest key: active_power_kw, active_power_a_kw.
  SELECT power.id, power.key, power.expected_interval_s FROM point AS power
  WHERE power.device_id = d.id AND power.kind = 'gauge' AND power.retired_at IS NULL
    AND power.quantity = CASE p.quantity
      WHEN 'energy' THEN 'active_power' WHEN 'reactive_energy' THEN 'reactive_power'
      WHEN 'thermal_energy' THEN 'thermal_power' WHEN 'volume' THEN 'flow' WHEN 'normal_volume' THEN 'normal_flow'
      WHEN 'mass' THEN 'mass_flow' END
  ORDER BY length(power.key), power.key LIMIT 1
) AS power ON m.kind = 'register'
WHERE ($1::text IS NULL OR s.code = $1)
  AND m.retired_at IS NULL AND r.retired_at IS NULL AND m.kind <> 'virtual'
ORDER BY s.code, m.code, array_position(ARRAY['import', 'export', 'reactive_import', 'reactive_export'], r.flow);

-- name: register_against_power
-- what: energy of a register and integrals of its device's power over the quarter hours that both of them cover
-- takes: register_id int4, point_id int4, start timestamptz, stop timestamptz, longest interval
-- row: services.ledger.commissioning.IntegralRow
WITH read AS (
  SELECT time, value FROM reading AS r
  WHERE r.point_id = $2 AND r.time >= $3::timestamptz - $5::interval AND r.time <= $4::timestamptz + $5::interval
    AND NOT EXISTS (SELECT FROM reading_correction AS c WHERE c.point_id = $2 AND c.time = r.time)
  UNION ALL
  SELECT * FROM (
    SELECT DISTINCT ON (time) time, new_value FROM reading_correction
    WHERE point_id = $2 AND time >= $3::timestamptz - $5::interval AND time <= $4::timestamptz + $5::interval ORDER BY time, id DESC
  ) AS corrected
), step AS (
  SELECT time, value, lag(time) OVER by_time AS time_before, lag(value) OVER by_time AS value_before
  FROM read WINDOW by_time AS (ORDER BY time)
), trapezoid AS (
  -- A step belongs to the quarter hour in which it ends: over many of them the edges even out.
  SELECT time_bucket(interval '15 minutes', time - interval '1 microsecond') AS quarter,
         extract(epoch FROM time - time_before)::float8 AS seconds, (value + value_before) / 2 AS mean
  FROM step WHERE time - time_before <= $5
), power AS (
  SELECT quarter, sum(greatest(mean, 0) * seconds) / 3600 AS forward, sum(greatest(-mean, 0) * seconds) / 3600 AS backward
  FROM trapezoid GROUP BY quarter HAVING sum(seconds) >= 810
), energy AS (
  SELECT time_bucket(interval '15 minutes', start) AS quarter, sum(measured + interpolated + estimated) AS energy
  FROM energy_interval WHERE register_id = $1 AND start >= $3 AND start < $4
  GROUP BY 1 HAVING sum(covered_us) = 900000000
)
SELECT count(*) AS quarters, coalesce(sum(energy), 0)::float8 / 1000000 AS energy,
       coalesce(sum(forward), 0)::float8 AS forward, coalesce(sum(backward), 0)::float8 AS backward
FROM energy JOIN power USING (quarter);

-- name: energy_of_registers
-- what: energy of registers over a span, for how long it is known, and a digest of its quarter hours where it moved
-- takes: register_ids int4[], start timestamptz, stop timestamptz
-- row: services.ledger.commissioning.EnergyRow
SELECT register_id, sum(energy)::float8 / 1000000 AS energy, sum(covered_us)::int8 AS covered_us,
       CASE WHEN sum(energy) <> 0 THEN md5(string_agg(quarter || ' ' || energy, ',' ORDER BY quarter)
                                           FILTER (WHERE energy <> 0)) END AS digest
FROM (
  SELECT register_id, extract(epoch FROM time_bucket(interval '15 minutes', start))::int8 AS quarter,
         sum(measured + interpolated + estimated)::int8 AS energy, sum(covered_us)::int8 AS covered_us
  FROM energy_interval WHERE register_id = ANY($1) AND start >= $2 AND start < $3
  GROUP BY register_id, time_bucket(interval '15 minutes', start)
) AS quarters
GROUP BY register_id;
