"""How often something may be done from one place: at most so many times in a span of time, by this process.

    rates = Rates(6, 60.0)
    rates.wait_s("10.0.0.7", now_s)     0.0 while it may be done, and then it is counted; else the seconds to wait

What was refused is not counted, so whoever waits as long as they were told gets through. A place that has been quiet
for the whole span is forgotten; at most `PLACES` are kept, the longest quiet ones go first.
"""

from __future__ import annotations

from collections import OrderedDict, deque

PLACES = 10_000


class Rates:
    """Times of what was done, by place."""

    def __init__(self, at_most: int, span_s: float) -> None:
        self._at_most = at_most
        self._span_s = span_s
        self._done: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, place: str, now_s: float) -> float:
        """For how long to wait before it may be done there; 0: it may, and is counted."""
        self._forget(now_s)
        times = self._done.setdefault(place, deque())
        while times and times[0] <= now_s - self._span_s:
            times.popleft()
        if len(times) >= self._at_most:
            return times[0] + self._span_s - now_s
        times.append(now_s)
        self._done.move_to_end(place)
        return 0.0

    def _forget(self, now_s: float) -> None:
        """Let go of places that were quiet for the span, and of the quietest where there are too many."""
        while self._done:
            place, times = next(iter(self._done.items()))
            if len(self._done) < PLACES and times[-1] > now_s - self._span_s:
                return
            del self._done[place]
