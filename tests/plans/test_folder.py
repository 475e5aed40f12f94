"""What a site folder says about maintenance: every mistake with its line, applied once, kept where people changed it.

To add a case: make `golden/<case>/folder/` with the files, run this test, read what it says, and when it says the
right thing to the right person, save that as `golden/<case>/expected.txt`.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.database import Connection
from services.maintenance import settings
from services.maintenance_folder import applying
from services.maintenance_folder.applying import NoSuchSiteError
from services.maintenance_folder.read import Wanted, read_maintenance_folder
from services.maintenance_folder.writing import texts
from services.plans import edits, looking, reads
from services.registry.apply import apply as apply_registry
from services.registry.apply import plan as plan_registry
from services.site_folder.read import read_folder

GOLDEN = Path(__file__).parent / "golden"
KUNSHAN = Path(__file__).parents[2] / "deploy" / "sites" / "kunshan"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)

PEOPLE = """\
[[team]]
code = "crew"
name = "Crew"
skills = ["lifting"]

[[shift]]
code = "night"
name = "Night"
hours = ["mon-fri 22:00-06:00"]

[[person]]
code = "li"
name = "Li 李"
email = "li@example.com"
skills = ["mechanical"]
teams = ["crew"]
shifts = ["night"]

[[person]]
code = "wang"
name = "Wang"
teams = ["crew"]
"""
MAINTENANCE = """\
orders_from = "medium"
never = ["pump-noisy"]

[[escalation]]
after_h = { critical = 0, high = 1.5 }
team = "crew"

[[first_team]]
team = "crew"
class = "pump"

[[machine_states]]
kind = "pump"
states = { turning = "running" }

[[job]]
code = "grease"
name = "Grease"
name_zh = "润滑"
skill = "mechanical"
[[job.task]]
text = 'Temperature "outside"'
kind = "measure"
unit = "°C"
maximum = 80
opens_order = true
[[job.isolation]]
energy = "400 V"
[[job.part]]
part = "seal"
quantity = 0.5

[[plan]]
code = "grease"
name = "Grease"
job = "grease"
class = "pump"
used = { pump-1 = 80.5 }
done = { pump-1 = 2026-03-01 }
begins = 2026-01-01
[[plan.trigger]]
kind = "run_hours"
hours = 100
[[plan.trigger]]
kind = "condition"
condition = 'state == "turning"'
held_s = 86400
"""
PARTS = """\
code,name,name_zh,unit,location,supplier,minimum,unit_cost,currency,opening_stock
seal,Seal,密封,pcs,A-1,Maker,2.0,1.50,EUR,4
oil,Oil,,l,,,0,,,
"""
PLATES = """\
equipment,maker,built_year,installed_on,criticality,rated
pump-1,Maker & Sons,1966,1966-05-01,b,power: 5 kW; speed: 1450 /min
"""


@pytest.mark.parametrize("case", sorted(path.name for path in GOLDEN.iterdir()))
def test_every_mistake_is_named_with_its_line_and_its_mend(case: str) -> None:
    folder = GOLDEN / case / "folder"
    registry = read_folder(folder).registry
    assert registry is not None
    checked = read_maintenance_folder(folder, registry, ["pump-hot"])
    expected = (GOLDEN / case / "expected.txt").read_text("utf-8").splitlines()
    assert [str(mistake) for mistake in checked.mistakes] == expected
    assert checked.wanted is None


def test_the_factory_of_the_demonstration_has_no_mistakes() -> None:
    registry = read_folder(KUNSHAN).registry
    checked = read_maintenance_folder(KUNSHAN, registry)
    assert list(checked.mistakes) == []
    assert checked.wanted is not None
    said = checked.wanted.maintenance
    assert said is not None
    # Every job is somebody's, every interval has a source, everything has a Chinese name.
    assert {plan.job for plan in said.plans.values()} == set(said.jobs)
    assert all(plan.source and plan.name_zh for plan in said.plans.values())
    assert all(job.name_zh and all(task.text_zh for task in job.tasks) for job in said.jobs.values())


def folder(tmp_path: Path, **files: str) -> Path:
    """A small works, with these files besides its registry."""
    here = tmp_path / "works"
    if not here.exists():
        shutil.copytree(GOLDEN / "names" / "folder", here)
    for name in ("maintenance.toml", "people.toml", "parts.csv", "nameplates.csv"):
        (here / name).unlink(missing_ok=True)
    for name, text in files.items():
        (here / name.replace("_", ".")).write_text(text, "utf-8")
    return here


def whole(tmp_path: Path, **changed: str) -> Path:
    """All four files."""
    files = {"maintenance_toml": MAINTENANCE, "people_toml": PEOPLE, "parts_csv": PARTS, "nameplates_csv": PLATES}
    return folder(tmp_path, **{**files, **changed})


def read(here: Path) -> Wanted:
    checked = read_maintenance_folder(here, read_folder(here).registry)
    assert list(checked.mistakes) == []
    assert checked.wanted is not None
    return checked.wanted


async def applied(connection: Connection, here: Path) -> list[str]:
    registry = read_folder(here).registry
    assert registry is not None
    planned = await plan_registry(connection, registry)
    if planned.changes:
        await apply_registry(connection, planned)
    return [str(change) for change in await applying.apply(connection, "works", read(here), NOW)]


async def test_applying_once_and_again(connection: Connection, tmp_path: Path) -> None:
    here = whole(tmp_path)
    assert [str(change) for change in await applying.plan(connection, "works", read(here))] == [
        "added    settings works",
        "added    person li",
        "added    person wang",
        "added    team crew",
        "added    shift night",
        "added    part seal",
        "added    part oil",
        "added    job grease",
        "added    plan grease",
        "added    equipment pump-1",
    ]
    with pytest.raises(NoSuchSiteError, match="ioe site apply"):
        await applying.apply(connection, "works", read(here), NOW)
    assert len(await applied(connection, here)) == 10
    assert await applied(connection, here) == []
    found = await settings.of_site(connection, "works")
    assert (found.orders_from, found.never, found.step(0, "high")) == ("medium", ("pump-noisy",), (1.5, "crew"))
    assert found.respond_within_h["critical"] == 0.5
    hours, members = (await connection.fetch("SELECT hours, (SELECT count(*) FROM shift_member) FROM shift"))[0]
    assert (hours, members) == (["mon-fri 22:00-24:00", "tue-sat 00:00-06:00"], 1)
    stock = await connection.fetchrow(
        "SELECT p.stock, m.kind, m.reason FROM part p JOIN part_movement m ON m.part_id = p.id"
    )
    assert stock is not None
    assert tuple(stock) == (Decimal(4), "counted", "opening stock")
    kept = await connection.fetch("SELECT kind, subject, before, after ->> 'name' FROM record_change ORDER BY id")
    assert [tuple(row) for row in kept][7:9] == [("job", "grease", None, "Grease"), ("plan", "grease", None, "Grease")]


async def test_what_is_changed_in_the_folder_and_what_it_names_no_more(connection: Connection, tmp_path: Path) -> None:
    await applied(connection, whole(tmp_path))
    without_wang = PEOPLE[: PEOPLE.index('[[person]]\ncode = "wang"')]
    cheaper = PARTS.replace("1.50", "1.25").replace("oil,Oil,,l,,,0,,,\n", "")
    here = whole(
        tmp_path, people_toml=without_wang, parts_csv=cheaper, maintenance_toml=MAINTENANCE.replace("80\n", "70\n")
    )
    assert await applied(connection, here) == [
        "retired  person wang",
        "changed  team crew: members",
        "changed  part seal: unit_cost",
        "retired  part oil",
        "changed  job grease: tasks",
    ]
    assert await connection.fetchval("SELECT version FROM job") == 2
    assert await connection.fetchval("SELECT stock FROM part WHERE code = 'seal'") == 4
    assert await applied(connection, here) == []
    # And back again.
    assert await applied(connection, whole(tmp_path)) == [
        "added    person wang",
        "changed  team crew: members",
        "changed  part seal: unit_cost",
        "added    part oil",
        "changed  job grease: tasks",
    ]


async def test_a_folder_without_the_files_leaves_everything(connection: Connection, tmp_path: Path) -> None:
    await applied(connection, whole(tmp_path))
    assert await applied(connection, folder(tmp_path)) == []
    assert await applied(connection, whole(tmp_path)) == []


async def test_what_people_changed_by_hand_is_kept(connection: Connection, tmp_path: Path) -> None:
    here = whole(tmp_path)
    await applied(connection, here)
    [stored] = await reads.jobs(connection, site="works")
    await edits.enter(connection, "works", "job", {**stored.document, "estimated_h": 2}, "it takes two hours", by="li")
    assert await applied(connection, here) == [
        "kept     job grease: it was changed by hand since, and the folder says otherwise"
    ]
    [stored] = await reads.jobs(connection, site="works")
    assert stored.job.estimated_h == 2
    # Once the folder says so too there is nothing to keep, and the folder goes on from there.
    agreed = MAINTENANCE.replace('skill = "mechanical"', 'skill = "mechanical"\nestimated_h = 2')
    assert await applied(connection, whole(tmp_path, maintenance_toml=agreed)) == []


async def test_an_export_reads_back_as_the_same(connection: Connection, tmp_path: Path) -> None:
    await applied(connection, whole(tmp_path))
    files = await texts(connection, "works")
    assert sorted(files) == ["maintenance.toml", "nameplates.csv", "parts.csv", "people.toml"]
    here = folder(tmp_path, **{name.replace(".", "_"): text for name, text in files.items()})
    assert await applied(connection, here) == []


async def test_the_factory_is_applied_looked_at_and_exported(connection: Connection, tmp_path: Path) -> None:
    registry = read_folder(KUNSHAN).registry
    assert registry is not None
    await apply_registry(connection, await plan_registry(connection, registry))
    wanted = read_maintenance_folder(KUNSHAN, registry).wanted
    assert wanted is not None
    await applying.apply(connection, "kunshan", wanted, NOW)
    assert await applying.apply(connection, "kunshan", wanted, NOW) == []
    # One compressor's hours are over already; everything else is counted from now.
    assert await looking.look(connection, NOW) == 1
    assert await looking.look(connection, NOW) == 0
    listed = await reads.due_list(connection, site="kunshan")
    assert {due.row.subject for due in listed if due.plan.code == "compressor-2000h"} == {
        f"comp-{n}" for n in range(1, 7)
    }
    assert not any(due.is_overdue(NOW) for due in listed)
    here = tmp_path / "kunshan"
    here.mkdir()
    for name, text in (await texts(connection, "kunshan")).items():
        (here / name).write_text(text, "utf-8")
    again = read_maintenance_folder(here, registry)
    assert list(again.mistakes) == []
    assert again.wanted is not None
    assert await applying.plan(connection, "kunshan", again.wanted) == []
