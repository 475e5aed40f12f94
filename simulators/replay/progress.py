"""How far the replay is: a bar that redraws itself on a terminal, a line now and then anywhere else.

41% [########------------] 14,400/35,040 rows  2018-05-31 00:00 +09:00  1,234 rows/s  0:16 left
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TextIO

_BAR = 20
_REDRAW_S = 0.1
_LINE_S = 5.0


class Progress:
    """Tells people; knows nothing of messages. `clock` gives seconds that only grow."""

    def __init__(self, total_rows: int, stream: TextIO, clock: Callable[[], float]) -> None:
        self._total = total_rows
        self._stream = stream
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._every_s = _REDRAW_S if self._is_terminal else _LINE_S
        self._began_s = self._told_s = clock()
        self._drawn = 0  # length of the bar on the screen

    def at(self, rows: int, time: datetime) -> None:
        """So many rows have been played, the last of them up to this time."""
        now_s = self._clock()
        if now_s - self._told_s >= self._every_s or rows >= self._total:
            self._told_s = now_s
            self._tell(progress_line(rows, self._total, time, now_s - self._began_s))

    def note(self, text: str) -> None:
        """A line of its own, that stays."""
        blank = f"\r{' ' * self._drawn}\r" if self._drawn else ""
        self._stream.write(f"{blank}{text}\n")
        self._drawn = 0

    def end(self) -> None:
        """Leave the bar where it is and go on below it."""
        if self._drawn:
            self._stream.write("\n")
        self._drawn = 0
        self._stream.flush()

    def _tell(self, line: str) -> None:
        if self._is_terminal:
            self._stream.write("\r" + line.ljust(self._drawn))
            self._drawn = len(line)
        else:
            self._stream.write(line + "\n")
        self._stream.flush()


def progress_line(rows: int, total: int, time: datetime, elapsed_s: float) -> str:
    """One line of progress."""
    share = rows / total
    bar = "#" * int(share * _BAR)
    rate = rows / elapsed_s if elapsed_s > 0 else 0.0
    left = timedelta(seconds=round((total - rows) / rate)) if rate else "?"
    offset = f"{time:%z}"
    return (
        f"{share:4.0%} [{bar:-<{_BAR}}] {rows:,}/{total:,} rows  {time:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:]}  "
        f"{rate:,.0f} rows/s  {left} left"
    )
