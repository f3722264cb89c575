"""The node that names a class."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.values import ClassLabel


@node(foretells=True, words=("imagenet", "category", "label", "conditioning"))
def class_label(number: Annotated[int, Integer(soft=(-1, 999), hard=(-1, 2**31))] = 0) -> ClassLabel:
    """Say what a picture shows by the number of a class, for generators that know no words.

    Many published generators were trained on the 1,000 classes of ImageNet (Deng et al. 2009) and take their number,
    from 0 to 999, in place of a prompt.

    Args:
        number: The class as the generator counts them; -1 is no class at all: anything may come.

    Returns:
        What leads Generate, or a guidance away from it.
    """
    return ClassLabel(None if number < 0 else number)
