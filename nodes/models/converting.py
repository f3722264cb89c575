"""A pickled checkpoint as a safetensors file: the tensors of a known layout and nothing else."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from graph_engine.errors import MissingModel
from nodes.models.checkpoints import open_checkpoint, weights
from nodes.models.files import AGAIN, read_header
from nodes.models.folders import SUFFIX
from nodes.models.known_layouts import LAYOUTS, Layout
from nodes.models.layouts import check_tensors, fitting, wanted_shapes
from nodes.models.pickles import Refused
from nodes.models.shapes import Shapes
from nodes.models.subwords import WORDS

INDEX = ".index.json"


@dataclass(frozen=True)
class Converted:
    """A file that was written, what it holds, and the tensors of the checkpoint that it does not hold."""

    path: Path
    layout: str
    role: str
    kept: int
    left_out: tuple[str, ...]


def converted(
    path: Path,
    target: Path | None = None,
    layout: str = "",
    sizes: Mapping[str, Any] | None = None,
    prefix: str = "",
    latents: Path | None = None,
    words: Path | None = None,
) -> Converted:
    """Write the model of a checkpoint as safetensors, beside it or to ``target``. Nothing of the checkpoint is run.

    Args:
        path: a file of torch.save (.pt, .pth, .bin, .ckpt), or a safetensors file whose header says too little, or the index of one
            in parts.
        target: the new file; an existing one is never replaced.
        layout: which one, where several fit.
        sizes: those of the config that no tensor shows.
        prefix: of the names of one model among several in the file, as ``vae.vae.``.
        latents: a file with mean and spread of an autoencoder's latents, as LightningDiT publishes it; they go into the model.
        words: the tokenizer of a text encoder, a ``tokenizer.json``; it goes into the header.

    Raises:
        MissingModel: the checkpoint is damaged, holds no known model, or ``target`` is taken.
    """
    target = target or path.with_name(path.name.removesuffix(INDEX)).with_suffix(SUFFIX)
    if target.exists():
        raise MissingModel(f"{target.name}: is taken", "Name another file with --out.")
    tensors = {key.removeprefix(prefix): value for key, value in _tensors(path).items() if key.startswith(prefix)}
    if latents:
        tensors |= {f"latents.{key}": value for key, value in _tensors(latents).items()}
    shapes = {key: tuple(value.shape) for key, value in tensors.items()}
    found, config = _recognized(path, shapes, layout, sizes or {})
    wanted = wanted_shapes(path, found, config)
    check_tensors(path, {key: shape for key, shape in shapes.items() if key in wanted}, found, config)
    kept = _apart(path, {key: tensors[key] for key in wanted})
    told = {"layout": found.name} | ({"config": json.dumps(dataclasses.asdict(config))} if sizes else {})
    told |= {WORDS: _text(words)} if words else {}
    part = target.with_name(f".part-{target.name}")
    try:
        save_file(kept, part, metadata=told)
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise MissingModel(
            f"{target.name}: cannot be written, {error.strerror or error}", "Check the folder and the room on the disk."
        ) from error
    return Converted(target, found.name, found.role, len(kept), tuple(key for key in shapes if key not in wanted))


def _text(path: Path) -> str:
    """A tokenizer as text; that it is one is seen when it reads."""
    try:
        text = path.read_text(encoding="utf-8")
        json.loads(text)
    except (OSError, ValueError) as error:
        raise MissingModel(f"{path.name}: must be a tokenizer.json, {error}", "Name the file beside the model.") from error
    return text


def _apart(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each tensor with values of its own, as safetensors wants them; tied weights are written twice."""
    size = sum(value.nbytes for value in tensors.values())
    if size > 2 * sum(part.stat().st_size for part in (_parts(path) if path.name.endswith(INDEX) else (path,))):
        raise MissingModel(f"{path.name}: must not show its values again and again, would grow to {size:,} bytes", AGAIN)
    taken: set[int] = set()
    apart = {}
    for key, value in tensors.items():
        whole, at = value.contiguous(), value.untyped_storage().data_ptr()
        apart[key] = whole.clone() if whole.data_ptr() == value.data_ptr() and at in taken else whole
        taken.add(at)
    return apart


def _tensors(path: Path) -> dict[str, Tensor]:
    """By name; those of a file in parts too, whose ``….index.json`` says where each is."""
    if path.name.endswith(INDEX):
        return {key: value for part in _parts(path) for key, value in _tensors(part).items()}
    try:
        if path.suffix == SUFFIX:
            read_header(path)
            with safe_open(path, "pt") as opened:
                return {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
        checkpoint = open_checkpoint(path)
        return {key: checkpoint.tensor(value) for key, value in weights(checkpoint.tree).items()}
    except OSError as error:
        raise MissingModel(f"{path.name}: cannot be read, {error.strerror or error}", "Check the file and its permissions.") from error
    except Refused as error:
        raise MissingModel(f"{path.name}: {error}", AGAIN) from error


def _parts(index: Path) -> tuple[Path, ...]:
    """The files that an index names, all beside it."""
    try:
        places = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        return tuple(sorted({index.with_name(Path(str(place)).name) for place in places.values()}))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise MissingModel(f"{index.name}: must say in which file each tensor is, {error!r}", AGAIN) from error


def _recognized(path: Path, shapes: Shapes, name: str, sizes: Mapping[str, Any]) -> tuple[Layout, Any]:
    if name and name not in LAYOUTS:
        raise MissingModel(f"layout: must be one of {', '.join(LAYOUTS)}, got {name}", "Name one of them.")
    found = {name: LAYOUTS[name].read(shapes)} if name else fitting(shapes)
    found = {layout: config for layout, config in found.items() if config is not None}
    if not found:
        raise MissingModel(f"{path.name}: its tensors do not fit {name or 'any layout that is known'}", "Choose another checkpoint.")
    if len(found) > 1:
        raise MissingModel(f"{path.name}: its tensors fit {' and '.join(found)}", f"Say which with --layout {next(iter(found))}.")
    layout, config = next(iter(found.items()))
    return LAYOUTS[layout], _with_sizes(config, sizes)


def _with_sizes(config: Any, sizes: Mapping[str, Any]) -> Any:
    known = dataclasses.asdict(config)
    for name in sizes:
        if name not in known:
            raise MissingModel(f"{name}: must be one of {', '.join(known)}", "Name one of them.")
    try:
        return msgspec.convert({**known, **sizes}, type(config))
    except msgspec.ValidationError as error:
        raise MissingModel(f"sizes: {error}", "Give numbers, or lists of them as [1, 2, 4].") from error
