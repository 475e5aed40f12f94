"""The points of every device: its template's figures, the exceptions from them, and the device's own.

    template figure ----settle----> point of each of its devices
        + row of points.csv ------> the same point, differing in what the row says
    row of points.csv ------------> a point that only this device has

A figure is settled once, however many devices it serves: 2,000 devices of 20 points cost 20 settlements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from analytics.registry.model import Alias, Device, Point
from analytics.registry.quantities import QUANTITIES
from services.site_folder.entries import Entry, TemplateDraft
from services.site_folder.figures import Figure, read_exception, read_figure, settle
from services.site_folder.mistakes import mend
from services.site_folder.record import Record
from services.site_folder.references import Known, check_former, check_reference, check_unique
from services.units import Conversion


@dataclass(frozen=True, slots=True)
class Settled:
    """A figure, the record that has its last word, and its conversion (None: it has a mistake)."""

    name: str
    figure: Figure
    record: Record
    conversion: Conversion | None

    @property
    def formerly(self) -> tuple[str, ...]:
        """Former keys."""
        return self.figure.formerly

    def of(self, device: str) -> Point:
        """The point of one device."""
        figure = self.figure
        found = self.conversion or Conversion(1.0, 0.0)
        quantity = QUANTITIES.get(figure.quantity)
        return Point(
            device=device,
            key=figure.key,
            name=figure.name,
            name_zh=figure.name_zh,
            quantity=figure.quantity,
            unit=figure.unit,
            canonical_unit=quantity.unit if quantity else figure.unit,
            scale=found.scale,
            bias=found.bias,
            kind=figure.kind,
            minimum=None if figure.minimum is None else found.stored(figure.minimum),
            maximum=None if figure.maximum is None else found.stored(figure.maximum),
            expected_interval_s=figure.expected_interval_s,
            states=figure.states,
        )


def settle_template(template: TemplateDraft) -> Mapping[str, Settled]:
    """The figures of a template by key, each settled."""
    figures = check_unique("point", template.figures, field="key")
    settled = {
        key: Settled(key, entry.value, entry.record, settle(entry.value, entry.record))
        for key, entry in figures.items()
    }
    check_former("point", settled)
    return settled


def points_of(
    devices: Mapping[str, Entry[Device]], templates: Mapping[str, Mapping[str, Settled]], rows: Iterable[Record]
) -> tuple[dict[str, Point], list[Alias]]:
    """The points of all devices by `device/key`, and the former keys of some; `rows` are those of points.csv."""
    own: dict[str, dict[str, Settled]] = {}
    for row in rows:
        device = row.text("device")
        if device in devices:
            template = devices[device].value.template or ""
            point = _read(row, template, templates.get(template, {}))
            if point is not None:
                _add(own.setdefault(device, {}), point, device)
        else:
            check_reference(row, "device", device or None, Known("device", "devices.csv", frozenset(devices)))
    points: dict[str, Point] = {}
    aliases: list[Alias] = []
    for code, entry in devices.items():
        settled = templates.get(entry.value.template or "", {})
        if code in own:
            settled = {**settled, **own[code]}
            check_former("point", settled, only=own[code])
        points.update({f"{code}/{key}": point.of(code) for key, point in settled.items()})
        aliases += [
            Alias("point", f"{code}/{old}", f"{code}/{key}") for key, point in settled.items() for old in point.formerly
        ]
    return points, aliases


def _read(row: Record, template: str, usual: Mapping[str, Settled]) -> Settled | None:
    key = row.text("key")
    if not key:
        return None
    if key not in usual and usual and "quantity" not in row.values:
        hint = mend(key, usual) or ": a point of the device's own needs a name, quantity, unit, kind and interval"
        row.wrong("key", f"point {key!r} is not in template {template!r}{hint}")
        return None
    if key not in usual:
        figure = read_figure(row)
        return Settled(key, figure, row, settle(figure, row))
    figure = read_exception(row, usual[key].figure)
    # What is wrong with the template's own figure is said there, once.
    good = usual[key].conversion is not None
    return Settled(key, figure, row, settle(figure, row) if good else None)


def _add(own: dict[str, Settled], point: Settled, device: str) -> None:
    if point.name in own:
        line = own[point.name].record.line
        point.record.wrong("key", f"point '{device}/{point.name}' is there twice, first in line {line}: remove one")
    else:
        own[point.name] = point
