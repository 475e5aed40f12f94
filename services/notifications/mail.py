"""Sending by e-mail: one SMTP session a message, over TLS unless the channel says otherwise.

The message's key is its Message-ID, so that a repeat is the same mail. Where some recipients are refused and others
taken, the message is delivered and the refused ones are named: sending again would send it twice to the others.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from analytics.notifications.model import Channel
from analytics.notifications.retry import Answer, Outcome
from analytics.notifications.signature import KEY
from analytics.notifications.texts import Text
from services.notifications.reaching import NobodyToTellError, addresses_of, secret

TIMEOUT_S = 30.0


async def send_mail(channel: Channel, key: str, text: Text, to: Sequence[str], now: datetime) -> Outcome:
    """Send a message to all recipients of a channel and a team."""
    recipients = list(dict.fromkeys([*channel.to, *to]))
    if not recipients:
        raise NobodyToTellError("nobody to send to: give the channel `to`, or the team's members e-mail addresses")
    password = secret(channel.password)
    letter = _letter(channel, key, text, recipients, now)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await _hand_over(channel, letter, password)
    except (aiosmtplib.SMTPException, OSError) as error:
        return _explained(channel, error)


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
    return replace(outcome, detail=outcome.detail[:300])


async def _hand_over(channel: Channel, letter: EmailMessage, password: str) -> Outcome:
    line = await _line(channel)
    try:
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
        async with client:
            refused, _ = await client.send_message(letter)
    finally:
        line.close()
    if refused:
        return Outcome("taken", f"refused for {', '.join(sorted(refused))}")
    return Outcome("taken", "")


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
