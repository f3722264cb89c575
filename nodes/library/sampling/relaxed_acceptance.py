"""The node that accepts a guess for the sake of codes that look like it."""

from __future__ import annotations

import dataclasses
from typing import Annotated

from graph_engine.declaration import Integer, Number, node
from graph_engine.errors import Failure
from nodes.decoding.jacobi import Jacobi
from nodes.decoding.strategies import TokenStrategy


@node(foretells=True, words=("lantern", "lantern++", "speculative", "fast", "relaxed"))
def relaxed_acceptance(
    strategy: TokenStrategy,
    like: Annotated[int, Integer(soft=(0, 1000), hard=(0, 2**20))] = 100,
    budget: Annotated[float, Number(soft=(0, 4), hard=(0, 100), step=0.05)] = 0.1,
) -> TokenStrategy:
    """Accept more guesses of speculative decoding, where other codes look the same.

    Many codes of a tokenizer mean nearly the same, so a guess may stay if codes like it are likely enough (Jang et al.
    2024, "LANTERN: accelerating visual autoregressive models with relaxed speculative decoding"). Fewer passes, at the
    price of exactness: the budget bounds how far the likelihoods of a token may stray.

    Args:
        strategy: Speculative Jacobi.
        like: How many of the likest codes may speak for a guess; 0 is none, and exact.
        budget: How much likelihood they may add; above 1, how many times the guess's own (LANTERN++).

    Returns:
        The strategy, for Generate.
    """
    if not isinstance(strategy, Jacobi):
        raise Failure("strategy: must be Speculative Jacobi, is another", "Connect Speculative Jacobi.")
    return dataclasses.replace(strategy, like=like, budget=budget)
