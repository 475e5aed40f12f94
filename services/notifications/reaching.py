"""Where a channel leads: its secrets from the environment, its host as an address that may be reached.

A name is looked up once, every address that it has is judged, and the connection goes to a judged address: a name that
changes its mind between the two cannot lead into the network of the factory.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket

#: All of IPv6 that is public (RFC 4291). What else Python takes to be global are old ways of writing an IPv4 address.
_UNICAST = ipaddress.IPv6Network("2000::/3")
#: How a network without IPv4 reaches it (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: Older versions of Python take it to be global (RFC 6890).
_PROTOCOL = ipaddress.IPv4Network("192.0.0.0/24")


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
    if isinstance(found, ipaddress.IPv6Address):
        inside = _inside(found)
        if inside is None:
            return found in _UNICAST and found.is_global
        found = inside
    return found.is_global and not found.is_multicast and found not in _PROTOCOL


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address to which a mapped, a 6to4 or a NAT64 address leads: that one is judged."""
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour
