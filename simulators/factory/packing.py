"""Several samples of a device in one message: how a gateway sends when it has much to say and nobody waits for it.

A history or a fast run would otherwise be a flood of tiny messages. In real time nothing is packed: a live figure must
not wait for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulators.factory.telemetry import Sample


class Packing:
    """Collects samples by device, in the order they come, until there are enough for a message."""

    def __init__(self) -> None:
        self._open: dict[str, list[Sample]] = {}

    def pack(self, batches: Iterable[list[Sample]], size: int) -> Iterator[list[Sample]]:
        """Return the messages that are full; with `size` 1 every batch is its own."""
        for batch in batches:
            if size == 1:
                yield batch
                continue
            waiting = self._open.setdefault(batch[0].device, [])
            waiting.extend(batch)
            if len(waiting) >= size:
                yield self._open.pop(batch[0].device)

    def rest(self) -> Iterator[list[Sample]]:
        """Return what is not full yet."""
        yield from self._open.values()
        self._open = {}
