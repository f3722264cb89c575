"""Node types read from signatures and docstrings."""

from typing import Annotated, NamedTuple

import pytest

from graph_engine import Catalogue, Choice, Context, DeclarationError, Integer, Number, declared, discover, node


class Parts(NamedTuple):
    whole: int
    rest: float


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


def test_files_are_found_by_scanning_and_a_broken_one_does_not_hide_the_rest(tmp_path, monkeypatch):
    section = tmp_path / "scanned_nodes" / "things"
    section.mkdir(parents=True)
    (section.parent / "__init__.py").touch()
    (section / "__init__.py").touch()
    (section / "good.py").write_text('from graph_engine import node\n@node()\ndef good() -> int:\n    """Give one."""\n    return 1\n')
    (section / "bad.py").write_text("import nothing_of_that_name\n")
    (section / "other.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    catalogue = discover("scanned_nodes")
    assert list(catalogue) == ["things/good"]
    assert catalogue.function("things/good")() == 1
    assert [broken.module.rsplit(".")[-1] for broken in catalogue.broken] == ["bad", "other"]


def test_a_catalogue_crosses_as_json(toys):
    again = Catalogue.from_json(toys.to_json())
    assert dict(again) == dict(toys)
