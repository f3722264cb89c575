import os
import signal

from graph_engine import node


@node()
def crash(a: int) -> int:
    """End the process, as the system does when memory is short.

    Args:
        a: what is not used.
    """
    os.kill(os.getpid(), signal.SIGKILL)
    return a
