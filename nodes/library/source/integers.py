"""The node that holds several whole numbers."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Lines, Text, node
from graph_engine.ends import lines_of
from graph_engine.errors import Failure


@node(title="Whole numbers", words=("ints", "integers", "list", "values", "sweep", "range", "compare"))
def integers(text: Annotated[str, Text(multiline=True, placeholder="4\n8\n16")] = "1") -> Annotated[list[int], Lines("text")]:
    """Several whole numbers, one a line.

    What takes one number runs once for each: link them to the steps of a sampler, and as many pictures come out of the end.
    A number that was there before costs nothing when another is added. *Contact sheet* lays the pictures side by side.

    Args:
        text: The whole numbers, one a line.

    Returns:
        The whole numbers, as a list.
    """
    return [_integer(line) for line in lines_of(text)]


def _integer(line: str) -> int:
    try:
        return int(line)
    except ValueError:
        raise Failure(f"text: must hold a whole number in each line, got {line!r}", "Write numbers as 4, one a line.") from None
