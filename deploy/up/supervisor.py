"""What ended is started again, after a pause that doubles while it keeps ending.

           alive --ended--> waiting --pause over--> launched --+-- ended within a minute: the pause doubles
             ^                                                 |
             +-------------------------------------------------+-- lived a minute: the pause is short again

Recovery needs no hand: every part reconnects by itself, so nothing else is restarted with it and nothing waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded.processes import ProcessError, tail
from deploy.up.logs import bound
from deploy.up.parts import Part

LOOK_S = 0.25
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_S = 60.0
BOUND_LOGS_S = 30.0


@dataclass(slots=True)
class _Life:
    """When a part was launched, when it is due again, and how long the next pause is."""

    launched_s: float = 0.0
    due_s: float | None = None
    pause_s: float = FIRST_PAUSE_S


@dataclass(slots=True)
class Supervisor:
    """Parts by name, in the order in which they are launched; stopped the other way round, group by group."""

    groups: Sequence[Mapping[str, Part]]
    logs: Path
    say: Callable[[str], None]
    _lives: dict[str, _Life] = field(default_factory=dict, init=False)

    def watch(self, done: Callable[[], bool]) -> None:
        """Start again what ends, until `done`."""
        bounded_s = time.monotonic()
        while not done():
            time.sleep(LOOK_S)
            now_s = time.monotonic()
            for group in self.groups:
                for name, part in group.items():
                    self._look(name, part, now_s)
            if now_s - bounded_s > BOUND_LOGS_S:
                bound(self.logs)
                bounded_s = now_s

    def stop(self) -> None:
        """Stop everything: the last group first, the parts of a group one after the other."""
        for group in reversed(self.groups):
            for part in group.values():
                part.stop()

    def _look(self, name: str, part: Part, now_s: float) -> None:
        life = self._lives.setdefault(name, _Life(launched_s=now_s))
        if part.alive():
            return
        if life.due_s is None:
            life.pause_s = FIRST_PAUSE_S if now_s - life.launched_s > STEADY_S else life.pause_s
            life.due_s = now_s + life.pause_s
            self.say(
                f"{name} ended ({_how(part.exit_code)}), starting again in {life.pause_s:.1f} s; "
                f"its last words: {_last_line(part.log)} ({part.log})"
            )
            life.pause_s = min(LONGEST_PAUSE_S, life.pause_s * 2)
        elif now_s >= life.due_s:
            life.due_s, life.launched_s = None, now_s
            try:
                part.launch()
            except (ProcessError, OSError) as problem:
                self.say(f"{name} cannot start: {problem}")


def _how(exit_code: int | None) -> str:
    if exit_code is None:
        return "never started"
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"


def _last_line(log: Path) -> str:
    return tail(log, 1).strip()[-160:] or "none"
