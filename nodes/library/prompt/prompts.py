"""The node that holds several prompts."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Lines, Text, node
from graph_engine.ends import lines_of


@node(words=("texts", "list", "batch", "lines", "wildcards"))
def prompts(
    text: Annotated[str, Text(multiline=True, placeholder="a red cat\na blue dog", prompt=True, lines=True)] = "",
) -> Annotated[list[str], Lines("text")]:
    """Several prompts, one a line.

    What takes one prompt runs once for each: ten lines into *Encode prompt*, and ten pictures come out of the end. Every
    picture is remembered by itself, so that changing one line makes one picture again. Blank lines do not count.

    Args:
        text: The prompts, one a line.

    Returns:
        The lines, as a list.
    """
    return lines_of(text)
