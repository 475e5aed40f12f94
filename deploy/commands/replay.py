"""`ioe replay`: play recorded data from a CSV file as a device. docs/replay.md is the manual.

Exit codes: 0 all rows played and confirmed, 1 refused or failed, 2 wrong usage, 3 some rows or values could not be
played, 4 the broker did not confirm everything or nobody was subscribed, 130 interrupted.
"""

import asyncio
import json
import math
import signal
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click
import msgspec

from deploy.device_broker import broker_option, device_broker
from deploy.settings import settings_option
from simulators.broker_address import BadBrokerUrlError, BrokerAddress
from simulators.mqtt import NotConnectedError
from simulators.replay.job import Job, prepare
from simulators.replay.options import Options, read_column, read_profile
from simulators.replay.recording import Kind, RecordingError
from simulators.replay.run import Outcome, run, summary
from simulators.replay.stamps import FORMATS, Ambiguous, Midnight

PROFILES = Path(__file__).parent.parent / "replays"
NOT_ALL_PLAYED, NOT_CONFIRMED, INTERRUPTED = 3, 4, 130


class Speed(click.ParamType[float]):
    """A factor, or `max`."""

    name = "factor|max"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the factor; infinity for `max`."""
        if isinstance(value, float):
            return value
        try:
            speed = math.inf if value == "max" else float(str(value))
        except ValueError:
            speed = 0.0
        if not speed > 0:
            self.fail(f"{value!r} is neither a factor above 0 nor max", param, ctx)
        return speed


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--profile", help="A kind of file with a known profile (steel), or a profile file (TOML).")
@click.option("--site", help="Code of the site.")
@click.option("--device", help="Code of the device.")
@click.option(
    "--column", "columns", multiple=True, metavar="NAME=KEY[:KIND]", help="A column and its point; repeatable."
)
@click.option("--as", "kind", type=click.Choice([str(one) for one in Kind]), help="What columns without a KIND become.")
@click.option(
    "--stamp", type=click.Choice(["start", "end"]), help="Which end of its interval a row's time is; no default."
)
@click.option("--zone", help="Time zone of local times, such as Asia/Shanghai.")
@click.option("--time-column", help="Name of the column with the time.  [default: the first]")
@click.option(
    "--date-format", metavar="FORMAT", help=f"{', '.join(FORMATS)}, or a strptime pattern.  [default: found out]"
)
@click.option("--midnight", type=click.Choice([str(one) for one in Midnight]), help="Which day 00:00 is written with.")
@click.option(
    "--ambiguous",
    type=click.Choice([str(one) for one in Ambiguous]),
    help="What becomes of times shown twice in autumn.",
)
@click.option("--interval-s", type=click.FloatRange(0, min_open=True), help="Length of a row's interval.")
@click.option("--delimiter", help="Between cells.  [default: ,]")
@click.option("--decimal-mark", type=click.Choice([".", ","]), help="In numbers.  [default: .]")
@click.option("--encoding", help="Of the file.  [default: utf-8]")
@click.option(
    "--first-day", type=click.DateTime(["%Y-%m-%d"]), help="Move all rows by whole days, so that they start here."
)
@click.option("--limit", type=click.IntRange(1), help="Play at most so many rows.")
@click.option("--speed", type=Speed(), default="1", show_default=True, help="1: as recorded; 3600: an hour a second.")
@click.option("--batch", type=click.IntRange(1), default=1, show_default=True, help="Rows in a message.")
@click.option("--bad-rows", type=click.File("w"), help="Write what could not be played to this file (CSV).")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@broker_option
@settings_option
def command(
    file: Path,
    profile: str | None,
    columns: tuple[str, ...],
    kind: str | None,
    first_day: datetime | None,
    limit: int | None,
    speed: float,
    batch: int,
    bad_rows: TextIO | None,
    as_json: bool,
    broker: str | None,
    settings: Path | None,
    **given: str | float | None,
) -> None:
    """Play recorded data from a CSV file as a device."""
    try:
        options = _options(profile, columns, kind, given)
        job = prepare(file, options, first_day=first_day.date() if first_day else None, limit=limit)
        address = device_broker(settings, broker)
        outcome = asyncio.run(_run_until_stopped(job, address, batch, speed, bad_rows))
    except (RecordingError, BadBrokerUrlError, NotConnectedError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        json.dumps(outcome.figures(), indent=2) if as_json else "\n".join(summary(job, outcome, datetime.now(UTC)))
    )
    sys.exit(_exit_code(outcome))


def _options(
    profile: str | None, columns: tuple[str, ...], kind: str | None, given: dict[str, str | float | None]
) -> Options:
    options = read_profile(_profile_file(profile)) if profile else Options()
    chosen: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    if columns:
        chosen["column"] = [msgspec.to_builtins(read_column(text, kind)) for text in columns]
    # Through plain values and back, so that the command line is checked as a profile is.
    return msgspec.convert({**msgspec.to_builtins(options), **chosen}, Options)


def _profile_file(profile: str) -> Path:
    path = Path(profile) if profile.endswith(".toml") else PROFILES / f"{profile}.toml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in PROFILES.glob("*.toml")))
        raise RecordingError(f"there is no profile {profile!r}: known are {known}, or name a .toml file")
    return path


async def _run_until_stopped(
    job: Job, broker: BrokerAddress, batch: int, speed: float, bad_rows: TextIO | None
) -> Outcome:
    stop = asyncio.Event()
    with ExitStack() as cleanup:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
            cleanup.callback(asyncio.get_running_loop().remove_signal_handler, number)
        return await run(job, broker, stop, sys.stderr, batch=batch, speed=speed, bad_rows=bad_rows)


def _exit_code(outcome: Outcome) -> int:
    if outcome.interrupted:
        return INTERRUPTED
    if outcome.unconfirmed or outcome.without_subscriber:
        return NOT_CONFIRMED
    return 0 if outcome.complete else NOT_ALL_PLAYED
