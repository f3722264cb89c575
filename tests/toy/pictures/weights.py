from typing import Annotated

from graph_engine import node
from graph_engine.declaration import File


@node()
def weights(file: Annotated[str, File((".safetensors",), "model")] = "") -> int:
    """Count the letters of a model's name.

    Args:
        file: its name.
    """
    return len(file)
