"""Each alarm of the service has a runbook, and what a runbook tells people to type exists."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import click
import pytest

import deploy
from api.application import application
from api.context import new_context
from api.settings import ApiSettings
from deploy.cli import main
from services.database import DatabaseSettings, connect
from services.rule_folder.read import read_file
from services.watch import parts

LIBRARY = Path(deploy.__file__).parent / "rules"
RUNBOOKS = Path(deploy.__file__).parent.parent / "docs" / "runbooks"
CHECKED = read_file(LIBRARY / "service.toml", {})
RULES = {code: found.rule for code, found in (CHECKED.rules or {}).items()}
#: Options and words that stand for something, as FOLDER or ingest-1, end the part of a command that must exist.
COMMAND = re.compile(r"`ioe ((?:[a-z]+(?:-[a-z]+)* ?)+)([^`]*)`")


def test_the_rules_are_well_made() -> None:
    assert CHECKED.mistakes == ()
    assert all(rule.source and rule.name_zh and rule.causes for rule in RULES.values())


def test_every_rule_is_about_a_part_that_there_is() -> None:
    there = {(machine.kind, machine.code) for machine in parts.parts(["ingest-1"], ["engine"])}
    for rule in RULES.values():
        assert rule.target.subject == "service"
        assert rule.target.kind in {kind for kind, _ in there}, rule.code
        assert all((rule.target.kind, code) in there for code in rule.target.codes), rule.code


def test_every_rule_has_a_runbook_and_every_runbook_a_rule() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == set(RULES)
    assert all(f"docs/runbooks/{code}.md" in rule.source for code, rule in RULES.items())


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_says_what_it_means_what_it_does_how_to_find_out_and_what_to_do(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.startswith(f"# {path.stem}: ")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Meaning", "Impact", "Diagnosis", "Mitigation"]
    assert all(len(part.strip()) > 20 for part in re.split(r"^## .+$", text, flags=re.MULTILINE)[1:])
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert (path.parent / link).is_file(), link


def commands() -> list[str]:
    texts = [
        *(path.read_text("utf-8") for path in RUNBOOKS.glob("*.md")),
        (LIBRARY / "service.toml").read_text("utf-8"),
    ]
    return sorted({match[0] for text in texts for match in COMMAND.finditer(text)})


@pytest.mark.parametrize("text", commands())
def test_the_commands_it_names_exist(text: str) -> None:
    found = COMMAND.fullmatch(text)
    assert found is not None
    command: click.Command = main
    for word in found[1].split():
        if not isinstance(command, click.Group):
            break
        inner = command.get_command(click.Context(command), word)
        assert inner is not None, f"{text}: there is no {word!r}"
        command = inner
    known = {name for option in command.params for name in option.opts}
    assert set(re.findall(r"--[a-z-]+", text)) <= known, text


async def test_the_sql_it_names_runs(database_url: str) -> None:
    texts = "".join(path.read_text("utf-8") for path in RUNBOOKS.glob("*.md"))
    statements = re.findall(r"`((?:SELECT|DELETE) [^`]+)`", texts)
    assert len(statements) >= 6
    connection = await connect(database_url, name="test")
    for statement in statements:
        await connection.prepare(statement.replace("PID", "1"))
    await connection.close()


def test_the_containers_it_names_exist() -> None:
    texts = "".join(path.read_text("utf-8") for path in RUNBOOKS.glob("*.md"))
    compose = (Path(deploy.__file__).parent / "compose.yaml").read_text("utf-8")
    containers = re.findall(r"docker compose (?:logs|up -d) ([a-z]+)", texts)
    assert set(containers) <= set(re.findall(r"^  ([a-z]+):$", compose, re.MULTILINE))


def test_the_addresses_it_names_exist() -> None:
    context = new_context(ApiSettings(), DatabaseSettings(), timedelta(days=1))
    paths = set(application(context).openapi()["paths"])
    texts = "".join(path.read_text("utf-8") for path in RUNBOOKS.glob("*.md"))
    named = set(re.findall(r"127\.0\.0\.1:8080(/[a-z0-9/-]+)", texts))
    named |= set(re.findall(r"(?:GET|POST) (/[a-z0-9/-]+)", texts))
    assert named - paths == set()
