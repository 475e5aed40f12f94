"""Turns: at most so many requests bring a file at the same time, because each stands in memory until it is drawn.

    bodies = Turns(4, 120.0)
    content = await bodies.body_of(request)     waits for its turn, then reads; its turn ends with the request

Whoever waits has not been read yet, so the network keeps what they send. A body that does not arrive in time is
refused: else a few that send a byte now and then would keep everybody else waiting.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from starlette.requests import Request

from api.problems import Problem


class Turns:
    """Who may bring a file now; each event loop has turns of its own."""

    def __init__(self, at_once: int, arrives_within_s: float) -> None:
        self._at_once = at_once
        self._arrives_within_s = arrives_within_s
        self._free: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def body_of(self, request: Request) -> bytes:
        """The body, in its turn. Raises Problem where it takes too long."""
        free = self._free.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._at_once))
        answering = asyncio.current_task()
        assert answering is not None, "a server answers each request in a task of its own"
        await free.acquire()
        answering.add_done_callback(lambda _: free.release())
        try:
            async with asyncio.timeout(self._arrives_within_s):
                return await request.body()
        except TimeoutError:
            raise Problem(
                "request-refused",
                f"The file did not arrive within {self._arrives_within_s:g} s: send it again where the network is "
                "better, or send a smaller copy.",
            ) from None
