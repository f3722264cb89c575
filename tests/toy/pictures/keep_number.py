from graph_engine import Context, node


@node(effect=True)
def keep_number(context: Context, a: int) -> None:
    """Write a whole number into the output folder.

    Args:
        a: what to write.
    """
    context.output_folder.mkdir(exist_ok=True)
    path = context.output_folder / "number.txt"
    path.write_text(str(a))
    context.wrote(path)
