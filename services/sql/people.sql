-- name: local_actor
-- what: whoever acts without a name
-- row: services.people.Actor
SELECT id, code::text AS code, user_id FROM actor WHERE kind = 'local' ORDER BY id LIMIT 1;

-- name: person
-- what: a person who works here, and the actor that stands for them
-- takes: code text
-- row: services.people.PersonRow
SELECT u.id AS user_id, u.code::text AS code, k.id AS actor_id
FROM users AS u LEFT JOIN actor AS k ON k.user_id = u.id
WHERE u.code = $1 AND u.retired_at IS NULL;

-- name: add_actor_of_person
-- what: let a person act; one that does already stays as it is
-- takes: code text, user_id int4
INSERT INTO actor (code, kind, user_id) VALUES ($1, 'user', $2) ON CONFLICT (user_id) DO NOTHING;

-- name: team_id
-- what: a team that there still is, by its code
-- takes: code text
SELECT id FROM teams WHERE code = $1 AND retired_at IS NULL;

-- name: candidates
-- what: who may be asked to work at a site: what they can do, their teams and hours there, how much they have to do already
-- takes: site text, team text
-- row: services.people.CandidateRow
SELECT u.code::text AS code, u.name, u.skills, s.time_zone,
       ARRAY(SELECT t.code::text FROM team_member AS m JOIN teams AS t ON t.id = m.team_id
             WHERE m.user_id = u.id AND t.retired_at IS NULL ORDER BY t.code) AS teams,
       EXISTS (SELECT FROM shift_member AS m JOIN shift AS f ON f.id = m.shift_id
               WHERE m.user_id = u.id AND f.site_id = s.id AND f.retired_at IS NULL) AS has_shift,
       ARRAY(SELECT h FROM shift_member AS m JOIN shift AS f ON f.id = m.shift_id, unnest(f.hours) AS h
             WHERE m.user_id = u.id AND f.site_id = s.id AND f.retired_at IS NULL) AS hours,
       (SELECT count(*) FROM work_order AS w
        WHERE w.assignee_id = u.id AND w.state IN ('assigned', 'in_progress', 'on_hold')) AS orders
FROM site AS s CROSS JOIN users AS u
WHERE s.code = $1 AND u.retired_at IS NULL
  AND ($2::text IS NULL OR EXISTS (SELECT FROM team_member AS m JOIN teams AS t ON t.id = m.team_id
                                   WHERE m.user_id = u.id AND t.code = $2 AND t.retired_at IS NULL))
ORDER BY u.code;

-- name: has_skill
-- what: whether a person has a skill, or a team: itself or one of its members
-- takes: user_id int4, team_id int4, skill text
SELECT EXISTS (SELECT FROM users WHERE id = $1 AND $3::text = ANY(skills))
    OR EXISTS (SELECT FROM teams WHERE id = $2 AND $1 IS NULL AND $3 = ANY(skills))
    OR EXISTS (SELECT FROM team_member AS m JOIN users AS u ON u.id = m.user_id
               WHERE m.team_id = $2 AND $1 IS NULL AND u.retired_at IS NULL AND $3 = ANY(u.skills));
