"""Channels as the tests use them, on loopback."""

from __future__ import annotations

from analytics.notifications.model import Channel


def mail(port: int, **more: object) -> Channel:
    settings = {"host": "127.0.0.1", "security": "none", "sender": "alarms@example.com", "to": ("a@example.com",)}
    return Channel("mail", "email", port=port, allow_private=True, **{**settings, **more})  # type: ignore[arg-type]


def hook(url: str, code: str = "hook", **more: object) -> Channel:
    return Channel(code, "webhook", url=url, **{"allow_private": True, **more})  # type: ignore[arg-type]
