"""The one command line, `ioe`.

Each verb lives in a module of its own under `deploy/commands` and is imported only when it is called, so that
`ioe --help` answers at once and no verb loads what only another one needs. A verb's module has one attribute,
`command`: a click command or group.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from types import MappingProxyType

import click

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "up": "start everything on this machine: database, broker, ingest, engine, api, simulated factory",
        "migrate": "bring the database to the schema of this version",
        "ingest": "receive meter and machine telemetry over MQTT and store it",
        "analytics": "account for energy and evaluate alarms",
        "watch": "watch the service itself, and tell people of alarms",
        "api": "answer HTTP: live figures, history, registry",
        "site": "check, apply or export a site folder",
        "meter": "the ledger of a meter, does it add up, a replaced register, judging again",
        "tariff": "check, apply, show or import tariffs and contracts",
        "alarms": "what is wrong now, what people do about it, how good the alarms are",
        "rules": "list, show, check, apply, change rules of alarms, try them against history",
        "notify": "who is told of alarms, try a channel, what became of each message",
        "equipment": "what each machine is, what happened to it, how reliable it was, its label",
        "work-orders": "what is to be done, who does it, what became of it",
        "parts": "what is on the shelf, what is too few, received and counted",
        "plans": "what is to be done again and again on machines, and what is due",
        "bill": "make, show, close, restate or export bills",
        "simulate": "be the demonstration factory",
        "replay": "play recorded data from a CSV file as a device",
        "doctor": "say what is wrong with this installation and how to mend it",
    }
)


class LazyVerbs(click.Group):
    """A group that knows its verbs by name and one line, and imports a verb only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs in the order a newcomer meets them."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the verb's module, or None for an unknown verb (click then says which ones exist)."""
        del ctx
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"deploy.commands.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List verbs without importing any of them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=LazyVerbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(package_name="ioe-energy")
def main() -> None:
    """IOE Energy: watch a factory's electricity, water and gas, and the machines that burn most of it."""
