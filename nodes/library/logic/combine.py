"""The node that lets everything of one list meet everything of another."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from graph_engine.declaration import node

First = TypeVar("First")
Second = TypeVar("Second")


class Pairs(NamedTuple):
    first: list[First]  # type: ignore[valid-type]
    second: list[Second]  # type: ignore[valid-type]


@node(words=("cross", "product", "every", "list", "batch"))
def combine(first: list[First], second: list[Second]) -> Pairs:
    """Let every item of one list meet every item of another.

    Two lists that go into one node must be equally long: their items go through in pairs, the first with the first. To
    try all of them with all, cross the lists here: three prompts and four pictures become twelve pairs, the first
    prompt with each picture, then the second.

    Args:
        first: The list that changes slowly: each item stays for a whole round of the other.
        second: The list that changes quickly.

    Returns:
        first: The first of each pair.
        second: The second of each pair.
    """
    pairs = [(one, other) for one in first for other in second]
    return Pairs([one for one, _ in pairs], [other for _, other in pairs])
