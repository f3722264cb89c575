"""Tokens, classes, strategies and guidance travel on links: run by the engine, kept on disk, found again."""

from __future__ import annotations

from pathlib import Path

from graph_engine import Cache, DiskCache, FileDigests, Graph, Link, MemoryCache, Node, Outcome, discover, execute
from nodes.models.folders import existing_file
from tests.nodes.token_models import save

LINKS = (
    "vq tokenizer load tokenizer",
    "load generator make generator",
    "class conditioning make positive",
    "guide guidance make guidance",
    "other conditioning guide negative",
    "raster strategy doubt strategy",
    "doubt strategy make strategy",
    "make latent show latent",
    "vq tokenizer show tokenizer",
)


def wired(folder: Path) -> Graph:
    nodes = {
        "vq": Node("tokenizer/load_tokenizer", parameters={"file": str(save(folder, "llamagen-vq"))}),
        "load": Node("generator/load_generator", parameters={"file": str(save(folder, "llamagen-gpt"))}),
        "class": Node("prompt/class_label", parameters={"number": 1}),
        "other": Node("prompt/class_label", parameters={"number": -1}),
        "guide": Node("guidance/classifier_free_guidance", parameters={"scale": 2.0, "schedule": "linear"}),
        "raster": Node("sampling/raster", parameters={"temperature": 0.9}),
        "doubt": Node("sampling/doubtful_top_k"),
        "make": Node("sampling/generate", parameters={"count": 2}),
        "show": Node("tokenizer/decode"),
    }
    return Graph(nodes, [Link(*link.split()) for link in LINKS])


def run(graph: Graph, folder: Path) -> Outcome:
    cache = Cache(MemoryCache(), DiskCache(folder / "cache"))
    return execute(graph, discover("nodes.library"), cache, targets=["show"], digests=FileDigests(existing_file))


def test_a_class_becomes_a_picture_and_the_next_process_finds_it(tmp_path: Path) -> None:
    graph = wired(tmp_path)
    first = run(graph, tmp_path)
    assert (first.state, first.failures) == ("done", ())
    assert first.results["show"][0].description == "2 × RGB 8 × 8"
    assert run(graph, tmp_path).ran == ()


def test_other_tokens_are_decoded_again_and_the_same_are_not(tmp_path: Path) -> None:
    graph = wired(tmp_path)
    run(graph, tmp_path)
    greedy = run(graph.with_parameter("raster", "temperature", 0.0), tmp_path)
    assert {"make", "show"} <= set(greedy.ran)
    same = run(graph.with_parameter("guide", "power", 3.0), tmp_path)  # a power without a cosine says nothing
    assert "make" in same.ran
    assert "show" not in same.ran
