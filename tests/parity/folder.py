"""One folder of golden data: weights in the published layout, the sizes they were made with, inputs and outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from nodes.models.layouts import LAYOUTS, check_tensors, filled

SIZES = {
    "norm_groups": "groups",
    "n_head": "heads",
    "num_heads": "heads",
    "num_attention_heads": "heads",
    "heads": "heads",
    "decoder_num_heads": "heads",
    "v_patch_nums": "scales",
    "patch_nums": "scales",
    "quant_resi": "mixing",
}
"""What a config of a folder calls the sizes that tensors do not tell, and what ours do."""


@dataclass(frozen=True)
class Compared:
    """One output of ours against the golden one: numbers within ``tolerance``, whole numbers exactly."""

    name: str
    error: float
    tolerance: float

    @property
    def passed(self) -> bool:
        return self.error <= self.tolerance  # never true of NaN

    @property
    def strain(self) -> float:
        return self.error / self.tolerance if self.tolerance else self.error


@dataclass(frozen=True)
class Folder:
    path: Path

    @cached_property
    def config(self) -> Mapping[str, Any]:
        return json.loads((self.path / "config.json").read_text())

    @cached_property
    def io(self) -> Mapping[str, Tensor]:
        return load_file(self.path / "io.safetensors")

    def __getitem__(self, name: str) -> Tensor:
        return self.io[name]

    def __contains__(self, name: str) -> bool:
        return name in self.io

    def numbered(self, prefix: str) -> list[Tensor]:
        """``prefix.0``, ``prefix.1``, … as far as there are."""
        return [self.io[f"{prefix}.{i}"] for i in range(sum(key.startswith(f"{prefix}.") for key in self.io))]

    def beside(self, name: str) -> Folder:
        return Folder(self.path.parent / name)

    def model(self, layout: str, **sizes: Any) -> Any:
        """The model of the folder's weights: recognized from their shapes, checked, filled.

        Sizes that shapes do not tell are taken from the config, or as given.
        """
        path = self.path / "weights.safetensors"
        tensors = load_file(path)
        shapes = {key: tuple(value.shape) for key, value in tensors.items()}
        read = LAYOUTS[layout].read(shapes)
        if read is None:
            raise ValueError(f"{path}: must be recognized as {layout}")
        told = {ours: self.config[theirs] for theirs, ours in SIZES.items() if theirs in self.config and hasattr(read, ours)}
        told = {name: tuple(value) if isinstance(value, list) else value for name, value in {**told, **sizes}.items()}
        config = replace(read, **told)
        check_tensors(path, shapes, LAYOUTS[layout], config)
        return filled(LAYOUTS[layout], config, tensors)

    def compared(self, name: str, ours: Tensor, tolerance: float = 0.0, golden: Tensor | None = None) -> Compared:
        """``ours`` against the golden output of that name (or the one given); a tolerance of 0 counts differing whole numbers."""
        theirs = self.io[name] if golden is None else golden
        if ours.numel() != theirs.numel():
            raise ValueError(f"{name}: must have the shape {tuple(theirs.shape)}, has {tuple(ours.shape)}")
        theirs = theirs.reshape(ours.shape)
        if tolerance:
            return Compared(name, float((ours.double() - theirs.double()).abs().max()), tolerance)
        return Compared(name, float((ours.to(torch.int64) != theirs.to(torch.int64)).sum()), 0.0)


Comparisons = Iterator[Compared]
