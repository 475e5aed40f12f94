"""`ioe up`: the whole platform on this machine."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from types import FrameType

import click

from deploy.embedded.binaries import BinariesError
from deploy.embedded.places import PlaceError, default_home
from deploy.embedded.processes import ProcessError
from deploy.settings import settings_option
from deploy.up.platform import DEMONSTRATION, Choice, run
from services.diagnosis import DatabaseUnreachableError
from services.migrate import MigrationChangedError

PROBLEMS = (PlaceError, ProcessError, BinariesError, DatabaseUnreachableError, MigrationChangedError)
PORT = click.IntRange(1, 65535)


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Folder of the data and logs; the default is {default_home()}.",
)
@click.option("--port", type=PORT, help="Port of the console and the API; 8080 or the next free one if not given.")
@click.option("--mqtt-port", type=PORT, help="Port for devices; 1883 or the next free one if not given.")
@click.option(
    "--simulator/--no-simulator", default=True, help="Whether to run the simulated factory.", show_default=True
)
@click.option(
    "--site",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=DEMONSTRATION,
    help="Site folder that is applied when the registry is empty; the default is the demonstration factory.",
)
@settings_option
def command(
    home: Path | None, port: int | None, mqtt_port: int | None, simulator: bool, site: Path, settings: Path | None
) -> None:
    """Start everything: servers, ingest, engine, alarms, watch, api, the simulated factory; stop it with Ctrl-C."""
    started_s = time.monotonic()

    def say(text: str) -> None:
        click.echo(f"{time.monotonic() - started_s:6.1f} s  {text}")
        sys.stdout.flush()

    # SIGINT too: a shell starts what it puts into the background with SIGINT ignored, and `kill -INT` must stop it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)
    try:
        run(Choice(home or default_home(), port, mqtt_port, simulator, site, settings), say)
    except KeyboardInterrupt:
        return
    except PROBLEMS as problem:
        raise click.ClickException(str(problem)) from problem


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Every way of being told to stop is the same as Ctrl-C."""
    del number, frame
    raise KeyboardInterrupt
