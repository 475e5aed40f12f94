"""What every request passes on its way in and out: an id, a check of host name and size, a line in the log.

The id is the caller's `X-Request-ID` where it is plain, else a new one; it stands in the answer's header, in problem
documents and in the log. The host check keeps browsers honest: a foreign page can point a name of its own at 127.0.0.1,
but cannot make the browser send another Host. Written straight against ASGI, because a wrapper that buffers responses
would hold up the live stream.
"""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.failures import answer
from api.metrics import Traffic
from api.problems import Problem
from api.settings import ApiSettings

log = logging.getLogger("ioe.api")
access = logging.getLogger("ioe.api.access")

_PLAIN_ID = re.compile(r"^[A-Za-z0-9._-]{1,64}$")
_FILES = ("image/", "application/pdf", "application/octet-stream", "multipart/form-data")
_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)


class Entrance:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, settings: ApiSettings, traffic: Traffic) -> None:
        self._app = app
        self._host_names = frozenset(name.lower() for name in settings.host_names)
        self._body_limit = settings.body_limit_bytes
        self._file_limit = settings.file_limit_bytes
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        given = request.headers.get("x-request-id", "")
        request_id = given if _PLAIN_ID.match(given) else uuid.uuid4().hex
        scope["ioe.request_id"] = request_id
        began = time.perf_counter()
        status, complete = 500, False

        async def send_marked(message: Message) -> None:
            nonlocal status, complete
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), (b"x-request-id", request_id.encode()), *_SECURITY]
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        try:
            refusal = self._refusal(request)
            if refusal is None:
                await self._app(scope, _counted(receive, self._limit(request)), send_marked)
            else:
                await answer(request, refusal)(scope, receive, send_marked)
        except Exception:
            log.exception("request %s failed: %s %s", request_id, request.method, request.url.path)
            if not complete:  # the server then cuts the connection, and the client sees that something is missing
                raise
        finally:
            duration_s = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "")
            self._traffic.answered(request.method, route, status, duration_s)
            access.info("%s %s %d %.1f ms %s", request.method, request.url.path, status, duration_s * 1000, request_id)

    def _refusal(self, request: Request) -> Problem | None:
        """What is wrong with a request before anybody looks at it."""
        name = host_of(request.headers.get("host", ""))
        if name not in self._host_names:
            return Problem(
                "host-not-allowed",
                f"This service does not answer to the name {name!r}. Call it by localhost or 127.0.0.1, or add the "
                "name to [api] host_names.",
            )
        length, limit = request.headers.get("content-length", "0"), self._limit(request)
        if length.isdecimal() and int(length) > limit:
            return Problem("body-too-large", f"The body has {length} bytes; this service accepts {limit}.")
        return None

    def _limit(self, request: Request) -> int:
        """How long a body may be: longer where it is a file."""
        is_file = request.headers.get("content-type", "").lower().startswith(_FILES)
        return self._file_limit if is_file else self._body_limit


def _counted(receive: Receive, limit: int) -> Receive:
    """The body as it comes in, cut off where it grows past the limit without having said so."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413)
        return message

    return counted


def host_of(header: str) -> str:
    """The name in a Host header, without its port and brackets."""
    name = header.lower()
    if name.startswith("["):
        return name[1:].partition("]")[0]
    return name.partition(":")[0]
