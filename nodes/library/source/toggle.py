"""The node that holds a yes or no."""

from __future__ import annotations

from graph_engine.declaration import node


@node(words=("boolean", "switch", "value", "constant", "primitive"))
def toggle(value: bool = False) -> bool:
    """A yes or no, said once and used in several places.

    Link it to any parameter that can be turned on and off: what was chosen there counts for nothing while the link lasts.

    Args:
        value: On or off.

    Returns:
        What was said.
    """
    return value
