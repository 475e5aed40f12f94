"""People, teams, shifts, and what a shift leaves to the next, over HTTP."""

from __future__ import annotations

import httpx
import pytest

from services.database import Connection
from tests.api.test_problems import check

_ROSTER = """
INSERT INTO users (code, name, skills, retired_at) VALUES
  ('chen', 'Chen Yu', '{refrigeration,electrical}', NULL), ('li', 'Li Na', '{}', NULL),
  ('old', 'Old Wang', '{}', now());
INSERT INTO teams (code, name, skills) VALUES ('air', 'Compressed air', '{pneumatics}');
INSERT INTO team_member SELECT t.id, u.id FROM teams AS t, users AS u WHERE u.code IN ('chen', 'old');
INSERT INTO shift (site_id, code, name, hours)
SELECT id, 'early', 'Early', '{mon-fri 06:00-14:00}' FROM site WHERE code = 'kunshan';
INSERT INTO shift_member SELECT f.id, u.id FROM shift AS f, users AS u WHERE u.code = 'li';
"""

pytestmark = pytest.mark.usefixtures("roster")


@pytest.fixture
async def roster(connection: Connection, points: dict[str, int]) -> None:
    assert points
    await connection.execute(_ROSTER)


async def codes(client: httpx.AsyncClient, path: str) -> list[str]:
    answer = await client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def test_people_teams_and_shifts_are_listed(client: httpx.AsyncClient, connection: Connection) -> None:
    assert await codes(client, "people") == ["chen", "li"]
    assert await codes(client, "people?retired=true") == ["chen", "li", "old"]
    assert await codes(client, "people?team=air") == ["chen"]
    assert await codes(client, "people?skill=electrical") == ["chen"]
    assert await codes(client, "people?skill=welding") == []
    chen, li = (await client.get("/api/v1/people")).json()["items"]
    assert (chen["skills"], chen["teams"], chen["shifts"]) == (["refrigeration", "electrical"], ["air"], [])
    assert li["shifts"] == ["kunshan/early"]
    (team,) = (await client.get("/api/v1/teams")).json()["items"]
    assert (team["name"], team["skills"], team["members"]) == ("Compressed air", ["pneumatics"], ["chen"])
    await connection.execute("UPDATE teams SET retired_at = now()")
    assert await codes(client, "teams") == await codes(client, "people?team=air") == []
    assert (await client.get("/api/v1/people")).json()["items"][0]["teams"] == []
    (shift,) = (await client.get("/api/v1/shifts?site=kunshan")).json()["items"]
    assert (shift["hours"], shift["members"]) == (["mon-fri 06:00-14:00"], ["li"])
    check(await client.get("/api/v1/shifts?site=nowhere"), "site-not-found")
    first = (await client.get("/api/v1/people?limit=1")).json()
    rest = (await client.get(f"/api/v1/people?limit=1&cursor={first['next']}")).json()
    assert ([each["code"] for each in rest["items"]], rest["next"]) == (["li"], None)


async def test_a_note_is_left_to_the_next_shift(client: httpx.AsyncClient, connection: Connection) -> None:
    bodies = ["Compressor 2 runs hot", "=1+1", "<script>alert(1)</script>\nsecond line"]
    for body in bodies:
        given = {"site": "kunshan", "body": f"  {body} ", "by": "li"}
        answer = await client.post("/api/v1/shift-notes", json=given)
        assert answer.status_code == 201, answer.text
    first = (await client.get("/api/v1/shift-notes?site=kunshan&limit=2")).json()
    rest = (await client.get(f"/api/v1/shift-notes?site=kunshan&limit=2&cursor={first['next']}")).json()
    assert [note["body"] for note in (*first["items"], *rest["items"])] == bodies[::-1]
    assert rest["next"] is None
    assert {note["author_name"] for note in first["items"]} == {"Li Na"}
    assert (await client.get("/api/v1/shift-notes?site=york")).json()["items"] == []
    told = await connection.fetch("SELECT subject, payload FROM event WHERE kind = 'shift_note.written' ORDER BY id")
    assert [row["payload"]["body"] for row in told] == bodies
    unsigned = await client.post("/api/v1/shift-notes", json={"site": "kunshan", "body": "x"})
    assert (unsigned.json()["author"], unsigned.json()["author_name"]) == ("local", None)


@pytest.mark.parametrize(
    ("given", "slug"),
    [
        ({"site": "nowhere", "body": "x"}, "site-not-found"),
        ({"site": "kunshan", "body": "x", "by": "nobody"}, "person-not-found"),
        ({"site": "kunshan", "body": "  "}, "invalid-request"),
        ({"site": "kunshan", "body": "x" * 8001}, "invalid-request"),
        ({"site": "kunshan", "body": "x", "by": "Nobody!"}, "invalid-request"),
        ({"site": "kunshan", "body": "x\x00"}, "invalid-request"),
    ],
)
async def test_a_note_that_cannot_be_kept_is_refused(
    client: httpx.AsyncClient, given: dict[str, str], slug: str
) -> None:
    check(await client.post("/api/v1/shift-notes", json=given), slug)
    assert (await client.get("/api/v1/shift-notes")).json()["items"] == []
