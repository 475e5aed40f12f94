"""The accountant: reads in the order in which they are logged become energy within seconds.

    offer(batch) --routes--> book of the register --> touched          (memory only)
                                  |  too late, or corrected
                                  v
    flush: judge each touched book, write rows, roll-ups, ledger, events; ask for recomputations     (one transaction)
    put_heads, about once a minute, with the follower's place in the log                             (one transaction)

A crash repeats the log from that place on: rows are absolute, so what was written already is written as it was. What an
exception leaves behind in memory is not to be trusted: whoever catches one makes a new accountant and calls `start`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from analytics.metering.account import begin
from analytics.metering.model import Edges
from analytics.metering.state import State
from services import calendars, events
from services.batch_log import LoggedBatch
from services.database import Connection, rows, run
from services.metering import reads, recompute, rules, writing
from services.metering.book import Book
from services.metering.routes import Routes
from services.metering.rules import EVER_US, NEVER_AGAIN_US
from services.metering.writing import SQL, Head, HeadRow

_ALL = (EVER_US, NEVER_AGAIN_US)
_DAY_US = 86_400_000_000
_REGISTERS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A register without any reading."""

    register_id: int


class Accountant:
    """All books of one engine."""

    def __init__(self) -> None:
        self.books: dict[int, Book] = {}
        self._routes = Routes(())
        self._touched: set[int] = set()
        self._unwritten_heads: set[int] = set()
        self._late: dict[int, tuple[int, int]] = {}
        self._edges: dict[int, tuple[int, int, Edges]] = {}

    async def start(self, connection: Connection) -> None:
        """Open the books where the heads left them, with the reads that were known then."""
        heads = {row.register_id: row for row in await rows(connection, SQL["heads"], HeadRow)}
        for register_id, register in (await rules.load(connection)).items():
            self.books[register_id] = Book(register)
            if register_id in heads:
                self._open(self.books[register_id], heads[register_id])
        self._routes = Routes(book.register for book in self.books.values())
        await self._reload_tails(connection)
        await self.learn(connection)
        await run(connection, SQL["forget_checkpoints_ahead"])
        await run(connection, SQL["forget_heads"], sorted(heads.keys() - self.books.keys()))
        under_way = await recompute.since_us(connection)
        unknown = self.books.keys() - heads.keys()
        for register_id in unknown & under_way.keys():
            self.books[register_id].judged_us = under_way[register_id]
        unread = await self._begin_unread(connection, unknown - under_way.keys())
        await recompute.ask_spans(
            connection, dict.fromkeys(unknown - under_way.keys() - unread, _ALL), "its readings were never judged"
        )

    async def learn(self, connection: Connection, register_ids: list[int] | None = None) -> None:
        """Load what registers are judged by, all or these; what differs from before is judged again."""
        loaded = await rules.load(connection, register_ids)
        asked: dict[int, tuple[int, int]] = {}
        new = loaded.keys() - self.books.keys()
        for register_id in new:
            self.books[register_id] = Book(loaded[register_id])
        unread = await self._begin_unread(connection, new)
        for register_id, register in loaded.items():
            book = self.books[register_id]
            since_us = EVER_US if register_id in new else rules.first_difference(book.register, register)
            if since_us is not None and register_id not in unread:
                asked[register_id] = (since_us, NEVER_AGAIN_US)
            book.register = register
        gone = (self.books.keys() if register_ids is None else set(register_ids) & self.books.keys()) - loaded.keys()
        for register_id in sorted(gone):
            del self.books[register_id]
            self._touched.discard(register_id)
            self._unwritten_heads.discard(register_id)
        self._edges.clear()
        if asked or gone or new:
            self._routes = Routes(book.register for book in self.books.values())
            async with connection.transaction():
                await recompute.ask_spans(connection, asked, "what it is judged by has changed")
                await run(connection, SQL["forget_heads"], sorted(gone))

    def offer(self, batch: LoggedBatch) -> None:
        """Take in a logged batch."""
        for register_id, found in self._routes.of(batch.readings):
            book = self.books[register_id]
            late = book.correct(found) if batch.kind == "corrections" else book.take(found)
            if book.tail:
                self._touched.add(register_id)
            if late is not None:
                since_us, until_us = self._late.get(register_id, late)
                self._late[register_id] = min(since_us, late[0]), max(until_us, late[1])

    @property
    def is_settled(self) -> bool:
        """Whether all that was offered is written, or asked to be judged again."""
        return not self._touched and not self._late

    async def flush(self, connection: Connection) -> None:
        """Write what the reads offered since the last flush come to."""
        if self.is_settled:
            return
        books = [self.books[register_id] for register_id in sorted(self._touched)]
        edges = await self._edges_for(connection, books)
        closed = defaultdict[str, list[str]](list)
        judged, checkpoints = [], []
        for book in books:
            found, states = book.judge(edges[book.register.calendar_id])
            judged.append(found)
            checkpoints += [(book.register.register_id, state) for state in states]
            if book.closed_quarter():
                closed[book.register.site].append(book.register.meter)
        async with connection.transaction():
            await writing.write(connection, judged)
            await writing.put_checkpoints(connection, checkpoints)
            await recompute.ask_spans(connection, self._late, "readings came late or were corrected")
            if closed:
                payload = {"sites": {site: sorted(set(meters)) for site, meters in closed.items()}}
                await events.record(connection, "energy.interval_closed", "energy", payload)
        self._unwritten_heads |= self._touched
        self._touched = set()
        self._late = {}

    async def put_heads(self, connection: Connection) -> None:
        """Write where each register stands, in the caller's transaction, right after a flush."""
        await writing.put_heads(
            connection, [self.head_of(register_id) for register_id in sorted(self._unwritten_heads)]
        )

    def heads_written(self) -> None:
        """The transaction of `put_heads` was committed."""
        self._unwritten_heads = set()

    def head_of(self, register_id: int) -> Head:
        """The head of a register whose past is judged."""
        book = self.books[register_id]
        assert book.state is not None
        return Head(book.register, book.newest_us, book.state)

    async def edges_of(self, connection: Connection, calendar_id: int, start_us: int, stop_us: int) -> Edges:
        """The edges of a calendar around a span; kept until something is learnt."""
        known = self._edges.get(calendar_id)
        if known is None or start_us < known[0] or stop_us >= known[1]:
            begin_us, end_us = start_us - _DAY_US, stop_us + _DAY_US
            if known is not None and begin_us <= known[1] and known[0] <= end_us:
                begin_us, end_us = min(begin_us, known[0]), max(end_us, known[1])
            known = begin_us, end_us, await calendars.edges(connection, calendar_id, begin_us, end_us)
            self._edges[calendar_id] = known
        return known[2]

    async def begin_anew(self, connection: Connection) -> None:
        """Judge all registers from where they stand: part of the log was not seen. In the caller's transaction."""
        spans = {}
        for register_id, book in self.books.items():
            if book.state is not None:
                spans[register_id] = (book.state.time_us, NEVER_AGAIN_US)
            book.state, book.tail = None, []
        self._touched, self._unwritten_heads = set(), set()
        await recompute.ask_spans(connection, spans, "a part of the log was not seen")

    async def _edges_for(self, connection: Connection, books: Iterable[Book]) -> Mapping[int, Edges]:
        spans: dict[int, tuple[int, int]] = {}
        for book in books:
            start_us, stop_us = book.span_us()
            least, most = spans.get(book.register.calendar_id, (start_us, stop_us))
            spans[book.register.calendar_id] = min(least, start_us), max(most, stop_us)
        return {known_id: await self.edges_of(connection, known_id, *span) for known_id, span in spans.items()}

    def _open(self, book: Book, head: HeadRow) -> None:
        book.state = State.from_bytes(head.state)
        book.newest_us = head.newest_us
        book.closed_quarter()
        # As it was judged then; `learn` finds what is different now.
        book.register = rules.restored(head.judged_as)

    async def _begin_unread(self, connection: Connection, register_ids: AbstractSet[int]) -> AbstractSet[int]:
        """Open the books of registers that have no reading yet: what comes is all there is. Gives which ones."""
        if not register_ids:
            return set()
        found = await rows(connection, SQL["unread_registers"], UnreadRow, sorted(register_ids))
        for row in found:
            book = self.books[row.register_id]
            book.state = begin(book.register.rules)
        return {row.register_id for row in found}

    async def _reload_tails(self, connection: Connection) -> None:
        wanted = [
            (book.register, book.state.time_us, book.newest_us)
            for book in self.books.values()
            if book.state is not None and book.newest_us > book.state.time_us
        ]
        for first in range(0, len(wanted), _REGISTERS_AT_ONCE):
            found = await reads.of_registers(connection, wanted[first : first + _REGISTERS_AT_ONCE])
            for register_id, tail in found:
                self.books[register_id].tail = [tail]
