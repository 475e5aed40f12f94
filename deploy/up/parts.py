"""A part of the running platform: something that is launched, may end, and is stopped.

The embedded servers are parts already; `Verb` makes one of a process that runs a verb of `ioe`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import deploy
from deploy.embedded.processes import spawn, stop

CHECKOUT = Path(deploy.__file__).resolve().parent.parent


class Part(Protocol):
    """What the supervisor sees of a part."""

    @property
    def log(self) -> Path:
        """Where it writes."""

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs or before it was launched."""

    def launch(self) -> None:
        """Start it; does not wait until it answers."""

    def alive(self) -> bool:
        """Whether it runs."""

    def stop(self) -> None:
        """End it in order, and in any case."""


@dataclass(slots=True)
class Verb:
    """A process that runs `ioe <words>`."""

    words: tuple[str, ...]
    log: Path
    environment: Mapping[str, str]
    patience_s: float = 15.0
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs or before it was launched."""
        return None if self._process is None else self._process.poll()

    def launch(self) -> None:
        """Start the process; it inherits our environment, the addresses, and the way to our modules."""
        path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH", ""))))
        environment = {**os.environ, **self.environment, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}
        # When we die, it dies at once: a worker left behind would fight its successor over one name at the broker,
        # and every process of ours survives its own sudden end without loss.
        self._process = spawn(command(*self.words), self.log, None, signal.SIGKILL, environment)

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end; it finishes what it has begun, within its patience."""
        if self._process is not None:
            stop(self._process, signal.SIGTERM, self.patience_s)


def command(*words: str) -> list[str]:
    """The command line of `ioe <words>` with this Python."""
    return [sys.executable, "-m", "deploy", *words]
