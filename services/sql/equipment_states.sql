-- What machines did on local days.

-- name: days_of_device
-- what: whole local days of a device, summed up, from the first to the last
-- takes: device_id int4, first date, last date
-- row: services.equipment.states.DayRow
SELECT day, running_s, loaded_s, idle_s, stopped_s, fault_s
FROM machine_day
WHERE device_id = $1 AND day BETWEEN $2 AND $3
ORDER BY day;
