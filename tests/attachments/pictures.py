"""Pictures as cameras, phones and attackers make them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image

RED, BLUE = (220, 30, 30), (30, 30, 220)


def picture(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Red, with a blue upper left quarter: one sees how it is turned."""
    drawn = Image.new("RGB", (width, height), RED)
    drawn.paste(BLUE, (0, 0, width // 2, height // 2))
    return drawn.convert(mode)


def file_of(image: Image.Image, form: str = "JPEG", **how: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **how)
    return file.getvalue()


def taken_in_kunshan(orientation: int) -> bytes:
    """A photo with the place where it was taken, a camera's name, a comment and how the camera was held."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 23.0, 8.0), 3: "E", 4: (120.0, 58.0, 51.0)})
    return file_of(picture(), exif=exif, comment=b"SECRET-COMMENT", icc_profile=b"SECRET-PROFILE")


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int) -> bytes:
    """A JPEG whose frame says it is so large."""
    content = bytearray(file_of(picture(16, 16)))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def webp_claiming(width: int, height: int) -> bytes:
    """A WebP whose canvas is so large."""
    still = file_of(picture(16, 16), "WEBP")[12:]
    canvas = (
        b"VP8X"
        + struct.pack("<I", 10)
        + bytes(4)
        + struct.pack("<I", width - 1)[:3]
        + struct.pack("<I", height - 1)[:3]
    )
    return b"RIFF" + struct.pack("<I", 4 + len(canvas) + len(still)) + b"WEBP" + canvas + still


def jpeg_of_scans(count: int) -> bytes:
    """A progressive JPEG that draws its last scan again and again."""
    content = file_of(picture(), progressive=True)
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    return content[:last] + content[last:end] * count + content[end:]


def moving(form: str) -> bytes:
    return file_of(picture(), form, save_all=True, append_images=[picture().rotate(90)], duration=100)


PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
