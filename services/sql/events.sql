-- name: record_event
-- what: write an event; its id is assigned when the transaction commits
-- takes: kind text, subject text, payload jsonb
INSERT INTO event (kind, subject, payload) VALUES ($1, $2, $3);

-- name: events_after
-- what: what happened after a cursor, oldest first
-- takes: last_id int8, limit int8
-- row: services.events.EventRow
SELECT id, kind, subject, at, payload FROM event WHERE id > $1 ORDER BY id LIMIT $2;

-- name: newest_event_id
-- what: the cursor of now
SELECT max(id) FROM event;
