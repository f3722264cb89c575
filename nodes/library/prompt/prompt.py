"""The node that holds the words."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Text, node


@node(words=("text", "words", "caption"))
def prompt(text: Annotated[str, Text(multiline=True, placeholder="a cat in a meadow", prompt=True)] = "") -> str:
    """Words that say what the picture shows.

    The words go to *Encode prompt*, or drive any other text parameter: write once, use in several places. A graph that
    is run from the command line usually exposes this text under the name `prompt`.

    The starter models know the sticker world: things (a cat, two apples), colors and sizes (a big red car), relations
    (left of, above, on, behind), and places (in a meadow, at night, on a transparent background).

    Args:
        text: What the picture shows, in plain words.

    Returns:
        The words, as typed.
    """
    return text
