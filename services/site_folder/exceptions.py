"""What of a device's points its template does not say already: the rows of points.csv.

    point, as stored ---own unit---> figure, as sent ---compared with the template's figure---> the cells that differ

A limit is stored in the canonical unit and written in the device's own: the shortest decimal number that comes back as
exactly the stored one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from analytics.registry.model import Point, Registry, TemplatePoint
from services.site_folder.record import NONE
from services.units import Conversion

#: A row or table: a value for each column or key; None: nothing is written.
Row = Mapping[str, object]


#: What describes a point, whichever device it belongs to.
_FIELDS = ("key", "name", "name_zh", "quantity", "unit", "kind", "minimum", "maximum", "expected_interval_s", "states")


def described(point: TemplatePoint | Point) -> dict[str, object]:
    """The description of a point, field by field."""
    return {field: getattr(point, field) for field in _FIELDS}


def shared_former_keys(registry: Registry, former: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Former keys of points of templates (`template/key`): those that the point has at every device."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for name, point in registry.points.items():
        usual = f"{registry.devices[point.device].template}/{point.key}"
        if usual in registry.template_points:
            found.setdefault(usual, set()).add(former.get(name, ()))
    return {usual: keys.pop() for usual, keys in found.items() if len(keys) == 1 and keys != {()}}


def rows_of_points(
    registry: Registry, former: Mapping[str, tuple[str, ...]], shared: Mapping[str, tuple[str, ...]]
) -> Iterator[Row]:
    """The rows of points.csv: further points of devices, and what differs from the template."""
    for name in sorted(registry.points):
        point = registry.points[name]
        usual_name = f"{registry.devices[point.device].template}/{point.key}"
        usual = registry.template_points.get(usual_name)
        keys = former.get(name)
        if usual is None:
            yield {"device": point.device, **_whole(point), "formerly": keys}
            continue
        cells = _cells(point, usual)
        if keys and keys != shared.get(usual_name):
            cells["formerly"] = keys
        if cells:
            yield {"device": point.device, "key": point.key, **cells}


def _whole(point: Point) -> dict[str, object]:
    own = Conversion(point.scale, point.bias)
    limits = {"minimum": point.minimum, "maximum": point.maximum}
    return described(point) | {name: None if limit is None else sent(own, limit) for name, limit in limits.items()}


def _cells(point: Point, usual: TemplatePoint) -> dict[str, object]:
    """Where the point differs from what the template makes of it; `none` where the template says more."""
    own = Conversion(point.scale, point.bias)
    ours, theirs = _whole(point), described(usual)
    for limit, stored in (("minimum", point.minimum), ("maximum", point.maximum)):
        said = getattr(usual, limit)
        if said is not None and own.stored(said) == stored:
            ours[limit] = said
    return {
        field: NONE if value is None else value
        for field, value in ours.items()
        if field != "key" and value != theirs[field]
    }


def sent(conversion: Conversion, stored: float) -> float:
    """The shortest number that is stored as exactly this one."""
    near = (stored - conversion.bias) / conversion.scale
    for digits in range(1, 18):
        rounded = float(f"{near:.{digits}g}")
        if conversion.stored(rounded) == stored:
            return rounded
    # Conversion rounds, so the number may be a few steps away from the one calculated back.
    steps = near
    for _ in range(8):
        steps = math.nextafter(steps, math.inf if conversion.stored(steps) < stored else -math.inf)
        if conversion.stored(steps) == stored:
            return steps
    return near
