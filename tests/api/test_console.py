"""The built console is served with the caching its names allow; without one, a page says how to build it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import pytest

from api.settings import ApiSettings
from tests.api.serving import serving

NOWHERE = "postgresql://ioe@127.0.0.1:9/ioe"  # the console needs no database
Serve = Callable[[Path], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def serve() -> Serve:
    return lambda folder: serving(NOWHERE, ApiSettings(port=0, console_folder=str(folder)))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "dist" / "assets").mkdir(parents=True)
    (tmp_path / "dist" / "index.html").write_text("<title>console</title>")
    (tmp_path / "dist" / "favicon.svg").write_text("<svg/>")
    (tmp_path / "dist" / "assets" / "index-abc.js").write_text("1")
    (tmp_path / "secret.txt").write_text("for nobody")
    (tmp_path / "dist" / "leak.txt").symlink_to(tmp_path / "secret.txt")
    return tmp_path / "dist"


async def test_without_a_console_the_page_says_how_to_build_it(serve: Serve, tmp_path: Path) -> None:
    async with serve(tmp_path) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "make setup" in answer.text
        (tmp_path / "index.html").write_text("<title>console</title>")
        assert (await client.get("/")).text == "<title>console</title>"


async def test_hashed_files_are_kept_for_ever_and_the_page_is_asked_for_again(serve: Serve, built: Path) -> None:
    async with serve(built) as client:
        assert (await client.get("/assets/index-abc.js")).headers[
            "cache-control"
        ] == "public, max-age=31536000, immutable"
        page = await client.get("/")
        assert page.headers["cache-control"] == "no-cache"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        again = await client.get("/", headers={"If-None-Match": page.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await client.head("/favicon.svg")).headers["cache-control"] == "no-cache"


async def test_the_consoles_own_addresses_lead_to_its_page(serve: Serve, built: Path) -> None:
    async with serve(built) as client:
        assert (await client.get("/devices/kunshan/m-1")).text == "<title>console</title>"
        for missing in ("/assets/gone.js", "/api/v1/nothing", "/api", "/problems/x"):
            assert (await client.get(missing)).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/leak.txt"])
async def test_nothing_outside_of_the_folder_is_served(serve: Serve, built: Path, path: str) -> None:
    async with serve(built) as client:
        request = client.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert "for nobody" not in (await client.send(request)).text


async def test_pages_are_only_read(serve: Serve, built: Path) -> None:
    async with serve(built) as client:
        answer = await client.post("/", json={})
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
