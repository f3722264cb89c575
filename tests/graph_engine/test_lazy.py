"""Lazy inputs: one side runs, and keys, plans and results know nothing of the other."""

from typing import Annotated, TypeVar

import pytest

from graph_engine import (
    Cache,
    Catalogue,
    Context,
    DeclarationError,
    DiskCache,
    FileDigests,
    Graph,
    Lazy,
    Link,
    MemoryCache,
    Node,
    execute,
    keys,
    node,
    plan,
)
from graph_engine.events import RunStarted, StepFinished, StepStarted

Value = TypeVar("Value")


def side(which: bool):
    return {"yes"} if which else {"no"}


@node(needs=side)
def either(
    yes: Annotated[Value | None, Lazy()] = None, no: Annotated[Value | None, Lazy()] = None, extra: int = 0, which: bool = True
) -> Value:
    """Take a side.

    Args:
        yes: for true.
        no: for false.
        extra: not used.
        which: the side.
    """
    taken = yes if which else no
    assert taken is not None
    return taken


@node()
def number(value: int = 0) -> int:
    """Give a number.

    Args:
        value: the number.
    """
    return value


@node()
def add(a: int, b: int = 1) -> int:
    """Add.

    Args:
        a: one.
        b: another.
    """
    return a + b


@node()
def even(a: int) -> bool:
    """Say whether a number is even.

    Args:
        a: the number.
    """
    return a % 2 == 0


@node()
def count_up(a: int) -> list[int]:
    """Give the numbers below.

    Args:
        a: how many.
    """
    return list(range(a))


@node(effect=True)
def shout(context: Context, a: int) -> int:
    """Act on the world.

    Args:
        a: passed on.
    """
    return a


CATALOGUE = Catalogue.of(*[("t", each) for each in (either, number, add, even, count_up, shout)])


def graph_of(*links, **nodes):
    made = {}
    for name, written in nodes.items():
        kind, *parameter = written.replace("=", " ").split()
        made[name] = Node(f"t/{kind}", parameters={parameter[0]: int(parameter[1])} if parameter else {})
    return Graph(made, [Link(*link.split()) for link in links])


TYPED = graph_of("y integer s yes", "n integer m a", "m integer s no", y="number value=1", n="number value=2", m="add", s="either")
DRIVEN = graph_of(
    "y integer s yes", "n integer m a", "m integer s no", "c integer e a", "e toggle s which",
    y="number value=1", n="number value=2", m="add", c="number value=3", e="even", s="either",
)  # fmt: skip


def run(graph, cache, **options):
    events = []
    return execute(graph, CATALOGUE, cache, events.append, targets=["s"], **options), events


def result(outcome, node="s"):
    return outcome.results[node][0].description


def states(graph, cache):
    return {step.node: step.state for step in plan(graph, CATALOGUE, cache, FileDigests(), targets=["s"]).steps}


@pytest.fixture
def memory():
    return Cache(MemoryCache())


def test_only_the_side_that_is_typed_runs(memory):
    outcome, _ = run(TYPED, memory)
    assert (result(outcome), outcome.ran) == ("1", ("y", "s"))
    assert set(run(TYPED.with_parameter("s", "which", False), memory)[0].ran) == {"n", "m", "s"}


def test_a_plan_shows_the_side_that_is_not_taken_as_skipped(memory):
    assert states(TYPED, memory) == {"y": "run", "s": "run", "n": "skipped", "m": "skipped"}
    assert states(DRIVEN, memory) == {"c": "run", "e": "run", "s": "run", "y": "perhaps", "n": "perhaps", "m": "perhaps"}


def test_a_key_holds_only_the_side_that_is_taken():
    before = keys(TYPED, CATALOGUE, FileDigests()).keys
    other = keys(TYPED.with_parameter("n", "value", 9), CATALOGUE, FileDigests()).keys
    taken = keys(TYPED.with_parameter("y", "value", 9), CATALOGUE, FileDigests()).keys
    assert before["s"] == other["s"] != taken["s"] and before["m"] != other["m"]


def test_a_linked_choice_is_made_in_the_run(memory):
    outcome, events = run(DRIVEN, memory)
    assert (result(outcome), outcome.ran) == ("3", ("c", "e", "s", "n", "m"))
    assert events[0].steps == ("c", "e", "s") and isinstance(events[0], RunStarted)
    told = [event.node for event in events if isinstance(event, StepStarted)]
    assert told == ["c", "e", "n", "m", "s"]


def test_a_change_of_the_side_that_was_not_chosen_runs_nothing(memory):
    run(DRIVEN, memory)
    outcome, events = run(DRIVEN.with_parameter("y", "value", 77), memory)
    assert (result(outcome), outcome.ran) == ("3", ())
    assert {event.node for event in events if isinstance(event, StepFinished)} == {"e", "m", "s"}


def test_a_choice_that_turns_out_the_same_runs_nothing(memory):
    run(DRIVEN, memory)
    outcome, _ = run(DRIVEN.with_parameter("c", "value", 5), memory)
    assert outcome.ran == ("c", "e")


def test_what_comes_round_by_another_node_and_output_is_known_by_its_content(memory):
    execute(graph_of("y integer m a", y="number value=1", m="add"), CATALOGUE, memory)
    round_about = graph_of("y integer s yes", "s value m a", y="number value=1", s="either", m="add")
    assert execute(round_about, CATALOGUE, memory).ran == ("s",)


def test_a_side_that_is_held_on_disk_is_fetched(tmp_path):
    run(DRIVEN, Cache(MemoryCache(), DiskCache(tmp_path)))
    outcome, events = run(DRIVEN.with_parameter("c", "value", 4).with_parameter("s", "extra", 1), Cache(MemoryCache(), DiskCache(tmp_path)))
    assert (result(outcome), outcome.ran) == ("1", ("c", "e", "s", "y"))
    outcome, _ = run(DRIVEN.with_parameter("s", "extra", 2), Cache(MemoryCache(), DiskCache(tmp_path)))
    assert (result(outcome), outcome.ran) == ("3", ("s",))


def test_a_held_side_that_turns_out_damaged_is_made_again(tmp_path):
    run(DRIVEN, Cache(MemoryCache(), DiskCache(tmp_path)))
    changed = DRIVEN.with_parameter("s", "extra", 1).with_parameter("c", "value", 7)
    for key in ("m", "n"):
        held = keys(DRIVEN, CATALOGUE, FileDigests()).keys[key]
        for path in [*tmp_path.glob(f"entries/*/{held}"), *tmp_path.glob(f"keys/*/{held}")]:
            target = path.read_text() if path.parent.parent.name == "keys" else path.name
            (tmp_path / "entries" / target[:2] / target).write_bytes(b"damaged")
    outcome, _ = run(changed, Cache(MemoryCache(), DiskCache(tmp_path)))
    assert (result(outcome), set(outcome.ran)) == ("3", {"c", "e", "n", "m", "s"})


def test_a_source_of_both_sides_and_of_others_runs_once(memory):
    shared = graph_of(
        "x integer p a", "x integer q a", "p integer s yes", "q integer s no", "x integer e a", "e toggle s which", "x integer s extra",
        x="number value=4", p="add b=10", q="add b=20", e="even", s="either",
    )  # fmt: skip
    outcome, _ = run(shared, memory)
    assert (result(outcome), outcome.ran) == ("14", ("x", "e", "s", "p"))


def test_a_choice_behind_a_choice_is_made_only_when_it_is_needed(memory):
    nested = graph_of(
        "c integer e a", "e toggle s which", "a integer s yes", "t value s no", "d integer f a", "f toggle t which", "y integer t yes",
        "n integer t no", c="number value=1", e="even", s="either", a="number value=100", t="either", d="number value=2", f="even",
        y="number value=5", n="number value=6",
    )  # fmt: skip
    outcome, _ = run(nested, memory)
    assert (result(outcome), set(outcome.ran)) == ("5", {"c", "e", "s", "t", "d", "f", "y"})
    other, _ = run(nested.with_parameter("c", "value", 0), memory)
    assert (result(other), set(other.ran)) == ("100", {"c", "e", "s", "a"})


def test_a_list_of_choices_needs_every_side_that_an_item_takes(memory):
    several = graph_of(
        "c integer l a", "l integer e a", "e toggle s which", "y integer s yes", "n integer s no",
        c="number value=3", l="count_up", e="even", s="either", y="number value=10", n="number value=20",
    )  # fmt: skip
    outcome, _ = run(several, memory)
    assert [item.description for item in outcome.results["s"][0].items] == ["10", "20", "10"]


def test_an_effect_on_the_side_that_is_not_taken_does_not_act(memory):
    acting = graph_of("y integer s yes", "n integer o a", "o integer s no", y="number", n="number", o="shout", s="either")
    outcome, _ = run(acting, memory)
    assert outcome.ran == ("y", "s")


def test_a_choice_that_fails_is_its_nodes_failure(memory):
    def broken(which: bool):
        raise KeyError("which")

    @node(needs=broken)
    def odd(yes: Annotated[int | None, Lazy()] = None, which: bool = True) -> int:
        """Choose badly.

        Args:
            yes: not reached.
            which: not used.
        """
        return yes or 0

    graph = Graph({"s": Node("t/odd")})
    (failed,) = execute(graph, Catalogue.of(("t", odd)), memory).failures
    assert (failed.node, failed.kind) == ("s", "bug") and "KeyError" in failed.detail


def test_needs_must_ask_for_what_is_there():
    @node(needs=lambda colour: ())
    def lazy(a: Annotated[int | None, Lazy()] = None) -> int:
        """Be lazy.

        Args:
            a: perhaps.
        """
        return a or 0

    with pytest.raises(DeclarationError, match="needs: must ask for parameters and for inputs that are not lazy, got 'colour'"):
        Catalogue.of(("t", lazy))


def test_a_lazy_input_without_needs_is_refused():
    @node()
    def lazy(a: Annotated[int | None, Lazy()] = None) -> int:
        """Be lazy.

        Args:
            a: perhaps.
        """
        return a or 0

    with pytest.raises(DeclarationError, match="needs: must be given where an input is lazy"):
        Catalogue.of(("t", lazy))
