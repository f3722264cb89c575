"""The bytes of a file that may be anything."""

from __future__ import annotations

from pathlib import Path

from graph_engine.errors import BadWorkflow

SIZE_LIMIT = 256 << 20
"""Bytes of a picture that is looked through for a workflow; workflow files themselves are bounded more tightly."""


def contents(path: Path) -> bytes:
    """The bytes of a file, up to a bound.

    Raises:
        BadWorkflow: the file is not there, cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_LIMIT + 1)  # a device has no end
    except OSError as error:
        raise BadWorkflow(f"{path}: cannot be read: {error.strerror}") from None
    if len(data) > SIZE_LIMIT:
        raise BadWorkflow(f"{path}: must be at most {SIZE_LIMIT >> 20} MiB")
    return data
