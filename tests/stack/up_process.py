"""`ioe up` as a process of its own, as a person starts it: lines as they come, waiting with a deadline."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SITE = """
code = "plant"
name = "Plant"
time_zone = "Asia/Shanghai"
"""


class Up:
    """One run of `ioe up`."""

    def __init__(self, home: Path, *words: str, **environment: str) -> None:
        self.home = home
        self.output = ""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("IOE_") or key == "IOE_CACHE"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy", "up", "--home", str(home), "--no-simulator", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=CHECKOUT,
            env={**kept, **environment},
        )

    def wait_for(self, text: str, deadline_s: float = 120.0) -> None:
        """Read until the text was said."""
        assert self.process.stdout is not None
        give_up_at_s = time.monotonic() + deadline_s
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while text not in self.output:
                left_s = give_up_at_s - time.monotonic()
                assert left_s > 0, f"{text!r} was not said within {deadline_s} s:\n{self.output}"
                if selector.select(left_s):
                    heard = os.read(self.process.stdout.fileno(), 65536).decode()
                    assert heard, f"it ended before it said {text!r}:\n{self.output}"
                    self.output += heard

    def end(self, number: signal.Signals = signal.SIGTERM, deadline_s: float = 120.0) -> int:
        """Send a signal and wait for the end; the rest of what it said is in `output`."""
        self.process.send_signal(number)
        return self.wait(deadline_s)

    def wait(self, deadline_s: float = 120.0) -> int:
        """Wait for the end by itself."""
        rest, _ = self.process.communicate(timeout=deadline_s)
        self.output += rest.decode()
        return self.process.returncode

    def discard(self) -> None:
        """Whatever happened: gone."""
        if self.process.poll() is None:
            self.end()
        if self.process.stdout is not None:
            self.process.stdout.close()


def processes_of(home: Path) -> set[int]:
    """Every process that was started for a home: its path is in their command line or their environment."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(home).encode() in words:
                found.add(int(entry.name))
    return found


def wait_until_gone(home: Path, deadline_s: float = 60.0) -> None:
    """Wait until no process works for the home any more."""
    give_up_at_s = time.monotonic() + deadline_s
    while left := processes_of(home):
        assert time.monotonic() < give_up_at_s, f"still there: {left}"
        time.sleep(0.05)
