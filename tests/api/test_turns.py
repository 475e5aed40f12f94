"""Requests that bring a file take turns: few stand in memory together, and nobody holds a turn by sending slowly."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.types import Message

from api.problems import Problem
from api.turns import Turns


class Sender:
    """Somebody who sends a file when they are told to, and keeps the answer waiting after it until told again."""

    def __init__(self) -> None:
        self.is_read = asyncio.Event()
        self.sends = asyncio.Event()
        self.ends = asyncio.Event()

    async def receive(self) -> Message:
        self.is_read.set()
        await self.sends.wait()
        return {"type": "http.request", "body": b"photo"}

    async def answered(self, turns: Turns) -> bytes:
        content = await turns.body_of(Request({"type": "http", "method": "POST", "headers": []}, self.receive))
        await self.ends.wait()
        return content


async def test_the_third_is_read_when_the_answer_to_one_of_two_is_out() -> None:
    turns, senders = Turns(2, 60.0), [Sender() for _ in range(3)]
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        answers = [tasks.create_task(sender.answered(turns)) for sender in senders]
        first, second, third = senders
        await first.is_read.wait()
        await second.is_read.wait()
        first.sends.set()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not third.is_read.is_set()
        first.ends.set()
        await third.is_read.wait()
        for sender in senders:
            sender.sends.set()
            sender.ends.set()
    assert [answer.result() for answer in answers] == [b"photo"] * 3


async def test_who_sends_too_slowly_is_refused_and_the_next_has_their_turn() -> None:
    turns = Turns(1, 0.05)
    async with asyncio.timeout(60):
        for _ in range(2):  # the second would wait for ever if the first had kept its turn
            with pytest.raises(Problem, match="did not arrive within"):
                await asyncio.create_task(Sender().answered(turns))


async def test_a_turn_comes_back_whatever_became_of_its_request() -> None:
    turns = Turns(1, 60.0)
    async with asyncio.timeout(60):
        for _ in range(3):
            sender = Sender()
            answering = asyncio.create_task(sender.answered(turns))
            await sender.is_read.wait()
            answering.cancel()
            with pytest.raises(asyncio.CancelledError):
                await answering
