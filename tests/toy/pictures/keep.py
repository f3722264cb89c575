from graph_engine import Context, node
from tests.toy.values import Swatch


@node(effect=True)
def keep(context: Context, picture: Swatch) -> None:
    """Write a picture's bytes into the output folder.

    Args:
        picture: what to write.
    """
    path = context.output_folder / "kept.bin"
    path.write_bytes(picture.rgba)
    context.wrote(path)
