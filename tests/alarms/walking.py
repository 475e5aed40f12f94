"""One alarm that is led through its life by what may happen to it, in the real database.

    walk = await Walk.begin(connection, latching=True)
    await walk.do("hot"), await walk.do("acknowledge"), await walk.do("wait")

An operation is what the evaluation tells, what a person does, that time passes, or that the rule goes and comes back.
`seen` are the steps as the database has them, each with what held when it was taken, by the walk's own book-keeping.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Final, NamedTuple

from analytics.alarms.change import Quiet
from analytics.alarms.machine import Instance
from services.alarms import actions
from services.alarms.actions import AlarmRef, Done
from services.database import Connection
from tests.alarms import kept_plant
from tests.alarms.kept_plant import HOT, Plant, at

RE_ALARM_S: Final = 100.0
#: Longer than shelving and re-alarm, so that waiting once brings what time brings.
_WAIT_S: Final = 10_000.0
_sites = count(1)

#: What the evaluation may tell: a level and why it is quiet.
TOLD: Mapping[str, tuple[str | None, Quiet | None]] = {
    "cool": (None, None),
    "cool_and_quiet": (None, "not_running"),
    "hot": ("H", None),
    "hot_and_quiet": ("H", "not_running"),
    "hotter": ("HH", None),
    "hotter_and_quiet": ("HH", "not_running"),
}
ACTIONS: Mapping[str, Callable[..., Awaitable[Done]]] = {
    "acknowledge": actions.acknowledge,
    "reset": actions.reset,
    "shelve": actions.shelve,
    "unshelve": actions.unshelve,
    "remove_from_service": actions.remove_from_service,
    "return_to_service": actions.return_to_service,
}
OPERATIONS: Final = (*TOLD, *ACTIONS, "shelve_once", "wait", "retire")


class Seen(NamedTuple):
    """A step that was taken."""

    from_state: str
    event: str
    to_state: str
    reason: str


@dataclass(slots=True)
class Walk:
    """One alarm, what was told of it last, and its steps so far."""

    plant: Plant
    hot: Instance
    seconds: float = 0.0
    level: str | None = None
    quiet: str | None = None
    seen: list[Seen] = field(default_factory=list)
    refused: list[tuple[str, str, str]] = field(default_factory=list)
    """State, action and why not."""

    @classmethod
    async def begin(cls, connection: Connection, *, latching: bool) -> Walk:
        """An alarm of its own, of a rule that asks again and latches or not."""
        rule = replace(HOT, latching=latching, re_alarm_s=RE_ALARM_S)
        plant = await kept_plant.make(connection, rules=[rule], site=f"walk-{next(_sites)}")
        return cls(plant, plant.instance("hot", "comp-1"))

    async def do(self, operation: str) -> None:
        """Do one thing, and note the steps that followed."""
        self.seconds += 1.0
        if operation in TOLD:
            self.level, quiet = TOLD[operation]
            self.quiet = quiet
            await self.plant.tell(self.hot, self.seconds, self.level, quiet=quiet)
        elif operation == "wait":
            self.seconds += _WAIT_S
            await self.plant.pass_time(self.seconds)
        elif operation == "retire":
            await self._retire()
        else:
            await self._act(operation)
        await self._look()

    async def state(self) -> str:
        """The state as stored."""
        found: str = await self.plant.connection.fetchval(_MINE.format("a.state"), self.hot.key.site)
        return found

    async def _act(self, operation: str) -> None:
        once = operation == "shelve_once"
        name = "shelve" if once else operation
        more = {"one_shot": True} if once else {}
        key, before = self.hot.key, await self.state()
        async with self.plant.connection.transaction():
            done = await ACTIONS[name](
                self.plant.connection,
                [AlarmRef(key.site, key.rule, key.subject)],
                "local",
                "",
                at(self.seconds),
                **more,
            )
        self.refused += [(before, name, why) for why in done.refused.values()]

    async def _retire(self) -> None:
        """The rule goes, and comes back as if it were new. Alarms of earlier walks are none of this one's concern."""
        await self.plant.settle([], self.seconds)
        await self.plant.settle([self.hot], self.seconds)
        self.level = self.quiet = None

    async def _look(self) -> None:
        rows = await self.plant.connection.fetch(
            """SELECT t.from_state, t.event, t.to_state, t.reason FROM alarm_transition AS t
               JOIN alarm AS a ON a.id = t.alarm_id JOIN site AS s ON s.id = a.site_id
               WHERE s.code = $1 ORDER BY t.id""",
            self.hot.key.site,
        )
        self.seen = [Seen(*row) for row in rows]


_MINE = "SELECT {} FROM alarm AS a JOIN site AS s ON s.id = a.site_id WHERE s.code = $1"
