from graph_engine import node


@node()
def add(a: int, b: int = 1) -> int:
    """Add two whole numbers.

    Args:
        a: the first, by link.
        b: the second.
    """
    return a + b
