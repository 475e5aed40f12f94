"""Sending to a webhook or a robot: one POST, no redirect followed, a few seconds, a small answer read.

The connection goes to the address that was judged (`reaching.py`); the certificate is checked against the name. The
proxy of the environment is not used. What went wrong is said without the address, which for a robot is a secret.
"""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import httpx
import msgspec

from analytics.notifications import robots, signature
from analytics.notifications.model import Channel
from analytics.notifications.retry import Outcome, of_status
from analytics.notifications.texts import Text
from services.notifications.reaching import CannotSendError, addresses_of, secret

TIMEOUT_S = 10.0
_ANSWER_BYTES = 65_536
_SAID = 200
# It tells every request with its whole address, which for a robot is a secret.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes


async def post_webhook(channel: Channel, key: str, document: object, now: datetime) -> Outcome:
    """Send a message's document, signed."""
    body = msgspec.json.encode(document)
    headers = signature.headers(secret(channel.secret), key, body, now)
    url = channel.url or secret(channel.address)
    answer = await _post(url, headers, body, allow_private=channel.allow_private)
    if isinstance(answer, Outcome):
        return answer
    said = answer.body.decode("utf-8", "replace")[:_SAID].strip()
    return Outcome(of_status(answer.status), f"HTTP {answer.status}{f': {said}' if said else ''}")


async def post_robot(channel: Channel, key: str, text: Text, now: datetime) -> Outcome:
    """Send a message's text to a group robot; its answer's body says whether it was taken."""
    request = robots.request(channel.kind, text, secret(channel.secret), now)
    url = robots.address(secret(channel.address), request.parameters)
    headers = {"Content-Type": "application/json; charset=utf-8", signature.KEY: key}
    answer = await _post(url, headers, request.body, allow_private=channel.allow_private)
    if isinstance(answer, Outcome):
        return answer
    if answer.status != 200:
        return Outcome(
            of_status(answer.status) if not 200 <= answer.status < 300 else "refused", f"HTTP {answer.status}"
        )
    return robots.outcome(channel.kind, answer.body)


async def _post(url: str, headers: Mapping[str, str], body: bytes, *, allow_private: bool) -> _Answer | Outcome:
    try:
        named = httpx.URL(url)
    except httpx.InvalidURL:
        raise CannotSendError("the channel's address is not a URL: mend it") from None
    if named.scheme not in ("https", "http") or not named.host or named.userinfo:
        raise CannotSendError("the channel's address must be http(s)://host/..., without a user")
    port = named.port or (443 if named.scheme == "https" else 80)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await _first_that_listens(named, port, headers, body, allow_private=allow_private)
    except TimeoutError:
        return Outcome("away", f"no answer within {TIMEOUT_S:g} s")
    except (httpx.TransportError, OSError) as error:
        return Outcome("away", f"{named.host} cannot be reached: {type(error).__name__}")


async def _first_that_listens(
    named: httpx.URL, port: int, headers: Mapping[str, str], body: bytes, *, allow_private: bool
) -> _Answer:
    """A name may have addresses at which nobody listens, as ::1 for localhost."""
    *others, last = await addresses_of(named.host, port, allow_private=allow_private)
    for address in others:
        with suppress(httpx.ConnectError):
            return await _exchange(named, address, headers, body)
    return await _exchange(named, last, headers, body)


async def _exchange(named: httpx.URL, address: str, headers: Mapping[str, str], body: bytes) -> _Answer:
    async with httpx.AsyncClient(
        verify=_trust(os.environ.get("SSL_CERT_FILE", "")), trust_env=False, follow_redirects=False, timeout=TIMEOUT_S
    ) as client:
        request = client.build_request(
            "POST",
            named.copy_with(host=address),
            headers={**headers, "Host": named.netloc.decode("ascii"), "User-Agent": "ioe-energy"},
            content=body,
            extensions={"sni_hostname": named.host},
        )
        answer = await client.send(request, stream=True)
        try:
            read = bytearray()
            async for part in answer.aiter_raw():
                read += part
                if len(read) >= _ANSWER_BYTES:
                    break
            return _Answer(answer.status_code, bytes(read[:_ANSWER_BYTES]))
        finally:
            await answer.aclose()


@cache
def _trust(named: str) -> ssl.SSLContext:
    """The authorities that this machine trusts, or those of a file that SSL_CERT_FILE names."""
    return ssl.create_default_context(cafile=named or None)
