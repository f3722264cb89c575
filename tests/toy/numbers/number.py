from typing import Annotated

from graph_engine import Integer, node


@node()
def number(value: Annotated[int, Integer(soft=(0, 10), hard=(0, 1000))] = 1) -> int:
    """Give a whole number.

    Args:
        value: the number.
    """
    return value
