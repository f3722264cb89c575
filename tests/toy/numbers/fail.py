from graph_engine import Failure, node


@node()
def fail(a: int) -> int:
    """Fail, always.

    Args:
        a: what is not used.
    """
    raise Failure(f"a: must be something else, got {a}", "try another node")
