-- name: state_points
-- what: living points of living devices by these keys, with what tells how they are read
-- takes: keys text[]
-- row: services.machine_states.bindings.PointRow
SELECT d.id AS device_id, d.site_id, s.time_zone, coalesce(t.kind::text, '') AS kind, p.id AS point_id,
       p.key::text AS key, p.kind AS point_kind, p.expected_interval_s, p.states
FROM device AS d
JOIN site AS s ON s.id = d.site_id
JOIN point AS p ON p.device_id = d.id AND p.retired_at IS NULL
LEFT JOIN device_template AS t ON t.id = d.template_id
WHERE d.retired_at IS NULL AND p.key::text = ANY ($1)
ORDER BY d.id, p.id;

-- name: covers
-- what: up to where the readings of devices have been taken in
-- takes: device_ids int4[]
-- row: services.machine_states.covers.CoverRow
SELECT device_id, point_id, meaning, (extract(epoch FROM first_reading_at) * 1000000)::int8 AS first_us,
       (extract(epoch FROM last_reading_at) * 1000000)::int8 AS last_us, last_value,
       (extract(epoch FROM valid_until) * 1000000)::int8 AS valid_until_us,
       (extract(epoch FROM derived_to) * 1000000)::int8 AS derived_to_us
FROM machine_state_cover WHERE device_id = ANY ($1);

-- name: put_covers
-- what: note up to where readings have been taken in; what is noted for the first time has its history before it
-- takes: device_ids int4[], point_ids int4[], meanings jsonb[], first_us int8[], last_us int8[], last_values float8[], valid_until_us int8[]
INSERT INTO machine_state_cover AS c
  (device_id, point_id, meaning, first_reading_at, last_reading_at, last_value, valid_until, derived_to)
SELECT n.device_id, n.point_id, n.meaning, timestamptz 'epoch' + n.first_us * interval '1 microsecond',
       timestamptz 'epoch' + n.last_us * interval '1 microsecond', n.last_value,
       timestamptz 'epoch' + n.valid_until_us * interval '1 microsecond', timestamptz 'epoch'
FROM unnest($1::int4[], $2::int4[], $3::jsonb[], $4::int8[], $5::int8[], $6::float8[], $7::int8[])
  AS n (device_id, point_id, meaning, first_us, last_us, last_value, valid_until_us)
ON CONFLICT (device_id) DO UPDATE
SET first_reading_at = least(c.first_reading_at, excluded.first_reading_at),
    last_reading_at = excluded.last_reading_at, last_value = excluded.last_value, valid_until = excluded.valid_until;

-- name: read_otherwise
-- what: a device's values mean something else from now on: its history is derived anew
-- takes: device_id int4, meaning jsonb, valid_until_us int8
UPDATE machine_state_cover
SET meaning = $2, valid_until = timestamptz 'epoch' + $3::int8 * interval '1 microsecond', derived_to = timestamptz 'epoch'
WHERE device_id = $1;

-- name: derive_all_anew
-- what: have the history of every device derived anew
UPDATE machine_state_cover SET derived_to = timestamptz 'epoch';

-- name: lose_sight
-- what: devices other than these tell no state now: what they send meanwhile is read once they tell one again
-- takes: device_ids int4[]
UPDATE machine_state_cover SET derived_to = timestamptz 'epoch' WHERE derived_to IS NULL AND device_id <> ALL ($1::int4[]);

-- name: forget_cover
-- what: forget up to where a device's readings have been taken in
-- takes: device_id int4
DELETE FROM machine_state_cover WHERE device_id = $1;

-- name: forget_states
-- what: forget a device's states
-- takes: device_id int4
DELETE FROM machine_state WHERE device_id = $1;

-- name: forget_days
-- what: forget a device's days
-- takes: device_id int4
DELETE FROM machine_day WHERE device_id = $1;

-- name: newest_of_points
-- what: the newest reading of points that have any
-- takes: point_ids int4[]
-- row: services.machine_states.bindings.NewestRow
SELECT point_id, (extract(epoch FROM time) * 1000000)::int8 AS time_us, value FROM latest
WHERE point_id = ANY ($1) ORDER BY point_id;

-- name: readings_in_windows
-- what: effective readings of points in windows with both ends, packed by time; windows without any are left out
-- takes: point_ids int4[], first_us int8[], last_us int8[], least timestamptz, most timestamptz
-- row: services.machine_states.raw_readings.WindowRow
SELECT w.number::int4 AS number,
       string_agg(int8send((extract(epoch FROM e.time) * 1000000)::int8), '' ORDER BY e.time) AS times_us,
       string_agg(float8send(e.value), '' ORDER BY e.time) AS values
FROM unnest($1::int4[], $2::int8[], $3::int8[]) WITH ORDINALITY AS w (point_id, first_us, last_us, number)
CROSS JOIN LATERAL (
  SELECT r.time, r.value FROM reading AS r
  WHERE r.point_id = w.point_id AND r.time >= $4 AND r.time <= $5
    AND r.time >= timestamptz 'epoch' + w.first_us * interval '1 microsecond'
    AND r.time <= timestamptz 'epoch' + w.last_us * interval '1 microsecond'
    AND NOT EXISTS (SELECT FROM reading_correction AS c WHERE c.point_id = r.point_id AND c.time = r.time)
  UNION ALL
  SELECT * FROM (
    SELECT DISTINCT ON (c.time) c.time, c.new_value FROM reading_correction AS c
    WHERE c.point_id = w.point_id AND c.time >= timestamptz 'epoch' + w.first_us * interval '1 microsecond'
      AND c.time <= timestamptz 'epoch' + w.last_us * interval '1 microsecond'
    ORDER BY c.time, c.id DESC
  ) AS corrected
) AS e
GROUP BY w.number ORDER BY w.number;

-- name: readings_after
-- what: the first effective readings of a point after an instant, packed by time; NULL where there is none
-- takes: point_id int4, after_us int8, limit int8
-- row: services.machine_states.raw_readings.PageRow
SELECT string_agg(int8send((extract(epoch FROM e.time) * 1000000)::int8), '' ORDER BY e.time) AS times_us,
       string_agg(float8send(e.value), '' ORDER BY e.time) AS values
FROM (
  SELECT * FROM (
    SELECT * FROM (
      SELECT r.time, r.value FROM reading AS r
      WHERE r.point_id = $1 AND r.time > timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
        AND NOT EXISTS (SELECT FROM reading_correction AS c WHERE c.point_id = r.point_id AND c.time = r.time)
      ORDER BY r.time LIMIT $3
    ) AS raw
    UNION ALL
    SELECT * FROM (
      SELECT DISTINCT ON (c.time) c.time, c.new_value FROM reading_correction AS c
      WHERE c.point_id = $1 AND c.time > timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
      ORDER BY c.time, c.id DESC LIMIT $3
    ) AS corrected
  ) AS both_kinds
  ORDER BY time LIMIT $3
) AS e;

-- name: readings_begin
-- what: where the oldest chunk of raw readings begins; NULL: there is none
SELECT (extract(epoch FROM min(range_start)) * 1000000)::int8
FROM timescaledb_information.chunks WHERE hypertable_name = 'reading';

-- name: drop_changes
-- what: take away the changes of devices in windows with both ends
-- takes: device_ids int4[], first_us int8[], last_us int8[]
DELETE FROM machine_state AS m
USING unnest($1::int4[], $2::int8[], $3::int8[]) AS w (device_id, first_us, last_us)
WHERE m.device_id = w.device_id AND m.at >= timestamptz 'epoch' + w.first_us * interval '1 microsecond'
  AND m.at <= timestamptz 'epoch' + w.last_us * interval '1 microsecond';

-- name: add_changes
-- what: add changes of devices
-- takes: device_ids int4[], times_us int8[], states text[]
INSERT INTO machine_state (device_id, at, state)
SELECT n.device_id, timestamptz 'epoch' + n.time_us * interval '1 microsecond', n.state
FROM unnest($1::int4[], $2::int8[], $3::text[]) AS n (device_id, time_us, state);

-- name: courses
-- what: changes of devices in spans [start, stop), packed by time with the place of each state in a list, and what stood before
-- takes: device_ids int4[], start_us int8[], stop_us int8[], states text[]
-- row: services.machine_states.courses.CourseRow
SELECT w.number::int4 AS number, coalesce(b.state, 'no_data') AS before, coalesce(k.state, 'no_data') AS known_before,
       c.times_us, c.places
FROM unnest($1::int4[], $2::int8[], $3::int8[]) WITH ORDINALITY AS w (device_id, start_us, stop_us, number)
LEFT JOIN LATERAL (
  SELECT m.state FROM machine_state AS m
  WHERE m.device_id = w.device_id AND m.at < timestamptz 'epoch' + w.start_us * interval '1 microsecond'
  ORDER BY m.at DESC LIMIT 1
) AS b ON true
LEFT JOIN LATERAL (
  SELECT m.state FROM machine_state AS m
  WHERE m.device_id = w.device_id AND m.at < timestamptz 'epoch' + w.start_us * interval '1 microsecond'
    AND m.state <> 'no_data'
  ORDER BY m.at DESC LIMIT 1
) AS k ON true
LEFT JOIN LATERAL (
  SELECT string_agg(int8send((extract(epoch FROM m.at) * 1000000)::int8), '' ORDER BY m.at) AS times_us,
         string_agg(int2send(array_position($4::text[], m.state)::int2), '' ORDER BY m.at) AS places
  FROM machine_state AS m
  WHERE m.device_id = w.device_id AND m.at >= timestamptz 'epoch' + w.start_us * interval '1 microsecond'
    AND m.at < timestamptz 'epoch' + w.stop_us * interval '1 microsecond'
) AS c ON true
ORDER BY w.number;

-- name: next_known
-- what: for each device the first change after an instant to a state that is known; those without one are left out
-- takes: device_ids int4[], after_us int8[]
-- row: services.machine_states.days.NextRow
SELECT w.number::int4 AS number, (extract(epoch FROM m.at) * 1000000)::int8 AS at_us
FROM unnest($1::int4[], $2::int8[]) WITH ORDINALITY AS w (device_id, after_us, number)
CROSS JOIN LATERAL (
  SELECT m.at FROM machine_state AS m
  WHERE m.device_id = w.device_id AND m.at > timestamptz 'epoch' + w.after_us * interval '1 microsecond'
    AND m.state <> 'no_data'
  ORDER BY m.at LIMIT 1
) AS m
ORDER BY w.number;

-- name: put_days
-- what: put the sums of whole local days of devices
-- takes: device_ids int4[], days date[], running_s float8[], loaded_s float8[], idle_s float8[], stopped_s float8[], fault_s float8[], no_data_s float8[], starts int4[]
INSERT INTO machine_day (device_id, day, running_s, loaded_s, idle_s, stopped_s, fault_s, no_data_s, starts)
SELECT * FROM unnest($1::int4[], $2::date[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[],
                     $8::float8[], $9::int4[])
ON CONFLICT (device_id, day) DO UPDATE
SET running_s = excluded.running_s, loaded_s = excluded.loaded_s, idle_s = excluded.idle_s,
    stopped_s = excluded.stopped_s, fault_s = excluded.fault_s, no_data_s = excluded.no_data_s, starts = excluded.starts;

-- name: days_in_all
-- what: sums over the days [first, last] of each device, both ends included, and how many there are
-- takes: device_ids int4[], firsts date[], lasts date[]
-- row: services.machine_states.sums.DaysRow
SELECT w.number::int4 AS number, count(*) AS days, sum(d.running_s) AS running_s, sum(d.loaded_s) AS loaded_s,
       sum(d.idle_s) AS idle_s, sum(d.stopped_s) AS stopped_s, sum(d.fault_s) AS fault_s,
       sum(d.no_data_s) AS no_data_s, sum(d.starts) AS starts
FROM unnest($1::int4[], $2::date[], $3::date[]) WITH ORDINALITY AS w (device_id, first, last, number)
JOIN machine_day AS d ON d.device_id = w.device_id AND d.day BETWEEN w.first AND w.last
GROUP BY w.number ORDER BY w.number;

-- name: device_zones
-- what: the time zone of each device's site
-- takes: device_ids int4[]
-- row: services.machine_states.sums.ZoneRow
SELECT d.id AS device_id, s.time_zone FROM device AS d JOIN site AS s ON s.id = d.site_id WHERE d.id = ANY ($1);

-- name: stated_devices
-- what: the devices of machines that have a state, retired ones too: their history counts
-- takes: equipment_ids int4[]
-- row: services.machine_states.reads.StatedRow
SELECT d.equipment_id, d.id AS device_id
FROM device AS d JOIN machine_state_cover AS c ON c.device_id = d.id
WHERE d.equipment_id = ANY ($1) ORDER BY d.equipment_id, d.id;

-- name: current_states
-- what: the last change of each device, and until when its last reading is believed
-- takes: device_ids int4[]
-- row: services.machine_states.reads.CurrentRow
SELECT c.device_id, m.state, m.at AS since, c.last_reading_at, c.valid_until
FROM machine_state_cover AS c
LEFT JOIN LATERAL (
  SELECT state, at FROM machine_state WHERE device_id = c.device_id ORDER BY at DESC LIMIT 1
) AS m ON true
WHERE c.device_id = ANY ($1) ORDER BY c.device_id;

-- name: next_behind
-- what: which of these devices has most of its history still to be derived anew
-- takes: device_ids int4[]
-- row: services.machine_states.catching_up.BehindRow
SELECT device_id, (extract(epoch FROM derived_to) * 1000000)::int8 AS derived_to_us
FROM machine_state_cover WHERE derived_to IS NOT NULL AND device_id = ANY ($1) ORDER BY derived_to, device_id LIMIT 1;

-- name: derived_to
-- what: note up to where a device's history has been derived anew; NULL: all of it
-- takes: device_id int4, derived_to_us int8
UPDATE machine_state_cover SET derived_to = timestamptz 'epoch' + $2::int8 * interval '1 microsecond' WHERE device_id = $1;
