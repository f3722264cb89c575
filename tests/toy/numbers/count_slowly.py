import time

from graph_engine import Context, node


@node()
def count_slowly(context: Context, a: int, steps: int = 10, pause: float = 0.05) -> int:
    """Count in steps that can be stopped between.

    Args:
        a: what comes out.
        steps: how many.
        pause: seconds a step.
    """
    for step in range(steps):
        context.progress(step, steps)
        time.sleep(pause)
    return a
