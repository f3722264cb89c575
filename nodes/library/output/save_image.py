"""The node that writes pictures to files."""

from __future__ import annotations

import json
from typing import Annotated

from graph_engine.context import Context
from graph_engine.declaration import Text, node
from nodes.imaging.writing import png_bytes, rooted, write_new
from nodes.values import Image

LARGEST_WORKFLOW = 4 * 2**20


@node(effect=True, words=("export", "write", "png"), without_result=("embed",))
def save_image(
    context: Context,
    image: Image,
    name: Annotated[str, Text(placeholder="picture")] = "picture",
    embed: bool = True,
) -> Image:
    """Save pictures as PNG files in the output folder.

    Files are numbered and never overwritten: picture_0001.png, picture_0002.png. A file is whole or not there. Alpha is
    saved straight, together with the color under transparent pixels.

    The workflow and the seeds that made the picture are written into the file, so that opening the picture in Tessera
    brings the graph back.

    Args:
        image: The pictures to save, one file each.
        name: Name of the files without number and suffix; folders may stand before it, as stickers/cat.
        embed: Write the workflow and the seeds into the files. Turn it off for pictures whose making is nobody's business.

    Returns:
        The pictures as they came, so that more can follow.
    """
    texts = {}
    if embed and context.workflow:
        if len(context.workflow) <= LARGEST_WORKFLOW:
            texts["tessera.workflow"] = context.workflow.decode()
        else:
            context.note(f"The workflow is not in the file: it may have {LARGEST_WORKFLOW >> 20} MiB, has {len(context.workflow) >> 20}.")
        texts["tessera.seed"] = json.dumps(dict(context.seeds), sort_keys=True)
    stem = rooted(context.output_folder, name)
    for pixels in image.pixels:
        context.wrote(write_new(stem, ".png", png_bytes(pixels, texts)))
    return image
