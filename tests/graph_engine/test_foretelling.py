"""What node types tell of their results before a run, and what they find that does not fit."""

from graph_engine import Catalogue, Failure, FileDigests, Graph, Link, MissingModel, Node, node
from graph_engine.foretelling import Foretelling

ASKED = []


@node(foretells=True)
def wheel(size: int = 1) -> int:
    """Make a wheel.

    Args:
        size: its size.
    """
    ASKED.append(size)
    if size == 13:
        raise MissingModel("size: no such wheel")
    return size


def as_large(front: int | None, back: int | None = None) -> str:
    if front and back and front != back:
        raise Failure(f"back: must be as large as the front wheel, {front}, is {back}", "Take another wheel.")
    return f"rides on {front}"


@node(foretells=as_large)
def cart(front: int, back: int) -> str:
    """Make a cart.

    Args:
        front: a wheel.
        back: a wheel.
    """
    raise AssertionError("a check runs nothing")


@node()
def chance(size: int = 0) -> int:
    """Make something that nobody can tell beforehand.

    Args:
        size: a number.
    """
    return size


TYPES = Catalogue.of(("t", wheel), ("t", cart), ("t", chance))


def wired(front: str, back: str, **sizes: int) -> Graph:
    nodes = {"f": Node(f"t/{front}"), "b": Node(f"t/{back}"), "c": Node("t/cart")}
    graph = Graph(nodes, [Link("f", "integer", "c", "front"), Link("b", "integer", "c", "back")])
    for name, size in sizes.items():
        graph = graph.with_parameter(name, "size", size)
    return graph


def problems(graph: Graph, told: Foretelling | None = None):
    return (told or Foretelling()).problems(graph, TYPES, ["c"], FileDigests())


def test_what_does_not_fit_is_a_problem_before_anything_runs():
    (problem,) = problems(wired("wheel", "wheel", f=2, b=3))
    assert (problem.node, problem.where, problem.severity) == ("c", "back", "error")
    assert problem.message == "back: must be as large as the front wheel, 2, is 3"
    assert problem.remedy == "Take another wheel."
    assert problems(wired("wheel", "wheel", f=3, b=3)) == []


def test_what_nobody_can_tell_is_left_to_the_run():
    assert problems(wired("wheel", "chance", f=2, b=3)) == []
    assert problems(wired("wheel", "wheel", f=2, b=13)) == []


def test_only_what_was_touched_is_asked_again():
    told, graph = Foretelling(), wired("wheel", "wheel", f=20, b=30)
    problems(graph, told)
    ASKED.clear()
    assert len(problems(graph.with_parameter("b", "size", 40), told)) == 1
    assert ASKED == [40]
