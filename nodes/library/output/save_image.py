"""The node that writes pictures to files."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.context import Context
from graph_engine.declaration import Color, Integer, Text, node
from nodes.imaging.carrying import carried_texts
from nodes.imaging.encoding import JPEG, SUFFIXES, encoded
from nodes.imaging.writing import rooted, write_new
from nodes.values import Image


@node(effect=True, words=("export", "write", "png", "webp", "jpeg"), without_result=("embed", "local_paths"))
def save_image(
    context: Context,
    image: Image,
    name: Annotated[str, Text(placeholder="picture")] = "picture",
    format: Literal["png", "webp", "jpeg"] = "png",
    quality: Annotated[int, Integer(soft=(50, 100), hard=(1, 100))] = 90,
    background: Annotated[str, Color()] = "#ffffff",
    embed: bool = True,
    local_paths: bool = False,
) -> Image:
    """Save pictures as PNG, WebP or JPEG files in the output folder.

    Files are numbered and never overwritten: picture_0001.png, picture_0002.png. A file is whole or not there. Alpha is
    saved straight, together with the color under transparent pixels; JPEG has no alpha, so there the background shows.

    The workflow and the seeds that made the picture are written into the file, so that opening the picture in Tessera
    brings the graph back. Folders of this machine stay out of it: of a path only the file's name goes along, with the
    digest by which the file is found again.

    Args:
        image: The pictures to save, one file each.
        name: Name of the files without number and suffix; folders may stand before it, as stickers/cat.
        format: PNG keeps every pixel. WebP is smaller and has alpha too. JPEG is for photos without alpha.
        quality: Of WebP and JPEG: more is finer and larger. A WebP of 100 keeps every pixel.
        background: The color behind transparent parts, where the format has no alpha.
        embed: Write the workflow and the seeds into the files. Turn it off for pictures whose making is nobody's business.
        local_paths: Leave the paths of files in the workflow as they are on this machine.

    Returns:
        The pictures as they came, so that more can follow.
    """
    stem = rooted(context.output_folder, name)
    texts = carried_texts(context, format, local_paths) if embed else {}
    if format == JPEG and image.pixels.shape[1] == 4 and bool((image.pixels[:, 3] < 1).any()):
        context.note(f"JPEG has no transparency: the pictures were laid on {background}.")
    for pixels in image.pixels:
        context.wrote(write_new(stem, SUFFIXES[format], encoded(pixels, format, texts, quality, background)))
    return image
