"""Names under which samples come that no device and key of the registry has: aliases.csv.

    sent_device,sent_key,device,key
    PLC-7,Total kW,m-101,active_power_kw

What a device calls itself and its figures need not be codes: any text that a topic and a payload can hold, without a
slash. Former names of our own (`formerly`) stand beside what bears the new one; these here come from outside, or from
what was mapped in the console.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from analytics.registry.model import Alias, Point
from services.site_folder.mistakes import mend
from services.site_folder.record import Record

ALIAS_COLUMNS = ("sent_device", "sent_key", "device", "key")


def read_other_names(rows: Iterable[Record], points: Mapping[str, Point], former: Iterable[Alias]) -> Iterator[Alias]:
    """The rows as names that lead to points; `former` are the names that the rest of the folder gives to points."""
    taken = {alias.alias: f"a former name of {alias.target}" for alias in former}
    for row in rows:
        parts = _sent(row, "sent_device"), _sent(row, "sent_key"), row.text("device"), row.text("key")
        if not all(parts):
            continue
        sent, target = "/".join(parts[:2]), "/".join(parts[2:])
        if sent in points:
            row.wrong("sent_key", f"{sent!r} is a point of its own: what is sent under its name belongs to it")
        elif sent in taken:
            row.wrong("sent_key", f"{sent!r} is {taken[sent]} already: remove one")
        elif target not in points:
            row.wrong("key", f"point {target!r} is not in this folder{mend(target, points)}")
        taken.setdefault(sent, f"in line {row.line}")
        yield Alias("point", sent, target)


def _sent(row: Record, field: str) -> str:
    text = row.text(field)
    if "/" in text:
        row.wrong(field, f"{field} {text!r} has a slash, and what is sent in a topic's level or as a key cannot")
    return text


def writable(alias: Alias) -> bool:
    """Whether a name reads back from a file as it is: cells lose the blanks around them."""
    return all(part == part.strip() != "" and part.isprintable() for part in alias.alias.split("/"))
