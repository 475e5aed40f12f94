"""Files that come with a request: as a browser sends a form, as a client sends the file alone, and hostile ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message

from api.problems import Problem
from api.settings import ApiSettings
from api.uploads import File, file_of, form_of
from tests.api.serving import serving

PHOTO = os.urandom(70_000) + b"\r\n--x\r\n\n\r"


def sent(request: httpx.Request) -> Request:
    """The request as a route has it."""
    body = request.read()

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def post(content_type: str, body: bytes) -> Request:
    return sent(httpx.Request("POST", "http://ioe", headers={"content-type": content_type}, content=body))


def test_a_form_has_its_texts_and_its_files_byte_by_byte() -> None:
    fields = {"text": "漏油 <b>\r\nagain", "name": ""}
    form = httpx.Request("POST", "http://ioe", data=fields, files={"photo": ("照片 1.jpg", PHOTO, "text/html")})
    found = asyncio.run(form_of(sent(form)))
    assert found.texts == {"text": "漏油 <b>\nagain", "name": ""}
    assert found.files == {"photo": File("照片 1.jpg", PHOTO)}


def test_a_file_comes_as_the_body_or_alone_in_a_form() -> None:
    assert asyncio.run(file_of(post("image/png", PHOTO), "a.png")) == File("a.png", PHOTO)
    form = httpx.Request("POST", "http://ioe", files={"file": ("b.png", PHOTO)})
    assert asyncio.run(file_of(sent(form))) == File("b.png", PHOTO)


@pytest.mark.parametrize(
    ("content_type", "body", "says"),
    [
        ("multipart/form-data", b"--x\r\n\r\n", "is no form"),
        ("multipart/form-data; boundary=x", b"hello", "is no form"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "is no form"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n1\r\n--x--\r\n", "a name of its own"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
            "not UTF-8",
        ),
        ("multipart/form-data; boundary=x", b"--x\r\n" * 5000, "is no form"),
    ],
)
def test_what_is_no_form_is_refused(content_type: str, body: bytes, says: str) -> None:
    with pytest.raises(Problem, match=says):
        asyncio.run(form_of(post(content_type, body)))


@pytest.mark.parametrize("says_length", [True, False])
async def test_a_file_may_be_longer_than_json_and_neither_without_limit(database_url: str, says_length: bool) -> None:
    async def parts(size: int) -> AsyncIterator[bytes]:
        for start in range(0, size, 10_000):
            yield b"x" * min(10_000, size - start)

    settings = ApiSettings(port=0, body_limit_bytes=1_000, file_limit_bytes=50_000)
    async with serving(database_url, settings) as client:
        for content_type, size, is_refused in (
            ("application/json", 1_001, True),
            ("image/jpeg", 50_000, False),
            ("image/jpeg", 50_001, True),
            ("multipart/form-data; boundary=x", 50_001, True),
        ):
            answer = await client.post(
                "/api/v1/corrections",
                content=b"x" * size if says_length else parts(size),
                headers={"content-type": content_type},
            )
            assert (answer.status_code == 413) == is_refused, (content_type, size)


@pytest.mark.parametrize(
    "head",
    [b"a: b\r\n" * 300_000, b'Content-Disposition: form-data; name="' + b";" * 300_000, b"x" * 3000],
    ids=["many", "parameters", "no end"],
)
def test_headers_that_would_be_read_for_minutes_are_refused(head: bytes) -> None:
    body = b"--x\r\n" + head + b"\r\n\r\n1\r\n--x--\r\n"
    with pytest.raises(Problem, match="headers of a part of the form are longer"):
        asyncio.run(form_of(post("multipart/form-data; boundary=x", body)))
    with pytest.raises(Problem, match="headers of a part of the form are longer"):
        asyncio.run(form_of(post('multipart/form-data; a="' + ";" * 60_000, b"--x--")))
