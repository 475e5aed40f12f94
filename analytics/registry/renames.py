"""Which things go on under a new name.

A thing of the wanted registry that the held one does not know by its name, but by one of its former names, is that
thing renamed: it keeps its identity, and with it its readings. What is below a renamed space or device moves with it:

    held     b1, b1/f1, b1/f2             wanted   hall (formerly b1), hall/f1, hall/f2
    moves    b1 -> hall, b1/f1 -> hall/f1, b1/f2 -> hall/f2          (one rename, three moves)

A rename onto the name of another thing, even of a retired one that has readings of its own, is refused: two histories
cannot become one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Renames:
    """What is renamed: pairs (old, new) as asked for, every name that moves because of them, and what is refused."""

    asked: Sequence[tuple[str, str]] = ()
    moves: Mapping[str, str] = field(default_factory=dict)
    refused: Sequence[str] = ()


def renames(
    what: str,
    living: Collection[str],
    retired: Collection[str],
    wanted: Collection[str],
    former: Mapping[str, Sequence[str]],
    *,
    tree: bool,
) -> Renames:
    """Find the renames among things of one kind; `former` has the former names of wanted ones that have any.

    `tree`: a name may have others below it (`b1/f1` is below `b1`).
    """
    if not former:
        return Renames()
    search = _Search(what, living, retired, wanted, tree=tree)
    for name in sorted(former, key=lambda name: (name.count("/"), name)):
        if search.now_at(name) not in search.living:
            search.claim(name, former[name])
    return Renames(search.asked, {old: new for old, new in search.now.items() if old != new}, search.refused)


class _Search:
    """Where everything that is held stands now, while renames are found one after another, from the top down."""

    def __init__(
        self, what: str, living: Collection[str], retired: Collection[str], wanted: Collection[str], *, tree: bool
    ) -> None:
        self.what = what
        self.living = frozenset(living)
        self.wanted = frozenset(wanted)
        self.tree = tree
        #: The held name -> where it has moved so far; and the other way round.
        self.now = {name: name for name in (*living, *retired)}
        self.origin = dict(self.now)
        self.asked: list[tuple[str, str]] = []
        self.refused: list[str] = []

    def now_at(self, name: str) -> str | None:
        """The held thing that stands at a name now."""
        return self.origin.get(name)

    def claim(self, name: str, former: Sequence[str]) -> None:
        """Let the held thing with one of the former names of `name` go on as `name`; a living one first."""
        held = sorted(old for old in former if old in self.now)
        for old in sorted(held, key=lambda old: old not in self.living):
            here = self.now[old]
            if here == name:
                return
            if here in self.wanted:
                self.refused.append(
                    f"{self.what} {name!r} was formerly {old!r}, but {here!r} goes on as that: rename in two steps, "
                    "one apply each"
                )
            elif name in self.origin and old not in self.living:
                continue  # both are retired: the one of this name comes back, the other one stays as it is
            elif name in self.origin:
                self.refused.append(
                    f"{self.what} {old!r} cannot be renamed to {name!r}: a retired {self.what} of that name has a "
                    "history of its own; choose another code"
                )
            else:
                self.asked.append((old, name))
                self._move(here, name)
            return

    def _move(self, here: str, there: str) -> None:
        below = [name for name in self.origin if name.startswith(f"{here}/")] if self.tree else []
        for name in (here, *below):
            held = self.origin.pop(name)
            self.now[held] = there + name[len(here) :]
            self.origin[self.now[held]] = held
