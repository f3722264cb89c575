"""The node that holds a text."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Text, node


@node(words=("string", "value", "constant", "primitive", "name"))
def text(text: Annotated[str, Text(multiline=True)] = "") -> str:
    """A text, typed once and used in several places: a file name, a part of a prompt.

    Link it to any parameter that holds a text. For the words of a picture there is *Prompt*.

    Args:
        text: The text.

    Returns:
        The text, as typed.
    """
    return text
