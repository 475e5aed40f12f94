"""Who gets a letter: a channel's own addresses and the members of teams, each of them once."""

from __future__ import annotations

import dataclasses

import pytest

from analytics.notifications.model import Escalation, Route
from tests.notifications.office import Plant, after, plant
from tests.notifications.receivers import mail_receiver
from tests.notifications.ways import mail


async def team(site: Plant, code: str, *addresses: str | None) -> None:
    """A team whose members have these addresses."""
    await site.connection.execute("INSERT INTO teams (code, name) VALUES ($1::text, $1)", code)
    for number, address in enumerate(addresses):
        await site.connection.execute(
            """WITH made AS (
                 INSERT INTO users (code, name, email) VALUES ($1::text || $2::int, 'Li', $3) RETURNING id
               )
               INSERT INTO team_member (team_id, user_id) SELECT t.id, made.id FROM teams t, made WHERE t.code = $1""",
            code,
            number,
            address,
        )


async def test_the_members_of_a_team_get_the_letter(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        await site.connection.execute("INSERT INTO teams (code, name) VALUES ('maintenance', 'Maintenance')")
        await site.connection.execute(
            """INSERT INTO users (code, name, email, retired_at) VALUES ('li', 'Li', 'li@example.com', NULL),
               ('wang', 'Wang', NULL, NULL), ('zhao', 'Zhao', 'zhao@example.com', now())"""
        )
        await site.connection.execute(
            "INSERT INTO team_member SELECT t.id, u.id FROM teams t, users u WHERE t.code = 'maintenance'"
        )
        await site.use([mail(receiver.port)], [Route("all", ("mail",), team="maintenance")])
        await site.tell()
        ((recipients, _),) = receiver.letters
    assert recipients == ["a@example.com", "li@example.com"]


async def test_a_mailbox_that_is_unknown_does_not_take_the_letter_from_the_others(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        receiver.unknown = {"gone@example.com"}
        await site.use([mail(receiver.port, to=("gone@example.com", "a@example.com"))])
        await site.tell()
        assert await site.deliveries() == [
            ("mail", "delivered", 1, "refused for gone@example.com: 550 no such mailbox")
        ]
        assert [recipients for recipients, _ in receiver.letters] == [["a@example.com"]]


async def test_a_team_without_an_address_holds_nobody_else_up(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        routes = [Route("one", ("mail",), team="nobody"), Route("two", ("post",))]
        to_none = mail(receiver.port, to=())
        post = dataclasses.replace(mail(receiver.port), code="post")
        await site.use([to_none, post], routes)
        await site.raised()
        for at_s in (1, 7, 30, 90):
            await site.round(after(at_s))
        found = {code: (state, tries, detail) for code, state, tries, detail in await site.deliveries()}
        assert found["mail"][:2] == ("failed", 3)
        assert found["mail"][2].startswith("nobody to send to: give the channel `to`")
        assert found["post"][0] == "delivered"


async def test_a_mailbox_that_is_put_off_is_tried_again_alone(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        receiver.not_yet = ["b@example.com"]
        await site.use([mail(receiver.port, to=("a@example.com", "b@example.com"))])
        await site.tell()
        assert await site.deliveries() == [("mail", "waiting", 1, "refused for b@example.com: 450 come again")]
        await site.run(17)
        assert await site.deliveries() == [("mail", "delivered", 2, "")]
        (first, one), (second, other) = receiver.letters
    assert (first, second) == (["a@example.com"], ["b@example.com"])
    assert one["Message-ID"] == other["Message-ID"]


@pytest.mark.parametrize("wrong", ["li", "li@example.com\r\nBcc: all@example.com", "李@example.com", "a@b, c@d"])
async def test_an_address_that_no_letter_can_have_keeps_it_from_nobody_else(
    database_url: str, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        await team(site, "crew", "wang@example.com", wrong)
        await site.use([mail(receiver.port)], [Route("all", ("mail",), team="crew")])
        await site.tell()
        ((_, state, tries, detail),) = await site.deliveries()
        ((recipients, letter),) = receiver.letters
    assert recipients == ["a@example.com", "wang@example.com"]
    assert letter["To"] == "a@example.com, wang@example.com"
    assert (state, tries) == ("delivered", 1)
    assert detail == f"{wrong!r} is no e-mail address"
    assert f"not told on kunshan/mail: [HIGH] Compressor comp-3: Element outlet temperature high: {detail}" in (
        caplog.messages
    )


async def test_a_server_that_does_not_say_goodbye_has_the_letter_all_the_same(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        receiver.stays = True
        await site.use([mail(receiver.port)])
        await site.tell()
        assert await site.deliveries() == [("mail", "delivered", 1, "")]
        assert len(receiver.letters) == 1


async def test_two_teams_on_one_channel_are_one_letter(database_url: str) -> None:
    async with mail_receiver() as receiver, plant(database_url) as site:
        await team(site, "crew", "li@example.com", "zhao@example.com")
        await team(site, "managers", "wang@example.com", "zhao2@example.com")
        route = Route("all", ("mail",), team="crew", escalations=(Escalation({"high": 10}, ("mail",), "managers"),))
        await site.use([mail(receiver.port)], [route])
        await site.tell()
        await site.run(610, 616)
        await site.event("clear", "comp-3", state="returned_unacknowledged")
        await site.run(620, 626)
        to = [recipients for recipients, _ in receiver.letters]
    assert to == [
        ["a@example.com", "li@example.com", "zhao@example.com"],
        ["a@example.com", "wang@example.com", "zhao2@example.com"],
        ["a@example.com", "li@example.com", "zhao@example.com", "wang@example.com", "zhao2@example.com"],
    ]
