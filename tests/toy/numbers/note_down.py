import time
from typing import Annotated

from graph_engine import Context, File, node


@node()
def note_down(context: Context, a: int, log: Annotated[str, File(role="write")] = "", pause: float = 0.0) -> int:
    """Add a line to a file each time that it runs, so that others can count.

    Args:
        a: what comes out, plus one.
        log: the file.
        pause: seconds that it takes.
    """
    with open(log, "a") as file:
        file.write(f"{a}\n")
    time.sleep(pause)
    return a + 1
