"""Judging the service: its rules on the parts there are, from look to look, and their alarms kept.

    begin: rules of the service, parts there are, what is kept of their alarms ---> evaluator
    look: figures --> facts --> evaluator --> changes --> services.alarms.keeping, one transaction

The evaluator is begun anew when rules change and when a part comes or goes. Told first what is kept, it goes on where
the last one stopped; a delay that was pending starts again. What is kept and would be otherwise by the rules of now is
put right by what the first look finds.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.alarms.change import Change, Fact
from analytics.alarms.evaluator import Evaluator
from analytics.alarms.machine import AlarmKey, Instance
from services.alarms import keeping, rules
from services.database import Connection, rows, run, undisturbed
from services.statements import statements
from services.watch.facts import Figure, Surroundings, facts
from services.watch.figures import Figures
from services.watch.outages import facts_of, microseconds
from services.watch.reachability import Outage

log = logging.getLogger("ioe.watch")
SQL = statements("watch")


@dataclass(frozen=True, slots=True)
class StandingRow:
    """An alarm of the service whose condition holds, as it is kept."""

    rule: str
    subject: str
    level: str
    value: float
    condition_since: datetime


class Judging:
    """What goes on from look to look. `listening_since`: when looking began, by the database's clock."""

    def __init__(self, listening_since: datetime) -> None:
        self._listening_since = listening_since
        self._judge = _Judge((), frozenset())
        self._is_old = True

    @property
    def instances(self) -> Mapping[AlarmKey, Instance]:
        """What was judged at the last look."""
        return self._judge.instances

    def about(self, figure: Figure) -> Instance | None:
        """The rule that watches a figure."""
        return next((self._judge.instances[key] for key in self._judge.watching(figure)), None)

    def begin_anew(self) -> None:
        """Rules have changed: the next look begins with those that there are then."""
        self._is_old = True

    async def look(
        self, connection: Connection, figures: Figures, seen: Surroundings, over: Mapping[Figure, Sequence[Outage]]
    ) -> None:
        """Judge the figures of now, and outages that are over, and keep what changed."""
        now = seen.answered_at
        if self._is_old or self._judge.parts != _parts(figures):
            self._is_old = False  # before: a change while we begin is for the next look
            before, self._judge = self._judge, await _begin(connection, figures, now)
            if before.parts - self._judge.parts or self._judge.strangers - before.strangers:
                # Alarms end with the part they are about: the duty `alarms` retires those that have none any more.
                await run(connection, rules.SQL["tell_rules_changed"])
        found = facts(figures, seen, self._listening_since)
        changes = [*self._judge.afterwards(over), *self._judge.judge(found, microseconds(now))]
        if changes:
            await undisturbed(connection, lambda: keeping.apply(connection, changes, self.instances))
        if doubtful := self._judge.doubtful():
            await undisturbed(connection, lambda: keeping.put_right(connection, doubtful, self.instances, now))


class _Judge:
    """The evaluator of the service's rules, and which part and figure each of them is about."""

    def __init__(self, instances: tuple[Instance, ...], parts: frozenset[str]) -> None:
        self.instances: Mapping[AlarmKey, Instance] = {instance.key: instance for instance in instances}
        self.parts = parts
        self._evaluator = Evaluator(instances)
        self._figure_of = {
            instance.key: Figure(instance.machine.kind, instance.machine.code, instance.rule.signal.of)
            for instance in instances
        }
        self.strangers: frozenset[AlarmKey] = frozenset()
        """Alarms that are kept although there is no rule about their part, or no such part."""
        self._doubtful: set[AlarmKey] = set()

    def remember(self, kept: list[StandingRow], now_us: int) -> None:
        """Take over what is kept already: told to the evaluator, and to nobody else."""
        known = {AlarmKey("", row.rule, "service", row.subject): row for row in kept}
        self._evaluator.tell([Fact(key, microseconds(row.condition_since), row.value) for key, row in known.items()])
        self._evaluator.tick(now_us)
        self.strangers = frozenset(known.keys() - self.instances.keys())
        self._doubtful = {
            change.key
            for change in self._evaluator.standing()
            if change.key in known and change.level != known[change.key].level
        }

    def doubtful(self) -> list[Change]:
        """What stands of alarms that are kept as the rules of now would not have them; asked once."""
        keys, self._doubtful = self._doubtful, set()
        return [change for change in self._evaluator.standing() if change.key in keys] if keys else []

    def watching(self, figure: Figure) -> list[AlarmKey]:
        """The alarms about a figure."""
        return [key for key, watched in self._figure_of.items() if watched == figure]

    def afterwards(self, over: Mapping[Figure, Sequence[Outage]]) -> list[Change]:
        """What is to be told of outages that are over; of what was told as it happened nothing is told again."""
        told = [
            fact
            for figure, outages in over.items()
            for key in self.watching(figure)
            for outage in outages
            for fact in facts_of(outage, self.instances[key])
        ]
        return self._evaluator.tell(told)

    def judge(self, found: Mapping[Figure, float], now_us: int) -> list[Change]:
        """What is to be told of the figures of now."""
        told = [Fact(key, now_us, found[figure]) for key, figure in self._figure_of.items() if figure in found]
        return [*self._evaluator.tell(told), *self._evaluator.tick(now_us)]


def _parts(figures: Figures) -> frozenset[str]:
    return frozenset((*(row.name for row in figures.workers), *(f"log {row.name}" for row in figures.followers)))


async def _begin(connection: Connection, figures: Figures, now: datetime) -> _Judge:
    """Bind the rules of the service to the parts there are, and remember what is kept of them."""
    bound = await rules.bound(connection, "")
    for unbound in bound.binding.unbound:
        log.warning("rule %s does not watch %s: %s", unbound.key.rule, unbound.key.subject, unbound.reason)
    judge = _Judge(bound.binding.instances, _parts(figures))
    judge.remember(await rows(connection, SQL["standing_service_alarms"], StandingRow), microseconds(now))
    return judge
