"""A model file is what its header says, or it is refused; the companions of a generator are known by content."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from graph_engine.errors import MissingModel
from nodes.models.folders import find_again
from nodes.models.layouts import build_model, describe_model, open_model
from nodes.runtime.loading import open_generator


@pytest.fixture
def family(tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tiny family that a test may damage."""
    shutil.copytree(tiny_folder / "tiny", tmp_path / "copy")
    monkeypatch.setenv("TESSERA_MODELS", str(tmp_path))
    return tmp_path / "copy"


def rewritten(path: Path, tensors: dict[str, torch.Tensor] | None = None, **metadata: str) -> Path:
    """The same file with other tensors or metadata."""
    with safe_open(path, "pt") as file:
        before = file.metadata()
    save_file(tensors or load_file(path), path, metadata={**before, **metadata})
    return path


def with_config(path: Path, **changes: Any) -> Path:
    with safe_open(path, "pt") as file:
        config = json.loads(file.metadata()["config"])
    return rewritten(path, config=json.dumps({**config, **changes}))


def refusal(path: Path, role: str = "generator") -> str:
    with pytest.raises(MissingModel) as caught:
        describe_model(path, role)
    return str(caught.value)


@pytest.mark.parametrize("name", ["generator", "tokenizer", "text encoder"])
def test_a_model_is_built_with_the_weights_of_its_file(models: Path, name: str) -> None:
    file = {"generator": "flow_base", "tokenizer": "rgba_autoencoder", "text encoder": "text_encoder"}[name]
    module = build_model(open_model(f"tiny/{file}", name))
    stored = load_file(models / "tiny" / f"{file}.safetensors")
    assert module.state_dict().keys() == stored.keys()
    assert all(torch.equal(value, stored[key].float()) for key, value in module.state_dict().items())
    assert not module.training


def test_another_role_names_both_roles(models: Path) -> None:
    with pytest.raises(MissingModel, match="must be a generator, is a tokenizer") as caught:
        open_model("tiny/rgba_autoencoder", "generator")
    assert caught.value.remedy == "Use the node that loads a tokenizer."


def test_a_layout_that_nobody_knows_is_named(family: Path) -> None:
    path = rewritten(family / "flow_base.safetensors", layout="some-unet")
    assert "no family recognizes it, its header names some-unet; known: tessera-flow-transformer" in refusal(path)


def test_a_lacking_tensor_and_a_strange_one_are_named(family: Path) -> None:
    path = family / "flow_base.safetensors"
    tensors = load_file(path)
    tensors["lora.up"] = tensors.pop("text_in.bias")
    assert "lacks text_in.bias and 0 more, has lora.up and 0 more" in refusal(rewritten(path, tensors))


def test_a_tensor_of_another_shape_is_named_with_both_shapes(family: Path) -> None:
    path = family / "flow_base.safetensors"
    tensors = load_file(path)
    tensors["text_in.bias"] = torch.zeros(3)
    assert "text_in.bias: must have the shape (16,), has (3,)" in refusal(rewritten(path, tensors))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"depth": 10**9}, "config.depth: must be within 1 to 1024, got 1000000000"),
        ({"width": 10**9}, "config.width: must be within 1 to 65536"),
        ({"heads": 0}, "config.heads: must be within 1 to 65536, got 0"),
        ({"width": "wide"}, "config in the header: Expected `int`, got `str`"),
        ({"depth": 3}, "lacks blocks.2."),
    ],
)
def test_a_config_that_does_not_fit_is_refused_before_anything_is_built(family: Path, change: dict[str, Any], said: str) -> None:
    assert said in refusal(with_config(family / "flow_base.safetensors", **change))


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 10_000])
def test_a_config_that_is_no_json_object_is_refused(family: Path, text: str) -> None:
    assert "config in the header" in refusal(rewritten(family / "flow_base.safetensors", config=text))


def test_companions_are_found_by_content_under_any_name(family: Path) -> None:
    (family / "text_encoder.safetensors").rename(family / "words.safetensors")
    assert open_generator("copy/flow_base").text_encoder.name == "words.safetensors"


def test_another_companion_is_not_taken_for_the_right_one(family: Path, tiny_folder: Path) -> None:
    shutil.copy(tiny_folder / "other" / "text_encoder.safetensors", family)
    with pytest.raises(MissingModel, match="must lie beside the text encoder that it was trained with .* found text_encoder"):
        open_generator("copy/flow_base")


def test_a_generator_that_names_no_companion_says_so(family: Path) -> None:
    with_config(family / "flow_base.safetensors", autoencoder="")
    with pytest.raises(MissingModel, match="the tokenizer that it was trained with .which its header does not name"):
        open_generator("copy/flow_base")


def test_a_model_that_was_moved_or_touched_is_found_again_by_content(family: Path) -> None:
    file = open_model("copy/flow_base", "generator")
    file.path.touch()
    assert find_again(file) == file.path
    moved = file.path.rename(family / "renamed.safetensors")
    assert find_again(file) == moved


def test_a_model_that_was_replaced_does_not_pass_for_itself(family: Path, tiny_folder: Path) -> None:
    file = open_model("copy/flow_base", "generator")
    shutil.copy(tiny_folder / "other" / "flow_base.safetensors", file.path)
    with pytest.raises(MissingModel, match="is gone or was replaced"):
        build_model(file)
