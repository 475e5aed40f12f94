"""`ioe meter`: what was not plain in a meter's energy, does it add up, a replaced register, judging again, a check.

    ledger METER       what was not plain                        exit 3 where something waits for a ruling
    reconcile METER    the law over a period                     exit 3 where it does not add up
    replace METER      enter a replacement or a multiplier       exit 1 where it is refused
    recompute METER    have it judged again, wait for it         exit 4 where the engine has not done it in time
    check [METER]      is it put in correctly                    exit 3 where there is something to look at

A METER is `site/code`. Exit 0: all is well, 1: it cannot be done, 2, as ever: a wrong command line.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import click

from deploy.instants import INSTANT, shown
from deploy.meter_tables import conserved, ledger_table, segment_line
from deploy.one_connection import one_connection
from deploy.settings import settings_option
from services.database import Connection
from services.ledger import commissioning, entries, reconciliation, replacements
from services.ledger.registers import (
    Flow,
    MeterNotFoundError,
    RegisterRow,
    first_energy,
    judged_ids,
    register,
    segment_at,
    segments,
)
from services.metering import recompute

Answer = TypeVar("Answer")

LOOK = 3
LATE = 4
_POLL_S = 0.2
_STEPS = 1_000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

_meter = click.argument("meter", metavar="METER")
_flow = click.option(
    "--flow",
    type=click.Choice(["import", "export", "reactive_import", "reactive_export"]),
    help="Which of its registers; without it the first one it has.",
)


def _period(command: Callable[..., None]) -> Callable[..., None]:
    """Add --from and --to to a command."""
    stop = click.option("--to", "stop", type=INSTANT, help="Where the period ends; without it now.")
    start = click.option("--from", "start", type=INSTANT, help="Where it begins; without it a week before its end.")
    return start(stop(command))


@click.group()
def command() -> None:
    """See what was not plain in a meter's energy, whether it adds up, and enter what people know."""


@command.command()
@_meter
@_flow
@click.option("--open", "only_open", is_flag=True, help="Only what waits for a ruling.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))
@settings_option
def ledger(meter: str, flow: Flow | None, only_open: bool, limit: int, settings: Path | None) -> None:
    """List the ledger of METER: what waits for a ruling first, then the newest."""

    async def work(connection: Connection) -> bool:
        found = await _register(connection, meter, flow)
        listed, rest = await entries.entries(connection, limit, meter_id=found.meter_id, flow=flow, only_open=only_open)
        for line in ledger_table(listed):
            click.echo(line)
        if not listed:
            click.echo(f"{found.meter}: {'nothing waits for a ruling' if only_open else 'all was plain'}")
        if rest is not None:
            click.echo(f"and more: raise --limit above {limit}")
        return any(each.open for each in listed)

    if _run(settings, work):
        sys.exit(LOOK)


@command.command()
@_meter
@_flow
@_period
@settings_option
def reconcile(
    meter: str, flow: Flow | None, start: datetime | None, stop: datetime | None, settings: Path | None
) -> None:
    """Hold the register of METER against its intervals and its ledger."""
    begin, end = _week(start, stop)

    async def work(connection: Connection) -> bool:
        found = await _register(connection, meter, flow)
        try:
            law = await reconciliation.reconcile(connection, found, begin, end)
        except reconciliation.NotReconcilableError as error:
            raise click.ClickException(str(error)) from error
        for line in conserved(law):
            click.echo(line)
        return law.whole.law.residual != 0

    if _run(settings, work):
        sys.exit(LOOK)


@command.command()
@_meter
@_flow
@click.option("--at", required=True, type=INSTANT, help="When it was done.")
@click.option("--closing", type=Decimal, help="Last value of the register that went.")
@click.option("--opening", type=Decimal, help="First value of the one that came.")
@click.option("--multiplier", type=Decimal, help="CT x PT from then on.")
@click.option("--modulus", type=Decimal, help="The register shows values below this one; 0: not known.")
@click.option("--resolution", type=Decimal, help="What a step of its last digit is worth.")
@click.option("--point", help="The point that is the register from then on, site/device/key.")
@click.option("--reason", required=True, help="Why, and who did it.")
@click.option("--replace", "again", is_flag=True, help="Put this in the place of what is entered for that instant.")
@click.option("--undo", is_flag=True, help="Take what is entered for that instant away again.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@settings_option
def replace(
    meter: str,
    flow: Flow | None,
    at: datetime,
    closing: Decimal | None,
    opening: Decimal | None,
    multiplier: Decimal | None,
    modulus: Decimal | None,
    resolution: Decimal | None,
    point: str | None,
    reason: str,
    again: bool,
    undo: bool,
    yes: bool,
    settings: Path | None,
) -> None:
    """Enter that the register of METER was replaced, or that its multiplier changed."""

    async def work(connection: Connection) -> None:
        found = await _register(connection, meter, flow)
        try:
            if undo:
                _ask(f"Take the replacement of {found.meter} at {shown(at)} away?", yes=yes)
                done = await replacements.undo(connection, found, at, reason)
            else:
                wanted = replacements.Replacement(at, reason, closing, opening, multiplier, modulus, resolution, point)
                before = segment_at(await segments(connection, found.register_id), at - timedelta(microseconds=1))
                click.echo(f"before  {segment_line(before)}")
                _ask(f"Enter this for {found.meter} {found.flow} from {shown(at)} on?", yes=yes)
                done = await replacements.enter(connection, found, wanted, datetime.now(UTC), replace=again)
        except replacements.ReplacementRefusedError as error:
            raise click.ClickException(str(error)) from error
        for segment in await segments(connection, found.register_id):
            click.echo(
                f"{shown(segment.valid_from) if segment.valid_from else 'since ever':<20}  {segment_line(segment)}"
            )
        click.echo("entered: it is being judged again" if done else "nothing to change")

    _run(settings, work)


@command.command(name="recompute")
@click.argument("meter", metavar="[METER]", required=False)
@click.option("--all", "everything", is_flag=True, help="All meters.")
@click.option("--since", type=INSTANT, help="From then on; without it from the beginning.")
@click.option("--timeout", "timeout_s", default=3600.0, show_default=True, help="Seconds to wait; 0: do not wait.")
@settings_option
def recompute_command(
    meter: str | None, everything: bool, since: datetime | None, timeout_s: float, settings: Path | None
) -> None:
    """Have METER (or --all) judged again by the running engine, and wait until it is done."""
    if (meter is None) == (not everything):
        raise click.UsageError("say either which METER or --all")

    async def work(connection: Connection) -> bool:
        ids = await judged_ids(connection, *((None, None) if meter is None else _split(meter)))
        if not ids:
            raise click.ClickException(
                f"there is no meter {meter!r} that is judged" if meter else "there are no meters"
            )
        async with connection.transaction():
            await recompute.request(connection, ids, since, "asked for by hand")
        if timeout_s == 0:
            click.echo(f"asked for: {len(ids)} registers")
            return True
        return await _wait(connection, ids, since, timeout_s)

    if not _run(settings, work):
        click.echo("the engine has not done it in time: is `ioe analytics` running? It goes on with it.", err=True)
        sys.exit(LATE)


@command.command()
@click.argument("meter", metavar="[METER]", required=False)
@click.option("--site", help="All meters of this site; without METER and --site all there are.")
@_period
@settings_option
def check(
    meter: str | None, site: str | None, start: datetime | None, stop: datetime | None, settings: Path | None
) -> None:
    """Hold registers against the power of their devices: wrong units or multipliers, reversed wires, duplicates."""
    begin, end = _week(start, stop)

    async def work(connection: Connection) -> bool:
        code = None
        place = site
        if meter is not None:
            found = await _register(connection, meter, None)
            place, code = found.site, found.code
        checks = await commissioning.check(connection, begin, end, site=place, code=code)
        for each in checks:
            ratio = each.comparison.ratio if each.comparison else None
            told = "-" if ratio is None else f"{ratio:.4g}"
            energy = f"{each.energy:,.3f} {each.register.unit}"
            click.echo(f"{each.register.meter:<32} {each.register.flow:<16} {energy:>22}  by power {told}")
            for finding in each.findings:
                click.echo(f"    {click.style(finding.kind, bold=True)}: {finding.cause}; {finding.remedy}")
        looked = sum(bool(each.findings) for each in checks)
        click.echo(f"{len(checks)} registers, {looked} to look at")
        return looked > 0

    if _run(settings, work):
        sys.exit(LOOK)


def _run(settings: Path | None, work: Callable[[Connection], Coroutine[None, None, Answer]]) -> Answer:
    async def connected() -> Answer:
        async with one_connection(settings, "meter") as connection:
            return await work(connection)

    return asyncio.run(connected())


def _split(meter: str) -> tuple[str, str]:
    site, slash, code = meter.partition("/")
    if not slash or not site or not code:
        raise click.UsageError(f"{meter!r} is no meter: write site/code, as in kunshan/m-101")
    return site, code


async def _register(connection: Connection, meter: str, flow: Flow | None) -> RegisterRow:
    try:
        return await register(connection, *_split(meter), flow)
    except MeterNotFoundError as error:
        raise click.ClickException(str(error)) from error


def _week(start: datetime | None, stop: datetime | None) -> tuple[datetime, datetime]:
    quarter = timedelta(minutes=15)
    end = stop or _EVER + (datetime.now(UTC) - _EVER) // quarter * quarter
    begin = start or end - timedelta(days=7)
    begin, end = _EVER + (begin - _EVER) // quarter * quarter, _EVER - (_EVER - end) // quarter * quarter
    if begin >= end:
        raise click.UsageError("the period is empty: --from comes before --to")
    return begin, end


def _ask(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.ClickException("say --yes if that is meant; nothing was changed")
    click.confirm(question, abort=True)


async def _wait(connection: Connection, ids: list[int], since: datetime | None, timeout_s: float) -> bool:
    """Show how far the engine is until it has judged all of them again; False where it takes too long."""
    begin = since or await first_energy(connection, ids) or datetime.now(UTC)
    with click.progressbar(length=_STEPS, label="judging again", file=sys.stderr) as bar:
        try:
            async with asyncio.timeout(timeout_s):
                while (waiting := await recompute.waiting(connection, ids)).registers:
                    whole = max((datetime.now(UTC) - begin).total_seconds(), 1.0)
                    reached = 0.0 if waiting.since is None else (waiting.since - begin).total_seconds() / whole
                    # The register that is furthest back stands for those that are not done yet.
                    open_share = waiting.registers / len(ids) * (1 - min(max(reached, 0.0), 1.0))
                    bar.update(max(0, int((1 - open_share) * _STEPS) - bar.pos))
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            return False
        bar.update(_STEPS - bar.pos)
    click.echo(f"judged again: {len(ids)} registers")
    return True
