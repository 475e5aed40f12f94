"""Sending by e-mail: one SMTP session a message, over TLS unless the channel says otherwise.

The message's key is its Message-ID, so that a repeat is the same mail. Of several recipients each is told once: who is
refused for good is named, and who is refused for now is tried again alone. A recipient whose address no letter can have
is named too, and keeps it from nobody else.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from analytics.notifications.model import MAIL_ADDRESS, Channel
from analytics.notifications.retry import Answer, Outcome
from analytics.notifications.signature import KEY
from analytics.notifications.texts import Text
from services.notifications.reaching import NobodyToTellError, addresses_of, secret

TIMEOUT_S = 30.0
#: For the server's goodbye; it has the letter by then.
_GOODBYE_S = 2.0
#: Characters of what a server says that are kept.
_SAID = 300


async def send_mail(channel: Channel, key: str, text: Text, to: Sequence[str], now: datetime) -> Outcome:
    """Send a message to these recipients."""
    recipients = [each for each in to if MAIL_ADDRESS.fullmatch(each)]
    wrong = [each for each in to if each not in recipients]
    if not recipients:
        which = f"no e-mail address: {', '.join(map(repr, wrong))}" if wrong else "nobody to send to"
        raise NobodyToTellError(f"{which}: give the channel `to`, or the team's members e-mail addresses")
    password = secret(channel.password)
    letter = _letter(channel, key, text, recipients, now)
    try:
        refused = await _hand_over(channel, letter, recipients, password)
    except (aiosmtplib.SMTPException, OSError) as error:
        return _explained(channel, error)
    return _of_each(refused, wrong)


def _of_each(refused: Mapping[str, aiosmtplib.SMTPResponse], wrong: Sequence[str]) -> Outcome:
    """What became of a letter that at least one recipient has."""
    for_now = [each for each, said in refused.items() if _of_code(said.code) == "away"]
    said = [
        *(f"refused for {each}: {said.code} {said.message}" for each, said in sorted(refused.items())),
        *(f"{each!r} is no e-mail address" for each in wrong),
    ]
    missed = for_now or [*sorted(refused), *wrong]
    return Outcome("away" if for_now else "taken", "; ".join(said)[:_SAID], tuple(missed))


def _explained(channel: Channel, error: Exception) -> Outcome:
    """What went wrong in one line, and whether it is for good."""
    host = channel.host
    match error:
        case aiosmtplib.SMTPResponseException():
            outcome = Outcome(_of_code(error.code), f"{host} says {error.code} {error.message}")
        case aiosmtplib.SMTPRecipientsRefused():
            codes = [each.code for each in error.recipients]
            outcome = Outcome(_of_code(min(codes, default=550)), f"{host} takes no recipient: {_named(error)}")
        case aiosmtplib.SMTPNotSupported():
            outcome = Outcome("refused", f"{host}: {error}: set `security` to what the server offers")
        case ssl.SSLCertVerificationError():
            outcome = Outcome("away", f"the certificate of {host} is not trusted: {error.verify_message}")
        case TimeoutError():
            outcome = Outcome("away", f"no answer from {host} within {TIMEOUT_S:g} s")
        case _:
            outcome = Outcome("away", f"{host} cannot be reached: {type(error).__name__} {error}")
    return replace(outcome, detail=outcome.detail[:_SAID])


async def _hand_over(
    channel: Channel, letter: EmailMessage, recipients: Sequence[str], password: str
) -> Mapping[str, aiosmtplib.SMTPResponse]:
    """Give the letter to the server; says whom it refused. All refused, and whatever else is wrong, is raised."""
    deadline_s = asyncio.get_running_loop().time() + TIMEOUT_S
    async with asyncio.timeout_at(deadline_s):
        line = await _line(channel)
    client = aiosmtplib.SMTP(
        hostname=channel.host,
        sock=line,
        use_tls=channel.security == "tls",
        start_tls=channel.security == "starttls",
        username=channel.user or None if password else None,
        password=password or None,
        timeout=TIMEOUT_S,
        tls_context=ssl.create_default_context(),
    )
    try:
        async with asyncio.timeout_at(deadline_s):
            await client.connect()
            refused, _ = await client.send_message(letter, sender=channel.sender, recipients=recipients)
        with suppress(aiosmtplib.SMTPException, OSError):  # what is taken is taken, however they part
            async with asyncio.timeout(_GOODBYE_S):
                await client.quit()
    finally:
        client.close()
        line.close()
    return refused


async def _line(channel: Channel) -> socket.socket:
    """A connection to the first judged address at which somebody listens."""
    failed: OSError = OSError("no address")
    for address in await addresses_of(channel.host, channel.port, allow_private=channel.allow_private):
        line = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        line.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(line, (address, channel.port))
        except OSError as error:
            line.close()
            failed = error
        else:
            return line
    raise failed


def _letter(channel: Channel, key: str, text: Text, recipients: Sequence[str], now: datetime) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = " ".join(text.title.split())
    letter["From"] = channel.sender
    letter["To"] = ", ".join(recipients)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{key}@{channel.sender.rpartition('@')[2] or 'ioe-energy'}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter[KEY] = key
    letter.set_content(text.body)
    return letter


def _of_code(code: int) -> Answer:
    """5xx is for good, 4xx asks for patience; but a login that fails is mended by hand, and worth waiting for."""
    return "refused" if 500 <= code < 600 and code not in (530, 534, 535, 538) else "away"


def _named(error: aiosmtplib.SMTPRecipientsRefused) -> str:
    return "; ".join(f"{each.recipient} {each.code} {each.message}" for each in error.recipients)
