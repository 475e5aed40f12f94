"""`ioe doctor`: say what is wrong with this installation and how to mend it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from deploy.doctor import home as home_checks
from deploy.doctor import machine, servers
from deploy.doctor.finding import Finding, problem
from deploy.embedded.places import default_home
from deploy.settings import Settings, SettingsError, load, settings_option

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command()
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Home of `ioe up`, if not this user's usual one."
)
@click.option("--json", "as_json", is_flag=True, help="Findings as JSON, for programs.")
@settings_option
def command(home: Path | None, as_json: bool, settings: Path | None) -> None:
    """Say what is wrong with this installation and how to mend it; exit code 1 where something is.

    Looks at Python, console, cache, programs, clock, home, disk, ports, database, schema, sites, ingest workers,
    duties and broker, and changes nothing.
    """
    findings = _findings((home or default_home()).absolute(), settings)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode([asdict(finding) for finding in findings])))
    else:
        for finding in findings:
            _print(finding)
    sys.exit(1 if any(finding.status == "problem" for finding in findings) else 0)


def _findings(home: Path, path: Path | None) -> list[Finding]:
    try:
        settings = load(path, home=home)
        found = []
    except SettingsError as error:
        settings = Settings()
        found = [problem("settings", error.message, "correct the file; deploy/ioe.toml lists every key")]
    return [*found, *machine.look(settings), *home_checks.look(home, settings), *servers.look(settings)]


def _print(finding: Finding) -> None:
    status = click.style(f"{finding.status:8}", fg=_COLOURS[finding.status])
    click.echo(f"{status} {finding.name:12} {finding.detail}")
    if finding.mend:
        click.echo(f"{'':8} {'':12} mend: {finding.mend}")
