"""Expressions of many instances at once: those of the same shape are worked out together, machine beside machine.

`v1 > 50` and `v2 > 60` are of one shape: which points and which numbers they mean are columns, and one step of the
expression is one step for all of them. Ten thousand different rules come to a few dozen shapes.

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
from analytics.alarms.expression_steps import Step, evaluate
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


@dataclass(frozen=True, slots=True)
class _Name:
    """What one name of a group leads to: its points, a row for each instance, padded with -1."""

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
class _Shape:
    """The steps of an expression without what differs: names and numbers by their place alone."""

    steps: tuple[Step, ...]
    takes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    """Instances whose expressions have one shape; of each its names' points and its numbers."""

    shape: _Shape
    names: tuple[_Name, ...]
    numbers: Float64

    def evaluate(self, rows: Positions, at_us: Int64, view: View) -> tuple[Float64, Int64]:
        until = np.full(len(rows), ALWAYS, dtype=np.int64)
        given = {_number(place): self.numbers[rows, place] for place in range(self.numbers.shape[1])}
        for place, name in enumerate(self.names):
            given[_named(place)], name_until = name.values(rows, at_us, view)
            until = np.minimum(until, np.where(np.isnan(given[_named(place)]), ALWAYS, name_until))
        found = np.broadcast_to(evaluate(self.shape.steps, given, {}), (len(rows),))
        return found, np.where(np.isnan(found), NEVER, until)


class Expressions:
    """One expression for each instance of a kind of signal, some of them empty."""

    def __init__(self, texts: Sequence[str], instances: Sequence[Instance], points: Points) -> None:
        self._points = points
        self._plain = np.full(len(texts), -1, dtype=np.int64)
        self._group_of = np.full(len(texts), -1, dtype=np.int64)
        self._row_of = np.zeros(len(texts), dtype=np.int64)
        self.columns: list[set[int]] = [set() for _ in texts]
        members: dict[_Shape, list[int]] = {}
        numbers: list[tuple[float, ...]] = [() for _ in texts]
        for at, (text, instance) in enumerate(zip(texts, instances, strict=True)):
            if not text:
                continue
            expression = parse(text)
            of = {name: [points.column(each) for each in instance.names[name]] for name in expression.names}
            self.columns[at] = {column for columns in of.values() for column in columns}
            if expression.is_name and len(self.columns[at]) == 1:
                (self._plain[at],) = self.columns[at]
                continue
            shape, numbers[at] = _shape(expression, instance)
            members.setdefault(shape, []).append(at)
        self._groups = [
            self._group(shape, [(parse(texts[row]), instances[row]) for row in rows], [numbers[row] for row in rows])
            for shape, rows in members.items()
        ]
        for number, rows in enumerate(members.values()):
            self._group_of[rows], self._row_of[rows] = number, np.arange(len(rows))

    def _group(
        self, shape: _Shape, rows: Sequence[tuple[Expression, Instance]], numbers: Sequence[tuple[float, ...]]
    ) -> _Group:
        names = tuple(
            _Name(take, self._columns([instance.names[expression.names[place]] for expression, instance in rows]))
            for place, take in enumerate(shape.takes)
        )
        return _Group(shape, names, np.array(numbers, dtype=np.float64).reshape(len(rows), -1))

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


def _shape(expression: Expression, instance: Instance) -> tuple[_Shape, tuple[float, ...]]:
    """The shape of an expression, and its numbers; a state is the number that its point has for it."""
    steps: list[Step] = []
    numbers: list[float] = []
    for step in expression.steps:
        if step.function == "name":
            steps.append(Step("name", name=_named(expression.names.index(step.name))))
        elif step.function in {"number", "state"}:
            steps.append(Step("name", name=_number(len(numbers))))
            numbers.append(step.number if step.function == "number" else _state(step, instance))
        else:
            steps.append(step)
    return _Shape(tuple(steps), tuple(_take(instance, name) for name in expression.names)), tuple(numbers)


def _state(step: Step, instance: Instance) -> float:
    """Of several points, as the first one has it; of a state that it does not have, nothing is known."""
    return instance.points[instance.names[step.name][0]].states.get(step.state, np.nan)


def _named(place: int) -> str:
    return f"name {place}"


def _number(place: int) -> str:
    return f"number {place}"
