"""Rules about what maintenance leaves undone: figures of a site, told as facts; and no order for an order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from analytics.alarms.rule import Level, Rule, Signal, Target
from analytics.alarms.rule_expressions import findings
from services.alarms.facts import Facts
from services.database import Connection
from tests.alarms import plant as plants
from tests.alarms.kept_plant import at
from tests.maintenance import yard as yards
from tests.maintenance.facts import figures
from tests.maintenance.yard import SITE


def rule(of: str, subject: str = "site") -> Rule:
    """A rule of the kind."""
    target = Target(subject)  # type: ignore[arg-type]
    return Rule("undone", "Undone", target, Signal("maintenance", of), (Level("ON", 0.5, "medium"),))


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (rule("orders"), "'orders' is not counted: use orders_overdue, orders_unanswered, plans_overdue"),
        (rule("orders_overdue", "device"), 'orders and plans are counted for a site: for = { subject = "site" }'),
    ],
)
def test_a_rule_that_cannot_be_says_what_to_write(wrong: Rule, text: str) -> None:
    assert [finding.text for finding in findings(wrong)] == [text]


async def test_a_figure_is_told_when_it_changes(connection: Connection) -> None:
    yard = await yards.make(connection, ["comp-1"])
    await yard.raised("hot", "comp-1", 1)
    await yard.round(2)
    facts = Facts()
    facts.learn(figures(["orders_unanswered"]), {SITE: ZoneInfo("Asia/Shanghai")})
    told = [
        [fact.value for fact in await facts.due(connection, at(seconds))]
        for seconds in (10, 30, 4 * 3600 + 10, 4 * 3600 + 30)
    ]
    assert told == [[0.0], [], [1.0], []]


async def test_an_alarm_that_counts_overdue_orders_makes_none(connection: Connection) -> None:
    plant = await plants.begin(
        connection,
        [],
        """
        [late]
        for = { subject = "site" }
        signal = { kind = "maintenance", of = "orders_overdue" }
        levels = [{ at = "ON", limit = 0.5, priority = "critical" }]
        """,
        site=SITE,
    )
    await connection.execute(
        """INSERT INTO work_order (site_id, number, origin, kind, subject_kind, subject, title, priority, state, since,
             opened_at, due_at, is_breach_told)
           SELECT id, 1, 'hand', 'other', 'site', code, 'Late', 'low', 'open', $1, $1, $1, true FROM site""",
        plants.START,
    )
    await plant.pass_to(11)
    assert await plant.history() == ["1 kunshan/late raise ON"]
    await yards.Rounds().round(connection, plants.at(12))
    assert await connection.fetchval("SELECT count(*) FROM work_order") == 1
    assert await connection.fetchval("SELECT count(*) FROM alarm_occurrence WHERE handed_over_at IS NULL") == 0
