"""notifications.toml of a site folder: by which channels people are told, and which alarms go which way.

    [[channel]]            code, kind = email | webhook | dingtalk | wecom | feishu, and what that kind needs
    [[route]]              code, channels, systems, priority, team, language, group_wait_s, service_alarms,
                         work_orders
    [[route.escalation]]   after_minutes = 15, or by priority { critical = 10, high = 30 }; channels, team

Secrets are never here: `password`, `secret` and `address` name environment variables that begin with IOE_SECRET_.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from analytics.alarms.rule import PRIORITIES
from analytics.notifications.model import (
    CHANNEL_KINDS,
    GROUP_WAIT_S,
    LANGUAGES,
    MAIL_ADDRESS,
    ROBOTS,
    SECRET_PREFIX,
    Channel,
    ChannelKind,
    Escalation,
    Route,
    Security,
)
from services.notifications.applying import Wanted
from services.site_folder.files import read_toml
from services.site_folder.mistakes import Mistake, Mistakes, mend
from services.site_folder.record import Record

FILE = "notifications.toml"
#: As rules and routes name them; see analytics/alarms/rule.py.
SYSTEMS = (
    *("power", "compressed_air", "chilled_water", "air_handling", "heat", "pv", "storage", "water", "gas"),
    *("communication", "metering", "service", "other"),
)
ROUTE_FIELDS = (
    *("code", "channels", "systems", "priority", "team", "language", "group_wait_s", "service_alarms", "work_orders"),
    "escalation",
)
_ALL = ("code", "kind", "name", "allow_private")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "email": (*_ALL, "host", "port", "security", "user", "password", "sender", "to"),
    "webhook": (*_ALL, "url", "address", "secret"),
    "dingtalk": (*_ALL, "address", "secret"),
    "wecom": (*_ALL, "address"),
    "feishu": (*_ALL, "address", "secret"),
}
_VARIABLE = re.compile(rf"{SECRET_PREFIX}[A-Z0-9_]+")
_SECURITIES = ("starttls", "tls", "none")
_PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}
_MOST_WAIT_S, _MOST_MINUTES = 300.0, 10_080.0


@dataclass(frozen=True, slots=True)
class CheckedNotifications:
    """What a folder says about notifications (None: nothing, or there are mistakes)."""

    wanted: Wanted | None
    mistakes: Sequence[Mistake]


def read_notifications(folder: Path) -> CheckedNotifications:
    """Read and check notifications.toml, where there is one."""
    path = folder / FILE
    if not path.exists():
        return CheckedNotifications(None, ())
    mistakes = Mistakes()
    record = read_toml(path, FILE, mistakes)
    wanted = None if record is None else _read(record)
    return CheckedNotifications(None if mistakes.found else wanted, mistakes.listed())


def _read(record: Record) -> Wanted:
    record.only(("channel", "route"))
    channels: dict[str, Channel] = {}
    for each in record.under("channel"):
        channel = _channel(each)
        if channel.code in channels:
            each.wrong("code", f"channel {channel.code!r} is there already: leave one of the two")
        channels[channel.code] = channel
    routes: dict[str, Route] = {}
    for each in record.under("route"):
        route = _route(each, channels)
        if route.code in routes:
            each.wrong("code", f"route {route.code!r} is there already: leave one of the two")
        routes[route.code] = route
    return Wanted(list(channels.values()), list(routes.values()))


def _channel(record: Record) -> Channel:
    code = record.code("code")
    kind = record.choice("kind", CHANNEL_KINDS)
    known = _FIELDS.get(kind)
    if known is None:
        return Channel(code, "webhook")
    record.only(known)
    allow_private = _truth(record, "allow_private")
    name = record.text("name", needed=False)
    chosen = cast("ChannelKind", kind)
    if kind == "email":
        return _mail(record, code, name, allow_private=allow_private)
    secret = _variable(record, "secret", needed=False) if "secret" in known else ""
    if kind in ROBOTS:
        address = _variable(record, "address", needed=True)
        return Channel(code, chosen, name, allow_private, address=address, secret=secret)
    address = _variable(record, "address", needed=False)
    if address and "url" in record.values:
        record.wrong("url", "'url' and 'address' say the same: keep 'address' where the address is a secret")
    url = "" if address else _url(record)
    return Channel(code, chosen, name, allow_private, url=url, address=address, secret=secret)


def _mail(record: Record, code: str, name: str, *, allow_private: bool) -> Channel:
    security = record.choice("security", _SECURITIES) if "security" in record.values else "starttls"
    security = security if security in _SECURITIES else "starttls"
    port = record.number("port", least=1, most=65535)
    user, password = record.text("user", needed=False), _variable(record, "password", needed=False)
    if bool(user) != bool(password):
        record.wrong("user" if user else "password", "'user' and 'password' belong together: give both or none")
    if password and security == "none":
        record.wrong("security", "a password would travel in plain text: use 'starttls' or 'tls'")
        password = ""
    sender = record.text("sender")
    if sender and not MAIL_ADDRESS.fullmatch(sender):
        record.wrong("sender", f"'sender' must be an e-mail address, not {sender!r}")
    return Channel(
        code,
        "email",
        name,
        allow_private,
        host=record.text("host"),
        port=int(port) if port is not None else _PORTS[security],
        security=cast("Security", security),
        user=user,
        password=password,
        sender=sender,
        to=_addresses(record),
    )


def _addresses(record: Record) -> tuple[str, ...]:
    given = record.values.get("to", [])
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        record.wrong("to", "'to' must be a list of e-mail addresses")
        return ()
    for each in given:
        if not MAIL_ADDRESS.fullmatch(each):
            record.wrong("to", f"{each!r} is no e-mail address")
    return tuple(given)


def _variable(record: Record, name: str, *, needed: bool) -> str:
    """The name of an environment variable; a secret itself is refused, and not repeated in the message."""
    value = record.text(name, needed=needed)
    if value and not _VARIABLE.fullmatch(value):
        record.wrong(
            name,
            f"{name!r} must name an environment variable such as {SECRET_PREFIX}MAIL: put the secret there, not here",
        )
        return ""
    return value


def _url(record: Record) -> str:
    value = record.text("url")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, good = urlsplit(""), False
    if not good:
        record.wrong("url", "'url' must be https://host/path")
    elif parts.username or parts.password:
        record.wrong("url", "'url' holds a user or a password: leave it out, messages are signed with 'secret'")
    return value


def _route(record: Record, channels: Mapping[str, Channel]) -> Route:
    record.only(ROUTE_FIELDS)
    systems = record.codes("systems")
    for each in systems:
        if each not in SYSTEMS:
            record.wrong("systems", f"system {each!r} is not known{mend(each, SYSTEMS)}")
    priority = record.choice("priority", PRIORITIES) if "priority" in record.values else "low"
    language = record.choice("language", LANGUAGES) if "language" in record.values else "en"
    wait_s = record.number("group_wait_s", least=0, most=_MOST_WAIT_S)
    team = _team(record)
    named = _named(record, channels, team)
    return Route(
        record.code("code"),
        named,
        systems,
        priority if priority in PRIORITIES else "low",
        team,
        "zh" if language == "zh" else "en",
        GROUP_WAIT_S if wait_s is None else wait_s,
        _truth(record, "service_alarms"),
        _truth(record, "work_orders"),
        tuple(_escalation(each, channels) for each in record.under("escalation")),
    )


def _team(record: Record) -> str:
    return record.code("team") if "team" in record.values else ""


def _named(record: Record, channels: Mapping[str, Channel], team: str) -> tuple[str, ...]:
    """The channels of a route or a step, in the order given."""
    given = record.values.get("channels", [])
    named: Collection[str] = record.codes("channels")
    if not named:
        record.wrong("channels", "'channels' is missing: by which of [[channel]] is this told?")
    for each in named:
        if each not in channels:
            record.wrong("channels", f"there is no channel {each!r}{mend(each, channels)}")
    if team and not any(channels[each].kind == "email" for each in named if each in channels):
        record.wrong("team", "a team is told by e-mail: name a channel of kind 'email' too")
    return tuple(dict.fromkeys(given)) if named and isinstance(given, list) else tuple(named)


def _escalation(record: Record, channels: Mapping[str, Channel]) -> Escalation:
    record.only(("after_minutes", "channels", "team"))
    team = _team(record)
    return Escalation(_minutes(record), _named(record, channels, team), team)


def _minutes(record: Record) -> Mapping[str, float]:
    given = record.values.get("after_minutes")
    if isinstance(given, dict):
        for name in given:
            if name not in PRIORITIES:
                record.wrong("after_minutes", f"priority {name!r} is not known{mend(name, PRIORITIES)}")
        minutes = dict(given)
    else:
        minutes = dict.fromkeys(PRIORITIES, given)
    if not minutes or not all(
        isinstance(each, int | float) and not isinstance(each, bool) and 0 < each <= _MOST_MINUTES
        for each in minutes.values()
    ):
        record.wrong(
            "after_minutes",
            f"'after_minutes' must be minutes, as 15, or {{ critical = 10, high = 30 }}; at most {_MOST_MINUTES:g}",
        )
        return {}
    return {name: float(each) for name, each in minutes.items()}


def _truth(record: Record, name: str) -> bool:
    value = record.values.get(name, False)
    if not isinstance(value, bool):
        record.wrong(name, f"{name!r} must be true or false, not {value!r}")
    return value is True
