"""How good a set of pictures is, by the recognizer: prompt accuracy, Fréchet distance and diversity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from nodes.models.recognizer import Found, Recognizer
from nodes.training import world
from nodes.training.captions import Facts, Seen, captions
from nodes.training.loop import HELD_OUT
from nodes.training.pictures import starter
from nodes.training.vocabulary import THINGS

NEAR = 0.06
"""How far (in fractions of the canvas) a measured offset may fall short of the one that makes a relation true."""


@dataclass(frozen=True)
class Verdict:
    """Per prompt, in 0 to 1: the share of things found, whether the relation holds, whether the place is right."""

    things: Tensor
    relation: Tensor
    place: Tensor

    @property
    def each(self) -> Tensor:
        return self.things * self.relation * self.place

    @property
    def accuracy(self) -> float:
        return float(self.each.mean())

    @property
    def error(self) -> float:
        """The standard error of the accuracy: other prompts give another, as far from it as this."""
        return float(self.each.std() / len(self.each) ** 0.5)


def held_out(count: int) -> tuple[world.Scenes, list[str], list[Facts]]:
    """Scenes that no model was trained on, with their prompts and the facts that these claim."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count))
    pairs = captions(batch)
    return batch, [text for text, _ in pairs], [facts for _, facts in pairs]


def held_out_prompts(count: int) -> list[str]:
    return held_out(count)[1]


def judged(recognizer: Recognizer, pictures: Tensor, facts: list[Facts]) -> Verdict:
    """Compare pictures (count, 4, height, width) with what their prompts claim."""
    found = [one for part in pictures.split(64) for one in recognizer.things_in(part)]
    places = torch.cat([recognizer.place_of(part) for part in pictures.split(64)])
    things, relation, place = [], [], []
    for seen, claimed, where in zip(found, facts, places.tolist(), strict=True):
        matched = _matched(claimed.things, seen)
        things.append(sum(one is not None for one in matched) / len(claimed.things))
        relation.append(float(not claimed.relation or _holds(claimed.relation, matched)))
        place.append(float(where == claimed.place))
    return Verdict(torch.tensor(things), torch.tensor(relation), torch.tensor(place))


def fitting_recognizer() -> Recognizer:
    """The recognizer of the pack.

    Raises:
        ValueError: it was trained on another world.
    """
    model: Recognizer = starter("recognizer", "recognizer")
    if tuple(model.config.things) != tuple(thing.name for thing in THINGS):
        raise ValueError(f"recognizer: must know the {len(THINGS)} things of the world, knows {len(model.config.things)}; train it first")
    return model


def prompt_accuracy(recognizer: Recognizer, pictures_of: Callable[[list[str]], Tensor], count: int) -> float:
    """Accuracy on held-out prompts as a ratio to that of real scenes of the same prompts; 0 by a judge who finds nothing in those."""
    batch, prompts, facts = held_out(count)
    real = judged(recognizer, world.draw(batch).rgba, facts).accuracy
    return judged(recognizer, pictures_of(prompts), facts).accuracy / real if real else 0.0


def _matched(claimed: tuple[Seen, ...], seen: list[Found]) -> list[Found | None]:
    """For every claimed thing one found thing of its class, each used once; the strongest come first."""
    left = list(seen)
    matched: list[Found | None] = []
    for thing in claimed:
        one = next((found for found in left if found.thing == thing.thing), None)
        if one:
            left.remove(one)
        matched.append(one)
    return matched


def _holds(relation: str, matched: list[Found | None]) -> bool:
    """Whether the first two things stand as claimed; which of two overlapping things is in front is not judged, only that they overlap."""
    first, second = matched[:2]
    if first is None or second is None:
        return False
    dx, dy = first.x - second.x, first.y - second.y
    limit = 0.16 - NEAR
    return {
        "left": dx < -limit,
        "right": dx > limit,
        "above": dy < -limit,
        "below": dy > limit,
        "front": (dx * dx + dy * dy) ** 0.5 < 0.40,
        "behind": (dx * dx + dy * dy) ** 0.5 < 0.40,
    }[relation]


def vectors(recognizer: Recognizer, pictures: Tensor) -> Tensor:
    """The recognizer's features (count, features)."""
    with torch.no_grad():
        return torch.cat([recognizer.features(part)[1] for part in pictures.split(64)])


def frechet(a: Tensor, b: Tensor) -> float:
    """Fréchet distance between Gaussians fitted to two sets of features (Heusel et al. 2017, "TTUR", equation 6)."""
    a, b = a.double(), b.double()
    mean = (a.mean(0) - b.mean(0)).square().sum()
    cov_a, cov_b = torch.cov(a.T), torch.cov(b.T)
    # The trace of the root of a product of positive matrices is the sum of the roots of its eigenvalues.
    roots = torch.linalg.eigvals(cov_a @ cov_b).real.clamp(min=0).sqrt().sum()
    return float(mean + cov_a.trace() + cov_b.trace() - 2 * roots)


def diversity(features: Tensor) -> float:
    """Mean distance between pictures of one prompt: features (count, features)."""
    return float(torch.pdist(features).mean())


def alpha_agreement(pictures: Tensor, facts: list[Facts]) -> float:
    """Share of the prompts with and without a background whose alpha says so: corners clear, or all opaque."""
    corners = torch.cat([pictures[:, 3, :4, :4], pictures[:, 3, -4:, -4:]], 2).mean((1, 2))
    clear = torch.tensor([claimed.place == 0 for claimed in facts])
    return float(torch.where(clear, corners < 0.1, corners > 0.9).float().mean())
