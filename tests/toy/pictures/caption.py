from typing import Annotated

from graph_engine import Text, node
from tests.toy.values import Swatch


@node()
def caption(picture: Swatch, text: Annotated[str, Text(multiline=True)] = "", name: str = "") -> str:
    """Say what a picture shows.

    Args:
        picture: what is spoken of.
        text: the words.
        name: who says so.
    """
    return f"{name}: {text}"
