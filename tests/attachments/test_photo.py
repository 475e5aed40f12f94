"""A photo is drawn anew: its picture is there, upright; nothing else of its file is."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from services.attachments.accepted import (
    AT_MOST_BYTES,
    AttachmentRefusedError,
    DamagedError,
    TooLargeError,
    WrongTypeError,
    kind_of,
)
from services.attachments.photo import LONGEST_SIDE_PX, Photo, redrawn, smaller
from services.attachments.scans import AT_MOST_SCANS, scans
from tests.attachments.pictures import (
    BLUE,
    PDF,
    RED,
    file_of,
    jpeg_claiming,
    jpeg_of_scans,
    moving,
    picture,
    png_claiming,
    taken_in_kunshan,
    webp_claiming,
)


def drawn(content: bytes) -> tuple[Photo, Image.Image]:
    photo = redrawn(content, kind_of(content))
    image = Image.open(BytesIO(photo.content))
    image.load()
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (photo.width_px, photo.height_px))
    return photo, image


def is_near(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return all(abs(one - other) < 16 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_each_accepted_kind_becomes_the_same_picture_as_jpeg(form: str) -> None:
    _, image = drawn(file_of(picture(), form, quality=95))
    assert image.size == (64, 48)
    assert is_near(image, (4, 4), BLUE)
    assert is_near(image, (60, 44), RED)


@pytest.mark.parametrize(
    ("form", "mode"),
    [("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "RGBA"), ("JPEG", "CMYK"), ("JPEG", "L")],
)
def test_every_way_of_keeping_colours_is_drawn(form: str, mode: str) -> None:
    _, image = drawn(file_of(picture(mode=mode), form))
    assert image.size == (64, 48)


def test_grey_of_sixteen_bits_stays_grey() -> None:
    _, image = drawn(file_of(Image.new("I;16", (8, 8), 128 * 256), "PNG"))
    assert is_near(image, (4, 4), (128, 128, 128))


def test_what_is_transparent_is_white() -> None:
    _, image = drawn(file_of(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG"))
    assert is_near(image, (4, 4), (255, 255, 255))


@pytest.mark.parametrize(("width", "height"), [(5000, 100), (100, 5000), (3000, 3000)])
def test_a_large_one_is_made_smaller_in_its_proportions(width: int, height: int) -> None:
    photo, _ = drawn(file_of(Image.new("RGB", (width, height))))
    assert max(photo.width_px, photo.height_px) == LONGEST_SIDE_PX
    assert photo.width_px / photo.height_px == pytest.approx(width / height, rel=0.03)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_stands_upright_however_the_camera_was_held(orientation: int) -> None:
    held = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    seen = picture() if held is None else picture().transpose(held)
    _, image = drawn(file_of(seen, exif=exif, quality=95))
    assert image.size == (64, 48)
    assert is_near(image, (4, 4), BLUE)
    assert is_near(image, (60, 4), RED)
    assert is_near(image, (4, 44), RED)


def test_neither_place_nor_camera_nor_comment_nor_profile_comes_along() -> None:
    content = taken_in_kunshan(6)
    assert content.count(b"SECRET") == 3
    photo, image = drawn(content)
    assert not image.getexif()
    assert b"SECRET" not in photo.content
    assert b"Exif" not in photo.content
    assert not {"exif", "icc_profile", "comment", "xmp"} & set(image.info)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # what Pillow says of metadata that it cannot read
def test_metadata_that_cannot_be_read_spoils_no_photo() -> None:
    _, image = drawn(file_of(picture(), exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff" + b"\xff" * 50))
    assert image.size == (64, 48)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_second_file_behind_or_inside_a_picture_is_gone(form: str) -> None:
    hidden = b"<script>alert(1)</script><?php system($_GET[0]); ?>PK\x03\x04"
    content = file_of(picture(), form) + hidden
    if form == "JPEG":
        content = content[:2] + b"\xff\xfe" + (len(hidden) + 2).to_bytes(2, "big") + hidden + content[2:]
    photo, _ = drawn(content)
    for part in (b"script", b"<?php", b"PK\x03\x04"):
        assert part not in photo.content


@pytest.mark.parametrize(
    "content",
    [
        png_claiming(60_000, 60_000),
        png_claiming(9000, 6000),
        jpeg_claiming(65_000, 65_000),
        webp_claiming(16_384, 16_384),
    ],
)
def test_too_many_pixels_are_refused_by_the_header_alone(content: bytes) -> None:
    assert len(content) < 2000
    with pytest.raises(TooLargeError, match="more than 50 megapixels: send a smaller copy"):
        redrawn(content, kind_of(content))


def test_a_photo_as_phones_make_it_has_few_scans_and_one_of_thousands_is_refused() -> None:
    assert scans(file_of(picture())) == 1
    assert scans(file_of(picture(), progressive=True)) <= 12
    bomb = jpeg_of_scans(5000)
    assert scans(bomb) > AT_MOST_SCANS
    with pytest.raises(DamagedError, match="hundreds of times"):
        redrawn(bomb, kind_of(bomb))


def test_scans_behind_a_marker_that_stands_alone_are_counted() -> None:
    content = file_of(picture(), progressive=True)
    last, end = content.rindex(b"\xff\xda"), content.rindex(b"\xff\xd9")
    one = content[last:end]
    # The marker's own bytes, FF DA, read as a length would skip 65 kB.
    hidden = content[:last] + (b"\xff\x01" + one * (65_498 // len(one))) + content[last:]
    assert hidden.count(one) > 1000
    assert scans(hidden) > AT_MOST_SCANS


@pytest.mark.parametrize(
    ("form", "place", "part"),
    [
        ("JPEG", 2, b"\xff\xe0\x00\x02"),
        ("PNG", 33, b"\x00\x00\x00\x00prVt" + zlib.crc32(b"prVt").to_bytes(4, "big")),
    ],
)
def test_a_picture_in_a_million_pieces_is_refused_before_they_are_read(form: str, place: int, part: bytes) -> None:
    whole = file_of(picture(), form)
    some = whole[:place] + part * 500 + whole[place:]
    assert drawn(some)[1].size == (64, 48)
    many = whole[:place] + part * 1_000_000 + whole[place:]
    with pytest.raises(DamagedError, match="save it again"):
        redrawn(many, kind_of(many))


def test_scans_of_a_second_picture_behind_the_first_are_not_counted() -> None:
    assert scans(file_of(picture()) + b"\xff\xda" * 1000) == 1


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(form: str) -> None:
    content = moving(form)
    with pytest.raises(WrongTypeError, match="one still picture"):
        redrawn(content, kind_of(content))


def test_of_several_pictures_that_a_phone_keeps_together_the_photo_is_taken() -> None:
    content = file_of(picture(), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    assert drawn(content)[1].size == (64, 48)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_one_that_breaks_off_is_refused(form: str, part: float) -> None:
    whole = file_of(Image.effect_noise((200, 200), 80).convert("RGB"), form)
    with pytest.raises(DamagedError, match="send it again"):
        redrawn(whole[: int(len(whole) * part)], kind_of(whole))


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@settings(max_examples=150)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP"]), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=6)
)
def test_whatever_is_wrong_with_a_file_it_is_refused_or_becomes_a_picture(
    form: str, damage: list[tuple[float, bytes]]
) -> None:
    content = bytearray(file_of(picture(), form))
    for place, bytes_there in damage:
        at = int(place * len(content))
        content[at : at + len(bytes_there)] = bytes_there
    try:
        photo, _ = drawn(bytes(content))
    except AttachmentRefusedError:
        return
    assert 0 < photo.width_px * photo.height_px <= LONGEST_SIDE_PX**2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "an empty file"),
        (b"\x00\x00\x00\x18ftypheic", "most compatible"),
        (b"\x00\x00\x00\x18ftypisom", "a video"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "SVG, HTML or XML"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "SVG, HTML or XML"),
        (b"GIF89a" + bytes(50), "a GIF"),
        (b"PK\x03\x04" + bytes(50), "print it to PDF"),
        (b"MZ\x90\x00", "a program"),
        (b"=HYPERLINK(1)", "another type"),
        (b"JPEG", "another type"),
    ],
)
def test_other_types_are_refused_by_their_content_with_what_is_accepted(content: bytes, says: str) -> None:
    with pytest.raises(WrongTypeError, match=says) as refused:
        kind_of(content)
    assert "accepted are photos as JPEG, PNG or WebP and documents as PDF, up to 20 MB" in str(refused.value)


def test_a_file_above_twenty_megabytes_is_refused() -> None:
    with pytest.raises(TooLargeError, match=r"25\.0 MB"):
        kind_of(b"\xff\xd8\xff" + bytes(25_000_000))
    assert kind_of(PDF.replace(b"endobj", bytes(AT_MOST_BYTES - len(PDF)) + b"endobj")[:AT_MOST_BYTES]) == "PDF"


def test_a_pdf_begins_with_its_signature_and_has_its_end() -> None:
    assert kind_of(PDF) == "PDF"
    with pytest.raises(DamagedError, match="breaks off"):
        kind_of(PDF[:-10])
    with pytest.raises(WrongTypeError):
        kind_of(b"<html>" + PDF)


def test_a_small_picture_of_ours_keeps_its_proportions_and_never_grows() -> None:
    photo = redrawn(file_of(picture(640, 480)), "JPEG")
    assert (smaller(photo.content, 320).width_px, smaller(photo.content, 320).height_px) == (320, 240)
    assert smaller(photo.content, 1280).content == photo.content
