import time

from graph_engine import node


@node()
def sleep_deeply(a: int, seconds: float = 60.0) -> int:
    """Sleep without ever looking up, as a stuck kernel does.

    Args:
        a: what comes out.
        seconds: how long.
    """
    time.sleep(seconds)
    return a
