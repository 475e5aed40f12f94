"""How many scans a JPEG has: each draws the whole picture over once more.

A progressive photo has about ten. A file of a few hundred kilobytes may have thousands, and would keep a processor
busy for an hour; counted here without decoding anything, it is refused at once. What stands between two markers inside
a scan never looks like a marker, because a byte FF of the picture is followed by 00 there.
"""

from __future__ import annotations

import re
from typing import Final

AT_MOST_SCANS: Final = 64

_NEXT_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_SCAN, _END = 0xDA, 0xD9


def scans(content: bytes) -> int:
    """How many scans there are up to the end of the first picture; counting stops above AT_MOST_SCANS."""
    place, found = 2, 0
    while found <= AT_MOST_SCANS:
        marker = _NEXT_MARKER.search(content, place)
        if marker is None:
            return found
        code = content[marker.start() + 1]
        if code == _END:
            return found
        found += code == _SCAN
        length = int.from_bytes(content[marker.end() : marker.end() + 2], "big")
        place = marker.end() + max(length, 2)
    return found
