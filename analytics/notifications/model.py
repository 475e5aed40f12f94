"""Channels and routes: by which way people are told, and which alarms go which way.

    alarm --> route (system, priority) --group wait--> one message --> channels
                                       not acknowledged in time  --> the channels of the next step

A channel never holds a secret. It names environment variables (`IOE_SECRET_...`) that do: a password, a signing secret,
or the whole address of a robot, which is a secret by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from analytics.alarms.rule import PRIORITIES

ChannelKind = Literal["email", "webhook", "dingtalk", "wecom", "feishu"]
Security = Literal["starttls", "tls", "none"]
Language = Literal["en", "zh"]

CHANNEL_KINDS: tuple[ChannelKind, ...] = ("email", "webhook", "dingtalk", "wecom", "feishu")
ROBOTS: tuple[ChannelKind, ...] = ("dingtalk", "wecom", "feishu")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
SECRET_PREFIX = "IOE_SECRET_"  # noqa: S105 - the beginning of names of variables
#: An address that a letter to several can have: another one would keep it from all of them (RFC 5321, ASCII only).
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
#: How long alarms are collected into one message.
GROUP_WAIT_S = 5.0
#: What a site gets that names channels and no route.
DEFAULT_ROUTE = "default"


class ChannelError(ValueError):
    """A channel or route that cannot be; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to people. Which fields count depends on the kind: see the three blocks."""

    code: str
    kind: ChannelKind
    name: str = ""
    allow_private: bool = False
    """Whether it may be at a private address, as a mail server in the factory is."""

    # E-mail.
    host: str = ""
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    """Name of the environment variable with the password."""
    sender: str = ""
    to: tuple[str, ...] = ()

    # Webhook and robots.
    url: str = ""
    """Of a webhook whose address is no secret."""
    address: str = ""
    """Name of the environment variable with the whole address: always for robots, for a webhook instead of `url`."""

    secret: str = ""
    """Webhook and robots: name of the environment variable with the secret that messages are signed with."""

    @property
    def where(self) -> str:
        """Where it leads, for people; the path of an address may be a secret and is left out."""
        if self.kind == "email":
            return f"{self.host}:{self.port}"
        if self.address:
            return self.address
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/..."

    def __post_init__(self) -> None:
        """Refuse a secret in the place of its name, and a password that would travel in plain text."""
        for name in (self.password, self.address, self.secret):
            if name and not name.startswith(SECRET_PREFIX):
                raise ChannelError(
                    f"channel {self.code!r}: name an environment variable that begins with {SECRET_PREFIX}, "
                    "never the secret itself"
                )
        if self.kind == "email" and self.security == "none" and self.password:
            raise ChannelError(f"channel {self.code!r}: a password needs security = 'starttls' or 'tls'")


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told next where nobody acknowledges, after so many minutes since the alarm was told, by priority."""

    after_minutes: Mapping[str, float]
    """A priority that is not named is not escalated at this step."""
    channels: tuple[str, ...]
    team: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """Which alarms of a site go to which channels."""

    code: str
    channels: tuple[str, ...]
    systems: tuple[str, ...] = ()
    """Empty: all."""
    priority: str = "low"
    """At least this."""
    team: str = ""
    """E-mail goes to the members of this team too."""
    language: Language = "en"
    group_wait_s: float = GROUP_WAIT_S
    service_alarms: bool = False
    """Also what this service says of itself."""
    work_orders: bool = False
    """Also work orders that are opened, assigned, escalated or overdue."""
    escalations: tuple[Escalation, ...] = field(default=())

    def matches(self, system: str, priority: str, *, of_service: bool) -> bool:
        """Whether an alarm goes this way; its site has been looked at."""
        if of_service and not self.service_alarms:
            return False
        if not of_service and self.systems and system not in self.systems:
            return False
        return PRIORITIES.index(priority) <= PRIORITIES.index(self.priority)


def default_route(channels: Sequence[Channel]) -> Route:
    """The route of a site that names channels and no route: all that is worth a look, to all of them."""
    codes = tuple(channel.code for channel in channels)
    return Route(DEFAULT_ROUTE, codes, priority="medium", service_alarms=True, work_orders=True)
