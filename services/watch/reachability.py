"""Whether something answers: since when it does not, and which outages there were.

    asked each few seconds --answers--> answered_at = now          an answer after silence ends an outage
                           --does not--> away since answered_at    (since, until), kept until somebody has written it

An outage begins with the last answer, not with the first failure: nobody knows what was in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

log = logging.getLogger("ioe.watch")

#: So many outages are kept for whoever writes them down; a standby keeps them too, and never may.
_KEPT = 100
#: Asks once: "" where it answers, else why not, for people.
Ask = Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Outage:
    """It did not answer from `since` (its last answer) until `until`."""

    since: datetime
    until: datetime


class Reachability:
    """What is known of one server that others need. A process that begins while it is away knows no more of it."""

    def __init__(self, name: str, now: datetime) -> None:
        self._name = name
        self.why = ""
        """Why it does not answer; empty while it does, or was never asked."""
        self.outages: deque[Outage] = deque(maxlen=_KEPT)
        """Those that are over; whoever writes them down takes them out."""
        self._answered_at = now

    @property
    def away_since(self) -> datetime | None:
        """Its last answer, where it has not answered since."""
        return self._answered_at if self.why else None

    def away_s(self, now: datetime) -> float:
        """For how long it has been away, 0 while it answers."""
        return max(0.0, (now - self._answered_at).total_seconds()) if self.why else 0.0

    def heard(self, why: str, now: datetime) -> None:
        """Take an answer (why is empty) or its absence."""
        if why and not self.why:
            log.warning("the %s does not answer: %s", self._name, why)
        if not why:
            if self.why:
                log.info("the %s answers again, after %.0f s", self._name, self.away_s(now))
                self.outages.append(Outage(self._answered_at, now))
            self._answered_at = now
        self.why = why

    def forget(self, written: Iterable[Outage]) -> None:
        """Take out outages that are written down."""
        for outage in written:
            if outage in self.outages:
                self.outages.remove(outage)

    async def keep_asking(self, ask: Ask, each_s: float, patience_s: float) -> None:
        """Ask for ever; an answer that takes longer than the patience is none."""
        while True:
            try:
                async with asyncio.timeout(patience_s):
                    why = await ask()
            except TimeoutError:
                why = f"no answer within {patience_s:.0f} s"
            self.heard(why, datetime.now(UTC))
            await asyncio.sleep(each_s)
