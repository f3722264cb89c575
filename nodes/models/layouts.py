"""Which architecture a model file holds, and the tensors that must follow from it.

Our own files name layout and config in their header; a published file is recognized by the names and shapes of its tensors.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from graph_engine.errors import MissingModel
from nodes.models.files import Header, ModelFile, read_header, read_tensors, sha256, stamp
from nodes.models.folders import find_again, find_model
from nodes.models.known_layouts import LAYOUTS, PUBLISHED, Layout
from nodes.models.published_files import how_to_get
from nodes.models.shapes import Shapes

WIDEST, DEEPEST = 65_536, 1_024
"""Bounds of what a header may ask to be built, far above any real model."""


def open_model(name: str, *roles: str) -> ModelFile:
    """The model file that a name stands for.

    Args:
        name: as `find_model` takes it.
        roles: those that it may have: "generator", "tokenizer", "text encoder", "dual encoder", …

    Raises:
        MissingModel: there is no such file, it is damaged, of no known layout, of another role, or its tensors do not
            follow from its config.
    """
    try:
        path = find_model(name)
    except MissingModel as error:
        raise MissingModel(str(error), how_to_get(name) or error.remedy) from error
    return describe_model(path, *roles)


def describe_model(path: Path, *roles: str) -> ModelFile:
    """As `open_model`, for a path."""
    seen = stamp(path)
    header = read_header(path)
    layout, config = _recognized(path, header)
    if layout.role not in roles:
        raise MissingModel(f"{path.name}: must be a {' or '.join(roles)}, is a {layout.role}", f"Use the node that loads a {layout.role}.")
    check_tensors(path, header.shapes, layout, config)
    return ModelFile(path, sha256(path), layout.name, MappingProxyType(dataclasses.asdict(config)), seen)


def fitting(shapes: Shapes) -> dict[str, Any]:
    """The published layouts that tensors of these names and shapes can be, each with its config."""
    read = {layout.name: layout.read(shapes) for layout in PUBLISHED}
    return {name: config for name, config in read.items() if config is not None}


def companion(file: ModelFile, role: str, digest: str) -> ModelFile:
    """The model beside a file that it was trained with, found by its digest under any name.

    Raises:
        MissingModel: none of the role and digest lies in the same folder.
    """
    others = sorted(file.path.parent.glob("*.safetensors"))
    for path in others:
        if digest and _role(path) == role and sha256(path) == digest:
            return describe_model(path, role)
    seen = ", ".join(path.name for path in others if _role(path) == role) or "none"
    wanted = f"SHA-256 {digest[:12]}…" if digest else "which its header does not name"
    message = f"{file.name}: must lie beside the {role} that it was trained with ({wanted}), found {seen}"
    raise MissingModel(message, f"Put that {role} into {file.path.parent}.")


def build_model(file: ModelFile, dtype: torch.dtype = torch.float32) -> nn.Module:
    """The module with its weights on the CPU, for inference.

    Raises:
        MissingModel: no file with the model's digest is left.
    """
    layout = LAYOUTS[file.layout]
    return filled(layout, layout.config(**file.config), read_tensors(find_again(file), dtype))


def filled(layout: Layout, config: Any, tensors: Mapping[str, Tensor]) -> nn.Module:
    """The module of a config with these weights, for inference; what the layout ignores may be among them."""
    module = _unfilled(layout, config)
    wanted = module.state_dict().keys()
    module.load_state_dict({key: value for key, value in tensors.items() if key in wanted or not layout.ignores(key)}, assign=True)
    return module.eval().requires_grad_(False)


def _role(path: Path) -> str:
    """The role of a file, empty if it is no sound file of a known layout."""
    try:
        return _recognized(path, read_header(path))[0].role
    except MissingModel:
        return ""


def _recognized(path: Path, header: Header) -> tuple[Layout, Any]:
    named, config = header.metadata.get("layout", ""), header.metadata.get("config", "")
    if named in LAYOUTS:
        read = None if config else LAYOUTS[named].read(header.shapes)
        return LAYOUTS[named], _bounded(path, read) if read else _config(path, LAYOUTS[named], config)
    found = {} if named else fitting(header.shapes)
    if len(found) == 1:
        return next((LAYOUTS[name], _bounded(path, config)) for name, config in found.items())
    if found:
        message = f"{path.name}: its tensors fit {' and '.join(found)}, its header does not say which"
        raise MissingModel(message, f"Say it with: tessera convert {path.name} --layout {next(iter(found))}")
    known = ", ".join(LAYOUTS)
    said = f"its header names {named}" if named else "its header names no layout and its tensors fit none"
    raise MissingModel(f"{path.name}: no family recognizes it, {said}; known: {known}", "Choose another model file.")


def _config(path: Path, layout: Layout, text: str) -> Any:
    """The config, typed and bounded: it decides how much is built before a single weight is read."""
    try:
        config = msgspec.convert(json.loads(text), layout.config)
    except (ValueError, RecursionError) as error:
        raise MissingModel(f"{path.name}: config in the header: {error}", "Choose another model file.") from error
    return _bounded(path, config)


def _bounded(path: Path, config: Any) -> Any:
    for name, value in dataclasses.asdict(config).items():
        most = DEEPEST if name in ("depth", "blocks") else WIDEST
        for number in value if isinstance(value, tuple) else (value,):
            if isinstance(number, int) and not isinstance(number, bool) and not 1 <= number <= most:
                raise MissingModel(f"{path.name}: config.{name}: must be within 1 to {most}, got {number}", "Choose another model file.")
    return config


def wanted_shapes(path: Path, layout: Layout, config: Any) -> Mapping[str, tuple[int, ...]]:
    """Shapes of the architecture's tensors, without memory for them."""
    try:
        module = _unfilled(layout, config)
    except (RuntimeError, ValueError, ArithmeticError) as error:
        raise MissingModel(f"{path.name}: config cannot be built: {error}", "Choose another model file.") from error
    return {key: tuple(value.shape) for key, value in module.state_dict().items()}


class _WithoutInit(TorchFunctionMode):
    """Leaves new weights as they are, since they come from a file.

    Random numbers on the meta device go through torch's compiler, whose import takes a second.
    """

    def __torch_function__(self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        if getattr(function, "__module__", "") == "torch.nn.init":
            return args[0] if args else kwargs["tensor"]
        return function(*args, **kwargs)


def _unfilled(layout: Layout, config: Any) -> nn.Module:
    """The module of a config without memory for its weights."""
    with torch.device("meta"), _WithoutInit():
        return layout.module(config)


def check_tensors(path: Path, shapes: Shapes, layout: Layout, config: Any) -> None:
    """Refuse a file whose tensors do not follow from its layout and config.

    Raises:
        MissingModel: the first tensor that is lacking, strange or of another shape.
    """
    wanted = wanted_shapes(path, layout, config)
    lacking = [key for key in wanted if key not in shapes]
    strange = [key for key in shapes if key not in wanted and not layout.ignores(key)]
    if lacking or strange:
        said = [f"lacks {lacking[0]} and {len(lacking) - 1} more"] if lacking else []
        said += [f"has {strange[0]} and {len(strange) - 1} more that do not belong"] if strange else []
        raise MissingModel(f"{path.name}: must hold the tensors of its layout, {', '.join(said)}", "The file is not what its header says.")
    for key, shape in wanted.items():
        if shapes[key] != shape:
            message = f"{path.name}: {key}: must have the shape {shape}, has {shapes[key]}"
            raise MissingModel(message, "The file is not what its header says.")
