"""The node that holds several numbers."""

from __future__ import annotations

import math
from typing import Annotated

from graph_engine.declaration import Lines, Text, node
from graph_engine.ends import lines_of
from graph_engine.errors import Failure


@node(words=("list", "values", "sweep", "range", "compare"))
def numbers(text: Annotated[str, Text(multiline=True, placeholder="1\n2.5\n4")] = "1") -> Annotated[list[float], Lines("text")]:
    """Several numbers, one a line.

    What takes one number runs once for each: link them to the scale of a guidance, and as many pictures come out of the end.
    A number that was there before costs nothing when another is added. *Contact sheet* lays the pictures side by side.

    Args:
        text: The numbers, one a line.

    Returns:
        The numbers, as a list.
    """
    return [_number(line) for line in lines_of(text)]


def _number(line: str) -> float:
    try:
        found = float(line)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Failure(f"text: must hold a number in each line, got {line!r}", "Write numbers as 4.5, one a line.")
    return found
