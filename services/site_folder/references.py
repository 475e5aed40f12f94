"""Whether the entries of a folder fit together: no name twice, nothing refers to what is not there, no circles.

A reference is judged only where the list it refers to could be read: when site.toml has a syntax error, that is the
mistake, and not the space of every device. Names of faulty entries count as there, for the same reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from services.site_folder.mistakes import mend
from services.site_folder.record import Record


class Placed(Protocol):
    """What the checks need of an entry."""

    @property
    def name(self) -> str:
        """What it is called below the site."""

    @property
    def record(self) -> Record:
        """Where it stands."""


Something = TypeVar("Something", bound=Placed)


@dataclass(frozen=True, slots=True)
class Known:
    """The names a kind of thing has in this folder, and where they are listed; `names` None: its file is unreadable."""

    what: str
    where: str
    names: frozenset[str] | None


def check_unique(what: str, entries: Iterable[Something], field: str = "code") -> dict[str, Something]:
    """Entries by name; a name that is there twice is noted at the second place, and the first one stays."""
    first: dict[str, Something] = {}
    for entry in entries:
        if entry.name in first:
            seen = first[entry.name].record
            place = f"line {seen.line}" if seen.file == entry.record.file else f"{seen.file}:{seen.line}"
            entry.record.wrong(field, f"{what} {entry.name!r} is there twice, first in {place}: remove or rename one")
        elif entry.name:
            first[entry.name] = entry
    return first


def check_reference(record: Record, field: str, name: str | None, known: Known) -> None:
    """Note a name that the folder does not have."""
    if name is None or known.names is None or name in known.names:
        return
    # People write the code where the path is needed: f2 for b1/f2.
    below = [path for path in known.names if path.endswith(f"/{name}")]
    hint = f": did you mean {below[0]!r}?" if len(below) == 1 else mend(name, known.names)
    record.wrong(field, f"{known.what} {name!r} is not in {known.where}{hint or ': add it there'}")


def check_parents(what: str, entries: Mapping[str, Placed]) -> None:
    """In a tree by path, what is above each path must be there."""
    for path, entry in entries.items():
        above = path.rpartition("/")[0]
        if above and above not in entries:
            known = Known(what, entry.record.file, frozenset(entries) - {path})
            check_reference(entry.record, "parent", above, known)


def check_circles(field: str, entries: Mapping[str, Placed], above: Mapping[str, str | None]) -> None:
    """Note each circle once, at its first entry: following `field` upwards must come to an end."""
    settled: set[str] = set()
    for start in entries:
        way: dict[str, None] = {}
        name: str | None = start
        while name is not None and name not in settled and name not in way:
            way[name] = None
            name = above.get(name)
        if name is not None and name in way:
            steps = list(way)
            circle = steps[steps.index(name) :]
            shown = " -> ".join([*circle, circle[0]])
            entries[circle[0]].record.wrong(field, f"{field} goes round in a circle, {shown}: leave one of them empty")
        settled.update(way)


class Renamed(Placed, Protocol):
    """An entry that may have had other names."""

    @property
    def formerly(self) -> tuple[str, ...]:
        """The former names."""


def check_former(what: str, entries: Mapping[str, Renamed], only: Collection[str] | None = None) -> None:
    """An earlier name leads to one living thing only, and is not the name of another.

    With `only`, the others have been judged before: their former names count, and their mistakes are known.
    """
    claimed: dict[str, str] = {}
    for name, entry in sorted(entries.items(), key=lambda pair: only is not None and pair[0] in only):
        record = entry.record
        for old in entry.formerly:
            if only is not None and name not in only:
                claimed[old] = name
            elif old == name:
                record.wrong("formerly", f"formerly {old!r} is its own name: leave that out")
            elif old in entries:
                line = entries[old].record.line
                record.wrong("formerly", f"formerly {old!r} is another {what} (line {line}): use a name that is free")
            elif claimed.setdefault(old, name) != name:
                record.wrong(
                    "formerly", f"formerly {old!r} is claimed by {what} {claimed[old]!r} too: keep one of them"
                )
