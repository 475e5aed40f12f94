"""The name a file is kept under: what people called it, as plain text on one line, with the suffix of its content.

Folders before it, control characters and marks that turn the direction of writing are left out: `gpj.exe` written from
right to left would read as a picture's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LONGEST: Final = 120
SUFFIXES: Mapping[str, str] = MappingProxyType({"image/jpeg": ".jpg", "application/pdf": ".pdf"})
_UNNAMED: Mapping[str, str] = MappingProxyType({"image/jpeg": "photo", "application/pdf": "document"})
_KNOWN_SUFFIX = re.compile(r"\.(jpe?g|png|webp|pdf)$", re.IGNORECASE)


def kept_name(given: str, media_type: str) -> str:
    """A name for a file of this type."""
    last = re.split(r"[/\\]", given)[-1]
    plain = "".join(each for each in last if unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    stem = _KNOWN_SUFFIX.sub("", " ".join(plain.split()))[:LONGEST].strip(" .")
    return (stem or _UNNAMED[media_type]) + SUFFIXES[media_type]
