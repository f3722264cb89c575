"""Which architecture a model file holds: layout and config in its header, and the tensors that must follow from both."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from graph_engine.errors import MissingModel
from nodes.models.files import Header, ModelFile, read_header, read_tensors, sha256, stamp
from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig
from nodes.models.folders import find_again, find_model
from nodes.models.recognizer import Recognizer, RecognizerConfig
from nodes.models.rgba_autoencoder import RgbaAutoencoder, RgbaAutoencoderConfig
from nodes.models.text_encoder import TextEncoder, TextEncoderConfig

WIDEST, DEEPEST = 65_536, 1_024
"""Bounds of what a header may ask to be built, far above any real model."""


@dataclass(frozen=True)
class Layout:
    """``role`` is what the model does for a graph, ``family`` how it is run."""

    name: str
    role: str
    family: str
    config: type
    module: type[nn.Module]


LAYOUTS = {
    layout.name: layout
    for layout in (
        Layout("tessera-flow-transformer", "generator", "flow", FlowTransformerConfig, FlowTransformer),
        Layout("tessera-text-encoder", "text encoder", "words", TextEncoderConfig, TextEncoder),
        Layout("tessera-recognizer", "recognizer", "detector", RecognizerConfig, Recognizer),
        Layout("tessera-rgba-autoencoder", "tokenizer", "autoencoder", RgbaAutoencoderConfig, RgbaAutoencoder),
    )
}


def open_model(name: str, role: str) -> ModelFile:
    """The model file that a name stands for.

    Args:
        name: as `find_model` takes it.
        role: "generator", "tokenizer" or "text encoder".

    Raises:
        MissingModel: there is no such file, it is damaged, of no known layout, of another role, or its tensors do not
            follow from its config.
    """
    return describe_model(find_model(name), role)


def describe_model(path: Path, role: str) -> ModelFile:
    """As `open_model`, for a path."""
    seen = stamp(path)
    header = read_header(path)
    layout = LAYOUTS.get(header.metadata.get("layout", ""))
    if layout is None:
        known = ", ".join(sorted(LAYOUTS))
        named = header.metadata.get("layout", "no layout")
        raise MissingModel(f"{path.name}: no family recognizes it, its header names {named}; known: {known}", "Choose another model file.")
    if layout.role != role:
        raise MissingModel(f"{path.name}: must be a {role}, is a {layout.role}", f"Use the node that loads a {layout.role}.")
    config = _config(path, layout, header.metadata.get("config", ""))
    _check_tensors(path, header, _empty(path, layout, config))
    return ModelFile(path, sha256(path), layout.name, MappingProxyType(dataclasses.asdict(config)), seen)


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
    module = _unfilled(layout, layout.config(**file.config))
    module.load_state_dict(read_tensors(find_again(file), dtype), strict=True, assign=True)
    return module.eval().requires_grad_(False)


def _role(path: Path) -> str:
    """The role of a file, empty if it is no sound file of a known layout."""
    try:
        layout = LAYOUTS.get(read_header(path).metadata.get("layout", ""))
    except MissingModel:
        return ""
    return layout.role if layout else ""


def _config(path: Path, layout: Layout, text: str) -> Any:
    """The config, typed and bounded: it decides how much is built before a single weight is read."""
    try:
        config = msgspec.convert(json.loads(text), layout.config)
    except (ValueError, RecursionError) as error:
        raise MissingModel(f"{path.name}: config in the header: {error}", "Choose another model file.") from error
    for name, value in dataclasses.asdict(config).items():
        most = DEEPEST if name in ("depth", "blocks") else WIDEST
        if isinstance(value, int) and not 1 <= value <= most:
            raise MissingModel(f"{path.name}: config.{name}: must be within 1 to {most}, got {value}", "Choose another model file.")
    return config


def _empty(path: Path, layout: Layout, config: Any) -> Mapping[str, tuple[int, ...]]:
    """Shapes of the architecture's tensors, without memory for them."""
    try:
        module = _unfilled(layout, config)
    except (RuntimeError, ValueError, ArithmeticError) as error:
        raise MissingModel(f"{path.name}: config in the header cannot be built: {error}", "Choose another model file.") from error
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


def _check_tensors(path: Path, header: Header, wanted: Mapping[str, tuple[int, ...]]) -> None:
    lacking = [key for key in wanted if key not in header.shapes]
    strange = [key for key in header.shapes if key not in wanted]
    if lacking or strange:
        said = [f"lacks {lacking[0]} and {len(lacking) - 1} more"] if lacking else []
        said += [f"has {strange[0]} and {len(strange) - 1} more that do not belong"] if strange else []
        raise MissingModel(f"{path.name}: must hold the tensors of its layout, {', '.join(said)}", "The file is not what its header says.")
    for key, shape in wanted.items():
        if header.shapes[key] != shape:
            message = f"{path.name}: {key}: must have the shape {shape}, has {header.shapes[key]}"
            raise MissingModel(message, "The file is not what its header says.")
