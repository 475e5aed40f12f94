"""What a file is, by its first bytes: its name and the type that its sender claims say nothing.

Photos are JPEG, PNG or WebP, documents are PDF. Everything else is refused with what is accepted; kinds that people
send without meaning to, as the HEIC of a phone, are called by their name, with how to send them all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

Kind = Literal["JPEG", "PNG", "WEBP", "PDF"]

AT_MOST_BYTES: Final = 20_000_000
AT_MOST_PIXELS: Final = 50_000_000
ACCEPTED: Final = "photos as JPEG, PNG or WebP and documents as PDF, up to 20 MB"

_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"})
_OTHERS: Mapping[bytes, str] = MappingProxyType(
    {
        b"GIF8": "a GIF",
        b"BM": "a BMP picture",
        b"II*\x00": "a TIFF picture",
        b"MM\x00*": "a TIFF picture",
        b"PK\x03\x04": "a ZIP archive or an office file: print it to PDF",
        b"\xd0\xcf\x11\xe0": "an office file: print it to PDF",
        b"\x7fELF": "a program",
        b"MZ": "a program",
    }
)
# Where a PDF ends, within what writers of PDF put behind it.
_PDF_TAIL: Final = 2048


class AttachmentRefusedError(ValueError):
    """A file cannot be kept; the message says why and what is accepted."""


class WrongTypeError(AttachmentRefusedError):
    """It is of no kind that is accepted."""

    def __init__(self, what: str) -> None:
        super().__init__(f"this is {what}; accepted are {ACCEPTED}")


class TooLargeError(AttachmentRefusedError):
    """It has too many bytes or too many pixels."""


class DamagedError(AttachmentRefusedError):
    """It begins as what is accepted, and cannot be read to its end."""


def kind_of(content: bytes) -> Kind:
    """What a file is. Raises AttachmentRefusedError."""
    if len(content) > AT_MOST_BYTES:
        raise TooLargeError(f"the file has {len(content) / 1e6:.1f} MB; accepted are {ACCEPTED}")
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-_PDF_TAIL:]:
            raise DamagedError("the PDF breaks off before its end: send it again")
        return "PDF"
    raise WrongTypeError(_told(content))


def _told(content: bytes) -> str:
    if not content:
        return "an empty file"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return 'a HEIC or AVIF picture: let the phone take "most compatible" photos, or send a JPEG copy'
    if content[4:8] == b"ftyp":
        return "a video"
    head = content[:512].lstrip().lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype", b"<html", b"<script")):
        return "a text with markup (SVG, HTML or XML)"
    for signature, what in _OTHERS.items():
        if content.startswith(signature):
            return what
    return "a file of another type than its name may say"
