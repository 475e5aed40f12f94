"""Binding rules to machines: for each rule, each machine that it is for, and the points its names lead to there.

    rule  x  machine --is it for this one?--> override applied --names found?--> Instance
                                                      |                 |
                                                      +-----------------+-----> Unbound, and why

A name is the key of a point of the machine; `input.key` that of a point of other devices on the same equipment, in the
same space or on the same site. A name that leads nowhere makes the rule unbound on that machine, with the name in the
reason; names of evidence may be missing. Nothing that a rule is for is left out without a word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analytics.alarms.expression import ExpressionError
from analytics.alarms.machine import AlarmKey, Instance, Machine, Point, Unbound
from analytics.alarms.overrides import Override
from analytics.alarms.rule import Input, Rule, RuleError, Target
from analytics.alarms.rule_expressions import needed, of_evidence

_LISTED = 5


@dataclass(frozen=True, slots=True)
class Binding:
    """What came of it, in the order of rules and machines."""

    instances: tuple[Instance, ...]
    unbound: tuple[Unbound, ...]


class _NotBoundError(Exception):
    """A rule cannot apply to a machine; the message is the reason."""


def bind(rules: Sequence[Rule], overrides: Mapping[AlarmKey, Override], machines: Sequence[Machine]) -> Binding:
    """Bind the rules of one site, or of the service, to its machines."""
    site = _Site(machines)
    instances: list[Instance] = []
    unbound: list[Unbound] = []
    for rule in rules:
        unbound += _named_in_vain(rule, site)
        for machine in site.possible(rule.target):
            if not matches(rule.target, machine):
                continue
            key = AlarmKey(machine.site, rule.code, machine.subject, machine.code)
            try:
                instances.append(_bound(rule, overrides.get(key), machine, key, site))
            except (_NotBoundError, RuleError, ExpressionError) as error:
                # An expression is wrong only in a rule that another version of the platform stored.
                unbound.append(Unbound(key, str(error)))
    return Binding(tuple(instances), tuple(unbound))


def matches(target: Target, machine: Machine) -> bool:
    """Whether a rule is for a machine."""
    return (
        machine.subject == target.subject
        and (not target.kind or machine.kind == target.kind)
        and (not target.template or machine.template == target.template)
        and (not target.codes or machine.code in target.codes)
        and not (target.only_top and machine.parent)
    )


class _Site:
    """The machines of a site by what rules find them by."""

    def __init__(self, machines: Sequence[Machine]) -> None:
        self.of_subject: dict[str, list[Machine]] = defaultdict(list)
        self.by_kind: dict[tuple[str, str], list[Machine]] = defaultdict(list)
        self.by_code: dict[tuple[str, str], Machine] = {}
        self._place: dict[tuple[str, str], int] = {}
        self.of_kind: dict[str, list[Machine]] = defaultdict(list)
        self.on_equipment: dict[str, list[Machine]] = defaultdict(list)
        self.in_space: dict[str, list[Machine]] = defaultdict(list)
        self.behind: dict[str, list[Machine]] = defaultdict(list)
        for machine in machines:
            self.of_subject[machine.subject].append(machine)
            self.by_kind[machine.subject, machine.kind].append(machine)
            self.by_code[machine.subject, machine.code] = machine
            self._place[machine.subject, machine.code] = len(self._place)
            if machine.subject == "device":
                self.of_kind[machine.kind].append(machine)
                self.on_equipment[machine.equipment].append(machine)
                self.in_space[machine.space].append(machine)
                self.behind[machine.gateway].append(machine)

    def possible(self, target: Target) -> Sequence[Machine]:
        """The machines that a target may mean, in their order: ten thousand rules must not look at all of them each."""
        if target.codes:
            named = {(target.subject, code) for code in target.codes} & self.by_code.keys()
            return [self.by_code[each] for each in sorted(named, key=self._place.__getitem__)]
        return self.by_kind[target.subject, target.kind] if target.kind else self.of_subject[target.subject]

    def reached(self, given: Input, machine: Machine) -> list[Machine]:
        """The devices that an input means, seen from a machine."""
        if given.of == "gateway":
            gateway = self.by_code.get(("device", machine.gateway))
            found = [] if gateway is None else [gateway]
        elif given.of == "equipment":
            found = self.on_equipment[machine.equipment] if machine.equipment else []
        elif given.of == "space":
            found = self.in_space[machine.space] if machine.space else []
        else:
            found = self.of_kind[given.kind] if given.kind else self.of_subject["device"]
        codes = frozenset(given.codes)
        return [
            each
            for each in found
            if (not given.kind or each.kind == given.kind)
            and (not codes or each.code in codes)
            and not (given.others_only and each is machine)
        ]


def _named_in_vain(rule: Rule, site: _Site) -> Iterator[Unbound]:
    """Machines that the rule names and that are not there, or are not what else it asks for."""
    of = next((machines[0].site for machines in site.of_subject.values() if machines), "")
    subject = rule.target.subject
    for code in rule.target.codes:
        key = AlarmKey(of, rule.code, subject, code)
        machine = site.by_code.get((subject, code))
        if machine is None:
            yield Unbound(key, f"there is no {subject} {code!r}, and the rule names it")
        elif not matches(rule.target, machine):
            inside = f", inside {machine.parent}" if rule.target.only_top and machine.parent else ""
            has = f"kind {machine.kind or 'none'}, template {machine.template or 'none'}{inside}"
            yield Unbound(key, f"the rule names {code!r}, which is not what else it asks for: {has}")


def _bound(rule: Rule, override: Override | None, machine: Machine, key: AlarmKey, site: _Site) -> Instance:
    if override is not None:
        if not override.is_enabled:
            raise _NotBoundError("switched off for this machine by its override")
        rule = override.applied(rule)
    names: dict[str, tuple[int, ...]] = {}
    points: dict[int, Point] = {}
    for expression in needed(rule):
        for name in expression.names:
            found = _points(rule, name, machine, site)
            _require_states(name, found, [state for of, state in expression.states if of == name])
            names[name] = tuple(point.point_id for point in found)
            points |= {point.point_id: point for point in found}
    if rule.signal.kind == "state":
        _require_states(rule.signal.of, [points[each] for each in names[rule.signal.of]], rule.signal.states)
    if rule.signal.kind == "silence" and not rule.signal.of:
        silent = list(_speaking(machine, site))
        names[""] = tuple(point.point_id for point in silent)
        points |= {point.point_id: point for point in silent}
    for name, found in _known_to_evidence(rule, machine, site):
        names.setdefault(name, tuple(point.point_id for point in found))
        points |= {point.point_id: point for point in found}
    return Instance(key, rule, machine, names, points)


def _known_to_evidence(rule: Rule, machine: Machine, site: _Site) -> Iterator[tuple[str, list[Point]]]:
    for expression in of_evidence(rule):
        for name in expression.names:
            try:
                yield name, _points(rule, name, machine, site)
            except _NotBoundError:
                continue  # the evidence is unknown here, and the ranking says so


def _points(rule: Rule, name: str, machine: Machine, site: _Site) -> list[Point]:
    of, _, key = name.rpartition(".")
    if not of:
        if key not in machine.points:
            raise _NotBoundError(f"{machine.code} has no point {key!r}; it has {_listed(list(machine.points))}")
        return [machine.points[key]]
    given = rule.inputs.get(of)
    if given is None:
        raise _NotBoundError(f"{name!r}: the rule has no input {of!r}")
    reached = site.reached(given, machine)
    if not reached:
        raise _NotBoundError(f"{name!r}: there is no {_words(given, machine)}")
    having = [each for each in reached if key in each.points]
    if not having:
        codes = _listed([each.code for each in reached])
        raise _NotBoundError(f"{name!r}: no point {key!r} at any {_words(given, machine)}, which is {codes}")
    if given.take == "only" and len(having) > 1:
        codes = _listed([each.code for each in having])
        raise _NotBoundError(
            f"{name!r} leads to {len(having)} devices, {codes}, and only one can be meant: name it with `codes`, "
            "or say with `take` what stands for them all"
        )
    return [each.points[key] for each in having]


def _words(given: Input, machine: Machine) -> str:
    place = {
        "equipment": f"on the equipment of {machine.code}" + (f", {machine.equipment}" if machine.equipment else ""),
        "gateway": f"that is the gateway of {machine.code}",
        "space": f"in the space of {machine.code}" + (f", {machine.space}" if machine.space else ""),
        "site": "on the site",
    }[given.of]
    other = "other " if given.others_only else ""
    named = f" named {_listed(given.codes)}" if given.codes else ""
    return f"{other}device{f' of kind {given.kind}' if given.kind else ''}{named} {place}"


def _speaking(machine: Machine, site: _Site) -> list[Point]:
    """The points whose silence is the machine's: its own, and a gateway's those of all devices behind it as well.

    A gateway speaks of itself once a minute, and for its devices every second.
    """
    own = list(machine.points.values())
    behind = [point for each in site.behind[machine.code] for point in each.points.values()] if machine.code else []
    if not own and not behind:
        raise _NotBoundError(f"{machine.code} has no point, and no device behind it has one: nothing could be missed")
    return own + behind


def _require_states(name: str, points: Sequence[Point], states: Sequence[str]) -> None:
    for point in points:
        for state in states:
            if state not in point.states:
                has = _listed(list(point.states)) if point.states else "none"
                raise _NotBoundError(f"point {name!r} has no state {state!r}; it has {has}")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_LISTED]) or "none"
    return f"{shown} and {len(names) - _LISTED} more" if len(names) > _LISTED else shown
