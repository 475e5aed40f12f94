"""Causes that any order may have had, beside those that the rules of its alarms name."""

from __future__ import annotations

from typing import Final, NamedTuple


class Cause(NamedTuple):
    """What it was."""

    code: str
    name: str
    name_zh: str


#: The last two say that nothing was found, and that it was something else, which the note tells.
ANY: Final[tuple[Cause, ...]] = (
    Cause("wear", "Wear or age", "磨损或老化"),
    Cause("dirt", "Dirt or clogging", "脏污或堵塞"),
    Cause("leak", "Leak", "泄漏"),
    Cause("sensor-or-wiring", "Sensor, wiring or communication", "传感器、接线或通信"),
    Cause("power-supply", "Power supply", "供电"),
    Cause("setting", "Wrong setting or limit", "参数或限值设置不当"),
    Cause("operation", "Operated wrongly", "操作不当"),
    Cause("maintenance-missed", "Maintenance was missed", "保养缺失"),
    Cause("not-reproducible", "Not reproducible: nothing was found", "无法复现：未发现问题"),
    Cause("other", "Something else, see the note", "其他，见备注"),
)
CODES: Final[frozenset[str]] = frozenset(cause.code for cause in ANY)
