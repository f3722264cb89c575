"""Workflows of published checkpoints: which files lack and how to get them is said by every command; the starter stands in by a switch."""

from pathlib import Path

import pytest
from PIL import Image

from graph_engine import Workflow, read
from nodes.models.published_files import PUBLISHED_FILES, how_to_get
from tests.nodes.conftest import save_family
from tests.nodes.token_models import LINES, pair, save, save_led_by_words, three

FOLDER = Path(__file__).parents[3] / "workflows"
GENERATOR_OF = {
    "arpg": "arpg",
    "distilled_llamagen": "distilled-llamagen",
    "distilled_var": "distilled-var",
    "dit": "dit",
    "hmar": "hmar",
    "lightningdit": "lightningdit",
    "llamagen": "llamagen-gpt",
    "lpd": "lpd",
    "mar": "mar",
    "maskbit": "maskbit",
    "nar": "nar",
    "par": "par",
    "randar": "randar",
    "rar": "rar",
    "sit": "sit",
    "titok": "imagebert",
    "var": "var-transformer",
    "xar": "xar",
}
"""The layout of the generator that each workflow names."""
WORDS_LEAD = {"llamagen_words": "llamagen-gpt", "maskgen": "maskgen-vq", "maskgen_kl": "maskgen-kl", "meissonic": "meissonic"}
FAMILIES = (*GENERATOR_OF, *LINES, *WORDS_LEAD)
LOADERS = ("tokenizer/load_tokenizer", "generator/load_generator", "prompt/load_text_encoder")


def named_files(workflow: Workflow) -> list[str]:
    """The published files that a workflow names: tokenizer, generator, text encoder."""
    nodes = sorted((node for node in workflow.graph.nodes.values() if node.type in LOADERS), key=lambda node: LOADERS.index(node.type))
    return [str(node.parameters["file"]) for node in nodes if node.parameters.get("file") in PUBLISHED_FILES]


def the_workflow(family: str) -> Workflow:
    path = FOLDER / f"{family}.json"
    return read(path.read_bytes(), path.name)


def saved_picture(folder: Path) -> Image.Image:
    (path,) = folder.glob("*.png")
    with Image.open(path) as opened:
        return opened.copy()


@pytest.fixture
def tiny_files(tmp_path, monkeypatch):
    """Puts tiny models where the names of a workflow look for them."""
    monkeypatch.setenv("TESSERA_MODELS", str(tmp_path / "models"))

    def put(family: str) -> None:
        folder = tmp_path / "made"
        if family in LINES:
            files = (save(folder, *LINES[family], large=1),)
        else:
            files = three(folder, WORDS_LEAD[family]) if family in WORDS_LEAD else pair(folder, GENERATOR_OF[family])
        for name, made in zip(named_files(the_workflow(family)), files, strict=True):
            target = tmp_path / "models" / f"{name}.safetensors"
            target.parent.mkdir(parents=True, exist_ok=True)
            made.rename(target)

    return put


@pytest.mark.parametrize("family", FAMILIES)
def test_with_its_files_in_place_a_workflow_makes_a_picture_of_them(family, tiny_files, tessera, tmp_path):
    tiny_files(family)
    settings = ("--set", "class=1") if family in GENERATOR_OF else ()
    said = tessera("run", FOLDER / f"{family}.json", *settings, "--out", tmp_path, "--json")
    assert said.code == 0, said.err
    darkest, lightest = saved_picture(tmp_path).convert("L").getextrema()
    assert darkest < lightest


@pytest.mark.parametrize("family", FAMILIES)
def test_the_note_of_a_workflow_tells_source_size_license_and_place_of_each_file(family):
    workflow = the_workflow(family)
    (note,) = workflow.board.notes.values()
    for name in named_files(workflow):
        file = PUBLISHED_FILES[name]
        said = (file.source, f"{file.millions:g} million", file.license or "see its license", f"MODELS/{name}.safetensors", "No digest")
        assert all(words in note.text for words in said)


@pytest.mark.parametrize("family", FAMILIES)
def test_check_names_each_missing_file_with_where_to_get_it(family, tessera):
    said = tessera("check", FOLDER / f"{family}.json", "--json")
    assert said.code == 3
    assert len(said.json["problems"]) == (1 if family in LINES else 3 if family in WORDS_LEAD else 2)
    for problem in said.json["problems"]:
        published = PUBLISHED_FILES[problem["message"].removeprefix("file: no such model: ")]
        assert f"get {published.file or 'its checkpoint'} from {published.address}" in problem["remedy"]
        assert "tessera convert" in problem["remedy"] or "and save it as" in problem["remedy"]
        assert problem["message"].rsplit("/", 1)[-1] + ".safetensors" in problem["remedy"]


def test_a_run_of_published_files_that_are_not_there_ends_so(tessera, tmp_path):
    said = tessera("run", FOLDER / "llamagen.json", "--out", tmp_path)
    assert said.code == 3
    assert "get vq_ds16_c2i.pt from https://huggingface.co/FoundationVision/LlamaGen/resolve/main/vq_ds16_c2i.pt" in said.err


def test_nothing_of_the_published_side_is_in_the_way_where_the_starter_is_chosen(tessera):
    said = tessera("plan", FOLDER / "llamagen.json", "--set", "official=false", "--json")
    skipped = [step["node"] for step in said.json["steps"] if "takes another side" in step["reason"]]
    assert {"2", "3", "6", "7"} <= set(skipped)


def test_without_the_files_the_starter_makes_the_picture_with_its_model_of_the_family(tessera, tmp_path, monkeypatch):
    monkeypatch.setenv("TESSERA_MODELS", str(tmp_path / "models"))
    save_family(tmp_path / "models" / "starter")
    flow = tessera("run", FOLDER / "dit.json", "--set", "official=false", "--out", tmp_path / "flow")
    assert flow.code == 0, flow.err
    save_led_by_words(tmp_path / "models" / "starter")
    tokens = tessera("run", FOLDER / "llamagen.json", "--set", "official=false", "--out", tmp_path / "tokens")
    assert tokens.code == 0, tokens.err
    assert [saved_picture(tmp_path / side).size for side in ("flow", "tokens")] == [(32, 32), (8, 8)]


def test_a_model_that_nobody_published_has_no_place_to_get_it_from():
    assert how_to_get("my/own_model") == ""
