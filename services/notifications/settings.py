"""Settings of notifications that belong to the installation, not to a site."""

from __future__ import annotations

import msgspec


class NotificationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`console_url`: where people open the console, for the links in messages; empty: messages have none."""

    console_url: str = ""
