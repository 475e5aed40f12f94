"""What a batch could not turn into readings, and the count of everything.

Kept in the batch's own transaction: dead letters with their reason, samples of unknown things for later mapping, what
devices said of their own state, and the tally by reason. Rows are written in a fixed order, so that two writers with
the same letters never wait for each other in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from services import events
from services.batch import KEPT_PAYLOAD_BYTES, Batch, DeadLetter, StatusReport, UnmappedSample
from services.database import Connection, rows, run
from services.statements import statements

SQL = statements("refused")
#: Three names of this length fit into an index row, which holds 2,704 bytes.
_MOST_BYTES = 600


@dataclass(frozen=True, slots=True)
class ChangedStatusRow:
    """A device that just came or went: its public name."""

    subject: str
    online: bool


def printable(text: str) -> str:
    """A text from outside as PostgreSQL can hold and index it: no zero byte, no half of a surrogate pair, bounded."""
    clean = text[:_MOST_BYTES].replace("\0", "\\0").encode("utf-8", "backslashreplace")
    return clean[:_MOST_BYTES].decode("utf-8", "ignore")


async def keep(connection: Connection, batch: Batch) -> Counter[str]:
    """Write what was refused or unknown, and devices' status; gives how many ended under which reason."""
    counts: Counter[str] = Counter()
    for letter in batch.dead_letters:
        counts[letter.reason] += letter.occurrences
    if batch.unmapped:
        counts["unmapped"] += len(batch.unmapped)
        await _keep_unmapped(connection, batch)
    if batch.dead_letters:
        await _keep_letters(connection, batch)
    if batch.statuses:
        counts["status"] += len(batch.statuses)
        await _keep_statuses(connection, batch)
    return counts


async def count(connection: Connection, batch: Batch, counts: Mapping[str, int]) -> None:
    """Add to the tally of the batch's worker and hour."""
    seen = {reason: number for reason, number in sorted(counts.items()) if number}
    await run(connection, SQL["add_to_tally"], batch.worker, batch.received_at, list(seen), list(seen.values()))


async def _keep_letters(connection: Connection, batch: Batch) -> None:
    by_digest: dict[bytes, list[DeadLetter]] = {}
    for letter in batch.dead_letters:
        by_digest.setdefault(letter.digest, []).append(letter)
    await connection.executemany(
        SQL["keep_dead_letter"].text,
        [
            (
                digest,
                same[0].reason,
                printable(same[0].detail),
                same[0].topic and printable(same[0].topic),
                same[0].payload[:KEPT_PAYLOAD_BYTES],
                same[0].size,
                same[0].point_id,
                same[0].time_us,
                same[0].value,
                same[0].stored_value,
                batch.received_at,
                sum(letter.occurrences for letter in same) - 1,
            )
            for digest, same in sorted(by_digest.items())
        ],
    )


async def _keep_unmapped(connection: Connection, batch: Batch) -> None:
    by_name: dict[tuple[str, str, str], list[UnmappedSample]] = {}
    for sample in batch.unmapped:
        by_name.setdefault((printable(sample.site), printable(sample.device), printable(sample.key)), []).append(sample)
    for name, samples in sorted(by_name.items()):
        unmapped_id: int = await connection.fetchval(SQL["meet_unmapped"].text, *name, batch.received_at, len(samples))
        await run(
            connection,
            SQL["keep_unmapped_samples"],
            unmapped_id,
            [sample.time_us for sample in samples],
            [printable(sample.value) if isinstance(sample.value, str) else sample.value for sample in samples],
            batch.received_at,
        )


async def _keep_statuses(connection: Connection, batch: Batch) -> None:
    newest: dict[int, StatusReport] = {status.device_id: status for status in batch.statuses}
    ordered = [newest[device_id] for device_id in sorted(newest)]
    changed = await rows(
        connection,
        SQL["set_device_status"],
        ChangedStatusRow,
        [status.device_id for status in ordered],
        [status.online for status in ordered],
        batch.received_at,
    )
    for row in changed:
        await events.record(connection, "device.status", row.subject, {"online": row.online})
