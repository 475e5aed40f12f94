-- What machines did on local days, all their devices together.

-- name: days_of_devices
-- what: whole local days of devices, summed up over them, from the first to the last
-- takes: device_ids int4[], first date, last date
-- row: services.equipment.states.DayRow
SELECT day, sum(running_s) AS running_s, sum(loaded_s) AS loaded_s, sum(idle_s) AS idle_s, sum(stopped_s) AS stopped_s,
       sum(fault_s) AS fault_s, sum(starts) AS starts
FROM machine_day
WHERE device_id = ANY($1::int4[]) AND day >= $2::date AND day <= $3::date
GROUP BY day
ORDER BY day;
