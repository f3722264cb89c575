"""The node that lays pictures side by side, with what tells them apart below each."""

from __future__ import annotations

from typing import Annotated, Any

from graph_engine.declaration import Text, node
from graph_engine.errors import Failure
from nodes.imaging.captioned import captioned
from nodes.values import Image


@node(words=("grid", "sheet", "compare", "labels", "xy plot", "montage"))
def contact_sheet(
    images: list[Image],
    captions: tuple[str | float | int, ...] = (),
    title: Annotated[str, Text()] = "",
    caption: Annotated[str, Text(placeholder="seed")] = "",
) -> Image:
    """Lay pictures side by side on one sheet, each with its caption.

    Link the list that made the pictures to captions: seeds, numbers or words stand below the picture that each of them
    made. Transparent parts are shown over a checkerboard.

    Args:
        images: The pictures; all items of a batch are laid out.
        captions: What stands below each picture: as many as there are pictures, or one a batch.
        title: What stands above all.
        caption: What the captions are called, as "seed".

    Returns:
        The sheet.
    """
    pictures = [one for image in images for one in image.pixels]
    said: list[Any] = list(captions)
    if said and len(said) == len(images):
        said = [one for one, image in zip(said, images, strict=True) for _ in image.pixels]
    if said and len(said) != len(pictures):
        raise Failure(
            f"captions: must be {len(pictures)} as there are pictures, got {len(said)}", "Link the list that the pictures came from."
        )
    return Image(captioned(pictures, [_told(one) for one in said], title, caption))


def _told(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
