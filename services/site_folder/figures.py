"""A figure: a point as people describe it, in the unit the device sends, before it belongs to one device.

Templates consist of figures; a row of points.csv is one too, either whole (a further point of a device) or as an
exception in which an empty cell keeps what the template says and `none` takes it away. Settling a figure checks
that its parts fit together (a unit of the quantity, a counter that counts) and finds its conversion.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from analytics.registry.model import POINT_KINDS, TemplatePoint
from analytics.registry.quantities import QUANTITIES
from services.site_folder.record import NONE, Record
from services.units import Conversion, UnitError, conversion

FIGURE_FIELDS = (
    *("key", "name", "name_zh", "quantity", "unit", "kind", "minimum", "maximum", "expected_interval_s"),
    *("states", "formerly"),
)
POINT_COLUMNS = ("device", *FIGURE_FIELDS)
POINT_NEEDED = ("device", "key")


@dataclass(frozen=True, slots=True)
class Figure:
    """The description of a point; range in `unit`."""

    key: str
    name: str
    name_zh: str | None
    quantity: str
    unit: str
    kind: str
    minimum: float | None
    maximum: float | None
    expected_interval_s: float
    states: dict[str, float] | None
    formerly: tuple[str, ...]

    def template_point(self, template: str) -> TemplatePoint:
        """The figure as part of a template."""
        return TemplatePoint(
            template=template,
            key=self.key,
            name=self.name,
            name_zh=self.name_zh,
            quantity=self.quantity,
            unit=self.unit,
            kind=self.kind,
            minimum=self.minimum,
            maximum=self.maximum,
            expected_interval_s=self.expected_interval_s,
            states=self.states,
        )


def read_figure(record: Record) -> Figure:
    """A whole figure: a `[[point]]` of a template, or a row of points.csv for a point of the device's own."""
    record.only(POINT_COLUMNS if record.in_csv else FIGURE_FIELDS)
    quantity = record.choice("quantity", QUANTITIES)
    known = QUANTITIES.get(quantity)
    # A pure number needs no unit: there is only one to be meant.
    unit = "1" if known and known.unit == "1" and "unit" not in record.values else record.text("unit")
    if "expected_interval_s" not in record.values:
        record.wrong(
            "expected_interval_s", "'expected_interval_s' is missing: how many seconds apart are its readings?"
        )
    return Figure(
        key=record.code("key"),
        name=record.text("name"),
        name_zh=_name_zh(record, None),
        quantity=quantity,
        unit=unit,
        kind=record.choice("kind", POINT_KINDS),
        minimum=_bound(record, "minimum", None),
        maximum=_bound(record, "maximum", None),
        expected_interval_s=record.number("expected_interval_s", above=0) or math.nan,
        states=_states(record),
        formerly=record.codes("formerly"),
    )


def read_exception(record: Record, usual: Figure) -> Figure:
    """A row of points.csv about a point that the device's template has: only what the row says differs."""
    given = record.values
    return replace(
        usual,
        name=record.text("name") if "name" in given else usual.name,
        name_zh=_name_zh(record, usual.name_zh),
        quantity=record.choice("quantity", QUANTITIES) if "quantity" in given else usual.quantity,
        unit=record.text("unit") if "unit" in given else usual.unit,
        kind=record.choice("kind", POINT_KINDS) if "kind" in given else usual.kind,
        minimum=_bound(record, "minimum", usual.minimum),
        maximum=_bound(record, "maximum", usual.maximum),
        expected_interval_s=record.number("expected_interval_s", above=0) or usual.expected_interval_s,
        states=_states(record) if "states" in given else usual.states,
        formerly=record.codes("formerly") if "formerly" in given else usual.formerly,
    )


def settle(figure: Figure, record: Record) -> Conversion | None:
    """Check that the parts of a figure fit together; its conversion, or None where a mistake was noted."""
    quantity = QUANTITIES.get(figure.quantity)
    if quantity is None or not figure.unit or not figure.kind:
        return None
    mistakes = len(record.mistakes.found)
    if (figure.quantity == "state") != (figure.kind == "state"):
        record.wrong("kind", f"kind {figure.kind!r} and quantity {figure.quantity!r} do not fit: a state is both")
    elif figure.kind == "counter" and not quantity.counts:
        record.wrong("kind", f"{figure.quantity} cannot be a counter: only what adds up is counted; use kind 'gauge'")
    if figure.states is not None and figure.kind != "state":
        record.wrong("states", f"only a point of kind 'state' has states, and this one is a {figure.kind}")
    if figure.minimum is not None and figure.maximum is not None and figure.minimum > figure.maximum:
        record.wrong("minimum", f"minimum {figure.minimum:g} is above maximum {figure.maximum:g}: swap them")
    try:
        found = conversion(figure.unit, figure.quantity)
    except UnitError as error:
        record.wrong("unit", str(error))
        return None
    return found if len(record.mistakes.found) == mistakes else None


def _name_zh(record: Record, usual: str | None) -> str | None:
    if record.values.get("name_zh") == NONE:
        return None
    return record.optional_text("name_zh") if "name_zh" in record.values else usual


def _bound(record: Record, name: str, usual: float | None) -> float | None:
    if record.values.get(name) == NONE:
        return None
    return record.number(name) if name in record.values else usual


def _states(record: Record) -> dict[str, float] | None:
    """Texts and their numbers: a table in TOML, `stopped=0; loaded=2` in CSV."""
    given = record.values.get("states")
    if given is None or given == NONE:
        return None
    if isinstance(given, str):
        pairs = [part.partition("=") for part in given.split(";") if part.strip()]
        given = {text.strip(): _number(number.strip()) for text, _, number in pairs}
    if not (isinstance(given, dict) and given and all(_is_state(*pair) for pair in given.items())):
        example = "stopped=0; loaded=2" if record.in_csv else "{ stopped = 0, loaded = 2 }"
        record.wrong("states", f"'states' must give each text its number, as in {example}")
        return None
    return {text: float(number) for text, number in sorted(given.items())}


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_state(text: str, value: object) -> bool:
    # What separates states in a cell cannot be part of one.
    writable = text == text.strip() != "" and not any(mark in text for mark in ";=") and text.isprintable()
    return writable and isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
