"""Lists on links: once an item, zipped, repeated, kept an item each."""

import threading
from pathlib import Path
from typing import Annotated, NamedTuple, TypeVar

import pytest

from graph_engine import Cache, Catalogue, Context, Failure, Graph, Lines, Link, MemoryCache, Node, execute, node
from graph_engine.events import StepFailed, StepFinished, StepProgress

Value = TypeVar("Value")


class Ends(NamedTuple):
    first: int
    others: list[int]


@node()
def words(text: str = "") -> Annotated[list[str], Lines("text")]:
    """Give a word a line.

    Args:
        text: the words.
    """
    return text.split()


@node()
def measure(word: str) -> int:
    """Give the length of a word.

    Args:
        word: what is measured.
    """
    if word == "bad":
        raise Failure("word: must be good, got bad", "take another")
    return len(word)


@node()
def tally(context: Context, word: str, times: int = 1) -> str:
    """Repeat a word, slowly.

    Args:
        word: what is repeated.
        times: how often.
    """
    context.progress(1, 2)
    return word * times


@node()
def total(numbers: list[int]) -> int:
    """Add a list up.

    Args:
        numbers: what is added.
    """
    return sum(numbers)


@node()
def add_all(numbers: tuple[int, ...]) -> int:
    """Add everything up that is linked.

    Args:
        numbers: what is added.
    """
    return sum(numbers)


@node()
def letters(word: str) -> list[str]:
    """Take a word apart.

    Args:
        word: what is taken apart.
    """
    return list(word)


@node()
def ends(numbers: list[int]) -> Ends:
    """Part the first from the others.

    Args:
        numbers: what is parted.

    Returns:
        first: the first.
        others: the others.
    """
    return Ends(numbers[0], numbers[1:])


@node(effect=True)
def note(context: Context, word: str) -> None:
    """Write a word into a file of its own.

    Args:
        word: what is written.
    """
    path = context.output_folder / f"{len(list(context.output_folder.iterdir()))}.txt"
    path.write_text(word)
    context.wrote(path)


CATALOGUE = Catalogue.of(*[("t", each) for each in (words, measure, tally, total, add_all, letters, ends, note)])


def graph_of(text, *chain):
    """Words, and a chain of nodes behind them: (type, input) pairs; ids w, 1, 2, …"""
    nodes, links = {"w": Node("t/words", parameters={"text": text})}, []
    before, output = "w", "text"
    for number, (kind, taken) in enumerate(chain, 1):
        nodes[str(number)] = Node(f"t/{kind}")
        links.append(Link(before, output, str(number), taken))
        before, output = str(number), CATALOGUE[f"t/{kind}"].outputs[0].name if CATALOGUE[f"t/{kind}"].outputs else ""
    return Graph(nodes, links)


def run(graph, cache, **options):
    events = []
    return execute(graph, CATALOGUE, cache, events.append, **options), events


def items(outcome, node):
    return [item.description for item in outcome.results[node][0].items]


@pytest.fixture
def memory():
    return Cache(MemoryCache())


def test_a_node_that_takes_one_is_called_once_an_item(memory):
    outcome, _ = run(graph_of("a bb ccc", ("measure", "word")), memory)
    (result,) = outcome.results["1"]
    assert (result.type, result.description, items(outcome, "1")) == ("list[Integer]", "3 items", ["1", "2", "3"])


def test_a_list_goes_through_several_nodes_and_is_taken_whole_at_the_end(memory):
    outcome, _ = run(graph_of("a bb ccc", ("tally", "word"), ("measure", "word"), ("total", "numbers")), memory)
    assert outcome.results["3"][0].description == "6"


def test_an_input_of_many_links_takes_the_items_of_its_lists(memory):
    graph = graph_of("a bb", ("measure", "word"))
    graph = graph.with_node("all", Node("t/add_all")).with_link(Link("1", "integer", "all", "numbers"), many=True)
    graph = graph.with_node("sum", Node("t/total")).with_link(Link("1", "integer", "sum", "numbers"))
    graph = graph.with_link(Link("sum", "integer", "all", "numbers"), many=True)
    outcome, _ = run(graph, memory, targets=["all"])
    assert outcome.results["all"][0].description == "6"


def test_two_lists_of_one_length_go_through_together_and_one_value_with_each(memory):
    graph = graph_of("a bb ccc", ("measure", "word"), ("tally", "times"))
    assert items(run(graph.with_link(Link("w", "text", "2", "word")), memory)[0], "2") == ["a", "bbbb", "ccccccccc"]
    single = graph.with_node("x", Node("t/words", parameters={"text": "x"})).with_link(Link("x", "text", "2", "word"))
    assert items(run(single, memory)[0], "2") == ["x", "xx", "xxx"]


def test_what_is_taken_apart_item_by_item_comes_end_to_end(memory):
    assert items(run(graph_of("ab cde", ("letters", "word")), memory)[0], "1") == list("abcde")


def test_no_items_give_none(memory):
    outcome, _ = run(graph_of("", ("measure", "word"), ("total", "numbers")), memory)
    assert (outcome.results["1"][0].items, outcome.results["2"][0].description) == ((), "0")


def test_of_ten_items_one_that_changed_runs_again(cache):
    ten = [f"word{number}" for number in range(10)]
    run(graph_of(" ".join(ten), ("tally", "word")), cache)
    ten[4] = "other"
    _, events = run(graph_of(" ".join(ten), ("tally", "word")), Cache(MemoryCache(), cache.disk))
    (told,) = [event for event in events if isinstance(event, StepFinished) and event.node == "1"]
    assert (told.state, told.items_ran, told.results[0].description) == ("ran", 1, "10 items")


def test_an_item_is_held_under_the_key_that_it_has_alone(memory):
    run(graph_of("a bb ccc", ("tally", "word")), memory)
    _, events = run(graph_of("bb", ("tally", "word")), memory)
    assert [event.items_ran for event in events if isinstance(event, StepFinished)] == [0, 0]


def test_a_step_of_many_items_is_found_whole_in_a_new_process(cache):
    graph = graph_of("a bb ccc", ("measure", "word"))
    before, _ = run(graph, cache)
    again, events = run(graph, Cache(MemoryCache(), cache.disk))
    assert (again.ran, events[1].state, again.results["1"]) == ((), "disk", before.results["1"])


def test_an_item_whose_entry_is_gone_is_made_again_alone(cache):
    graph = graph_of("a bb ccc", ("measure", "word"))
    run(graph, cache)
    held = cache.find(next(iter(graph.worked_out["keys"][1].keys.values())))
    key = cache.find(graph.worked_out["keys"][1].keys["1"]).parts[1]
    fresh = Cache(MemoryCache(), cache.disk)
    (cache.disk.folder / "entries" / key[:2] / key).unlink()
    _, events = run(graph, fresh)
    assert held and [event.items_ran for event in events if isinstance(event, StepFinished)] == [0, 1]


def test_progress_counts_items(memory):
    _, events = run(graph_of("a bb", ("tally", "word")), memory, threads=1)
    told = [(event.done, event.total, event.part, event.note) for event in events if isinstance(event, StepProgress)]
    assert told == [
        (0, 2, 0.0, ""), (0, 2, 0.5, "item 1, 1 of 2"), (1, 2, 0.0, ""), (1, 2, 0.5, "item 2, 1 of 2"), (2, 2, 0.0, ""),
    ]  # fmt: skip


def test_a_failing_item_is_named_and_the_others_are_kept(memory):
    outcome, events = run(graph_of("a bad ccc", ("measure", "word"), ("total", "numbers")), memory)
    assert [failure.message for failure in outcome.failures] == ["item 2 of 3: word: must be good, got bad"]
    assert (outcome.state, outcome.failures[0].remedy) == ("failed", "take another")
    assert len([event for event in events if isinstance(event, StepFailed)]) == 1
    _, events = run(graph_of("a ccc", ("measure", "word")), memory)
    assert [event.items_ran for event in events if isinstance(event, StepFinished)] == [0, 0]


def test_lists_of_other_lengths_do_not_meet(memory):
    graph = graph_of("a bb ccc", ("letters", "word"), ("measure", "word"), ("tally", "times"))
    outcome, _ = run(graph.with_link(Link("w", "text", "3", "word")), memory)
    (failed,) = outcome.failures
    assert failed.message == "lists that meet must be equally long, or one item: times has 6, word has 3"
    assert "Combine" in failed.remedy


def test_effects_write_an_item_each_in_order(memory, tmp_path):
    outcome, _ = run(graph_of("a bb ccc", ("note", "word")), memory, output_folder=tmp_path, threads=4)
    assert [Path(path).read_text() for path in outcome.files] == ["a", "bb", "ccc"]


def test_items_run_at_once_where_they_use_nothing_alone(memory):
    barrier = threading.Barrier(3, timeout=20)

    @node()
    def meet(word: str) -> str:
        """Wait for the others.

        Args:
            word: what comes out.
        """
        barrier.wait()
        return word

    catalogue = Catalogue.of(("t", words), ("t", meet))
    graph = Graph({"1": Node("t/words", parameters={"text": "a b c"}), "2": Node("t/meet")}, [Link("1", "text", "2", "word")])
    assert items(execute(graph, catalogue, memory, threads=3), "2") == ["a", "b", "c"]


def test_an_output_that_is_one_of_several_may_be_a_list(memory):
    outcome, _ = run(graph_of("a bb ccc", ("measure", "word"), ("ends", "numbers")), memory)
    first, others = outcome.results["2"]
    assert (first.description, others.type, [item.description for item in others.items]) == ("1", "list[Integer]", ["2", "3"])
