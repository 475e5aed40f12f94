"""A photo drawn anew: only its picture is kept, none of its file.

    how many scans -> how many pixels, by its header -> decoded -> at most 2560 px -> upright -> on white -> JPEG

What could do harm is looked at before the step that it would harm: the pixels, the scans and the parts before anything
is decoded. What is kept was written here, so neither the place where a photo was taken nor a script, an archive or a
second file behind it comes along. Which way is up stands in the photo's metadata: the picture is turned by it first.

Blocking: a large photo takes a second. `keeping` calls it in a thread of its own, one photo at a time, so that several
large ones do not stand in memory together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Final

from PIL import Image

from services.attachments.accepted import (
    AT_MOST_PIXELS,
    AttachmentRefusedError,
    DamagedError,
    Kind,
    TooLargeError,
    WrongTypeError,
)
from services.attachments.scans import AT_MOST_PARTS, AT_MOST_SCANS, chunks, scans

LONGEST_SIDE_PX: Final = 2560
_QUALITY: Final = 85
_ORIENTATION: Final = 0x0112
_UPRIGHT: Mapping[object, Image.Transpose] = MappingProxyType(
    {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }
)

# Pillow's own guard: it warns of more pixels than this while it reads a header, and refuses twice as many.
Image.MAX_IMAGE_PIXELS = AT_MOST_PIXELS


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as JPEG."""

    content: bytes
    width_px: int
    height_px: int


def redrawn(content: bytes, kind: Kind) -> Photo:
    """A photo of this kind, drawn anew. Raises AttachmentRefusedError."""
    if kind == "JPEG" and scans(content) > AT_MOST_SCANS:
        raise DamagedError("the picture draws itself over hundreds of times: save it again with a camera or an editor")
    if kind == "PNG" and chunks(content) > AT_MOST_PARTS:
        raise DamagedError("the picture is in thousands of pieces: save it again with a camera or an editor")
    return _drawn(content, kind)


def smaller(content: bytes, width_px: int) -> Photo:
    """One of our own photos, at most so wide."""
    with Image.open(BytesIO(content), formats=("JPEG",)) as image:
        if width_px >= image.width:
            return Photo(content, image.width, image.height)
        height_px = max(1, round(image.height * width_px / image.width))
        image.draft("RGB", (width_px, height_px))
        return _written(image.resize((width_px, height_px), Image.Resampling.LANCZOS))


def _drawn(content: bytes, kind: Kind) -> Photo:
    try:
        with Image.open(BytesIO(content), formats=(kind,)) as image:
            _require_one_of_a_size(image, kind)
            turn = _UPRIGHT.get(_orientation(image))
            image.draft("RGB", (LONGEST_SIDE_PX, LONGEST_SIDE_PX))
            upright = _full_colour(image)
            upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX), Image.Resampling.LANCZOS)
            return _written(upright if turn is None else upright.transpose(turn))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except AttachmentRefusedError:
        raise
    except Exception as error:  # a decoder says in twenty ways that a file is broken
        raise DamagedError(
            "the picture cannot be read to its end: it is damaged or was cut off; send it again"
        ) from error


def _require_one_of_a_size(image: Image.Image, kind: Kind) -> None:
    if image.width * image.height > AT_MOST_PIXELS:
        raise _too_many_pixels()
    # A JPEG of several is how phones keep depth and brightness beside the photo, which comes first.
    if kind != "JPEG" and getattr(image, "is_animated", False):
        raise WrongTypeError("a moving picture: send one still picture of it")


def _full_colour(image: Image.Image) -> Image.Image:
    """With colours that can be mixed when it is made smaller; 16-bit grey by its upper half."""
    if image.mode in ("RGB", "RGBA", "L"):
        image.load()
        return image
    if image.mode.startswith(("I", "F")):
        return image.convert("I").point(lambda grey: grey / 256).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _written(image: Image.Image) -> Photo:
    """On white paper, as JPEG: a new picture has nothing of the file that it came from."""
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    file = BytesIO()
    paper.save(file, "JPEG", quality=_QUALITY)
    return Photo(file.getvalue(), *paper.size)


def _orientation(image: Image.Image) -> object:
    """How the camera was held; metadata that cannot be read says nothing, the picture may be good all the same."""
    try:
        return image.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - as above: metadata breaks in many ways
        return None


def _too_many_pixels() -> TooLargeError:
    return TooLargeError(f"the picture has more than {AT_MOST_PIXELS // 1_000_000} megapixels: send a smaller copy")
