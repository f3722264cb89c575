from graph_engine import node


@node()
def exhaust(a: int) -> int:
    """Ask for more memory than there is.

    Args:
        a: what is not used.
    """
    return len(bytearray(1 << 60)) + a
