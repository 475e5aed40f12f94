"""Files that come with a request: a photo as the body itself, or fields and files of a form.

    Content-Type: image/jpeg            the body is the file; its name is in the query, or none
    Content-Type: multipart/form-data   fields with text, and files with their names, as a browser sends a form

The entrance (api/entrance.py) cuts a body off where it is longer than a file may be, while it comes in; so what is read
here has a limit, and only a few are read at the same time (api/turns.py). Headers of a form are short: what reads them
takes the longer the more there are, with the square of their length. What is in a file is not looked at here: whoever
keeps it (services/attachments) does, and never believes its name or its Content-Type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import HeaderParser
from typing import Any

from starlette.requests import Request

from api.problems import Problem, refused_as
from api.turns import Turns
from services.attachments.accepted import AttachmentRefusedError, TooLargeError

FORM = "multipart/form-data"
_PARTS_AT_MOST = 20
_HEAD_AT_MOST = 2048

#: Whoever maintains, and whoever scanned a label: strangers who send slowly keep only each other waiting.
OURS, STRANGERS = Turns(4, 120.0), Turns(2, 120.0)

#: How a route says in the interface's description that it takes a file as its body.
FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in ("image/jpeg", "image/png", "image/webp", "application/pdf", "application/octet-stream")
        }
        | {FORM: {"schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}}},
    }
}


@contextmanager
def refusing_files() -> Iterator[None]:
    """Answer a file that cannot be kept with what is accepted."""
    with refused_as("file-refused", AttachmentRefusedError), refused_as("body-too-large", TooLargeError):
        yield


@dataclass(frozen=True, slots=True)
class File:
    """A file as somebody sent it; nothing about it is known to be true."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """What a form had: texts and files, by the name of their field."""

    texts: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)


def is_form(request: Request) -> bool:
    """Whether the body is a form."""
    return request.headers.get("content-type", "").lower().startswith(FORM)


async def file_of(request: Request, name: str = "") -> File:
    """The file that a request brings, as its body or as the only file of its form. Raises Problem for none."""
    if is_form(request):
        files = list((await form_of(request)).files.values())
        if len(files) != 1:
            raise Problem("invalid-request", f"The form has {len(files)} files: send exactly one with each request.")
        return files[0]
    content = await OURS.body_of(request)
    if not content:
        raise Problem("invalid-request", "The body is empty: send the file as the body, or in a form.")
    return File(name, content)


async def form_of(request: Request, turns: Turns = OURS) -> Form:
    """The fields and files of a form; a file field that nothing was chosen for is left out. Raises Problem."""
    boundary = _headers(b"Content-Type: " + request.headers.get("content-type", "").encode("latin-1")).get_boundary()
    body = b"\r\n" + await turns.body_of(request)
    # RFC 7578: each part stands between `--boundary` lines; what follows the last one begins with `--`.
    first, *parts = body.split(b"\r\n--" + (boundary or "").encode("latin-1", "replace"), _PARTS_AT_MOST + 1)
    if not boundary or first.strip() or not parts or not parts[-1].startswith(b"--"):
        raise Problem("malformed-body", f"The body is no form: send {FORM} with a boundary, as a browser does.")
    texts: dict[str, str] = {}
    files: dict[str, File] = {}
    for part in parts[:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = _headers(head)
        name, file_name = headers.get_param("name", header="content-disposition"), headers.get_filename()
        if not isinstance(name, str) or name in texts or name in files:
            raise Problem("malformed-body", "Each part of a form needs a name of its own.")
        if file_name is None:
            texts[name] = _text(name, content)
        elif content or file_name:
            files[name] = File(file_name, content)
    return Form(texts, files)


def _headers(head: bytes) -> Message:
    """Headers of a part; browsers write a file's name in it as UTF-8. Raises Problem."""
    if len(head) > _HEAD_AT_MOST:
        raise Problem("malformed-body", f"The headers of a part of the form are longer than {_HEAD_AT_MOST} bytes.")
    return HeaderParser(policy=policy.compat32).parsestr(head.decode("utf-8", "replace"))


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode().replace("\r\n", "\n")  # browsers end each line of a field so
    except UnicodeDecodeError:
        raise Problem("malformed-body", f"The field {name!r} of the form is not UTF-8.") from None
