"""What a PDF of ours draws, read from its operators, and what it could make a reader do.

Streams are Flate in ASCII85. A string belongs to the font that was set last: Helvetica's are cp1252, those of the
Chinese font UTF-16.
"""

from __future__ import annotations

import re
import zlib
from base64 import a85decode

_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_WITH_KIND = re.compile(rb"obj\s*<<((?:(?!endobj).)*?)>>\s*stream\r?\n(.*?)endstream", re.DOTALL)
_DRAWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
#: Names under which a PDF runs a script, opens an address or a file, or brings a second file.
_ACTIVE = ("URI", "JavaScript", "JS", "Launch", "GoToR", "GoToE", "SubmitForm", "ImportData", "OpenAction", "AA",
           "EmbeddedFile", "RichMedia", "XFA", "AcroForm", "Annots", "Movie", "Sound")  # fmt: skip


def text_of(file: bytes) -> str:
    """All that is drawn, in order, without blanks: where lines are broken is the page's affair."""
    chinese = {name.decode() for name in re.findall(rb"/BaseFont /STSong.*?/Name /(F\d+)", file, re.DOTALL)}
    drawn = []
    for page in page_contents(file):
        font = ""
        for named, text in _DRAWN.findall(page):
            if named:
                font = named.decode()
            else:
                raw = _ESCAPE.sub(lambda found: _unescaped(found[1]), text)
                drawn.append(raw.decode("utf-16-be" if font in chinese else "cp1252", "replace"))
    return "".join("".join(drawn).split())


def squeezed(text: str) -> str:
    """A text as `text_of` has it."""
    return "".join(text.split())


def actions_of(file: bytes) -> list[str]:
    """What the file could make a reader do besides showing it: nothing."""
    outside = _STREAM.sub(b"", file).decode("latin-1")
    return [name for name in _ACTIVE if re.search(rf"/{name}\b", outside)]


def pages_of(file: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", file))


def page_contents(file: bytes) -> list[bytes]:
    """Contents of pages; pictures are streams too, and are left out."""
    found = []
    for kind, stream in _WITH_KIND.findall(file):
        if b"/Image" not in kind:
            found.append(zlib.decompress(a85decode(b"<~" + stream.strip(), adobe=True)))
    return found


def _unescaped(code: bytes) -> bytes:
    return bytes([int(code, 8) & 0xFF]) if code[:1].isdigit() else _PLAIN.get(code, code)
