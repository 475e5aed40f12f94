"""One message to one channel, whatever its kind. Whatever is wrong comes back as an outcome with its reason."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from analytics.notifications.model import ROBOTS, Channel
from analytics.notifications.retry import Outcome
from analytics.notifications.texts import Text
from services.notifications.mail import send_mail
from services.notifications.posting import post_robot, post_webhook
from services.notifications.reaching import CannotSendError, NobodyToTellError

log = logging.getLogger("ioe.notifications")


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent: by its key a receiver recognises a repeat."""

    key: str
    text: Text
    document: object
    recipients: Sequence[str] = ()
    """By e-mail."""


async def send(channel: Channel, letter: Letter, now: datetime) -> Outcome:
    """Try once; never raises: whatever happens on one channel, the others go on."""
    try:
        return await _send(channel, letter, now)
    except NobodyToTellError as error:
        return Outcome("refused", str(error))
    except CannotSendError as error:
        return Outcome("away", str(error))
    except ValueError as error:  # an address or a header that no letter can have
        return Outcome("refused", f"this cannot be sent: {error}")
    except Exception as error:
        log.exception("channel %s: this was not expected", channel.code)
        return Outcome("away", f"{type(error).__name__}: see the log of `ioe watch`")


async def _send(channel: Channel, letter: Letter, now: datetime) -> Outcome:
    if channel.kind == "email":
        return await send_mail(channel, letter.key, letter.text, letter.recipients, now)
    if channel.kind in ROBOTS:
        return await post_robot(channel, letter.key, letter.text, now)
    return await post_webhook(channel, letter.key, letter.document, now)
