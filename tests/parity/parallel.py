"""Models that predict in random order or several tokens at once."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.decoding.logits import Sampler
from nodes.decoding.masked import power_cosine
from nodes.decoding.orders import diagonals, growing, in_parts, region_groups, regions
from nodes.decoding.tokens import fill, in_groups, in_raster
from nodes.models.lpd import LpdReader
from nodes.models.nar import NarReader, proximity_mask
from nodes.models.par import ParReader
from nodes.models.randar import RandArReader
from nodes.models.rar import RarReader
from tests.parity.folder import Comparisons, Folder
from tests.parity.next_token import recorded


def rar(folder: Folder) -> Comparisons:
    model = folder.model("rar")
    labels, tokens, order = folder["labels"], folder["tokens"], folder["orders"]
    empty = torch.full_like(labels, model.config.classes)
    length = model.config.length
    yield folder.compared("logits_raster", model(labels, tokens), 3e-4)
    yield folder.compared("logits_raster_uncond", model(empty, tokens), 3e-4)
    yield folder.compared("logits_random_order", model(labels, tokens, order), 3e-4)
    yield folder.compared("labels_random_order", tokens.gather(1, order))
    for name, run in folder.config["runs"].items():
        scale = run["guidance_scale"]
        scales = power_cosine(scale, length, run["guidance_scale_pow"]) if scale else [None] * length
        drawn = Sampler(recorded(folder[f"sample_{name}_noise"]), folder.config["sample_temperature"])
        for kind, sampler in (("greedy", Sampler()), ("sample", drawn)):
            reader = RarReader(model, [labels, empty][: 2 if scale else 1])
            yield folder.compared(f"{kind}_{name}", fill(reader, torch.full_like(tokens, -1), in_raster(length, scales), sampler))


def scale_of(name: str) -> float:
    """The guidance that the name of a run tells: cfg2p5 is 2.5."""
    return float(name.split("cfg")[1].replace("p", "."))


def par(folder: Folder) -> Comparisons:
    length, parts = folder.config["block_size"], folder.config["ar_token_num"]
    model = folder.model("par", length=length)
    labels = folder["labels"]
    empty = model.unconditional(len(labels))
    order = regions(model.config.side, parts)
    yield folder.compared("order", order)
    yield folder.compared("rope_table", model.ordered_rotation(order), 2e-4)
    groups = region_groups(model.config.side, parts)
    for name in [name for name in folder.io if name.startswith("raster_")]:
        scale = None if scale_of(name) == 1 else scale_of(name)
        reader = ParReader(model, [labels, empty][: 2 if scale else 1], order)
        ids = fill(reader, torch.full((len(labels), length), -1), in_groups(groups, [scale] * len(groups)), Sampler())
        yield folder.compared(name, ids)
        yield folder.compared(name.replace("raster", "greedy"), ids[:, order])


def nar(folder: Folder) -> Comparisons:
    length = folder.config["block_size"]
    model = folder.model("nar", length=length)
    labels = folder["labels"]
    empty = model.unconditional(len(labels))
    yield folder.compared("proximity_mask", proximity_mask(model.config.side), golden=folder["proximity_mask"][: length + 1, : length + 1])
    groups = diagonals(model.config.side)
    for name in [name for name in folder.io if name.startswith("greedy_")]:
        scale = None if scale_of(name) == 1 else scale_of(name)
        reader = NarReader(model, [labels, empty][: 2 if scale else 1])
        ids = fill(reader, torch.full((len(labels), length), -1), in_groups(groups, [scale] * len(groups)), Sampler())
        yield folder.compared(name, ids)


def randar(folder: Folder) -> Comparisons:
    length = folder.config["block_size"]
    model = folder.model("randar", length=length)
    labels, order = folder["labels"], folder["order"]
    empty = model.unconditional(len(labels))
    yield folder.compared("logits_teacher", model(labels, folder["tokens"], order), 2e-4)
    for name in [name for name in folder.io if name.startswith("greedy_")]:
        counts = growing(length, folder.config["parallel_steps"]) if "par" in name else [1] * length
        scale = scale_of(name)
        known = [sum(counts[:step]) for step in range(len(counts))]
        scales = [None if scale == 1 else 1 + (scale - 1) * done / length for done in known]
        reader = RandArReader(model, [labels, empty][: 1 if scale == 1 else 2])
        ids = fill(reader, torch.full((len(labels), length), -1), in_groups(in_parts(order, counts), scales), Sampler())
        yield folder.compared(name, ids)


def lpd(folder: Folder) -> Comparisons:
    model, counts = folder.model("lpd"), folder.config["group_sizes"]
    labels, order = folder["labels"], folder["order"]
    empty, length = torch.full_like(labels, model.config.classes), model.config.length
    yield folder.compared("logits_teacher", model(labels, folder["tokens"], order, counts), 2e-4)
    ends = torch.tensor([1, *(1 + sum(counts[: step + 1]) for step in range(len(counts)))])
    block = torch.bucketize(torch.arange(length + 1), ends, right=True)
    yield folder.compared("infer_mask_allowed", block[:, None] >= block)
    for name in [name for name in folder.io if name.startswith("greedy_")]:
        scale = scale_of(name)
        along: Tensor = 1 + (scale - 1) * torch.arange(length)[:, None] / length
        scales = [None] * len(counts) if scale == 1 else list(along.split(counts))
        reader = LpdReader(model, [labels, empty][: 1 if scale == 1 else 2])
        ids = fill(reader, torch.full((len(labels), length), -1), in_groups(in_parts(order, counts), scales), Sampler())
        yield folder.compared(name, ids)
