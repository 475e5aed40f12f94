"""How the API is served: where it listens, what it serves beside the API, how much it accepts.

Until people sign in, whoever reaches the port may read everything and map devices, so `check` refuses to listen on
anything but loopback. Browsers get the same care: only the host names below are answered, which keeps a foreign page
from reaching the API through a name of its own that points to 127.0.0.1.
"""

from __future__ import annotations

import ipaddress

import msgspec


class ApiSettingsError(Exception):
    """The API must not be served like this; the message says what to set instead."""


class ApiSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of the API process.

    `port` 0 takes a free one. `console_folder`: the built console; empty: `web/dist` of this checkout.
    `host_names`: names by which a browser may call it. `published_on_loopback`: the process listens inside a
    container, whose port is published on 127.0.0.1 of its machine only. `file_limit_bytes`: of a body that is a photo,
    a document or a form with one; 20 MiB and what a form puts around it. `console_url`: where people open the console,
    for the codes on labels; empty: as [notifications] says, else the address that labels are asked for at.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    console_folder: str = ""
    host_names: tuple[str, ...] = ("localhost", "127.0.0.1", "::1")
    published_on_loopback: bool = False
    body_limit_bytes: int = 1_000_000
    file_limit_bytes: int = 21_000_000
    stream_interval_s: float = 0.25
    alarms_shelved_at_most_h: float = 8.0
    console_url: str = ""

    def check(self) -> None:
        """Refuse settings that would open the API to a network. Raises ApiSettingsError."""
        if not 0 <= self.port <= 65535:
            raise ApiSettingsError(f"[api] port is {self.port}: choose one between 1 and 65535, or 0 for a free one")
        if not self.alarms_shelved_at_most_h > 0:
            raise ApiSettingsError("[api] alarms_shelved_at_most_h must be above 0: how long an alarm may be shelved")
        if not is_loopback(self.host) and not self.published_on_loopback:
            raise ApiSettingsError(
                f"[api] host is {self.host}, and nobody signs in yet: whoever reaches it could read and change all. "
                'Set host = "127.0.0.1", and let a proxy that asks who is there stand before it. Inside a '
                "container whose port is published on 127.0.0.1 only, set published_on_loopback = true."
            )


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only; a name other than localhost is not trusted to be."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
