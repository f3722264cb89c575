"""Wrong matches of files and settings are problems while wiring, each with a remedy; what fits has none."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from graph_engine import Catalogue, FileDigests, Graph, Link, Node, Problem, discover
from graph_engine.foretelling import Foretelling
from nodes.models.folders import existing_file
from nodes.models.llamagen_vq import LlamaGenVqConfig
from nodes.models.var_vqvae import VarVqvaeConfig
from tests.nodes.token_models import GENERATORS, LED_BY_CLASS, LED_BY_WORDS, STUDENTS, TATITOK, TOKENIZERS, pair, save, save_encoder, three

LINKS = (
    "v tokenizer g tokenizer", "g generator m generator", "p conditioning m positive", "m latent d latent", "w tokenizer d tokenizer",
)  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return discover("nodes.library")


class Wiring:
    """Class label, tokenizer, generator, Generate, Decode, of tiny files in a folder; what is changed is said by the test."""

    def __init__(self, folder: Path, layout: str = "llamagen-gpt") -> None:
        self.folder = folder
        made, model = (str(path) for path in pair(folder, layout))
        self._wire(made, model)

    def _wire(self, tokenizer: str, model: str) -> None:
        self.graph = Graph(
            {
                "v": Node("tokenizer/load_tokenizer", parameters={"file": tokenizer}),
                "w": Node("tokenizer/load_tokenizer", parameters={"file": tokenizer}),
                "g": Node("generator/load_generator", parameters={"file": model}),
                "p": Node("prompt/class_label"),
                "m": Node("sampling/generate"),
                "d": Node("tokenizer/decode"),
            },
            [Link(*link.split()) for link in LINKS],
        )

    def set(self, node: str, parameter: str, value: object) -> Wiring:
        self.graph = self.graph.with_parameter(node, parameter, value)
        return self

    def add(self, name: str, type_: str, link: str, **parameters: object) -> Wiring:
        self.graph = self.graph.with_node(name, Node(type_, parameters=parameters)).with_link(Link(*link.split()))
        return self

    def problems(self, catalogue: Catalogue) -> list[Problem]:
        return Foretelling().problems(self.graph, catalogue, ["d"], FileDigests(existing_file))


class WordsWiring(Wiring):
    """The same with words in the place of the class: a text encoder for the generator, and a prompt."""

    def __init__(self, folder: Path, layout: str) -> None:
        self.folder = folder
        tokenizer, model, encoder = (str(path) for path in three(folder, layout))
        self._wire(tokenizer, model)
        self.add("t", "prompt/load_text_encoder", "t textencoder g text_encoder", file=encoder)
        self.graph = self.graph.without(["p"])
        self.add("e", "prompt/encode_prompt", "g text_encoder e text_encoder", prompt="a cat")
        self.graph = self.graph.with_link(Link("e", "conditioning", "m", "positive"))


def words(wiring: Wiring) -> None:
    wiring.graph = wiring.graph.without_link(Link("p", "conditioning", "m", "positive"))
    wiring.add("e", "prompt/encode_prompt", "g text_encoder e text_encoder")
    wiring.graph = wiring.graph.with_link(Link("e", "conditioning", "m", "positive"))


def other_codebook(wiring: Wiring) -> None:
    wiring.set("v", "file", str(save(wiring.folder, "llamagen-vq", LlamaGenVqConfig(4, (1, 2), (1, 1), 1, 4, 12, 3, 2), seed=3)))


def twin(wiring: Wiring) -> None:
    wiring.set("w", "file", str(save(wiring.folder, "llamagen-vq", seed=9)))


def no_tokenizer(wiring: Wiring) -> None:
    wiring.graph = wiring.graph.without_link(Link("v", "tokenizer", "g", "tokenizer"))


def masked(wiring: Wiring) -> None:
    wiring.add("s", "sampling/unmask", "s strategy m strategy")


FIT = "Connect the tokenizer that the generator was trained with."

WRONG: dict[str, tuple[Callable[[Wiring], object], str, str, str]] = {
    "codebooks": (other_codebook, "g", "tokenizer: .* has 8 codes, .* has 12", FIT),
    "kinds": (lambda w: w.set("v", "file", str(save(w.folder, "titok"))), "g", "tokenizer: .* writes codes, .* reads line", FIT),
    "identities": (twin, "d", "latent: must be of llamagen-vq_9_.* is of ", "Use the same tokenizer here as there"),
    "no tokenizer": (no_tokenizer, "g", "tokenizer: must be connected, since .* does not name", "Connect Load tokenizer with the one"),
    "words": (words, "e", "text_encoder: this generator takes a class, no words", "Connect Class label in place of Encode prompt."),
    "class": (lambda w: w.set("p", "number", 3), "m", "positive: must be a class within 0 to 2 for .*, is 3", "Choose another class."),
    "strategy": (
        masked,
        "m",
        "strategy: must be for next token generators .*, is for masked",
        "Connect a strategy of that family, or none.",
    ),
    "size": (lambda w: w.set("m", "width", 512), "m", "width: must be 8 px, .* got 512", "Set it to 0: a generator of tokens has one size"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_match_is_a_problem_with_a_remedy(name: str, catalogue: Catalogue, tmp_path: Path) -> None:
    spoil, where, message, remedy = WRONG[name]
    wiring = Wiring(tmp_path)
    spoil(wiring)
    problem = wiring.problems(catalogue)[0]
    assert problem.node == where
    assert problem.remedy.startswith(remedy)
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(problem.message)


def described_elsewhere(wiring: Wiring) -> None:
    plain = dataclasses.replace(LED_BY_CLASS["lightningdit"][2], described=False)
    for node in ("v", "w"):
        wiring.set(node, "file", str(save(wiring.folder, "kl-autoencoder", plain)))


def other_channels(wiring: Wiring) -> None:
    wiring.set("v", "file", str(save(wiring.folder, *LED_BY_CLASS["lightningdit"][1:])))


def other_line(wiring: Wiring) -> None:
    wiring.set("v", "file", str(save(wiring.folder, "titok", TATITOK)))


def a_class(wiring: Wiring) -> None:
    wiring.graph = wiring.graph.without_link(Link("e", "conditioning", "m", "positive"))
    wiring.add("p", "prompt/class_label", "p conditioning m positive")


def encoder(layout: str) -> Callable[[Wiring], object]:
    return lambda wiring: wiring.set("t", "file", str(save_encoder(wiring.folder, layout)))


def no_encoder(wiring: Wiring) -> None:
    wiring.graph = wiring.graph.without(["t"])


def twin_encoder(wiring: Wiring) -> None:
    """Words of an encoder of the same layout with other weights."""
    wiring.graph = wiring.graph.without_link(Link("g", "text_encoder", "e", "text_encoder"))
    wiring.add("u", "prompt/load_text_encoder", "u textencoder e text_encoder", file=str(save_encoder(wiring.folder, "t5-encoder", 7)))


def encoder_for_classes(wiring: Wiring) -> None:
    wiring.add("t", "prompt/load_text_encoder", "t textencoder g text_encoder", file=str(save_encoder(wiring.folder, "t5-encoder")))


WRONG_ELSEWHERE: dict[str, tuple[str, Callable[[Wiring], object], str, str]] = {
    "latents": ("dit", other_channels, "g", "tokenizer: .* writes latents of 2 channels, .* with latents of 4"),
    "spread": ("lightningdit", described_elsewhere, "g", "tokenizer: .* does not say how its latents are spread"),
    "one size": ("sit", lambda w: w.set("m", "width", 16), "m", "width: must be 8 px"),
    "solver": ("sit", lambda w: w.add("s", "sampling/sampler", "s strategy m strategy", solver="ancestral"), "m", "is for diffusion"),
    "tokens for noise": ("dit", lambda w: w.add("s", "sampling/raster", "s strategy m strategy"), "m", "strategy: must be for diffusion"),
    "line of vectors": ("maskgen-kl", other_line, "g", "writes lines of 12 vectors of 4 numbers"),
    "class for words": ("maskgen-vq", a_class, "m", "positive: must be words for .*, is a class"),
    "other words": ("maskgen-vq", encoder("t5-encoder"), "g", "text_encoder: .* those of CLIP; .* is t5-encoder"),
    "another vector": ("meissonic", encoder("clip"), "g", "text_encoder: .* a vector of the whole text of 32 numbers, clip_0.* gives 8"),
    "no words": ("llamagen-gpt", no_encoder, "g", "text_encoder: must be connected, since .* is led by words"),
    "twin of words": ("llamagen-gpt", twin_encoder, "m", "positive: must come from t5-encoder_0.*, comes from"),
    "another tokenizer": ("distilled-var", lambda w: w.set("v", "file", str(save(w.folder, "llamagen-vq"))), "g", "goes with var-vqvae"),
    "other codes": ("distilled-llamagen", other_codebook, "g", "tokenizer: .* has 8 codes, .* has 12"),
    "student": ("distilled-llamagen", lambda w: w.add("s", "sampling/raster", "s strategy m strategy"), "m", "must be for few looks"),
    "no student": ("var-transformer", lambda w: w.add("s", "sampling/few_looks", "s strategy m strategy"), "m", "is for few looks"),
    "student that is led": (
        "distilled-var",
        lambda w: w.add("c", "guidance/classifier_free_guidance", "c guidance m guidance"),
        "m",
        "guidance: must not lead distilled-var.*, which makes a picture of its class alone",
    ),
    "more than all": (
        "distilled-var",
        lambda w: w.add("s", "sampling/few_looks", "s strategy m strategy", kept=3),
        "m",
        "strategy: must keep fewer than the 3 scales of .*, keeps 3",
    ),
    "words for classes": ("sit", encoder_for_classes, "g", "text_encoder: .* takes a class, no words"),
}


@pytest.mark.parametrize("name", WRONG_ELSEWHERE)
def test_a_wrong_match_of_latents_lines_and_words_is_a_problem_with_a_remedy(name: str, catalogue: Catalogue, tmp_path: Path) -> None:
    layout, spoil, where, message = WRONG_ELSEWHERE[name]
    wiring = WordsWiring(tmp_path, layout) if layout in LED_BY_WORDS else Wiring(tmp_path, layout)
    spoil(wiring)
    problem = wiring.problems(catalogue)[0]
    assert problem.node == where and problem.remedy
    assert re.search(message, problem.message)


@pytest.mark.parametrize("layout", LED_BY_WORDS)
def test_words_that_fit_have_no_problems(layout: str, catalogue: Catalogue, tmp_path: Path) -> None:
    assert WordsWiring(tmp_path, layout).problems(catalogue) == []


@pytest.mark.parametrize("layout", [*GENERATORS, *LED_BY_CLASS])
def test_what_fits_has_no_problems(layout: str, catalogue: Catalogue, tmp_path: Path) -> None:
    wiring = Wiring(tmp_path, layout)
    wiring.add("c", "guidance/classifier_free_guidance", "c guidance m guidance")
    assert wiring.problems(catalogue) == []


@pytest.mark.parametrize("layout", STUDENTS)
def test_a_student_that_looks_twice_has_no_problems(layout: str, catalogue: Catalogue, tmp_path: Path) -> None:
    wiring = Wiring(tmp_path, layout)
    wiring.add("s", "sampling/few_looks", "s strategy m strategy", looks=2)
    wiring.add("c", "guidance/classifier_free_guidance", "c guidance m guidance", scale=1.0)
    assert wiring.problems(catalogue) == []


def test_tokens_over_other_scales_are_a_problem(catalogue: Catalogue, tmp_path: Path) -> None:
    wiring = Wiring(tmp_path, "var-transformer")
    finer = dataclasses.replace(TOKENIZERS["var-vqvae"], scales=(1, 2, 3, 4))
    assert isinstance(finer, VarVqvaeConfig)
    other = str(save(tmp_path, "var-vqvae", finer))  # the same weights, so the same file with another word in its header
    for node in ("v", "w"):
        wiring.set(node, "file", other)
    wiring.add("e", "tokenizer/encode", "v tokenizer e tokenizer")
    wiring.graph = wiring.graph.with_link(Link("e", "latent", "m", "tokens"))
    (problem,) = wiring.problems(catalogue)
    assert (problem.node, problem.where) == ("m", "tokens")
    assert problem.message == "tokens: must fill 1 × 1, 2 × 2, 4 × 4 as the generator's, fill 1 × 1, 2 × 2, 3 × 3, 4 × 4"
