"""The built console at `/`, or a page that says how to build it.

    /assets/...        names hold a hash of the content: kept by the browser for a year, never asked for again
    anything else      asked for again each time, answered 304 where nothing changed
    no such file       the console's own page, which knows its addresses; below /api, /problems and for files: 404

The files are read from the folder at each request, so that a console built meanwhile is served at once.
"""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from api.failures import answer
from api.problems import Problem

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_RESERVED = ("api", "problems", "metrics", "docs", "openapi.json")
_POLICY = "default-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'self'"
_MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>IOE Energy</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem }</style>
<h1>The console is not built yet</h1>
<p>Run <code>make setup</code> in the checkout, then load this page again. The API works already:
<a href="/docs">its description</a>, <a href="/api/v1/health/ready">its health</a>.</p>
<p lang="zh">控制台尚未构建：请在代码目录运行 <code>make setup</code>，然后刷新本页。</p>
</html>
"""


def checkout_console() -> Path:
    """Where this checkout's console is built."""
    return Path(__file__).resolve().parent.parent / "web" / "dist"


def install(app: FastAPI, folder: Path) -> None:
    """Serve the console below every address that nothing else has."""
    app.router.default = Console(folder)


class Console:
    """What answers where no route does."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a file, the console's page, or a problem."""
        await self._respond(Request(scope, receive))(scope, receive, send)

    def _respond(self, request: Request) -> Response:
        wanted = request.url.path.lstrip("/")
        if wanted.partition("/")[0] in _RESERVED:
            return answer(request, _nothing(request))
        if request.method not in ("GET", "HEAD"):
            return answer(
                request,
                Problem(
                    "method-not-allowed",
                    f"{request.method} is not allowed at {request.url.path}: pages are only read.",
                    headers={"Allow": "GET, HEAD"},
                ),
            )
        file = self._file(wanted)
        if file is not None:
            return self._send(request, file, FOREVER if wanted.startswith("assets/") else ASK_AGAIN)
        page = self._folder / "index.html"
        if not page.is_file():
            return HTMLResponse(_MISSING, 503 if wanted == "" else 404, {"Cache-Control": "no-store"})
        if "." in wanted.rpartition("/")[2]:
            return answer(request, _nothing(request))
        return self._send(request, page, ASK_AGAIN)

    def _file(self, wanted: str) -> Path | None:
        """The file of this name inside the folder, and never one outside of it."""
        if wanted in ("", "index.html"):
            return None
        file = (self._folder / wanted).resolve()
        return file if file.is_relative_to(self._folder.resolve()) and file.is_file() else None

    def _send(self, request: Request, file: Path, caching: str) -> Response:
        response = FileResponse(file, headers={"Cache-Control": caching}, stat_result=file.stat())
        if file.suffix == ".html":
            response.headers["Content-Security-Policy"] = _POLICY
        if request.headers.get("if-none-match") == response.headers["etag"]:
            kept = {name: response.headers[name] for name in ("etag", "cache-control", "last-modified")}
            return Response(status_code=304, headers=kept)
        return response


def _nothing(request: Request) -> Problem:
    return Problem("not-found", f"There is nothing at {request.url.path}. See /docs for the addresses that exist.")
