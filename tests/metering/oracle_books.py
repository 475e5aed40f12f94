"""The books of a register: what was laid where, what was entered in the ledger, what it comes to in pieces and days.

Part of the accounting done the slow way (oracle.py): a dictionary of minutes, nothing summed up on the way.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import floor

from analytics.metering.model import Edges, LedgerEntry, Rules
from tests.metering.oracle_ways import Point, Way, Ways

MINUTE, QUARTER = 60_000_000, 900_000_000


class Books(Ways):
    """What everything comes to. `now` is the time of the read that is judged."""

    def __init__(self, rules: Rules) -> None:
        super().__init__(rules)
        self.now = 0
        self.goods: list[Point] = []
        self.spans: list[tuple[int, int, int, int]] = []  # start, stop, energy, quality
        self.entries: list[LedgerEntry] = []
        self.resets: list[tuple[Point, int]] = []  # the read before, how many spans there were
        self.rival: tuple[Point, int, Point, int] | None = (
            None  # where we stood, spans then, its last read, how often seen
        )
        self.conflict: tuple[Point, Point] | None = None

    @property
    def good(self) -> Point | None:
        """The last read that counts."""
        return self.goods[-1] if self.goods else None

    # --- writing down

    def enter(self, kind: str, a: Point, b: Point, energy: int = 0, held: int = 0, adjust: int = 0) -> None:
        self.entries.append(
            LedgerEntry(kind, a[0], b[0], self.now, a[1], b[1], energy, held, adjust)  # type: ignore[arg-type]
        )

    def lay(
        self,
        parts: list[tuple[int, int, int]],
        start: int,
        stop: int,
        first: int,
        last: int,
        quality: int | None = None,
    ) -> None:
        if stop - start > self.rules.linear_us:
            self.enter("gap", (start, first), (stop, last), sum(part[2] for part in parts))
        if quality is None:
            quality = 2 if stop - start > self.rules.linear_us else 1
            if start // QUARTER == (stop - 1) // QUARTER:
                quality = 0
        self.spans += [(begin, end, energy, quality) for begin, end, energy in parts]

    def lay_way(self, way: Way) -> None:
        legs = way.legs
        numbers = sorted({leg[0] for leg in legs})
        for number in numbers:
            mine = [leg for leg in legs if leg[0] == number]
            if mine[0][2] == mine[-1][3]:
                continue  # no time between closing and the read: added to the stretch before
            parts = [[leg[2], leg[3], self.leg_energy(leg)] for leg in mine if leg[3] > leg[2]]
            parts[-1][2] += sum(self.leg_energy(leg) for leg in mine if leg[3] == leg[2])
            final = mine[-1][5]
            following = [leg for leg in legs if leg[0] == number + 1]
            if following and following[0][2] == following[-1][3]:
                parts[-1][2] += sum(self.leg_energy(leg) for leg in following)
                final = following[-1][5]
            self.lay([(a, b, e) for a, b, e in parts], mine[0][2], mine[-1][3], mine[0][4], final)

    def count(self, way: Way) -> None:
        good = self.good
        assert good is not None
        for one, two in zip(way.legs, way.legs[1:], strict=False):
            replaced = one[0] != two[0]
            same = self.rules.segments[one[1]].multiplier == self.rules.segments[two[1]].multiplier
            if replaced or not same:
                step = self.energy(one[1], one[5]) - self.energy(two[1], two[4])
                kind = "replacement" if replaced else "multiplier"
                self.enter(kind, (good[0], one[5]), (way.end[0], two[4]), self.way_energy(way), 0, step)
        for leg in way.legs:
            if leg[6]:
                over = self.energy(leg[1], self.rules.segments[leg[1]].modulus_micro or 0)
                self.enter("rollover", good, way.end, self.leg_energy(leg), 0, over)
        self.lay_way(way)
        self.moved(way)

    def moved(self, way: Way) -> None:
        self.goods.append(way.end)
        if way.legs[-1][0] > 0:
            self.resets, self.rival = [], None
        self.resets = [one for one in self.resets if one[0][1] > way.end[1]]

    def estimates(self, start: int, stop: int) -> None:
        at = start
        for one in sorted(self.rules.rulings, key=lambda one: (one.start_us, one.stop_us)):
            if one.verdict == "estimate" and at <= one.start_us and one.stop_us <= stop:
                at = one.stop_us
                energy = one.energy_micro or 0
                self.spans.append((one.start_us, one.stop_us, energy, 2))
                self.entries.append(
                    LedgerEntry("estimate", one.start_us, one.stop_us, self.now, None, None, energy, 0, energy)
                )

    def quarantine(self, kind: str, way: Way) -> None:
        good = self.good
        assert good is not None
        held, shown = self.way_energy(way), self.shown_energy(way)
        rulings = [
            one
            for one in self.rules.rulings
            if one.verdict != "estimate" and (one.start_us, one.stop_us) == (good[0], way.end[0])
        ]
        verdict = rulings[0].verdict if rulings else "none"
        if verdict == "none":
            self.enter(kind, good, way.end, 0, held, held - shown)
        if verdict == "reject":
            self.enter(kind, good, way.end, 0, 0, -shown)
        if verdict == "accept":
            self.enter(kind, good, way.end, held, 0, held - shown)
            self.lay_way(way)
        if verdict == "correct":
            energy = rulings[0].energy_micro or 0
            self.enter(kind, good, way.end, energy, 0, energy - shown)
            self.lay([(good[0], way.end[0], energy)], good[0], way.end[0], good[1], way.end[1], quality=2)
        if verdict in ("none", "reject"):
            self.estimates(good[0], way.end[0])
        self.moved(way)

    def cut_back(self, good: Point, spans: int) -> None:
        self.goods = [one for one in self.goods if one[0] <= good[0]]
        del self.spans[spans:]
        self.entries = [one for one in self.entries if one.start_us < good[0]]
        self.resets = [one for one in self.resets if one[0][0] < good[0]]
        self.rival = None

    # --- what it comes to

    def minutes(self) -> dict[int, list[int]]:
        """Measured, interpolated, estimated and covered time of each minute."""
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for start, stop, energy, quality in self.spans:
            minute = start // MINUTE * MINUTE
            shares: dict[int, Fraction] = {}
            while minute < stop:
                weight = min(stop, minute + MINUTE) - max(start, minute)
                shares[minute] = Fraction(energy * weight, stop - start)
                found[minute][3] += weight
                minute += MINUTE
            left = energy - sum(floor(share) for share in shares.values())
            by_rest = sorted(shares, key=lambda minute: (floor(shares[minute]) - shares[minute], minute))
            lucky = set(by_rest[:left])
            for minute, share in shares.items():
                found[minute][quality] += floor(share) + (minute in lucky)
        return found

    def pieces(self, edges: Edges) -> dict[int, tuple[int, int, int, int]]:
        found: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for minute, held in self.minutes().items():
            starts = [minute // QUARTER * QUARTER, *(int(cut) for cut in edges.cuts_us if cut <= minute)]
            found[max(starts)] = [one + two for one, two in zip(found[max(starts)], held, strict=True)]
        return {start: (a, b, c, d) for start, (a, b, c, d) in sorted(found.items())}

    def days(self, edges: Edges) -> dict[int, tuple[int, int]]:
        """The highest window of each day, and where it ends."""
        if self.good is None:
            return {}
        held = {minute: sum(parts[:3]) for minute, parts in self.minutes().items()}
        best: dict[int, tuple[int, int]] = {}
        for minute in sorted(held):
            days = [int(day) for day in edges.days_us if day <= minute]
            if not days or minute + MINUTE > self.good[0]:
                continue
            window = sum(held.get(minute - back * MINUTE, 0) for back in range(15))
            if days[-1] not in best or window > best[days[-1]][0]:
                best[days[-1]] = (window, minute + MINUTE)
        return best
