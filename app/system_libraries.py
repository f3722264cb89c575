"""What Qt loads from the system: ``python -m app.system_libraries`` installs what is missing, or names it with its package."""

from __future__ import annotations

import argparse
import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

OFFSCREEN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "any font": "fonts-dejavu-core",
}
"""Library by file name, and the Debian package that brings it: what Qt needs without a display."""

DISPLAY = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
"""What a window on a display needs besides."""

DRIVING = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
"""Programs that tests with real keys and a real mouse need: a display without a screen, a window manager, hands."""

FONTS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")


def missing(wanted: Mapping[str, str]) -> dict[str, str]:
    return {library: package for library, package in wanted.items() if not _there(library)}


def _there(library: str) -> bool:
    if library == "any font":
        return any(next(Path(folder).expanduser().rglob("*.[to]tf"), None) for folder in FONTS)
    if library in DRIVING:
        return shutil.which(library) is not None
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _install(packages: set[str]) -> None:
    """By apt, where that is allowed."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        # Where a package does not exist on this system, the others still come.
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        together = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        if subprocess.run([*together, *sorted(packages)], check=False).returncode:
            for package in sorted(packages):
                subprocess.run([*together, package], check=False)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offscreen", action="store_true", help="only what Qt needs without a display")
    parser.add_argument("--driving", action="store_true", help="what tests with real keys and a real mouse need, besides")
    asked = parser.parse_args()
    wanted = OFFSCREEN if asked.offscreen else OFFSCREEN | DISPLAY | (DRIVING if asked.driving else {})
    if not sys.platform.startswith("linux") or not missing(wanted):
        return 0
    _install(set(missing(wanted).values()))
    if left := missing(wanted):
        print("The window needs what this system lacks:", file=sys.stderr)
        for library, package in left.items():
            print(f"  {library} (Debian and Ubuntu: {package})", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
