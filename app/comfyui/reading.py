"""From bytes to what a ComfyUI file says: which form it is, within bounds, with numbers that no JSON should hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.comfyui.api_form import read_api
from app.comfyui.source import Source
from app.comfyui.ui_form import read_ui
from graph_engine.errors import BadWorkflow
from graph_engine.strict_json import parse

SIZE_LIMIT = 16 << 20
DEPTH_LIMIT = 56
"""Below that of workflow files: what is kept of a node lies deeper in the file that it is kept in."""
VALUE_LIMIT = 1 << 20
NODE_LIMIT = 20_000
ENDLESS = "__not_finite__"
"""The name under which the spelling of a number stands that is not finite: workflow files hold finite numbers only."""


def looks_like_comfyui(raw: Any) -> bool:
    """Whether parsed JSON is a ComfyUI file of any form."""
    return isinstance(raw, dict) and (_is_ui(raw) or _is_api(raw) or _is_api(raw.get("prompt")))


def parsed(data: bytes, where: str) -> Any:
    """JSON within the bounds of this room.

    Raises:
        BadWorkflow: it is no JSON, or past a bound.
    """
    if len(data) > SIZE_LIMIT:
        raise BadWorkflow(f"{where}: a ComfyUI workflow must be at most {SIZE_LIMIT >> 20} MiB, got {len(data) / (1 << 20):.1f} MiB")
    raw = parse(data, where, lambda spelling: {ENDLESS: spelling})
    _check_bounds(raw, where)
    return raw


def read_source(raw: Any, where: str, prompt: Any = None) -> Source:
    """The source in parsed JSON. ``prompt`` is the API form beside it, which a picture carries too: it knows values by name.

    Raises:
        BadWorkflow: it is no ComfyUI workflow, or a damaged one.
    """
    if not looks_like_comfyui(raw):
        raise BadWorkflow(f"{where}: must be a ComfyUI workflow with nodes and links, or nodes by their ids; got {_what(raw)}")
    if _is_ui(raw):
        source = read_ui(raw, where, prompt if _is_api(prompt) else {})
    else:
        source = read_api(raw if _is_api(raw) else raw["prompt"], where)
    count = len(source.nodes) + sum(len(definition.nodes) for definition in source.definitions.values())
    if count > NODE_LIMIT:
        raise BadWorkflow(f"{where}: must have at most {NODE_LIMIT:,} nodes, got {count:,}")
    return source


def _is_ui(raw: Mapping[str, Any]) -> bool:
    return isinstance(raw.get("nodes"), list) and "links" in raw


def _is_api(raw: Any) -> bool:
    return isinstance(raw, dict) and any(isinstance(node, dict) and isinstance(node.get("class_type"), str) for node in raw.values())


def _what(raw: Any) -> str:
    return f"an object with {', '.join(map(repr, list(raw)[:4])) or 'nothing'}" if isinstance(raw, dict) else f"a {type(raw).__name__}"


def _check_bounds(raw: Any, where: str) -> None:
    values = 0
    level: list[Any] = [raw]
    for _ in range(DEPTH_LIMIT):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict | list):
                deeper.extend(value.values() if isinstance(value, dict) else value)
        values += len(deeper)
        if values > VALUE_LIMIT:
            raise BadWorkflow(f"{where}: a ComfyUI workflow must hold at most {VALUE_LIMIT:,} values, got more")
        level = deeper
    if level:
        raise BadWorkflow(f"{where}: a ComfyUI workflow must nest at most {DEPTH_LIMIT} deep, got more")


def as_it_was(value: Any) -> Any:
    """A kept value with its endless numbers back as numbers."""
    if isinstance(value, dict):
        return float(value[ENDLESS]) if set(value) == {ENDLESS} else {name: as_it_was(part) for name, part in value.items()}
    return [as_it_was(part) for part in value] if isinstance(value, list | tuple) else value
