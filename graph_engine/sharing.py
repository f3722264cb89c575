"""A workflow as others may see it: the paths of this machine leave, the digests of the files that it names come along.

What is a path is told by its form, in every text of the file: nodes that nobody knows and fields of newer programs leak nothing either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from graph_engine.strict_json import parse
from graph_engine.workflow import Workflow, read, write

FILES = "files"
"""The field of a workflow file that holds digests by the names of files, as nodes name them."""

ROOTS = "home|Users|root|mnt|media|Volumes|tmp|var|opt|srv|usr|private|run|data|workspace|content|scratch"
PATH = re.compile(
    rf"(?:file://)?(?:(?:[A-Za-z]:)?[\\/](?:{ROOTS})[\\/][^\n]*|[A-Za-z]:[\\/][^\n]*|\\\\[^\n]+|~[\w.-]*[\\/][^\n]*"
    r"|/[^\n\s]*/[^\n/]*\.\w{1,12}|/[^\n]*\.(?:safetensors|png|jpe?g|webp|json|ckpt|pth?|csv|txt))",
    re.IGNORECASE,
)
"""A text that is the path of a file on some machine, and nothing else."""
WORDS_AFTER = re.compile(r"[.!?,;:]\s|\s{2}")
SOMEONES = re.compile(r"(?<![\w.])(?:/home/|/Users/|[A-Za-z]:[\\/]Users[\\/])[^\s\\/\"'<>|:*?]+", re.IGNORECASE)
"""Somebody's home folder, within a text."""


def with_digests(workflow: Workflow, digests: Mapping[str, str]) -> Workflow:
    """The workflow with the digests of its files, by name."""
    return replace(workflow, unknown={**without_digests(workflow).unknown, **({FILES: dict(digests)} if digests else {})})


def without_digests(workflow: Workflow) -> Workflow:
    return replace(workflow, unknown={name: value for name, value in workflow.unknown.items() if name != FILES})


def digests_in(workflow: Workflow) -> dict[str, str]:
    """The digests by name that a workflow came with; what is none is left out."""
    found = workflow.unknown.get(FILES)
    return {name: digest for name, digest in found.items() if isinstance(digest, str)} if isinstance(found, dict) else {}


def shared(data: bytes, home: str) -> bytes:
    """The bytes of a workflow file without paths of this machine: of a path its last part stays, in a text a home folder becomes ``~``.

    Args:
        data: a workflow file.
        home: the home folder here.
    """
    fields = parse(data, "workflow")
    names = _public_names(fields.get(FILES))
    return write(read(json.dumps(_stripped(fields, lambda text: names.get(text) or public(text, home))).encode(), "workflow"))


def private_texts(data: bytes, home: str) -> dict[str, str]:
    """What `shared` changes in a workflow file, and what it makes of it."""
    changed: dict[str, str] = {}

    def note(text: str) -> str:
        if (made := public(text, home)) != text:
            changed[text] = made
        return text

    _stripped(parse(data, "workflow"), note)
    return changed


def public(text: str, home: str) -> str:
    """A text without what only this machine has."""
    if len(text) < 4096 and PATH.fullmatch(text) and not WORDS_AFTER.search(text):
        return _last_part(text)
    if len(home) > 1:
        text = re.sub(rf"{re.escape(home)}(?![\w-])", "~", text)
    return SOMEONES.sub("~", text)


def _public_names(files: Any) -> dict[str, str]:
    """For each file that is named by a path, another name, which no other file has."""
    names: dict[str, str] = {}
    for name in files if isinstance(files, dict) else ():
        if Path(name).is_absolute() or name.startswith(("~", "..")) or PATH.fullmatch(name):
            last, number = _last_part(name), 2
            stem, dot, suffix = last.rpartition(".")
            while last in names.values():
                last, number = f"{stem}_{number}{dot}{suffix}", number + 1
            names[name] = last
    return names


def _last_part(path: str) -> str:
    return path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]


def _stripped(value: Any, change: Callable[[str], str]) -> Any:
    """Parsed JSON with every text in it changed, names of fields too unless two would become one."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_stripped(item, change) for item in value]
    if isinstance(value, dict):
        names = [change(name) for name in value]
        unique = names if len(set(names)) == len(names) else [f"{name}_{number}" for number, name in enumerate(names)]
        return {name: _stripped(item, change) for name, item in zip(unique, value.values(), strict=True)}
    return value
