"""Sampler and guidance: small nodes that put a choice into a value."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from graph_engine.errors import Failure
from nodes.decoding.solvers import SOLVERS
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.sampling.sampler import sampler
from nodes.values import Conditioning


def test_a_sampler_is_a_strategy_for_flow_generators() -> None:
    made = sampler("heun", 12, 2.5)
    assert (made.family, made.solver, made.steps, made.shift) == ("flow", "heun", 12, 2.5)


def test_the_sampler_offers_every_solver_and_the_one_of_diffusion_models() -> None:
    assert set(get_args(get_type_hints(sampler)["solver"])) == {*SOLVERS, "ancestral"}


def test_guidance_asks_for_its_negative_inside_its_interval(cat: Conditioning, dog: Conditioning) -> None:
    guidance = classifier_free_guidance(dog, 5.0, 0.9, 0.2)
    assert guidance.asks(cat, 0.5) == {"positive": cat, "negative": dog}
    assert guidance.asks(cat, 0.95) == {"positive": cat}


def test_an_interval_upside_down_is_a_failure_with_a_remedy() -> None:
    with pytest.raises(Failure, match="end: must not be above start .0.2., got 0.7") as caught:
        classifier_free_guidance(start=0.2, end=0.7)
    assert "noise level 1 down to 0" in caught.value.remedy
