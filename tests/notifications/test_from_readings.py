"""From a reading to a message: evaluation, keeping and the outbox as they are, on one virtual clock."""

from __future__ import annotations

import json

from analytics.notifications.model import Escalation, Route
from services.alarms import actions
from services.alarms.actions import AlarmRef
from services.database import Connection
from services.notifications.applying import Wanted, apply
from services.notifications.duty import Office
from tests.alarms import plant
from tests.alarms.plant import Device, Plant, at
from tests.notifications.receivers import HttpReceiver, http_receiver
from tests.notifications.ways import hook

HOT = """
    [[rule]]
    code = "hot"
    name = "Element outlet temperature high"
    for = { kind = "compressor" }
    signal = "outlet_degc"
    levels = [{ at = "H", limit = 105, priority = "high" }, { at = "HH", limit = 109, priority = "critical" }]
    deadband = 2
    on_delay_s = 10
    [[rule.cause]]
    code = "cooler"
    name = "Oil cooler fouled"
    action = "Clean the oil cooler."
    weight = 3
    [[rule.cause]]
    code = "fan"
    name = "Fan stands"
    action = "Look at the fan."
    weight = 1
"""


async def begin(connection: Connection, receiver: HttpReceiver) -> tuple[Plant, Office]:
    site = await plant.begin(connection, [Device("comp-1", ("outlet_degc",))], HOT)
    step = Escalation({"critical": 5.0, "high": 10.0}, ("boss",))
    ways = [hook(receiver.url("/crew"), "crew"), hook(receiver.url("/boss"), "boss")]
    await apply(connection, "plant", Wanted(ways, [Route("all", ("crew",), escalations=(step,))]), at(0))
    return site, Office()


async def rounds(site: Plant, office: Office, *seconds: float) -> None:
    """The outbox works at these seconds, the alarms' clock goes along."""
    for second in seconds:
        await site.pass_to(second, each_s=10)
        now = at(second)
        await office.round(site.connection, now)
        while office.deliveries.tasks:
            await office.deliveries.wait()
            assert office.book is not None
            await office.deliveries.settle(site.connection, now)


async def heat(site: Plant, start_s: int, stop_s: int, degc: float) -> None:
    for second in range(start_s, stop_s, 10):
        await site.send(second, "comp-1", outlet_degc=degc)


async def test_a_hot_compressor(connection: Connection) -> None:
    with http_receiver() as receiver:
        site, office = await begin(connection, receiver)
        await heat(site, 0, 10, 100)
        await heat(site, 10, 40, 107)
        await rounds(site, office, 40, 46)
        (request,) = receiver.requests
        told = json.loads(request.body)
        assert told["title"] == "[HIGH] Machine comp-1: Element outlet temperature high"
        assert told["text"].splitlines()[2:6] == [
            "since 2026-11-02 16:00:20+08:00",
            "Likely cause: Oil cooler fouled (75%)",
            "What to do: Clean the oil cooler.",
            "Also possible: Fan stands (25%)",
        ]
        await heat(site, 50, 80, 110)
        await rounds(site, office, 80, 86)
        assert json.loads(receiver.requests[1].body)["title"].startswith("[CRITICAL] Machine comp-1")
        await heat(site, 90, 130, 100)
        await rounds(site, office, 130, 136, 1000)
        titles = [json.loads(each.body)["title"] for each in receiver.requests]
        assert titles[2:] == ["[returned] Machine comp-1: Element outlet temperature high"]
        assert [each.path for each in receiver.requests] == ["/crew"] * 3


async def test_acknowledging_calls_nobody_further_and_shelving_keeps_quiet(connection: Connection) -> None:
    ref = AlarmRef("plant", "hot", "comp-1")
    with http_receiver() as receiver:
        site, office = await begin(connection, receiver)
        await heat(site, 0, 40, 107)
        await rounds(site, office, 40, 46)
        await actions.acknowledge(connection, [ref], "local", "on my way", at(60))
        await heat(site, 60, 900, 107)
        await rounds(site, office, 900, 906)
        assert [each.path for each in receiver.requests] == ["/crew"]
        await actions.shelve(connection, [ref], "local", "fan ordered", at(910), until=at(2000))
        await heat(site, 910, 1000, 100)
        await heat(site, 1000, 1900, 107)
        await rounds(site, office, 1900, 1906)
        assert len(receiver.requests) == 1
        await heat(site, 1910, 2020, 107)
        await rounds(site, office, 2020, 2026)
        assert len(receiver.requests) == 2, "the shelf is over and it is there still"
        await heat(site, 2030, 2700, 107)
        await rounds(site, office, 2700, 2706)
        assert [each.path for each in receiver.requests] == ["/crew", "/crew", "/boss"]
