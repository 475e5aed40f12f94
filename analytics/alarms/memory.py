"""What an evaluator remembers, as bytes: enough to go on in the middle of a delay as if nothing had happened.

Kept by the alarm's key and a mark of what its figure and limits depend on. Whoever reads it may have other instances by
then: those with the same key and mark go on, all others start anew; last values of points are kept by the point's id.
Bytes of an older format are not read: then everything starts anew, from what points last showed.
"""

from __future__ import annotations

import hashlib
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.alarms.comparators import Comparators
from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.quiet import Quieting
from analytics.alarms.rounds import Points
from analytics.alarms.rule import LEVELS
from analytics.alarms.rule_expressions import needed
from analytics.alarms.signals.windows import Window
from analytics.alarms.signals.working import Signals
from analytics.batches import Positions

_FORMAT = 3
_QUIETS = ("not_running", "outside_hours", "communication_lost", "explained")
_Arrays = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an evaluator that remember."""

    instances: Sequence[Instance]
    names: Sequence[str]
    """See `names_of`."""
    points: Points
    comparators: Comparators
    signals: Signals
    quieting: Quieting


def names_of(instances: Sequence[Instance]) -> list[str]:
    """By what instances are known in a memory: the key, and a mark of everything that the condition depends on."""
    return [_name(instance) for instance in instances]


def _name(instance: Instance) -> str:
    rule = instance.rule
    names = [(name, instance.names[name]) for expression in needed(rule) for name in expression.names]
    levels = [(level.at, level.limit) for level in rule.levels]
    delays = (rule.deadband, rule.on_delay_s, rule.off_delay_s, rule.settle_s)
    silence = instance.names.get("", ())
    depends_on = repr((rule.signal, levels, delays, rule.when, sorted(rule.inputs.items()), names, silence))
    return "\t".join([*instance.key, hashlib.blake2b(depends_on.encode(), digest_size=8).hexdigest()])


def write(parts: Parts) -> bytes:
    """The memory of an evaluator."""
    comparators, quieting, points = parts.comparators, parts.quieting, parts.points
    told = [each or (None, None) for each in quieting.told]
    arrays: dict[str, NDArray[np.generic]] = {
        "format": np.array([_FORMAT]),
        "names": _text("\n".join(parts.names)),
        "point_ids": points.ids,
        "point_times": points.times_us[:-1],
        "point_values": points.values[:-1],
        **{name: getattr(comparators, name) for name in _BY_INSTANCE},
        **{name: getattr(comparators, name)[:, :-1] for name in _BY_LEVEL},
        **{f"when_{name}": getattr(comparators, name)[:, -1] for name in _BY_LEVEL},
        "is_told": np.array([each is not None for each in quieting.told], dtype=np.bool_),
        "level": np.array([LEVELS.index(level) if level else -1 for level, _ in told], dtype=np.int8),
        "quiet": np.array([_QUIETS.index(quiet) if quiet else -1 for _, quiet in told], dtype=np.int8),
        "changed_us": np.array(quieting.changed_us, dtype=np.int64),
        "told_value": np.array(quieting.value),
        "is_open": np.array(quieting.is_open, dtype=np.bool_),
        "others": _text("\n".join("\t".join(key) for key in sorted(quieting.others))),
        "deaf_until_us": np.array([parts.signals.silence.deaf_until_us]),
    }
    for kind, name, column in _columns(parts.signals):
        arrays[f"{kind}.{name}"] = column
    for kind, window in _windows(parts.signals):
        arrays |= {f"{kind}.at": window.at_us, f"{kind}.amounts": window.amounts, f"{kind}.local": window.local}
    for number, members in enumerate(parts.signals.members):
        arrays[f"members.{number}"] = np.array(members, dtype=np.int64)
    raw = io.BytesIO()
    np.savez(raw, **arrays)  # type: ignore[arg-type]
    return zlib.compress(raw.getvalue(), 3)


def read(memory: bytes, parts: Parts) -> None:
    """Let a new evaluator remember what still fits."""
    with np.load(io.BytesIO(zlib.decompress(memory)), allow_pickle=False) as arrays:
        if int(arrays["format"][0]) == _FORMAT:
            _read({name: arrays[name] for name in arrays.files}, parts)


_BY_INSTANCE = ("figure", "base_us", "clock_us", "is_known", "holds")
_BY_LEVEL = ("on", "since_us", "until_us")


def _columns(signals: Signals) -> list[tuple[str, str, NDArray[np.generic]]]:
    return [
        ("stuck", "base_us", signals.stuck.base_us),
        ("stuck", "value", signals.stuck.value),
        ("silence", "base_us", signals.silence.base_us),
        ("counts", "value", signals.counts.value),
        ("counts", "total_micro", signals.counts.total_micro),
        ("facts", "told_us", signals.facts.told_us),
        ("facts", "value", signals.facts.value),
    ]


def _windows(signals: Signals) -> list[tuple[str, Window]]:
    return [("rates", signals.rates.window), ("counts", signals.counts.window)]


def _read(old: _Arrays, parts: Parts) -> None:
    found = {name: row for row, name in enumerate(_lines(old["names"]))}
    row_of = np.array([found.get(name, -1) for name in parts.names], dtype=np.int64)
    new = np.flatnonzero(row_of >= 0)
    before = row_of[new]
    _read_points(old, parts.points)
    comparators, levels = parts.comparators, min(parts.comparators.when_slot, old["on"].shape[1])
    for name in _BY_INSTANCE:
        getattr(comparators, name)[new] = old[name][before]
    for name in _BY_LEVEL:
        column = getattr(comparators, name)
        column[new, :levels] = old[name][before, :levels]
        column[new, -1] = old[f"when_{name}"][before]
    _read_signals(old, parts.signals, row_of)
    _read_quieting(old, parts, new, before)


def _read_points(old: _Arrays, points: Points) -> None:
    columns = points.columns_of(old["point_ids"].astype(np.int64))
    here = columns >= 0
    points.times_us[columns[here]] = old["point_times"][here]
    points.values[columns[here]] = old["point_values"][here]


def _read_signals(old: _Arrays, signals: Signals, row_of: Positions) -> None:
    """Each kind has its own rows: from those of the new one over all instances to those of the old one."""
    numbers = {"rates": 2, "counts": 3, "stuck": 4, "silence": 5, "facts": 6}
    signals.silence.deaf_until_us = int(old["deaf_until_us"][0])
    old_local = {kind: _local(old[f"members.{number}"], len(old["is_told"])) for kind, number in numbers.items()}
    before = {
        kind: old_local[kind][row_of[np.array(signals.members[number], dtype=np.int64)]]
        for kind, number in numbers.items()
    }
    for kind, name, column in _columns(signals):
        new = np.flatnonzero(before[kind] >= 0)
        column[new] = old[f"{kind}.{name}"][before[kind][new]]
    for kind, window in _windows(signals):
        new_local = np.full(len(old[f"members.{numbers[kind]}"]), -1, dtype=np.int64)
        new = np.flatnonzero(before[kind] >= 0)
        new_local[before[kind][new]] = new
        local = new_local[old[f"{kind}.local"].astype(np.int64)]
        kept = local >= 0
        window.put(local[kept], old[f"{kind}.at"][kept].astype(np.int64), old[f"{kind}.amounts"][kept])


def _local(members: NDArray[np.generic], size: int) -> Positions:
    """Of each old instance the row in its kind; the last entry, for none, is -1."""
    local = np.full(size + 1, -1, dtype=np.int64)
    local[members.astype(np.int64)] = np.arange(len(members))
    return local


def _read_quieting(old: _Arrays, parts: Parts, new: Positions, before: Positions) -> None:
    quieting, comparators = parts.quieting, parts.comparators
    for row, was in zip(new.tolist(), before.tolist(), strict=True):
        level, quiet = int(old["level"][was]), int(old["quiet"][was])
        if old["is_told"][was]:
            quieting.told[row] = (LEVELS[level] if level >= 0 else None, _QUIETS[quiet] if quiet >= 0 else None)
        quieting.changed_us[row], quieting.value[row] = int(old["changed_us"][was]), float(old["told_value"][was])
        quieting.is_known[row], quieting.holds[row] = bool(comparators.is_known[row]), bool(comparators.holds[row])
        if parts.instances[row].rule.hours:
            quieting.is_open[row] = bool(old["is_open"][was])
        quieting.slots[row] = sum(1 << slot for slot in np.flatnonzero(comparators.on[row]).tolist())
    others = {AlarmKey(*line.split("\t")) for line in _lines(old["others"])}
    quieting.others = others - {instance.key for instance in parts.instances}
    quieting.go_on()


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _lines(text: NDArray[np.generic]) -> list[str]:
    return [line for line in text.tobytes().decode().split("\n") if line]
