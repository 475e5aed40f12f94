"""`ioe simulate`: be the demonstration factory, and have things go wrong in it on command.

Exit codes: 0 ended or stopped in order, 1 refused or failed, 2 wrong usage, 4 the broker did not confirm everything.
"""

from __future__ import annotations

import asyncio
import math
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from deploy.device_broker import broker_option, device_broker
from deploy.settings import settings_option
from simulators.broker_address import BadBrokerUrlError, BrokerAddress
from simulators.factory.at_broker import simulate
from simulators.factory.control import order
from simulators.factory.fault import BadFaultError, seconds
from simulators.factory.outlets import LineOutlet
from simulators.factory.run import Run
from simulators.factory.settings import BadSettingsError, Settings
from simulators.factory.state_file import StateFileError
from simulators.mqtt import NotConnectedError

NOT_CONFIRMED = 4


class Outer(NamedTuple):
    """Options before the verb `fault`, which may also stand behind it."""

    broker: str | None
    settings: Path | None
    site: str


class Speed(click.ParamType[float]):
    """A factor, or `max`."""

    name = "factor|max"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if isinstance(value, float):
            return value
        try:
            return math.inf if value == "max" else float(str(value))
        except ValueError:
            self.fail(f"{value!r} is no speed: write 1, 600 or max", param, ctx)


class Span(click.ParamType[float]):
    """Seconds, written 90s, 10m, 2h or 1d."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        if isinstance(value, int | float):
            return float(value)
        try:
            return seconds(str(value))
        except BadFaultError as error:
            self.fail(str(error), param, ctx)


class Instant(click.ParamType[float]):
    """A time with its offset, `now`, or a span before now."""

    name = "time|now|-span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it."""
        text = str(value)
        if isinstance(value, float):
            return value
        if text == "now":
            return time.time()
        try:
            if text.startswith("-"):
                return time.time() - seconds(text[1:])
            moment = datetime.fromisoformat(text)
        except (BadFaultError, ValueError):
            self.fail(f"{text!r} is no time: write 2026-11-23T08:00:00+08:00, now, or -2h", param, ctx)
        if moment.tzinfo is None:
            self.fail(f"{text!r} has no offset: write {text}+08:00", param, ctx)
        return moment.timestamp()


def _broker(settings: Path | None, url: str | None) -> BrokerAddress:
    try:
        return device_broker(settings, url)
    except BadBrokerUrlError as error:
        raise click.ClickException(str(error)) from error


@click.group(invoke_without_command=True, context_settings={"max_content_width": 120})
@broker_option
@settings_option
@click.option("--site", default="kunshan", show_default=True, help="Site code in the topics.")
@click.option(
    "--seed", default=1, show_default=True, help="The same seed makes the same factory, weather and messages."
)
@click.option("--start", type=Instant(), help="Simulated start; default: now.")
@click.option("--stop", type=Instant(), help="Simulated end; default: never.")
@click.option("--speed", type=Speed(), default=1.0, show_default=True, help="Simulated seconds in a second, or max.")
@click.option("--step", type=Span(), help="Length of a step, up to 60s; default 1s, above speed 10 30s.")
@click.option("--interval", type=Span(), help="Publish nothing more often than this; default 1s, above speed 10 60s.")
@click.option(
    "--pack", type=click.IntRange(1, 500), help="Samples of a device in one message; default 1, above speed 10 15."
)
@click.option(
    "--history", type=Span(), default=0.0, help="Publish this much of the past first, then go on in real time."
)
@click.option(
    "--state", type=click.Path(dir_okay=False, path_type=Path), help="Carry counters over restarts in this file."
)
@click.option(
    "--truth", type=click.Path(dir_okay=False, path_type=Path), help="Append the true energies and events here."
)
@click.option(
    "--fault", "faults", multiple=True, metavar="FAULT", help="For example air-leak@air-b1:start=+60s,duration=10m."
)
@click.option("--on-change", is_flag=True, help="Publish a machine's state at the second it changes, too.")
@click.option("--print", "to_lines", is_flag=True, help="Write the messages to standard output instead of a broker.")
@click.pass_context
def command(
    context: click.Context, broker: str | None, settings: Path | None, site: str, seed: int, start: float | None,
    stop: float | None, speed: float, step: float | None, interval: float | None, pack: int | None, history: float,
    state: Path | None, truth: Path | None, faults: tuple[str, ...], on_change: bool, to_lines: bool,
) -> None:  # fmt: skip
    """Be the demonstration factory in Kunshan and publish what its devices measure. Ctrl-C stops it."""
    if context.invoked_subcommand is not None:
        context.obj = Outer(broker, settings, site)
        return
    try:
        wanted = Settings(
            site=site, seed=seed, start_s=start, stop_s=math.inf if stop is None else stop, speed=speed,
            step_s=_whole(step), interval_s=_whole(interval), pack=pack, history_s=history, state=state, truth=truth,
            faults=faults, on_change=on_change,
        )  # fmt: skip
        if speed > 1.0 and start is None:
            _say("the simulated time will run ahead of the clock, and receivers may refuse the future: see --start")
        unconfirmed = asyncio.run(_until_stopped(wanted, None if to_lines else _broker(settings, broker)))
    except (BadSettingsError, BadFaultError, StateFileError, NotConnectedError) as error:
        raise click.ClickException(str(error)) from error
    if unconfirmed:
        context.exit(NOT_CONFIRMED)


@command.command()
@click.argument("order_text", metavar="FAULT|clear NAME|clear all|list", nargs=-1, required=True)
@broker_option
@settings_option
@click.option("--site", help="Site code in the topics.  [default: kunshan]")
@click.pass_obj
def fault(
    outer: Outer, order_text: tuple[str, ...], broker: str | None, settings: Path | None, site: str | None
) -> None:
    """Order a fault in a running factory: ioe simulate fault vibration-high@comp-3:duration=10m."""
    address = _broker(settings or outer.settings, broker or outer.broker)
    try:
        accepted, message = order(address, site or outer.site, " ".join(order_text))
    except TimeoutError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"no broker answers at {address.host}:{address.port} ({error.strerror or error}): start the factory with "
            "`ioe up`, or name its broker with --broker"
        ) from error
    if not accepted:
        raise click.ClickException(message)
    click.echo(message)


def _whole(span_s: float | None) -> int | None:
    return None if span_s is None else max(round(span_s), 1)


def _say(text: str) -> None:
    click.echo(text, err=True)


async def _until_stopped(settings: Settings, broker: BrokerAddress | None) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if broker is None:
        await Run(settings, _say).play(LineOutlet(settings.site, sys.stdout), stop)
        return 0
    return await simulate(settings, broker, stop, _say)
