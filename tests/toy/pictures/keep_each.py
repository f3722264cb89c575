from graph_engine import Context, node
from tests.toy.values import Swatch


@node(effect=True)
def keep_each(context: Context, picture: Swatch) -> None:
    """Write a picture's bytes into a new file of the output folder each time.

    Args:
        picture: what to write.
    """
    context.output_folder.mkdir(exist_ok=True)
    path = context.output_folder / f"kept_{1 + sum(1 for _ in context.output_folder.glob('kept_*'))}.bin"
    path.write_bytes(picture.rgba)
    context.wrote(path)
