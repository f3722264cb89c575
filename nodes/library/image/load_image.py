"""The node that opens a picture file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from graph_engine.declaration import File, node
from graph_engine.errors import Failure
from nodes.imaging.reading import read_picture
from nodes.values import Image


@node(words=("open", "import", "png", "jpeg", "webp", "photo"))
def load_image(file: Annotated[str, File((".png", ".jpg", ".jpeg", ".webp"))] = "") -> Image:
    """Open a picture file: PNG, WebP or JPEG.

    Transparency is kept as straight alpha, and the color under transparent pixels with it. PNG files of 16 bits keep
    their fine steps. Photos are turned upright as their camera noted. Of an animation the first frame is taken.

    The picture counts by its content: edit the file and what depends on it runs again, touch it and nothing does.

    Args:
        file: The picture file to open.

    Returns:
        One picture, with alpha where the file has it.
    """
    if not file:
        raise Failure("file: must name a picture, is empty", "Choose a picture file.")
    return Image(read_picture(Path(os.path.expanduser(file))))
