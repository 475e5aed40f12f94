"""Where a channel leads: its secrets from the environment, its host as an address that may be reached.

A name is looked up once, every address that it has is judged, and the connection goes to a judged address: a name that
changes its mind between the two cannot lead into the network of the factory.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket


class CannotSendError(Exception):
    """A message cannot be sent as the channel stands; the message says what to set, and never holds a secret."""


class NobodyToTellError(CannotSendError):
    """This message has no recipient; others on the same channel may have."""


def secret(name: str) -> str:
    """The secret in an environment variable; "" where none is named."""
    if not name:
        return ""
    value = os.environ.get(name, "")
    if not value:
        raise CannotSendError(f"{name} is not set where `ioe watch` runs: put the secret into its environment")
    return value


async def addresses_of(host: str, port: int, *, allow_private: bool) -> list[str]:
    """Addresses of a host that may be reached, best first. Raises CannotSendError; OSError for an unknown name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not addresses:
        raise CannotSendError(f"{host} has no address")
    if not allow_private:
        closed = [each for each in addresses if not _is_public(each)]
        if closed:
            raise CannotSendError(
                f"{host} is at {closed[0]}, a private address: set allow_private = true at the channel if that is meant"
            )
    return list(dict.fromkeys(addresses))


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    judged = mapped or found
    return judged.is_global and not judged.is_multicast
