"""Judging registers again, in bounded steps between batches.

    checkpoint before `since` --about 50,000 reads a step--> ... --> the state of the register's book      rows replaced
                                       |
                                       +--> a stored checkpoint after `until` with the same state: done

A step is one transaction: rows, ledger, checkpoints, and how far the task is. So a crash repeats one step at most. Only
reads up to the book's state are read here; the tail after it is loaded again at the end. A register that has no state
yet is judged up to the newest reading there is, and its book opens.

*Where it stops early.* From equal states equal reads lead to equal rows; but a later reset that proved to be a drop-out
may have gone back over the checkpoint, and what it wrote must not be undone: where a ledger entry straddles the
checkpoint, the work goes on.

*What is gone.* Where raw retention has dropped readings whose energy is stored, the work begins no earlier than at the
oldest checkpoint that has all later readings, rather than lose energy.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.metering.account import begin
from analytics.metering.model import Edges
from analytics.metering.state import State
from services import events
from services.database import Connection, one, rows, run
from services.metering import reads, writing
from services.metering.accountant import Accountant
from services.metering.book import TAIL_US, Book
from services.metering.folding import Fold, Judged, reach_us
from services.metering.recompute import SQL
from services.metering.rules import NEVER_AGAIN_US, Register

log = logging.getLogger("ioe.metering")
READS_AT_ONCE = 50_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A register to be judged again, and the span of what was touched."""

    register_id: int
    since_us: int
    until_us: int
    reason: str


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """A state as it is stored."""

    time_us: int
    state: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """What one step has judged: after which instant, checkpoints, and how it ends."""

    fold: Fold
    after_us: int
    judged: Judged
    checkpoints: list[State]
    reaches_us: int
    is_last: bool
    reaches_head: bool


async def work_some(connection: Connection, accountant: Accountant, budget_s: float) -> int:
    """Do steps until there are no more tasks, or for about so long, at least one; gives the number of steps."""
    deadline = time.monotonic() + budget_s
    steps = 0
    while task := await one(connection, SQL["next_task"], TaskRow):
        await _work_on(connection, accountant, task)
        steps += 1
        if time.monotonic() >= deadline:
            break
    return steps


async def _work_on(connection: Connection, accountant: Accountant, task: TaskRow) -> None:
    await accountant.learn(connection, [task.register_id])
    book = accountant.books.get(task.register_id)
    if book is None:
        log.info("register %s is out of service: it is not judged again", task.register_id)
        await run(connection, SQL["end_task"], task.register_id)
        return
    start = await _start(connection, book.register, task.since_us)
    if start is None:
        await run(connection, SQL["end_task"], task.register_id)
        return
    step = await _judge(connection, accountant, book, task, start)
    async with connection.transaction():
        await writing.write(connection, [step.judged])
        await run(connection, SQL["forget_checkpoints"], task.register_id, step.after_us, step.reaches_us)
        await writing.put_checkpoints(connection, [(task.register_id, state) for state in step.checkpoints])
        if step.reaches_head:
            await writing.put_heads(connection, [accountant.head_of(task.register_id)])
        if step.is_last:
            await run(connection, SQL["end_task"], task.register_id)
        else:
            await run(connection, SQL["advance_task"], task.register_id, step.reaches_us + 1)
    book.judged_us = max(book.judged_us, step.reaches_us)


async def _judge(connection: Connection, accountant: Accountant, book: Book, task: TaskRow, start: State) -> Step:
    register, after_us = book.register, start.time_us
    head_us = None if book.state is None else book.state.time_us
    newest_us = book.newest_us
    if head_us is None:
        found_us = await reads.newest_us(connection, register, after_us, NEVER_AGAIN_US)
        newest_us = after_us if found_us is None else found_us
    end_us = max(after_us, newest_us - TAIL_US if head_us is None else head_us)
    stop_us = await reads.stop_of(connection, register, after_us, end_us, READS_AT_ONCE)
    found = await reads.of_register(connection, register, after_us, stop_us)
    stored = await rows(connection, SQL["checkpoints_between"], CheckpointRow, register.register_id, after_us, stop_us)
    known = {row.time_us: row.state for row in stored}

    tail = reads.NO_READS if stop_us < end_us else await reads.of_register(connection, register, end_us, newest_us)
    edges = Edges()
    if ahead := [int(part.times_us[0]) for part in (found, tail) if len(part)]:
        known_from_us = reach_us(register, start, ahead[0])
        edges = await accountant.edges_of(connection, register.calendar_id, known_from_us, max(stop_us, newest_us))
    fold = Fold(register, start)
    checkpoints: list[State] = []
    for state in fold.take(found, edges, sorted(known)):
        is_known = (
            head_us is not None and state.time_us >= task.until_us and known.get(state.time_us) == state.to_bytes()
        )
        if is_known and not await connection.fetchval(SQL["is_straddled"].text, register.register_id, state.time_us):
            return Step(fold, after_us, fold.closed(), checkpoints, state.time_us - 1, is_last=True, reaches_head=False)
        checkpoints.append(state)
    if stop_us < end_us:
        checkpoints.append(fold.state)
        return Step(fold, after_us, fold.closed(), checkpoints, stop_us, is_last=False, reaches_head=False)

    book.newest_us = max(newest_us, book.newest_us)
    judged, more = book.settle(fold, tail, edges)
    if head_us is None:
        book.closed_quarter()
    return Step(fold, after_us, judged, checkpoints + more, NEVER_AGAIN_US, is_last=True, reaches_head=True)


async def _start(connection: Connection, register: Register, since_us: int) -> State | None:
    """The state to begin from; None: what would have to be read is gone, and no checkpoint helps."""
    found = await one(connection, SQL["checkpoint_before"], CheckpointRow, register.register_id, since_us)
    oldest_us: int | None = await connection.fetchval(SQL["oldest_kept"].text)
    kept_us = NEVER_AGAIN_US if oldest_us is None else oldest_us
    if found is not None and found.time_us >= kept_us:
        return State.from_bytes(found.state)
    if not await connection.fetchval(SQL["has_energy_before"].text, register.register_id, kept_us):
        return begin(register.rules) if found is None else State.from_bytes(found.state)
    found = await one(connection, SQL["checkpoint_from"], CheckpointRow, register.register_id, kept_us)
    what = "nothing is judged again" if found is None else f"it is judged again from {_time(found.time_us)} on"
    log.warning(
        "%s/%s: readings before %s are gone, energy from before them stays as it is; %s",
        register.site, register.meter, _time(kept_us), what,
    )  # fmt: skip
    await events.record(
        connection,
        "energy.recompute_shortened",
        f"{register.site}/{register.meter}",
        {"asked_since": _time(since_us), "since": None if found is None else _time(found.time_us)},
    )
    return None if found is None else State.from_bytes(found.state)


def _time(time_us: int) -> str:
    return (_EPOCH + timedelta(microseconds=time_us)).isoformat()
