"""When a delivery that failed is tried again, and when it is given up.

    10 s, 20 s, 40 s ... up to 15 minutes, each less by up to a quarter   until 24 h after the message was made
    refused for good (an answer that says so)                             three times

A pause never grows beyond a quarter of an hour: a channel that is back must not stay silent for longer. The share by
which a pause is shortened comes from the message's key, so that channels that failed together do not try together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FIRST_PAUSE_S, MOST_PAUSE_S = 10.0, 900.0
GIVEN_UP_AFTER = timedelta(hours=24)
TRIES_WHERE_REFUSED = 3
_SHORTER_BY = 0.25

#: taken: the receiver has it. away: it could not take it now. refused: it says that it will not take this.
Answer = Literal["taken", "away", "refused"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try."""

    answer: Answer
    detail: str
    missed: tuple[str, ...] = ()
    """Of a letter that others have got: who has not. Where the answer is `away`, only they are tried again."""


def pause(key: str, tries: int) -> timedelta:
    """How long to wait after so many tries."""
    longest = min(FIRST_PAUSE_S * 2.0 ** (min(tries, 20) - 1), MOST_PAUSE_S)
    share = int.from_bytes(hashlib.blake2b(f"{key}/{tries}".encode(), digest_size=4).digest(), "big") / 2**32
    return timedelta(seconds=longest * (1 - _SHORTER_BY * share))


def is_given_up(outcome: Outcome, tries: int, made_at: datetime, now: datetime) -> bool:
    """Whether a message that was not taken is not tried again."""
    if outcome.answer == "refused" and tries >= TRIES_WHERE_REFUSED:
        return True
    return now - made_at >= GIVEN_UP_AFTER


def of_status(status: int) -> Answer:
    """What an HTTP status says. 408, 425 and 429 ask for patience; a redirect is not followed and is refused."""
    if 200 <= status < 300:
        return "taken"
    return "away" if status >= 500 or status in (408, 425, 429) else "refused"
