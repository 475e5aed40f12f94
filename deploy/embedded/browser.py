"""A real Chromium for the tests of the console: the machine's own, or one from the cache.

The one from the cache brings its fonts, Chinese ones among them, and a font configuration that sees nothing else, so
that a picture of a page looks the same on every machine. It is used by tests only; the platform never needs it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.binaries import install
from deploy.embedded.bundles import BROWSER, CHROMIUM
from deploy.embedded.places import cache_folder

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_QUIET = (
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-crash-reporter",
)
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias>
    <family>sans-serif</family>
    <prefer><family>DejaVu Sans</family><family>WenQuanYi Micro Hei</family></prefer>
  </alias>
  <alias>
    <family>serif</family>
    <prefer><family>DejaVu Serif</family><family>WenQuanYi Micro Hei</family></prefer>
  </alias>
  <alias>
    <family>monospace</family>
    <prefer><family>DejaVu Sans Mono</family><family>WenQuanYi Micro Hei Mono</family></prefer>
  </alias>
</fontconfig>
"""


@dataclass(frozen=True, slots=True)
class Chromium:
    """How to start it: the program, its arguments, and what its environment needs beside the caller's."""

    executable: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


def machine_chromium() -> Path | None:
    """The browser named in IOE_CHROMIUM, or one that is installed on this machine."""
    chosen = os.environ.get("IOE_CHROMIUM")
    if chosen:
        return Path(chosen)
    found = next((path for path in map(shutil.which, _NAMES) if path is not None), None)
    return None if found is None else Path(found)


def chromium(say: Callable[[str], None]) -> Chromium:
    """A Chromium that runs here. Raises ArchiveError or BinariesError where there is none and none can be had."""
    # Its sandbox needs a user that is not root, and user namespaces that containers often forbid.
    arguments = (*_QUIET, "--no-sandbox") if os.geteuid() == 0 else _QUIET
    own = machine_chromium()
    if own is not None:
        return Chromium(own, arguments, {})
    bundle = install(BROWSER, say)
    return Chromium(bundle.path(CHROMIUM), arguments, {"FONTCONFIG_FILE": str(_fonts(bundle.path("usr/share/fonts")))})


def _fonts(fonts: Path) -> Path:
    """Write the font configuration beside the bundles; its content depends on nothing but the place."""
    path = cache_folder() / "fonts.conf"
    text = _FONTS.format(fonts=fonts, cache=cache_folder() / "fontcache")
    if not path.exists() or path.read_text() != text:
        part = path.with_name(f"fonts.{os.getpid()}.part")
        part.write_text(text)
        part.rename(path)
    return path
