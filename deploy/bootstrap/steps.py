"""Running one program of the set-up: quiet when it works, its last words when it does not."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOGS = ROOT / "var" / "setup"
STARTED_S = time.monotonic()


class SetupError(Exception):
    """A part of the set-up failed; the message says which, why, and what to do."""


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"{time.monotonic() - STARTED_S:6.1f} s  {text}", flush=True)


def run(name: str, command: Sequence[str], cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> None:
    """Run a program with its output in a log; its failure is an error with the end of that log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name}.log"
    with log.open("wb") as output:
        done = subprocess.run(
            list(command),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
        )
    if done.returncode != 0:
        end = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise SetupError(f"{' '.join(command[:4])} ... failed:\n{end}\n(all of it: {log})\nRun the same `make` again.")
