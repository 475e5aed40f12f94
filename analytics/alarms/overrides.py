"""What one machine has otherwise than its rule: other limits, another deadband or delay, or no such alarm at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from analytics.alarms.rule import Level, LevelCode, Rule, RuleError


@dataclass(frozen=True, slots=True)
class Override:
    """Figures of one machine in place of its rule's; None and levels that are not named: as the rule has them."""

    limits: Mapping[LevelCode, float] = field(default_factory=dict)
    deadband: float | None = None
    on_delay_s: float | None = None
    off_delay_s: float | None = None
    is_enabled: bool = True

    def __post_init__(self) -> None:
        """Refuse figures that are none."""
        figures = [*self.limits.values(), self.deadband, self.on_delay_s, self.off_delay_s]
        if not all(figure is None or math.isfinite(figure) for figure in figures):
            raise RuleError("limits, deadband and delays are finite numbers")

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return self == Override()

    def applied(self, rule: Rule) -> Rule:
        """The rule as it holds for the machine. Raises RuleError where both together make no rule."""
        levels = {level.at: level for level in rule.levels}
        for at, limit in self.limits.items():
            if at not in levels:
                raise RuleError(f"rule {rule.code!r} has no level {at}: it has {', '.join(levels)}")
            levels[at] = Level(at, limit, levels[at].priority)
        return replace(
            rule,
            levels=tuple(levels.values()),
            deadband=rule.deadband if self.deadband is None else self.deadband,
            on_delay_s=rule.on_delay_s if self.on_delay_s is None else self.on_delay_s,
            off_delay_s=rule.off_delay_s if self.off_delay_s is None else self.off_delay_s,
        )
