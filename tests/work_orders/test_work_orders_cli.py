"""`ioe work-orders` as people and scripts call it: what it prints and how it ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from analytics.maintenance.job import Isolation, Job, Task
from deploy.cli import main
from services.database import Connection, connect
from tests.api import plant

_JOB = Job("service", "Service", kind="maintenance", tasks=(Task("Oil level"),), isolations=(Isolation("400 V"),))
OPEN = ("open", "--site", "kunshan", "--machine", "compressor-1", "--title", "Oil \x1b[31mleaks", "--by", "li")


def ioe(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["work-orders", *arguments])


def done(*arguments: str) -> str:
    """What a command says that must succeed."""
    result = ioe(*arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def database(url: str, *queries: str) -> None:
    """Run statements from within a test that is not asynchronous."""

    async def work() -> None:
        connection = await connect(url, name="test")
        try:
            for query in queries:
                await connection.execute(query)
        finally:
            await connection.close()

    asyncio.run(work())


@pytest.fixture
def site(database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A site with a compressor, two people and a job."""
    monkeypatch.setenv("IOE_DATABASE_URL", database_url)

    async def made(connection: Connection) -> None:
        await plant.build(connection)
        await connection.execute("INSERT INTO users (code, name) VALUES ('li', 'Li Na'), ('wang', 'Wang Wei')")
        await connection.execute(
            "INSERT INTO job (site_id, code, version, document) SELECT id, 'service', 1, $1 FROM site "
            "WHERE code = 'kunshan'",
            msgspec.to_builtins(_JOB),
        )

    async def work() -> None:
        connection = await connect(database_url, name="test")
        try:
            await made(connection)
        finally:
            await connection.close()

    asyncio.run(work())
    return database_url


@pytest.mark.usefixtures("site")
def test_an_order_is_led_through_its_life() -> None:
    assert done("list") == "nothing is to be done\n"
    assert done(*OPEN).startswith("kunshan/1: open, due ")
    assert done("job", "kunshan/1", "service") == "kunshan/1: open\n"
    assert done("assign", "kunshan/1", "--to", "li", "--by", "wang") == "kunshan/1: assigned\n"
    refused = ioe("start", "kunshan/1", "--by", "li")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        "kunshan/1: it is not locked out: confirm each isolation with the number of its padlock first\n"
    )
    done("lock", "kunshan/1", "1", "--lock", "17", "--by", "li")
    assert done("start", "kunshan/1", "--by", "li") == "kunshan/1: in_progress\n"
    assert done("hold", "kunshan/1", "--comment", "lunch") == "kunshan/1: on_hold\n"
    done("resume", "kunshan/1")
    at_work = done("show", "kunshan/1")
    assert "causes to choose" in at_work
    assert "not-reproducible" in at_work
    assert "--to or --team" in at_work, "as the command names it, not the API"
    done("task", "kunshan/1", "1", "--result", "passed", "--by", "li")
    done("hours", "kunshan/1", "0.5", "--by", "li")
    done("comment", "kunshan/1", "--comment", "oil was low")
    done("unlock", "kunshan/1", "1", "--by", "li")
    assert done("complete", "kunshan/1", "--cause", "leak", "--resolution", "Sealed", "--by", "li").endswith("done\n")
    assert ioe("verify", "kunshan/1", "--by", "li").exit_code == 1
    assert done("verify", "kunshan/1", "--by", "wang") == "kunshan/1: verified\n"
    shown = done("show", "kunshan/1")
    for says in (
        "kunshan/1  Oil [31mleaks",
        "Li Na",
        "cause      leak",
        "Oil level",
        "verified",
        "by wang",
        "oil was low",
    ):
        assert says in shown
    assert "\x1b" not in shown
    assert done("list") == "nothing is to be done\n"
    assert "kunshan/1" in done("list", "--all")


def test_what_is_overdue_ends_the_list_with_3(site: str) -> None:
    done(*OPEN)
    done("open", "--site", "york", "--title", "Audit", "--priority", "low")
    assert ioe("list").exit_code == 0
    database(site, "UPDATE work_order SET due_at = now() - interval '1 hour' WHERE title <> 'Audit'")
    listed = ioe("list")
    assert listed.exit_code == 3
    head, first, second = listed.stdout.splitlines()
    assert head.split() == ["order", "priority", "state", "due", "who", "machine", "title"]
    assert first.split()[:3] == ["kunshan/1", "medium", "open"]
    assert "OVERDUE" in first
    assert second.split()[0] == "york/1"
    assert ioe("list", "--site", "york", "--overdue").stdout == "nothing is to be done\n"
    assert "and more" in ioe("list", "--limit", "1").stdout
    database(
        site,
        "UPDATE work_order SET due_at = now() + interval '1 hour' * CASE title WHEN 'Audit' THEN -1 ELSE 1 END",
    )
    assert ioe("list", "--limit", "1").exit_code == 3, "also where what is overdue is below the limit"


def test_what_strangers_write_moves_no_cursor(site: str) -> None:
    done(*OPEN)
    database(site, "UPDATE work_order SET requested_by = E'Bob\\x1b[2J'")
    done("hours", "kunshan/1", "1", "--name", "Ann\x1b[2J", "--by", "li")
    shown = done("show", "kunshan/1")
    assert "asked by   Bob[2J" in shown
    assert "Ann[2J" in shown
    assert "\x1b" not in shown


@pytest.mark.usefixtures("site")
def test_what_cannot_be_done_says_why_and_the_rest_is_done() -> None:
    done(*OPEN)
    done(*OPEN)
    result = ioe("cancel", "kunshan/1", "kunshan/9", "nonsense", "kunshan/2", "--comment", "opened twice")
    assert (result.exit_code, result.stdout) == (1, "kunshan/1: cancelled\nkunshan/2: cancelled\n")
    assert "There is no work order kunshan/9" in result.stderr
    assert "There is no work order nonsense" in result.stderr
    done(*OPEN)
    assert "give the reason as `comment`" in ioe("cancel", "kunshan/3").stderr
    assert "nobody with the code 'nobody'" in ioe("start", "kunshan/3", "--by", "nobody").stderr
    for arguments, says in (
        (("show", "kunshan/9"), "There is no work order"),
        (("open", "--site", "nowhere", "--title", "x"), "no site 'nowhere'"),
        (("open", "--site", "kunshan", "--machine", "x", "--title", "x"), "no equipment 'x'"),
        (("open", "--site", "kunshan", "--title", "x", "--assignee", "nobody"), "nobody with the code 'nobody'"),
        (("list", "--site", "nowhere"), "there is no site 'nowhere'"),
    ):
        refused = ioe(*arguments)
        assert (refused.exit_code, says in refused.stderr) == (1, True), refused.output
    for arguments in (
        ("open", "--site", "kunshan", "--title", " "),
        ("export", "orders.txt"),
        ("comment", "kunshan/1"),
    ):
        assert ioe(*arguments).exit_code == 2


@pytest.mark.usefixtures("site")
def test_the_list_is_exported(tmp_path: Path) -> None:
    done("open", "--site", "kunshan", "--title", "=1+1")
    file = tmp_path / "orders.xlsx"
    assert done("export", str(file)) == f"{file} is written\n"
    sheet = load_workbook(file).active
    assert sheet is not None
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row}
    assert cells["=1+1"].data_type == "s"
