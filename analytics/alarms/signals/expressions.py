"""Expressions of many instances at once: those with the same text are worked out together, machine beside machine.

A bare point is by far the most frequent, and all of those are one look-up, whatever they are called. Where a name leads
to several points (the twins of a machine, say) the rule's input says what stands for them: mean, median, least and most
of those that are known, the sum only of all of them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.alarms.expression import Expression, parse
from analytics.alarms.machine import Instance
from analytics.alarms.rounds import ALWAYS, NEVER, Points, View
from analytics.batches import Positions
from analytics.readings import Float64, Int64

_COMBINED: Mapping[str, Callable[[Float64], Float64]] = {
    "mean": lambda shown: np.asarray(np.nanmean(shown, axis=1), dtype=np.float64),
    "median": lambda shown: np.asarray(np.nanmedian(shown, axis=1), dtype=np.float64),
    "least": lambda shown: np.asarray(np.fmin.reduce(shown, axis=1), dtype=np.float64),
    "most": lambda shown: np.asarray(np.fmax.reduce(shown, axis=1), dtype=np.float64),
    "only": lambda shown: np.asarray(np.fmin.reduce(shown, axis=1), dtype=np.float64),
}

_States = tuple[tuple[str, tuple[tuple[str, float], ...]], ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """A name of a group: its points, a row for each instance, padded with -1."""

    name: str
    take: str
    columns: Positions

    def values(self, rows: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        columns = self.columns[rows]
        if columns.shape[1] == 1:
            return view.at(columns[:, 0], at_us)
        values, until = view.at(columns, at_us[:, None])
        until = np.where(np.isnan(values), ALWAYS, until).min(axis=1)
        if self.take == "sum":
            missing = np.isnan(values) & (columns >= 0)
            return np.where(missing.any(axis=1), np.nan, np.nansum(values, axis=1)), until
        with warnings.catch_warnings():  # of none that is known, numpy warns and says NaN, which is what is meant
            warnings.simplefilter("ignore", RuntimeWarning)
            return _COMBINED[self.take](values), until


@dataclass(frozen=True, slots=True)
class _Group:
    """Instances with one and the same expression."""

    expression: Expression
    states: Mapping[str, Mapping[str, float]]
    names: tuple[_Name, ...]

    def evaluate(self, rows: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        until = np.full(len(rows), ALWAYS, dtype=np.int64)
        given: dict[str, Float64] = {}
        for name in self.names:
            given[name.name], name_until = name.values(rows, at_us, view)
            until = np.minimum(until, np.where(np.isnan(given[name.name]), ALWAYS, name_until))
        found = np.broadcast_to(self.expression.evaluate(given, self.states), (len(rows),))
        return found, np.where(np.isnan(found), NEVER, until)


class Expressions:
    """One expression for each instance of a kind of signal, some of them empty."""

    def __init__(self, texts: Sequence[str], instances: Sequence[Instance], points: Points) -> None:
        self._points = points
        self._plain = np.full(len(texts), -1, dtype=np.int64)
        self._group_of = np.full(len(texts), -1, dtype=np.int64)
        self._row_of = np.zeros(len(texts), dtype=np.int64)
        self.columns: list[set[int]] = [set() for _ in texts]
        members: dict[tuple[str, tuple[str, ...], _States], list[int]] = {}
        for at, (text, instance) in enumerate(zip(texts, instances, strict=True)):
            if not text:
                continue
            expression = parse(text)
            of = {name: [points.column(each) for each in instance.names[name]] for name in expression.names}
            self.columns[at] = {column for columns in of.values() for column in columns}
            if expression.is_name and len(self.columns[at]) == 1:
                (self._plain[at],) = self.columns[at]
                continue
            takes = tuple(_take(instance, name) for name in expression.names)
            members.setdefault((text, takes, _states(expression, instance)), []).append(at)
        self._groups = [self._group(key, rows, instances) for key, rows in members.items()]
        for number, rows in enumerate(members.values()):
            self._group_of[rows], self._row_of[rows] = number, np.arange(len(rows))

    def _group(
        self, key: tuple[str, tuple[str, ...], _States], rows: Sequence[int], instances: Sequence[Instance]
    ) -> _Group:
        text, takes, states = key
        expression = parse(text)
        names = tuple(
            _Name(name, take, self._columns([instances[row].names[name] for row in rows]))
            for name, take in zip(expression.names, takes, strict=True)
        )
        return _Group(expression, {name: dict(numbers) for name, numbers in states}, names)

    def _columns(self, of_rows: Sequence[Sequence[int]]) -> Positions:
        columns = np.full((len(of_rows), max(1, *(len(each) for each in of_rows))), -1, dtype=np.int64)
        for row, point_ids in enumerate(of_rows):
            columns[row, : len(point_ids)] = [self._points.column(each) for each in point_ids]
        return columns

    def evaluate(self, local: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        """Figures of instances of this kind at instants, NaN where unknown, and until when each is valid."""
        values, until = view.at(self._plain[local], at_us)
        groups = self._group_of[local]
        if not self._groups:
            return values, until
        order = np.argsort(groups, kind="stable")
        present, starts = np.unique(groups[order], return_index=True)
        for group, which in zip(present.tolist(), np.split(order, starts[1:]), strict=True):
            if group >= 0:
                values[which], until[which] = self._groups[group].evaluate(
                    self._row_of[local[which]], at_us[which], view
                )
        return values, until


def _take(instance: Instance, name: str) -> str:
    of = name.rpartition(".")[0]
    return instance.rule.inputs[of].take if of else "only"


def _states(expression: Expression, instance: Instance) -> _States:
    """The numbers of the states that an expression compares with; of several points those of the first."""
    named = dict.fromkeys(name for name, _ in expression.states)
    return tuple((name, tuple(sorted(instance.points[instance.names[name][0]].states.items()))) for name in named)
