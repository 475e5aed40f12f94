"""Of how many parts a picture is made, and how many scans a JPEG has: each draws the whole picture over once more.

A progressive photo has about ten. A file of a few hundred kilobytes may have thousands, and would keep a processor
busy for an hour; counted here without decoding anything, it is refused at once. What stands between two markers inside
a scan never looks like a marker, because a byte FF of the picture is followed by 00 there.

Each part of a file costs the decoder more than its few bytes: a photo has hundreds, a file of 4 MB may have a million.
"""

from __future__ import annotations

import re
from typing import Final

AT_MOST_SCANS: Final = 64
AT_MOST_PARTS: Final = 20_000

# FF 01 and FF D0 to D7 stand alone: nothing follows them that a length would skip.
_NEXT_MARKER = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_SCAN, _END = 0xDA, 0xD9


def scans(content: bytes) -> int:
    """How many scans there are up to the end of the first picture; counting stops above AT_MOST_SCANS.

    One of more than AT_MOST_PARTS parts counts as having more scans than that.
    """
    place, found, parts = 2, 0, 0
    while found <= AT_MOST_SCANS:
        if (parts := parts + 1) > AT_MOST_PARTS:
            return AT_MOST_SCANS + 1
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


def chunks(content: bytes) -> int:
    """How many parts a PNG has; counting stops above AT_MOST_PARTS."""
    place, found = 8, 0
    while place < len(content) and found <= AT_MOST_PARTS:
        place += 12 + int.from_bytes(content[place : place + 4], "big")
        found += 1
    return found
