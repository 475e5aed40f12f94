"""The signature of a webhook, by which its receiver knows that a message is ours, whole and new.

    IOE-Timestamp: 1795420800                              seconds since 1970
    IOE-Signature: v1=<hex of HMAC-SHA256(secret, timestamp + "." + body)>
    Idempotency-Key: 0192...                               the same in every repeat of one message

A receiver works out the same from the bytes of the body as they came, compares in constant time, refuses a timestamp
more than five minutes off, and does nothing for a key that it has seen.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime

TIMESTAMP, SIGNATURE, KEY = "IOE-Timestamp", "IOE-Signature", "Idempotency-Key"
_VERSION = "v1"


def signature(secret: str, timestamp_s: int, body: bytes) -> str:
    """The value of `IOE-Signature`."""
    told = hmac.new(secret.encode(), f"{timestamp_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"{_VERSION}={told}"


def headers(secret: str, key: str, body: bytes, now: datetime) -> dict[str, str]:
    """All headers of a signed message; without a secret, unsigned."""
    timestamp_s = int(now.timestamp())
    told = {"Content-Type": "application/json; charset=utf-8", KEY: key, TIMESTAMP: str(timestamp_s)}
    if secret:
        told[SIGNATURE] = signature(secret, timestamp_s, body)
    return told
