-- name: put_calendar
-- what: make the calendar of a site without a contract, or of one of its contracts, where there is none yet
-- takes: site text, contract text
INSERT INTO band_calendar (site_id, contract_id)
SELECT s.id, c.id FROM site AS s LEFT JOIN contract AS c ON c.site_id = s.id AND c.code = $2
WHERE s.code = $1 AND ($2::text IS NULL OR c.id IS NOT NULL)
ON CONFLICT DO NOTHING;

-- name: calendar_of
-- what: the calendar of a site without a contract, or of one of its contracts
-- takes: site text, contract text
-- row: services.band_plan.CalendarRow
SELECT b.id, s.code::text AS site, s.time_zone, c.code::text AS contract
FROM band_calendar AS b JOIN site AS s ON s.id = b.site_id LEFT JOIN contract AS c ON c.id = b.contract_id
WHERE s.code = $1 AND c.code IS NOT DISTINCT FROM $2::text;

-- name: calendar
-- what: whose calendar this is, and the zone of its site
-- takes: calendar_id int4
-- row: services.band_plan.CalendarRow
SELECT b.id, s.code::text AS site, s.time_zone, c.code::text AS contract
FROM band_calendar AS b JOIN site AS s ON s.id = b.site_id LEFT JOIN contract AS c ON c.id = b.contract_id
WHERE b.id = $1;

-- name: calendars_of_site
-- what: every calendar of a site
-- takes: site text
-- row: services.band_plan.CalendarRow
SELECT b.id, s.code::text AS site, s.time_zone, c.code::text AS contract
FROM band_calendar AS b JOIN site AS s ON s.id = b.site_id LEFT JOIN contract AS c ON c.id = b.contract_id
WHERE s.code = $1 ORDER BY b.id;

-- name: put_contract_calendars
-- what: make the calendar of every contract of a site that has none yet
-- takes: site text
INSERT INTO band_calendar (site_id, contract_id)
SELECT s.id, c.id FROM site AS s JOIN contract AS c ON c.site_id = s.id
WHERE s.code = $1
ON CONFLICT DO NOTHING;

-- name: hold_calendar
-- what: queue behind whoever else writes pieces of a calendar
-- takes: calendar_id int4
SELECT id FROM band_calendar WHERE id = $1 FOR NO KEY UPDATE;

-- name: missing_days
-- what: the UTC days of a span, as days since 1970, that have no pieces yet
-- takes: calendar_id int4, first int4, stop int4
-- row: services.calendars.DayRow
SELECT d AS day FROM generate_series($2::int4, $3::int4 - 1) AS d
WHERE NOT EXISTS (SELECT FROM calendar_piece AS p
                  WHERE p.calendar_id = $1 AND p.start = timestamptz 'epoch' + d * interval '24 hours')
ORDER BY d;

-- name: covered_days
-- what: the UTC days from one on, as days since 1970, that have pieces
-- takes: calendar_id int4, first int4
-- row: services.calendars.DayRow
SELECT ((extract(epoch FROM p.start) / 86400)::int4) AS day FROM calendar_piece AS p
WHERE p.calendar_id = $1 AND p.start >= timestamptz 'epoch' + $2::int4 * interval '24 hours'
  AND extract(epoch FROM p.start)::int8 % 86400 = 0
ORDER BY p.start;

-- name: pieces_of
-- what: the pieces of a span of time
-- takes: calendar_id int4, from_us int8, to_us int8
-- row: services.calendars.PieceRow
SELECT (extract(epoch FROM start) * 1000000)::int8 AS start_us, (extract(epoch FROM stop) * 1000000)::int8 AS stop_us,
       band, (extract(epoch FROM hour) * 1000000)::int8 AS hour_us, day - date '1970-01-01' AS day,
       month - date '1970-01-01' AS month
FROM calendar_piece
WHERE calendar_id = $1 AND start >= timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
  AND start < timestamptz 'epoch' + $3::int8 * interval '1 microsecond'
ORDER BY start;

-- name: cuts_of
-- what: the starts of pieces inside a span that are not on a quarter hour
-- takes: calendar_id int4, from_us int8, to_us int8
-- row: services.calendars.CutRow
SELECT (extract(epoch FROM start) * 1000000)::int8 AS cut_us
FROM calendar_piece
WHERE calendar_id = $1 AND start >= timestamptz 'epoch' + $2::int8 * interval '1 microsecond'
  AND start < timestamptz 'epoch' + $3::int8 * interval '1 microsecond'
  AND extract(epoch FROM start)::int8 % 900 <> 0
ORDER BY start;

-- name: has_cuts
-- what: whether any piece of the calendars of a calendar's site starts off the quarter hour
-- takes: calendar_id int4
SELECT EXISTS (SELECT FROM band_calendar AS own JOIN band_calendar AS b ON b.site_id = own.site_id
               JOIN calendar_piece AS p ON p.calendar_id = b.id
               WHERE own.id = $1 AND extract(epoch FROM p.start)::int8 % 900 <> 0);

-- name: mark_stale
-- what: note that calendars and the roll-ups of their registers are to be worked out anew from a local day on
-- takes: calendar_ids int4[], since date
UPDATE band_calendar SET stale_since = least(stale_since, $2), stale_at = clock_timestamp()
WHERE id = ANY($1::int4[]);

-- name: span_of_calendar
-- what: from when to when a calendar has pieces
-- takes: calendar_id int4
-- row: services.calendars.SpanRow
SELECT min(start) AS start, max(stop) AS stop FROM calendar_piece WHERE calendar_id = $1;

-- name: put_pieces
-- what: write pieces; one that is there already gets this stop, band, hour, day and month
-- takes: calendar_id int4, starts_us int8[], stops_us int8[], bands int2[], hours_us int8[], days int4[], months int4[]
INSERT INTO calendar_piece AS p (calendar_id, start, stop, band, hour, day, month)
SELECT $1, timestamptz 'epoch' + start_us * interval '1 microsecond',
       timestamptz 'epoch' + stop_us * interval '1 microsecond', band,
       timestamptz 'epoch' + hour_us * interval '1 microsecond', date '1970-01-01' + day, date '1970-01-01' + month
FROM unnest($2::int8[], $3::int8[], $4::int2[], $5::int8[], $6::int4[], $7::int4[])
     AS new (start_us, stop_us, band, hour_us, day, month)
ON CONFLICT (calendar_id, start) DO UPDATE
SET stop = excluded.stop, band = excluded.band, hour = excluded.hour, day = excluded.day, month = excluded.month;

-- name: assign_registers
-- what: give registers of a site the calendar of their meter's contract, or of the site's own where it names none
-- takes: site text
-- row: services.calendars.MovedRow
WITH wanted AS (
  SELECT r.id, r.calendar_id AS old, b.id AS new
  FROM register AS r
  JOIN meter AS m ON m.id = r.meter_id
  JOIN site AS s ON s.id = m.site_id
  LEFT JOIN contract AS c ON c.retired_at IS NULL
    AND CASE WHEN m.contract IS NULL AND m.contract_id IS NULL
             THEN c.site_id = s.id AND c.carrier = m.carrier AND c.is_default ELSE c.id = m.contract_id END
  JOIN band_calendar AS b ON b.site_id = s.id AND b.contract_id IS NOT DISTINCT FROM c.id
  WHERE s.code = $1 AND b.id <> r.calendar_id
)
UPDATE register AS r SET calendar_id = wanted.new FROM wanted WHERE r.id = wanted.id
RETURNING r.id AS register_id, wanted.old AS old_calendar_id, wanted.new AS new_calendar_id,
          EXISTS (SELECT FROM energy_interval AS e WHERE e.register_id = r.id) AS has_energy;

-- name: registers_of
-- what: the registers that follow a calendar
-- takes: calendar_id int4
-- row: services.calendars.RegisterRow
SELECT id AS register_id FROM register WHERE calendar_id = $1 ORDER BY id;

-- name: terms_of
-- what: the terms of a calendar's contract, in order
-- takes: calendar_id int4
-- row: services.band_plan.TermsRow
SELECT t.terms FROM band_calendar AS b JOIN contract_term AS t USING (contract_id)
WHERE b.id = $1 ORDER BY t.valid_from;

-- name: critical_days_of
-- what: the days called as critical for a calendar's contract
-- takes: calendar_id int4
-- row: services.band_plan.CalledRow
SELECT d.day FROM band_calendar AS b JOIN critical_day AS d USING (contract_id)
WHERE b.id = $1 ORDER BY d.day;

-- name: newest_tariffs
-- what: the newest applied version of each named tariff
-- takes: codes text[]
-- row: services.band_plan.DocumentRow
SELECT DISTINCT ON (code) document FROM tariff WHERE code = ANY($1::text[]) ORDER BY code, applied_at DESC, id DESC;

-- name: newest_holidays
-- what: the newest applied version of each named holiday calendar
-- takes: codes text[]
-- row: services.band_plan.DocumentRow
SELECT DISTINCT ON (code) document FROM holiday_calendar WHERE code = ANY($1::text[])
ORDER BY code, applied_at DESC, id DESC;
