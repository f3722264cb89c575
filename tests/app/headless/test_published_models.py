"""Workflows of published checkpoints: which files lack and how to get them is said by every command; the starter stands in by a switch."""

from pathlib import Path

import pytest

from nodes.models.published_files import PUBLISHED_FILES, how_to_get

FOLDER = Path(__file__).parents[3] / "workflows"
FAMILIES = ("arpg", "llamagen", "rar", "titok", "var")


@pytest.mark.parametrize("family", FAMILIES)
def test_check_names_each_missing_file_with_where_to_get_it(family, tessera):
    said = tessera("check", FOLDER / f"{family}.json", "--json")
    assert said.code == 3
    assert len(said.json["problems"]) == 2
    for problem in said.json["problems"]:
        published = PUBLISHED_FILES[problem["message"].removeprefix("file: no such model: ")]
        assert f"get {published.file} from huggingface.co/{published.source}" in problem["remedy"]
        assert "tessera convert" in problem["remedy"] and "models" in problem["remedy"]


def test_a_run_of_published_files_that_are_not_there_ends_so(tessera, tmp_path):
    said = tessera("run", FOLDER / "llamagen.json", "--out", tmp_path)
    assert said.code == 3
    assert "get vq_ds16_c2i.pt from huggingface.co/FoundationVision/LlamaGen" in said.err


def test_nothing_of_the_published_side_is_in_the_way_where_the_starter_is_chosen(tessera):
    said = tessera("plan", FOLDER / "llamagen.json", "--set", "official=false", "--json")
    skipped = [step["node"] for step in said.json["steps"] if "takes another side" in step["reason"]]
    assert {"2", "3", "6", "7"} <= set(skipped)


def test_a_model_that_nobody_published_has_no_place_to_get_it_from():
    assert how_to_get("my/own_model") == ""
