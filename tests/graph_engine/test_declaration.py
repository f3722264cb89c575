"""Node types read from signatures and docstrings."""

from typing import Annotated, Literal, NamedTuple

import pytest

from graph_engine import Catalogue, Choice, Context, DeclarationError, Integer, Number, declared, discover, node


class Parts(NamedTuple):
    whole: int
    rest: float


class Marker:
    """A value type."""


@node(version=3, words=("split",))
def divide(
    context: Context, a: int, by: Annotated[int, Integer(hard=(1, None))] = 2, how: Annotated[str, Choice(("down", "up"))] = "down"
) -> Parts:
    """Divide a whole number.

    The help page.

    Args:
        a: what is divided.
        by: what it is divided by,
            never nothing.
        how: where the rest goes.

    Returns:
        whole: the quotient.
        rest: what is left.
    """
    return Parts(a // by, a % by)


def test_everything_follows_from_the_function():
    found = declared(divide, "numbers")
    assert (found.id, found.version, found.title, found.summary, found.help) == (
        "numbers/divide", 3, "Divide", "Divide a whole number.", "The help page.",
    )  # fmt: skip
    assert [(i.name, i.type, i.required) for i in found.inputs] == [("a", "Integer", True)]
    assert [(p.name, p.default) for p in found.parameters] == [("by", 2), ("how", "down")]
    assert found.parameter("by").help == "what it is divided by, never nothing."
    assert [(o.name, o.type, o.help) for o in found.outputs] == [("whole", "Integer", "the quotient."), ("rest", "Number", "what is left.")]
    assert found.takes_context


def test_an_undocumented_parameter_is_refused_with_place_and_rule():
    @node()
    def lonely(a: int = 1) -> int:
        """Do something."""
        return a

    with pytest.raises(DeclarationError, match=r"lonely: a: every parameter must have a line under Args, got none"):
        declared(lonely, "x")


def test_a_node_without_a_summary_is_refused():
    @node()
    def silent() -> int:
        return 1

    with pytest.raises(DeclarationError, match="docstring: must start with a line"):
        declared(silent, "x")


def test_a_kind_without_a_default_is_refused():
    @node()
    def open_ended(a: Annotated[float, Number()]) -> float:
        """Do something.

        Args:
            a: a number.
        """
        return a

    with pytest.raises(DeclarationError, match="a: a parameter must have a default"):
        declared(open_ended, "x")


def refusal(function):
    with pytest.raises(DeclarationError) as refused:
        declared(node()(function), "x")
    return str(refused.value)


def test_what_cannot_be_declared_is_refused_with_place_and_rule():
    def pair(a: dict[str, Marker] | None = None) -> int:
        """Do.

        Args:
            a: what.
        """

    def outside(a: Annotated[int, Integer(hard=(1, 9))] = 0) -> int:
        """Do.

        Args:
            a: what.
        """

    def open_end(a: int = 0):
        """Do.

        Args:
            a: what.
        """

    def spread(*a: int) -> int:
        """Do."""

    assert "a: must be a value type or one of several, that or None, a list of it, or a tuple of any number of it" in refusal(pair)
    assert "a: the default must be within 1 to 9, got 0" in refusal(outside)
    assert "return: must be annotated with a value type, a named tuple or None" in refusal(open_end)
    assert "a: every argument must have a name of its own, got *a" in refusal(spread)


def test_inputs_may_be_left_out_or_take_many():
    @node()
    def gather(parts: tuple[Marker, ...], mood: Literal["calm", "wild"] = "calm", extra: Marker | None = None) -> None:
        """Gather.

        Args:
            parts: many.
            mood: one of two.
            extra: maybe.
        """

    found = declared(gather, "x")
    assert [(i.name, i.type, i.required, i.many) for i in found.inputs] == [
        ("parts", "Marker", False, True), ("extra", "Marker", False, False),
    ]  # fmt: skip
    assert found.parameter("mood").kind == Choice(("calm", "wild")) and found.outputs == ()


def test_a_parameter_without_result_must_exist():
    @node(without_result=("b",))
    def wrong(a: int = 1) -> int:
        """Do.

        Args:
            a: what.
        """

    with pytest.raises(DeclarationError, match="without_result: must name parameters, got 'b'"):
        declared(wrong, "x")


def test_files_are_found_by_scanning_and_a_broken_one_does_not_hide_the_rest(tmp_path, monkeypatch):
    section = tmp_path / "scanned_nodes" / "things"
    section.mkdir(parents=True)
    (section.parent / "__init__.py").touch()
    (section / "__init__.py").touch()
    (section / "good.py").write_text('from graph_engine import node\n@node()\ndef good() -> int:\n    """Give one."""\n    return 1\n')
    (section / "bad.py").write_text("import nothing_of_that_name\n")
    (section / "fierce.py").write_text("raise RuntimeError('no')\n")
    (section / "other.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    catalogue = discover("scanned_nodes")
    assert list(catalogue) == ["things/good"]
    assert catalogue.function("things/good")() == 1
    assert [broken.module.rsplit(".")[-1] for broken in catalogue.broken] == ["bad", "fierce", "other"]


def test_a_catalogue_crosses_as_json(toys):
    again = Catalogue.from_json(toys.to_json())
    assert dict(again) == dict(toys)
