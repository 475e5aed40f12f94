"""One message in words: what stands first is what somebody reads on a locked phone.

    title   [HIGH] Compressor 3: Element outlet temperature high and 2 more
    body    machine and what, value and limit, since when
            likely cause with its likelihood, what to do
            the others, one line each; what is normal again
            where to look: console#/alarms/...

A flood has a text of its own: how many, of which priority, on which machines, which came first. Times are those of the
site's clock, with its offset. Nothing here decides who is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from analytics.alarms.rule import PRIORITIES
from analytics.notifications.grouping import MessageKind
from analytics.notifications.happening import Alarm, alarm
from analytics.notifications.model import Language
from analytics.notifications.plan import COMING, Item
from analytics.notifications.words import PRIORITIES as PRIORITY_WORDS
from analytics.notifications.words import WORDS

#: Lines for further alarms in one message, and machines that a flood names.
LISTED, MACHINES = 10, 5


@dataclass(frozen=True, slots=True)
class Setting:
    """For whom a message is worded."""

    language: Language
    site_name: str
    time_zone: str
    console_url: str = ""
    """Where the console is; empty: no link."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message in words: one line, and the rest."""

    title: str
    body: str


def message(kind: MessageKind, items: Sequence[Item], setting: Setting, now: datetime) -> Text:
    """Word a message of these items, the oldest first."""
    if kind in ("flood_began", "flood_ended"):
        return _flood(kind, items, setting)
    return _alarms(kind, items, setting, now)


def test_message(setting: Setting) -> Text:
    """The message that somebody asks for to try a channel."""
    words = WORDS[setting.language]
    return Text(words["title_test"].format(site=setting.site_name), words["test"])


def _alarms(kind: MessageKind, items: Sequence[Item], setting: Setting, now: datetime) -> Text:
    words = WORDS[setting.language]
    newest = {item.alarm: item for item in items if item.kind in COMING or item.kind == "escalated"}
    coming = sorted(newest.values(), key=_weight)
    back = {item.alarm: alarm(item.payload) for item in items if item.kind == "returned" and _is_last(item, newest)}
    only_back = [each for name, each in back.items() if name not in newest]
    first = alarm(coming[0].payload) if coming else only_back[0]
    title = words["title_one" if coming else "title_returned"].format(
        priority=PRIORITY_WORDS[setting.language][first.priority],
        machine=_machine(first, setting),
        name=_name(first, setting),
    )
    more = len(coming) + len(only_back) - 1
    if more:
        title = words["title_more"].format(first=title, more=more, all=more + 1)
    lines: list[str] = []
    if kind == "escalation":
        title = words["title_escalation"].format(first=title)
        waited = now - (first.raised_at or now)
        lines.append(words["not_acknowledged"].format(minutes=waited.total_seconds() / 60))
    if coming:
        lines += _in_full(coming[0], first, back, setting)
        lines += _further(coming[1:], back, setting)
    if only_back:
        lines += ["", words["returned"], *_listed([_short(each, setting) for each in only_back], setting)]
    lines += _link(first if more == 0 else None, setting)
    return Text(title, "\n".join(lines).strip())


def _is_last(returned: Item, newest: Mapping[str, Item]) -> bool:
    """Whether an alarm did not come again after it was normal."""
    return returned.alarm not in newest or newest[returned.alarm].event_id < returned.event_id


def _weight(item: Item) -> tuple[int, int]:
    """The worst first, of equals the oldest."""
    return PRIORITIES.index(alarm(item.payload).priority), item.event_id


def _in_full(item: Item, told: Alarm, back: Mapping[str, Alarm], setting: Setting) -> list[str]:
    words = WORDS[setting.language]
    lines = [f"{_machine(told, setting)} ({setting.site_name}): {_name(told, setting)}"]
    said = _said(told, setting)
    if said:
        lines.append(said)
    extra = [words[item.kind]] if item.kind in ("worsened", "re_alarmed") else []
    if told.raised_at:
        extra.append(words["since"].format(since=_clock(told.raised_at, setting)))
    if told.followers:
        extra.append(words["first_out"].format(count=told.followers))
    returned = back.get(item.alarm)
    if returned is not None and returned.at is not None:
        extra.append(words["is_back"].format(at=_clock(returned.at, setting)))
    if extra:
        lines.append(_join(extra, setting))
    return [*lines, *_causes(told, setting)]


def _causes(told: Alarm, setting: Setting) -> list[str]:
    words, zh = WORDS[setting.language], setting.language == "zh"
    if not told.causes:
        return []
    named = [
        f"{(each.name_zh if zh else '') or each.name}"
        + ("" if each.likelihood is None else f" ({each.likelihood:.0%})")
        for each in told.causes
    ]
    lines = [words["likely"].format(cause=named[0])]
    action = (told.causes[0].action_zh if zh else "") or told.causes[0].action
    if action:
        lines.append(words["action"].format(action=action))
    if named[1:]:
        lines.append(words["also"].format(causes=_join(named[1:], setting)))
    return lines


def _further(items: Sequence[Item], back: Mapping[str, Alarm], setting: Setting) -> list[str]:
    words = WORDS[setting.language]
    if not items:
        return []
    lines = []
    for item in items:
        line = _short(alarm(item.payload), setting)
        returned = back.get(item.alarm)
        if returned is not None and returned.at is not None:
            line = _join([line, words["is_back"].format(at=_clock(returned.at, setting))], setting)
        lines.append(line)
    return ["", words["others"], *_listed(lines, setting)]


def _flood(kind: MessageKind, items: Sequence[Item], setting: Setting) -> Text:
    words = WORDS[setting.language]
    coming = [item for item in items if item.kind in COMING]
    # One that got worse or asked again is one alarm still.
    came = list({(item.alarm, item.payload.get("raised_at")): alarm(item.payload) for item in coming}.values())
    flood = next(item.payload for item in items if item.kind == kind)
    ended = kind == "flood_ended"
    alarms = words["alarm" if len(came) == 1 else "alarms"].format(count=len(came))
    title = words[f"title_{kind}"].format(site=setting.site_name, alarms=alarms)
    began = str(flood.get("started_at") or "")
    lines = [
        words["flood_ended"].format(began=_clock_of(began, setting), alarms=alarms) if ended else words["flood_began"]
    ]
    if came:
        counts: Counter[str] = Counter(each.priority for each in came)
        lines.append(
            words["priorities"].format(
                counts=_join(
                    [f"{PRIORITY_WORDS[setting.language][each]} {counts[each]}" for each in PRIORITIES if counts[each]],
                    setting,
                )
            )
        )
        top = Counter(_machine(each, setting) for each in came).most_common(MACHINES)
        lines.append(words["machines"].format(machines=_join([f"{name} {count}" for name, count in top], setting)))
        lines.append(words["first"].format(alarm=_short(min(came, key=_came_first), setting)))
        newest = {item.alarm: item for item in coming}
        back = {item.alarm for item in items if item.kind == "returned" and _is_last(item, newest)}
        worst = sorted((item for name, item in newest.items() if name not in back), key=_weight)
        if worst:
            lines += ["", words["standing"].format(count=len(worst))]
            lines += _listed([_short(alarm(item.payload), setting) for item in worst], setting)
    lines += _link(None, setting)
    return Text(title, "\n".join(lines))


def _came_first(told: Alarm) -> tuple[datetime, str]:
    return told.raised_at or datetime.max.replace(tzinfo=UTC), told.alarm


def _listed(lines: Sequence[str], setting: Setting) -> list[str]:
    shown = [f"- {line}" for line in lines[:LISTED]]
    if len(lines) > LISTED:
        shown.append(WORDS[setting.language]["more"].format(count=len(lines) - LISTED))
    return shown


def _short(told: Alarm, setting: Setting) -> str:
    """An alarm in one line."""
    head = f"[{PRIORITY_WORDS[setting.language][told.priority]}] {_machine(told, setting)}: {_name(told, setting)}"
    figures = _figures(told, setting)
    return _join([head, figures], setting) if figures else head


def _said(told: Alarm, setting: Setting) -> str:
    """What the rule itself says of it, else both figures."""
    return (told.message_zh if setting.language == "zh" else told.message) or _figures(told, setting)


def _figures(told: Alarm, setting: Setting) -> str:
    words = WORDS[setting.language]
    if told.value is None:
        return ""
    unit = f" {told.unit}" if told.unit not in ("", "1") else ""  # 1: a count, a ratio
    if told.limit is None or told.level == "ON":
        return words["value"].format(value=_figure(told.value), unit=unit) if told.level != "ON" else ""
    return words["value_limit"].format(value=_figure(told.value), limit=_figure(told.limit), unit=unit)


def _figure(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"


def _machine(told: Alarm, setting: Setting) -> str:
    return (told.machine_zh if setting.language == "zh" else "") or told.machine


def _name(told: Alarm, setting: Setting) -> str:
    return (told.name_zh if setting.language == "zh" else "") or told.name


def _join(parts: Sequence[str], setting: Setting) -> str:
    return (",".join(parts)) if setting.language == "zh" else ", ".join(parts)


def _clock(at: datetime, setting: Setting) -> str:
    return at.astimezone(ZoneInfo(setting.time_zone)).isoformat(" ", "seconds")


def _clock_of(at: str, setting: Setting) -> str:
    try:
        return _clock(datetime.fromisoformat(at), setting)
    except ValueError:
        return at


def _link(told: Alarm | None, setting: Setting) -> list[str]:
    """Where to look: the alarm itself, or the list where there are several."""
    if not setting.console_url:
        return []
    place = f"{setting.console_url.rstrip('/')}/#/alarms" + (f"/{told.alarm}" if told is not None else "")
    return ["", WORDS[setting.language]["console"].format(address=place)]
