"""A bill divided: the part of a space, a unit or a sub-meter, so that all parts and the unallocated rest are the whole.

    energy lines   in proportion to the energy of the same stretch and band (without bands: of the stretch)
    other lines    demand, capacity, fixed, tiers, power factor: in proportion to the energy of the line's days

Each line is divided at once among all nodes of the tree that energy belongs to directly, and the rest that nobody has
claimed, by largest remainder; the part of a space or unit is its own node's and those of all nodes below it. Thereby a
floor's bill is the sum of its areas' and its own, and the parts of any level with what is above add up to the whole.

Where the nodes claim more than the main meter has drawn, the rest is negative: it is shown, not shared out. A line for
energy that nothing was drawn of stays with the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from analytics.billing.bill import Bill, Line, bill, left_out
from analytics.billing.inputs import BillInputs, Quality, Stretch, SubjectKind
from analytics.billing.notes import notes_of_part
from analytics.billing.rounding import half_up, split
from analytics.tariffs.bands import Band


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose bill it is: a path of the tree for spaces and units, a code for meters."""

    kind: SubjectKind
    name: str

    def contains(self, node: str) -> bool:
        """Whether a node of the tree is this one or stands below it."""
        return node == self.name or (self.kind != "meter" and node.startswith(f"{self.name}/"))


def bill_of(inputs: BillInputs, subject: Subject) -> Bill:
    """The whole bill for the only main meter, else the subject's part of it."""
    whole = bill(inputs)
    if subject.kind == "meter" and inputs.main_meters == (subject.name,):
        return whole
    return part(whole, inputs, subject)


def part(whole: Bill, inputs: BillInputs, subject: Subject) -> Bill:
    """The part of a subject, line by line; lines it has nothing to do with are left out."""
    lines = []
    for line in whole.lines:
        claims = _claims(inputs, line, subject.kind)
        own = sum((claim for node, claim in claims.items() if subject.contains(node)), Fraction(0))
        amount = sum((of for node, of in _division(inputs, line, claims).items() if subject.contains(node)), Decimal(0))
        if own or amount:
            lines.append(
                replace(line, quantity=_quantity(line, own, inputs), amount=amount, detail=_said(line, own, inputs))
            )
    return Bill(whole.currency, tuple(lines), _notes(whole, inputs, subject))


def _notes(whole: Bill, inputs: BillInputs, subject: Subject) -> tuple[str, ...]:
    """Of the part's own energy; those of the whole where nothing was kept of it."""
    if inputs.qualities is None:
        return whole.notes
    clean = Quality(subject.kind, subject.name)
    quality = next(
        (each for each in inputs.qualities if (each.kind, each.subject) == (subject.kind, subject.name)), clean
    )
    own = [c for s in inputs.stretches for c in s.claims if c.kind == subject.kind and subject.contains(c.subject)]
    drawn = sum((Fraction(claim.micro) for claim in own), Fraction(0))
    unbilled = sum((Fraction(claim.micro) for claim in own if claim.band is Band.UNBILLED), Fraction(0))
    return (*notes_of_part(inputs, quality, drawn, unbilled), *left_out(inputs))


def by_node(whole: Bill, inputs: BillInputs, kind: SubjectKind) -> dict[str, Decimal]:
    """What each node that owns energy directly bears of the whole bill."""
    found: dict[str, Decimal] = {}
    for line in whole.lines:
        for node, amount in _division(inputs, line, _claims(inputs, line, kind)).items():
            found[node] = found.get(node, Decimal(0)) + amount
    return found


def unallocated(whole: Bill, inputs: BillInputs, kind: SubjectKind) -> Decimal:
    """What of the whole bill belongs to no node of a tree."""
    return whole.total - sum(by_node(whole, inputs, kind).values(), Decimal(0))


def _division(inputs: BillInputs, line: Line, claims: dict[str, Fraction]) -> dict[str, Decimal]:
    drawn = _drawn(inputs, line)
    if not drawn:
        return {}
    weights = [*claims.values(), drawn - sum(claims.values())]
    return dict(zip(claims, split(line.amount, weights, inputs.amount_decimals), strict=False))


def _claims(inputs: BillInputs, line: Line, kind: SubjectKind) -> dict[str, Fraction]:
    """Energy of each node that a line is divided by, in the order of their names."""
    found: dict[str, Fraction] = {}
    for stretch in _stretches(inputs, line):
        for claim in stretch.claims:
            if claim.kind == kind and _counts(line, claim.band):
                found[claim.subject] = found.get(claim.subject, Fraction(0)) + Fraction(claim.micro)
    return dict(sorted(found.items()))


def _drawn(inputs: BillInputs, line: Line) -> Fraction:
    energies = (energy for stretch in _stretches(inputs, line) for energy in stretch.energies)
    return Fraction(sum(energy.total_micro for energy in energies if _counts(line, energy.band)))


def _stretches(inputs: BillInputs, line: Line) -> Sequence[Stretch]:
    return [s for s in inputs.stretches if line.from_day <= s.from_day and s.until_day <= line.until_day]


def _counts(line: Line, band: Band) -> bool:
    """Whether energy of a band is energy of a line."""
    if line.band is not None:
        return band is line.band
    return band is not Band.UNBILLED or line.kind not in {"energy", "tier"}


def _quantity(line: Line, own: Fraction, inputs: BillInputs) -> Decimal:
    if line.kind in {"energy", "unbilled"}:
        return half_up(own / 1_000_000, 6)
    drawn = _drawn(inputs, line)
    return half_up(Fraction(line.quantity) * own / drawn, 6) if drawn else Decimal(0)


def _said(line: Line, own: Fraction, inputs: BillInputs) -> str:
    drawn = _drawn(inputs, line)
    if line.kind in {"energy", "unbilled"} or not drawn:
        return line.detail
    share = f"{half_up(own * 100 / drawn, 4):f} % of {line.amount:f} {inputs.currency}"
    return "; ".join(text for text in (line.detail, share) if text)
