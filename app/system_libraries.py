"""The system libraries that Qt loads: ``python -m app.system_libraries`` installs what is missing, or names it with its package."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys

LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
"""Library by file name, and the Debian package that brings it."""


def missing() -> dict[str, str]:
    return {library: package for library, package in LIBRARIES.items() if not _loads(library)}


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def main() -> int:
    if not sys.platform.startswith("linux") or not missing():
        return 0
    packages = sorted(set(missing().values()))
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages], check=False)
    if left := missing():
        print("The window needs libraries that this system lacks:", file=sys.stderr)
        for library, package in left.items():
            print(f"  {library} (Debian and Ubuntu: {package})", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
