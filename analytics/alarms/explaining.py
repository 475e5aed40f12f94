"""Which alarms keep others quiet: the links between rules, as they are between machines.

    machine    the same rule subject                gateway    the device's gateway
    parent     the meter or device it is inside     site       any alarm of that rule on the site
    service    an alarm of this service itself

An alarm that is active gives tokens, and others listen to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from analytics.alarms.machine import AlarmKey, Instance
from analytics.alarms.rule import Rule, Suppression

#: An alarm; any alarm of a rule on a site; the silence of a device.
Token = tuple[str, ...]


def tokens_of(key: AlarmKey) -> tuple[Token, ...]:
    """What any active alarm gives."""
    return ("alarm", *key), ("site", key.site, key.rule)


def given_by(instance: Instance) -> tuple[Token, ...]:
    """What an active alarm of ours gives."""
    if _is_device_silence(instance):
        return (*tokens_of(instance.key), ("silence", instance.key.site, instance.machine.code))
    return tokens_of(instance.key)


def silencing(instance: Instance) -> tuple[Token, ...]:
    """Whose silence means that nothing can be known about an instance: the device's and its gateway's."""
    if _is_device_silence(instance):
        return ()
    machine = instance.machine
    devices = [machine.code if machine.subject == "device" else "", machine.gateway]
    return tuple(("silence", instance.key.site, code) for code in devices if code)


def explaining(instances: Sequence[Instance]) -> list[tuple[Token, ...]]:
    """Of each instance, what explains it; links that would close a circle of rules are left out."""
    open_links = _links_without_circles(instances)
    return [
        tuple(
            token
            for each in instance.rule.suppressed_by
            if _climbs(each) or (instance.key.site, instance.key.rule, each.rule) in open_links
            for token in _tokens(instance, each)
        )
        for instance in instances
    ]


def explained_by(rules: Iterable[Rule]) -> Mapping[str, AbstractSet[str]]:
    """For each rule of a site the others that explain it there: of these one may lead back to it."""
    return {rule.code: {each.rule for each in rule.suppressed_by if not _climbs(each)} for rule in rules}


def left_out(instances: Sequence[Instance]) -> list[tuple[str, str, str]]:
    """(site, rule, the rule that does not explain it): the links that would close a circle."""
    return sorted(_wanted_links(instances) - _links_without_circles(instances))


def _is_device_silence(instance: Instance) -> bool:
    return (
        instance.rule.signal.kind == "silence" and not instance.rule.signal.of and instance.key.subject_kind == "device"
    )


def _climbs(link: Suppression) -> bool:
    """Whether it leads to another machine further up, or out of the site, so that it closes no circle."""
    return link.of in {"parent", "gateway", "service"}


def _tokens(instance: Instance, link: Suppression) -> list[Token]:
    site, _, kind, subject = instance.key
    machine = instance.machine
    if link.of == "machine":
        return [("alarm", site, link.rule, kind, subject)]
    if link.of == "gateway":
        return [("alarm", site, link.rule, "device", machine.gateway)] if machine.gateway else []
    if link.of == "parent":
        kinds = ("device", "meter") if machine.parent else ()
        return [("alarm", site, link.rule, each, machine.parent) for each in kinds]
    return [("site", site if link.of == "site" else "", link.rule)]


def _wanted_links(instances: Sequence[Instance]) -> set[tuple[str, str, str]]:
    return {
        (instance.key.site, instance.key.rule, each.rule)
        for instance in instances
        for each in instance.rule.suppressed_by
        if not _climbs(each)
    }


def _links_without_circles(instances: Sequence[Instance]) -> set[tuple[str, str, str]]:
    """(site, rule, the rule that explains it), taken in alphabetical order as long as none closes a circle."""
    explained_by: dict[tuple[str, str], set[str]] = defaultdict(set)
    kept: set[tuple[str, str, str]] = set()
    for site, rule, by in sorted(_wanted_links(instances)):
        if not _leads_to(explained_by, site, by, rule):
            explained_by[site, rule].add(by)
            kept.add((site, rule, by))
    return kept


def _leads_to(explained_by: dict[tuple[str, str], set[str]], site: str, start: str, goal: str) -> bool:
    seen, left = set[str](), [start]
    while left:
        rule = left.pop()
        if rule == goal:
            return True
        if rule not in seen:
            seen.add(rule)
            left += explained_by.get((site, rule), ())
    return False
