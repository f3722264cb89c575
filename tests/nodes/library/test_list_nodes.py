"""Nodes that make lists, join them, cross them and take from them."""

from pathlib import Path

import pytest

from graph_engine import Cache, Failure, Graph, Link, MemoryCache, Node, discover, execute
from nodes.library.logic.combine import combine
from nodes.library.logic.join import join
from nodes.library.logic.pick import pick
from nodes.library.prompt.prompts import prompts


@pytest.fixture(scope="module")
def catalogue():
    return discover("nodes.library")


def lists(**texts):
    return {name: Node("prompt/prompts", parameters={"text": text}) for name, text in texts.items()}


def test_prompts_are_the_lines_that_are_not_blank():
    assert prompts("a cat\n\n  a dog \r\n") == ["a cat", "a dog"]


def test_combine_lets_everything_meet_everything():
    assert combine(["a", "b"], [1, 2, 3]) == (["a", "a", "a", "b", "b", "b"], [1, 2, 3, 1, 2, 3])


def test_join_puts_values_end_to_end():
    assert join(("a", "b")) == ["a", "b"]


@pytest.mark.parametrize(("number", "item"), [(1, "a"), (3, "c"), (-1, "c"), (-3, "a")])
def test_pick_counts_from_one_and_from_the_end(number, item):
    assert pick(["a", "b", "c"], number) == item


@pytest.mark.parametrize("number", [0, 4, -4])
def test_an_item_that_is_not_there_is_a_failure(number):
    with pytest.raises(Failure, match=f"within 1 to 3, or as far from the end, got {number}"):
        pick(["a", "b", "c"], number)


def linked(*links):
    return [Link(*link.split()) for link in links]


def test_what_is_crossed_goes_together(catalogue):
    nodes = lists(one="a\nb", other="x\ny\nz") | {"7": Node("logic/combine"), "8": Node("logic/join")}
    nodes["9"] = Node("logic/pick", parameters={"number": -1})
    links = linked("one text 7 first", "other text 7 second", "7 first 8 items", "7 second 8 items", "8 value 9 items")
    outcome = execute(Graph(nodes, links), catalogue, Cache(MemoryCache()), targets=["8", "9"])
    assert [item.description for item in outcome.results["8"][0].items] == list("aaabbbxyzxyz")
    assert outcome.results["9"][0].description == "z"


def test_ten_prompts_become_ten_pictures_in_ten_files(catalogue, models: Path, tmp_path):
    ten = "\n".join(f"a {color} cat" for color in ("red", "dog", "in", "a", "cat", "icecream", "b", "c", "d", "e"))
    nodes = lists(words=ten) | {
        "load": Node("generator/load_generator", parameters={"file": "tiny/flow_base"}),
        "coder": Node("tokenizer/load_tokenizer", parameters={"file": "tiny/rgba_autoencoder"}),
        "read": Node("prompt/encode_prompt"), "make": Node("sampling/generate"), "draw": Node("tokenizer/decode"),
        "steps": Node("sampling/sampler", parameters={"steps": 1}), "save": Node("output/save_image"),
    }  # fmt: skip
    links = linked(
        "words text read prompt", "load text_encoder read text_encoder", "load generator make generator", "read conditioning make positive",
        "steps strategy make strategy", "make latent draw latent", "coder tokenizer draw tokenizer", "draw image save image",
    )  # fmt: skip
    outcome = execute(Graph(nodes, links), catalogue, Cache(MemoryCache()), output_folder=tmp_path)
    assert outcome.state == "done" and len(outcome.results["draw"][0].items) == 10
    assert [Path(path).name for path in outcome.files] == [f"picture_{number:04}.png" for number in range(1, 11)]
