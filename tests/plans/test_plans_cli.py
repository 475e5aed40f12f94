"""`ioe plans`: lists, what is due, one plan; exit 3 where anything is overdue."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from services.database import connect
from tests.plans.shop import ZONE, open_shop

NOW = datetime.now(UTC)


def day(days: int) -> str:
    """A local day so many days from today."""
    return (NOW.astimezone(ZONE) + timedelta(days=days)).date().isoformat()


@pytest.fixture
def shop_url(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    async def add() -> None:
        connection = await connect(database_url, name="test")
        weekly = {"kind": "calendar", "every": "1 week"}
        hours = {"kind": "run_hours", "hours": 2000}
        shop = await open_shop(
            connection,
            [
                {"code": "late", "triggers": [weekly], "machines": ["pump-1"], "begins": day(-30), "source": "[M]: so"},
                {
                    "code": "soon",
                    "triggers": [hours, weekly],
                    "machines": ["pump-2"],
                    "begins": day(-2),
                    "lead_days": 0,
                },
            ],
        )
        await shop.look(NOW)
        await connection.close()

    asyncio.run(add())
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)
    return database_url


def ioe(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["plans", *arguments])


def test_the_commands(shop_url: str) -> None:
    assert shop_url
    listed = ioe("list")
    assert (listed.exit_code, listed.stdout.splitlines()) == (
        3,
        [
            "plan       machines  due  overdue  job      due after",
            "shop/late  1         1    1        service  1 week",
            "shop/soon  1         0    0        service  2,000 h run or 1 week",
        ],
    )
    due = ioe("due", "--days", "6")
    # How many days it has been used depends on the time of the day.
    lines = [re.sub(r"\d+ of 7 d", "", line).split() for line in due.stdout.splitlines()]
    assert (due.exit_code, lines) == (
        3,
        [
            ["due", "on", "plan", "machine", "used", "order"],
            [day(-23), "shop/late", "pump-1", "shop/1", "OVERDUE"],
            *([day(each), "shop/late", "pump-1", "after", "that"] for each in (-16, -9, -2, 5)),
            [day(5), "shop/soon", "pump-2"],
        ],
    )
    assert ioe("due", "--overdue").stdout.count("\n") == 2
    only = ioe("due", "--machine", "pump-2")
    assert only.exit_code == 0
    shown = ioe("show", "shop/late")
    assert shown.exit_code == 0
    assert "source    [M]: so" in shown.stdout
    assert "OVERDUE" in shown.stdout
    missing = ioe("show", "late")
    assert (missing.exit_code, missing.stderr) == (
        1,
        "Error: there is no plan 'late': a plan is site/code, as `ioe plans list` shows it\n",
    )
    assert ioe("list", "--site", "else").exit_code == 1
