"""Binaries in the cache: a set-up that was cut off is done again, a whole one is left alone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import binaries
from deploy.embedded.bundles import BROWSER, SERVERS, Bundle
from tests.servers import temporary_home
from tests.stack.up_process import CHECKOUT

TRUE = Path("/bin/true")
SMALL = Bundle(
    name="small",
    wanted=("small",),
    left_out=(),
    pruned=("usr/share/doc",),
    programs=("usr/bin/true",),
    library_folders=(),
    space_mb=1,
    instead="",
)


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with temporary_home() as folder:
        monkeypatch.setenv("IOE_CACHE", str(folder))
        yield folder


def downloaded(cache: Path) -> Path:
    """A package as the archive would give it: one program of this system, its loader and its libraries."""
    tree = cache / "tree"
    libraries = tree / "usr" / "lib" / "here-linux-gnu"
    libraries.mkdir(parents=True)
    (tree / "usr" / "bin").mkdir()
    (tree / "usr" / "share" / "doc").mkdir(parents=True)
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN" / "control").write_text(
        "Package: small\nVersion: 1\nArchitecture: all\nMaintainer: tests <tests@localhost>\nDescription: small\n"
    )
    shutil.copy(TRUE, tree / "usr" / "bin" / "true")
    linked = subprocess.run(["ldd", TRUE], check=True, capture_output=True, text=True).stdout
    for library in re.findall(r"(/\S+\.so\S*) ", linked):
        shutil.copy(library, libraries / Path(library).name)
    debs = cache / f"{SMALL.folder_name}.debs"
    debs.mkdir()
    subprocess.run(["dpkg-deb", "-Znone", "--build", "--root-owner-group", tree, debs], check=True, capture_output=True)
    (debs / "COMPLETE").touch()
    return debs


def test_a_cut_off_set_up_is_done_again(cache: Path) -> None:
    debs = downloaded(cache)
    folder = cache / SMALL.folder_name
    (folder.with_name(folder.name + ".part") / "usr").mkdir(parents=True)
    folder.mkdir()
    (folder / "half").touch()
    assert binaries.find(SMALL) is None

    installed = binaries.install(SMALL, print)

    assert installed.folder == folder
    assert not (folder / "half").exists()
    assert not (folder / "usr" / "share" / "doc").exists()
    assert not debs.exists()
    assert sorted(path.name for path in cache.glob(f"{SMALL.name}*")) == [SMALL.folder_name]
    program = installed.path("usr/bin/true")
    assert subprocess.run([program], check=False).returncode == 0
    patched = subprocess.run(
        ["patchelf", "--print-interpreter", program], check=True, capture_output=True, text=True, env=with_our_tools()
    )
    assert patched.stdout.startswith(str(folder))


def test_a_whole_one_is_left_alone(cache: Path) -> None:
    downloaded(cache)
    first = binaries.install(SMALL, print)
    before = (first.folder / "READY").stat().st_mtime_ns
    assert binaries.install(SMALL, print) == first
    assert (first.folder / "READY").stat().st_mtime_ns == before


def test_a_cache_that_was_moved_does_not_count(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    downloaded(cache)
    binaries.install(SMALL, print)
    with temporary_home() as elsewhere:
        shutil.copytree(cache / SMALL.folder_name, elsewhere / SMALL.folder_name, symlinks=True)
        monkeypatch.setenv("IOE_CACHE", str(elsewhere))
        assert binaries.find(SMALL) is None


def test_a_program_whose_library_was_left_out_does_not_count(cache: Path) -> None:
    debs = downloaded(cache)
    libc = next((cache / "tree").rglob("libc.so.6"))
    libc.unlink()
    subprocess.run(
        ["dpkg-deb", "-Znone", "--build", "--root-owner-group", cache / "tree", debs], check=True, capture_output=True
    )
    with pytest.raises(binaries.BinariesError, match=r"libc\.so\.6"):
        binaries.install(SMALL, print)
    assert binaries.find(SMALL) is None


@pytest.mark.usefixtures("cache")
def test_a_full_cache_is_told_before_anything_is_fetched() -> None:
    huge = 10**9
    bundle = Bundle("huge", ("huge",), (), (), (), (), huge, "")
    with pytest.raises(binaries.BinariesError, match=f"needs {huge} MB.*IOE_CACHE"):
        binaries.fetch(bundle, print)


def test_a_changed_recipe_is_another_folder() -> None:
    assert SERVERS.folder_name != BROWSER.folder_name
    assert SMALL.folder_name != Bundle("small", ("other",), (), (), (), (), 1, "").folder_name


def test_the_set_up_reads_nothing_but_the_standard_library() -> None:
    """It runs before anything is installed: `-S` hides every package of the environment."""
    code = "import deploy.bootstrap.__main__, deploy.embedded.__main__"
    done = subprocess.run([sys.executable, "-S", "-c", code], check=False, capture_output=True, text=True, cwd=CHECKOUT)
    assert done.returncode == 0, done.stderr


def with_our_tools() -> dict[str, str]:
    """The environment with the programs of our Python first."""
    return {**os.environ, "PATH": f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"}
