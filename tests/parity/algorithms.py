"""Decoding by itself: acceptance rules, filters, orders and counts, without a model."""

from __future__ import annotations

import math
import random

import torch
from torch import Tensor

from nodes.decoding.logits import bottom_p, entropy, top_k, warmth
from nodes.decoding.masked import left_masked
from nodes.decoding.orders import candidates, diagonals, growing, halton, locality_aware, regions, still_masked
from nodes.decoding.speculative import Drafts, Likeness, accepted, likest, verified
from tests.parity.folder import Compared, Comparisons, Folder


def algorithms(folder: Folder) -> Comparisons:
    yield from _jacobi(folder)
    yield from _relaxed(folder)
    for name in [name for name in folder.io if name.startswith("var_filter.kept")]:
        k, p = name.removeprefix("var_filter.kept_k").split("_p")
        yield folder.compared(name, bottom_p(top_k(folder["var_filter.logits"], int(k)), float(p)).isfinite())
    height = entropy(folder["entropy.logits"])[..., None]
    yield folder.compared("entropy.value", height, 1e-5)
    yield folder.compared("entropy.temperature_factor", warmth(height), 1e-5)
    yield from _orders(folder)
    yield from _counts(folder)
    yield from _locality(folder)


def _cases(folder: Folder, kind: str) -> list[str]:
    names = {name.rsplit(".", 1)[0] for name in folder.io if name.startswith(f"{kind}.") and name.count(".") == 2}
    return sorted(names)


def _jacobi(folder: Folder) -> Comparisons:
    for case in _cases(folder, "sjd"):
        drafts = Drafts(folder[f"{case}.draft_tokens"][0], folder[f"{case}.draft_probs"][0])
        fresh = Drafts(folder[f"{case}.next_tokens"][0], folder[f"{case}.next_probs"][0])
        tokens, settled = verified(drafts, fresh, folder[f"{case}.uniform"], folder[f"{case}.resample_noise"][0])
        yield folder.compared(f"{case}.result_tokens", tokens)
        yield folder.compared(f"{case}.n_emitted", torch.tensor([settled]))


def _relaxed(folder: Folder) -> Comparisons:
    nearest = likest(folder["lantern.codebook"])
    yield folder.compared("lantern.nearest", nearest)
    for case in _cases(folder, "lantern"):
        setting, uniform = folder.config[case], folder[f"{case}.uniform"].tolist()
        likeness = Likeness(nearest, setting["k"], setting["delta"])
        drafts = folder[f"{case}.candidates"][0, 1:].tolist()  # the first is settled
        predicted = folder[f"{case}.logits"][0].softmax(-1)
        many, behind = accepted(drafts, predicted, likeness, uniform.__getitem__)
        yield folder.compared(f"{case}.n_accepted", torch.tensor(many))
        yield folder.compared(f"{case}.next_distribution", behind, 1e-5)


def _orders(folder: Folder) -> Comparisons:
    for name in [name for name in folder.io if name.startswith("halton.")]:
        side = int(name.split(".")[1])
        order = halton(side)
        yield folder.compared(name, torch.stack([order // side, order % side], 1))
    for name in [name for name in folder.io if name.startswith("par_order.")]:
        side, parts = name.removeprefix("par_order.n").split("_p")
        yield folder.compared(name, regions(int(side), int(parts)))
    for side, groups in folder.config["nar_groups"].items():
        golden = torch.tensor([cell for group in groups for cell in group])
        yield folder.compared(f"nar_groups.{side}", torch.cat(diagonals(int(side)), 1)[0], golden=golden)
        sizes = torch.tensor([len(group) for group in groups])
        yield folder.compared(f"nar_groups.{side} sizes", torch.tensor([step.shape[1] for step in diagonals(int(side))]), golden=sizes)


def _counts(folder: Folder) -> Comparisons:
    def masked(length: int, steps: int) -> list[int]:
        return [left_masked(length, (step + 1) / steps) for step in range(steps)]

    for kind, counted in (("randar_counts", growing), ("arccos_mask_counts", masked), ("cosine_mask_counts_mar", still_masked)):
        for name, golden in folder.config.get(kind, {}).items():
            length, steps = (int(number) for number in name.split("_"))
            yield folder.compared(f"{kind}.{name}", torch.tensor(counted(length, steps)), golden=Tensor(golden))


def _locality(folder: Folder) -> Comparisons:
    """The golden order was drawn with random numbers of its own, so it is held against the rules, and so is one of ours."""
    c = folder.config["lpd"]
    side, counts = c["grid"], c["group_sizes"]
    golden = [divmod(cell, side) for cell in folder["lpd.order"].tolist()]
    ours = locality_aware(side, counts, random.Random(c["python_seed"]), c["proximity_threshold"], c["repulsion_threshold"])
    rules = (side, counts, c["proximity_threshold"], c["repulsion_threshold"])
    yield Compared("lpd.order against the rules", broken(golden, *rules), 0.0)
    yield Compared("our lpd order against the rules", broken([cell for step in ours for cell in step], *rules), 0.0)


def broken(order: list[tuple[int, int]], side: int, counts: list[int], proximity: float, repulsion: int) -> int:
    """How many cells of an order the rules would not have let follow."""
    wrong = len(order) - len(set(order)) + abs(side * side - len(order))
    known: list[tuple[int, int]] = []
    for count in counts:
        rest, step = [cell for cell in order if cell not in set(known)], []
        near = candidates(rest, known, proximity)
        for cell in rest[:count]:
            free = [one for one in near if one not in step and all(_apart(one, other) > repulsion for other in step)]
            if free:
                wrong += cell not in free or _score(cell, known) < _score(free[0], known) - 1e-9
            elif step:
                far = max(min(math.dist(one, other) for other in step) for one in rest if one not in step)
                wrong += min(math.dist(cell, other) for other in step) < far - 1e-9
            step.append(cell)
        known += step
    return wrong


def _apart(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _score(cell: tuple[int, int], known: list[tuple[int, int]]) -> float:
    return sum(1 / math.dist(cell, other) for other in known if _apart(cell, other) == 1)
