"""`ioe rules try`: which alarms a rule would have raised, as it is stored or as a file has it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from analytics.alarms.rule import Rule
from deploy.instants import INSTANT, shown
from deploy.one_connection import one_connection
from deploy.rule_apply import known, read, require_site
from deploy.settings import settings_option
from services.alarms import rules, trial
from services.alarms.rules import NoSuchRuleError
from services.alarms.trial import CannotTryError, Trial
from services.database import Connection
from services.rule_folder.read import read_file

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_STEPS = 1_000


@click.command(name="try")
@click.argument("rule", metavar="RULE")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="As this file has it.")
@click.option("--from", "start", type=INSTANT, help="Where to begin; without it a week before the end.")
@click.option("--to", "stop", type=INSTANT, help="Where to end; without it now.")
@click.option("--machine", "machines", multiple=True, help="Only on this machine; may be given several times.")
@settings_option
def try_command(
    rule: str,
    file: Path | None,
    start: datetime | None,
    stop: datetime | None,
    machines: tuple[str, ...],
    settings: Path | None,
) -> None:
    """Say which alarms RULE would have raised, from the readings that are stored, without raising any.

    RULE is site/code; with --file the rule of that code in a rule file is tried, stored or not.
    """
    named, _, code = rule.partition("/")
    site = "" if named == "service" else named
    if not code:
        raise click.BadParameter(f"{rule!r} is no rule: name it site/code, as in kunshan/element-outlet-high")
    now = datetime.now(UTC)
    end = stop or now
    try:
        since, until = trial.span(start or end - timedelta(days=7), end, now)
    except CannotTryError as error:
        raise click.BadParameter(str(error)) from error

    async def work() -> list[str]:
        async with one_connection(settings, "rules") as connection:
            await require_site(connection, site)
            wanted = await _rule(connection, site, code, file)
            prepared = await trial.prepare(connection, site, wanted, machines)
            total = (until - since) / _MINUTE
            with click.progressbar(
                length=_STEPS, label="trying", file=sys.stderr, hidden=not sys.stderr.isatty()
            ) as bar:

                def progress(at: datetime) -> None:
                    done = int(max((at - since) / _MINUTE / total, 0) * _STEPS)
                    bar.update(max(done - bar.pos, 0))

                return list(lines(await trial.run(connection, prepared, since, until, progress)))

    try:
        click.echo("\n".join(asyncio.run(work())))
    except (NoSuchRuleError, CannotTryError) as error:
        raise click.ClickException(str(error)) from error


def lines(tried: Trial) -> Iterator[str]:
    """What came of a trial: the number first, then each alarm, then what was kept quiet, chatters or is left out."""
    count = len(tried.alarms)
    machines = len(tried.machines)
    on = f"{machines} machine{'' if machines == 1 else 's'}"
    would = f"would have raised {count:,} alarm{'' if count == 1 else 's'} on {on}"
    yield f"{would} from {shown(tried.start)} to {shown(tried.stop)}: {tried.alarms_a_day:.1f} a day"
    for alarm in tried.alarms:
        raised = _EPOCH + timedelta(microseconds=alarm.raised_us)
        if alarm.returned_us is None:
            end = "still stands"
        else:
            end = f"for {timedelta(seconds=(alarm.returned_us - alarm.raised_us) // 1_000_000)}"
        value = "" if alarm.value is None else f" {alarm.value:.6g}"
        yield f"  {shown(raised)}  {alarm.key.subject}  {alarm.level}{value}  {end}"
    for subject, most in tried.chattering.items():
        yield f"chattering: {subject}, up to {most} alarms in a minute: a deadband or delays are missing"
    for reason, number in sorted(tried.quiet.items()):
        yield f"kept quiet by design: {number} ({reason})"
    for each in tried.unbound:
        yield f"not on {each.key.subject}: {each.reason}"
    yield f"from {tried.readings:,} readings"


async def _rule(connection: Connection, site: str, code: str, file: Path | None) -> Rule:
    if file is None:
        return (await rules.one(connection, site, code)).rule
    stored = {name: each.rule for name, each in (await rules.held(connection, site)).items()}
    found = known(read_file(file, {**read(None).rule_of, **stored}))
    if code not in found:
        raise click.ClickException(f"{file} has no rule {code!r}: it has {', '.join(found)}")
    return found[code].rule
