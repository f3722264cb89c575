import ctypes
from pathlib import Path
from typing import Annotated

from graph_engine import File, node


@node()
def hold_tight(a: int, log: Annotated[str, File(role="write")] = "") -> int:
    """Wait forever in native code and keep the interpreter to itself, so that nothing else of the process runs and no signal helps.

    Args:
        a: what comes out.
        log: a file that is there once it waits.
    """
    Path(log).touch()
    mutex = ctypes.create_string_buffer(128)
    for _ in range(2):  # the second time it waits for itself
        ctypes.PyDLL(None).pthread_mutex_lock(mutex)
    return a
