"""What `ioe rules` prints: rules, one rule with its machines, versions, what could not be bound, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from analytics.alarms.machine import Unbound
from analytics.alarms.overrides import Override
from analytics.alarms.rule import Level
from deploy.instants import shown
from services.alarms.rule_changes import version_changes
from services.alarms.rule_overrides import OverrideRow
from services.alarms.rules import Bound, StoredRule, VersionRow
from services.rule_folder.writing import rule_text


def name_of(site: str, code: str) -> str:
    """A rule as people name it; those about the service under `service`."""
    return f"{site or 'service'}/{code}"


def rule_table(found: Mapping[str, Sequence[StoredRule]], bound: Bound, system: str | None) -> Iterator[str]:
    """Rules as aligned columns: where from, on how many machines, from which limits."""
    machines = Counter((each.key.site, each.key.rule) for each in bound.binding.instances)
    left_out = Counter((each.key.site, each.key.rule) for each in bound.binding.unbound)
    table = [("rule", "system", "machines", "unbound", "levels", "origin", "version")]
    for site, rules in sorted(found.items()):
        for each in rules:
            if system is not None and each.rule.system != system:
                continue
            key = (site, each.rule.code)
            count = f"{machines[key]}" if each.is_enabled else "off"
            cells = (name_of(*key), each.rule.system, count, f"{left_out[key] or ''}", _levels(each.rule.levels))
            table.append((*cells, each.origin, f"{each.version}"))
    yield from _aligned(table)


def rule_lines(rule: StoredRule, overrides: Sequence[OverrideRow], bound: Bound) -> Iterator[str]:
    """A rule as a file has it, then where it holds, where otherwise, and where not and why."""
    retired = f", retired {shown(rule.retired_at)}" if rule.retired_at else ""
    yield f"# {name_of(rule.site, rule.rule.code)}: version {rule.version}, {rule.origin}{retired}"
    yield rule_text(rule.rule, is_enabled=rule.is_enabled).rstrip()
    machines = [each.key.subject for each in bound.binding.instances]
    yield f"\n# on {len(machines)} machines{': ' + ', '.join(machines) if machines else ''}"
    for row in overrides:
        yield f"# otherwise on {row.subject}: {figures(row.override)} ({row.actor}, {shown(row.at)}: {row.reason})"
    for line in unbound_lines(bound.binding.unbound):
        yield f"# not on {line}"


def version_lines(versions: Sequence[VersionRow]) -> Iterator[str]:
    """Versions, the newest first, each with what it made otherwise."""
    for version, changes in version_changes(versions):
        yield f"{version.version:>4}  {shown(version.at)}  {version.actor}  {version.origin}  {version.reason}"
        for line in changes:
            yield f"      {line}"


def unbound_lines(unbound: Sequence[Unbound]) -> Iterator[str]:
    """Rules that are for a machine and cannot apply, with the reason."""
    for each in unbound:
        yield f"{each.key.subject or 'any machine'} ({name_of(each.key.site, each.key.rule)}): {each.reason}"


def figures(override: Override) -> str:
    """An override in words."""
    found = [f"{at} {limit:g}" for at, limit in override.limits.items()]
    for name in ("deadband", "on_delay_s", "off_delay_s"):
        value = getattr(override, name)
        found += [f"{name} {value:g}"] if value is not None else []
    return ", ".join(found if override.is_enabled else [*found, "switched off"])


def _levels(levels: Sequence[Level]) -> str:
    return ", ".join(f"{level.at} {level.limit:g} {level.priority}" for level in levels)


def _aligned(table: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
