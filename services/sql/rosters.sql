-- name: people
-- what: who works here, what they can do, in which teams and shifts they are
-- takes: team text, skill text, with_retired bool
-- row: services.rosters.PersonRow
SELECT u.code::text AS code, u.name, u.skills, u.retired_at,
       ARRAY(SELECT t.code::text FROM team_member AS m JOIN teams AS t ON t.id = m.team_id
             WHERE m.user_id = u.id AND t.retired_at IS NULL ORDER BY t.code) AS teams,
       ARRAY(SELECT s.code || '/' || f.code FROM shift_member AS m JOIN shift AS f ON f.id = m.shift_id
             JOIN site AS s ON s.id = f.site_id
             WHERE m.user_id = u.id AND f.retired_at IS NULL ORDER BY 1) AS shifts
FROM users AS u
WHERE ($1::text IS NULL OR EXISTS (SELECT FROM team_member AS m JOIN teams AS t ON t.id = m.team_id
                                   WHERE m.user_id = u.id AND t.code = $1 AND t.retired_at IS NULL))
  AND ($2::text IS NULL OR $2 = ANY(u.skills))
  AND ($3 OR u.retired_at IS NULL)
ORDER BY u.code;

-- name: teams
-- what: teams that there are, what they can do, who is in them
-- row: services.rosters.TeamRow
SELECT t.code::text AS code, t.name, t.skills,
       ARRAY(SELECT u.code::text FROM team_member AS m JOIN users AS u ON u.id = m.user_id
             WHERE m.team_id = t.id AND u.retired_at IS NULL ORDER BY u.code) AS members
FROM teams AS t WHERE t.retired_at IS NULL ORDER BY t.code;

-- name: shifts
-- what: shifts of a site or of all, their hours, who works in them
-- takes: site text, with_retired bool
-- row: services.rosters.ShiftRow
SELECT s.code::text AS site, f.code::text AS code, f.name, f.hours, f.retired_at,
       ARRAY(SELECT u.code::text FROM shift_member AS m JOIN users AS u ON u.id = m.user_id
             WHERE m.shift_id = f.id AND u.retired_at IS NULL ORDER BY u.code) AS members
FROM shift AS f JOIN site AS s ON s.id = f.site_id
WHERE ($1::text IS NULL OR s.code = $1) AND ($2 OR f.retired_at IS NULL)
ORDER BY s.code, f.code;
