"""Random graphs of lists, choices and effects: however many threads run them, and whatever is held, they give the same."""

from typing import Annotated, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph_engine import Cache, Catalogue, Failure, Graph, Lazy, Link, MemoryCache, Node, execute, node

Value = TypeVar("Value")
LIMIT = 40
CALLS: list[tuple[str, int]] = []


@node()
def number(value: int = 0) -> int:
    """Give a number.

    Args:
        value: the number.
    """
    CALLS.append(("number", value))
    return value


@node(uses="device")
def add(a: int, b: int = 1) -> int:
    """Add; what is divisible by seven fails.

    Args:
        a: one.
        b: another.
    """
    if (a + b) % 7 == 0:
        raise Failure("a: must not add up to sevens")
    return a + b


@node()
def below(a: int) -> list[int]:
    """Give the numbers below.

    Args:
        a: how many.
    """
    CALLS.append(("below", a))
    return list(range(a % 5))


@node()
def total(a: tuple[int, ...]) -> int:
    """Add everything up.

    Args:
        a: numbers and lists of them.
    """
    return sum(a) % LIMIT


@node()
def even(a: int) -> bool:
    """Say whether a number is even.

    Args:
        a: the number.
    """
    CALLS.append(("even", a))
    return a % 2 == 0


@node(needs=lambda which: ("yes",) if which else ("no",))
def either(yes: Annotated[Value | None, Lazy()] = None, no: Annotated[Value | None, Lazy()] = None, which: bool = True) -> Value:
    """Take a side.

    Args:
        yes: for true.
        no: for false.
        which: the side.
    """
    taken = yes if which else no
    if taken is None:
        raise Failure("a side must be linked")
    return taken


CATALOGUE = Catalogue.of(*[("t", each) for each in (number, add, below, total, even, either)])


@st.composite
def graphs(draw):
    """Steps that each take from those before: sums, lists, and switches that are typed or driven."""
    nodes, links = {"0": Node("t/number", parameters={"value": draw(st.integers(0, LIMIT))})}, []
    giving = {"integer": ["0"], "toggle": []}
    for step in range(1, draw(st.integers(2, 14))):
        key, kind = str(step), draw(st.sampled_from(["number", "add", "below", "total", "even", "either"]))
        value = draw(st.integers(0, LIMIT))
        nodes[key] = Node(f"t/{kind}", parameters={"number": {"value": value}, "add": {"b": value}}.get(kind, {}))
        for taken in {"add": ["a"], "below": ["a"], "even": ["a"], "total": ["a"] * draw(st.integers(1, 3)), "either": ["yes", "no"]}.get(
            kind, []
        ):
            source = draw(st.sampled_from(giving["integer"]))
            output = "value" if nodes[source].type == "t/either" else "integer"
            if (link := Link(source, output, key, taken)) not in links:
                links.append(link)
        if kind == "either" and giving["toggle"] and draw(st.booleans()):
            links.append(Link(draw(st.sampled_from(giving["toggle"])), "toggle", key, "which"))
        giving["toggle" if kind == "even" else "integer"].append(key)
    return Graph(nodes, links)


def told(outcome):
    """What a run came to, whatever order it took: results by node, and what failed with which words."""
    return outcome.state, dict(outcome.results), [(failure.node, failure.message) for failure in outcome.failures]


def run(graph, cache, threads):
    return execute(graph, CATALOGUE, cache, threads=threads, targets=list(graph.nodes)[-3:])


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_any_number_of_threads_gives_the_same(graph):
    alone = run(graph, Cache(MemoryCache()), 1)
    CALLS.clear()
    assert told(run(graph, Cache(MemoryCache()), 4)) == told(alone)
    assert len(CALLS) == len(set(CALLS)), "what is equal is made once"


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs(), st.integers(0, LIMIT))
def test_what_is_held_and_what_is_fresh_are_the_same(graph, value):
    cache = Cache(MemoryCache())
    run(graph, cache, 2)
    edited = graph.with_parameter("0", "value", value)
    held, fresh = run(edited, cache, 2), run(edited, Cache(MemoryCache()), 2)
    targets = list(graph.nodes)[-3:]
    assert (held.state, [held.results.get(key) for key in targets]) == (fresh.state, [fresh.results.get(key) for key in targets])
    assert [failure.message for failure in held.failures] == [failure.message for failure in fresh.failures]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_a_run_again_runs_nothing_that_went_well(graph):
    cache = Cache(MemoryCache())
    first = run(graph, cache, 2)
    again = run(graph, cache, 2)
    assert again.ran == () and told(again)[0] == first.state
    assert [failure.node for failure in again.failures] == [failure.node for failure in first.failures]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def test_results_are_let_go_when_nobody_needs_them(graph):
    """A budget of nothing: what a run holds on to is what later steps need, and it gives the same."""
    assert told(run(graph, Cache(MemoryCache(budget=0)), 3)) == told(run(graph, Cache(MemoryCache()), 1))
