"""Channels as the tests use them, on loopback."""

from __future__ import annotations

from analytics.notifications.model import Channel, Escalation
from tests.notifications.receivers import HttpReceiver

BOSS = Escalation({"critical": 5, "high": 10}, ("boss",))
HEAD = Escalation({"critical": 20, "high": 30}, ("head",))


def mail(port: int, **more: object) -> Channel:
    settings = {"host": "127.0.0.1", "security": "none", "sender": "alarms@example.com", "to": ("a@example.com",)}
    return Channel("mail", "email", port=port, allow_private=True, **{**settings, **more})  # type: ignore[arg-type]


def hook(url: str, code: str = "hook", **more: object) -> Channel:
    return Channel(code, "webhook", url=url, **{"allow_private": True, **more})  # type: ignore[arg-type]


def three(receiver: HttpReceiver) -> list[Channel]:
    """The crew, its boss and the head, each at a path of one server."""
    return [hook(receiver.url(f"/{code}"), code) for code in ("crew", "boss", "head")]
