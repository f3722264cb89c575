from __future__ import annotations

from pathlib import Path

import pytest

from graph_engine.errors import MissingModel
from nodes.models.folders import existing_file, find_model, model_folders, model_names


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("mine/flow.safetensors", "shipped/starter/flow_base.safetensors", "shipped/starter/flow_small.safetensors"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    return tmp_path / "mine", tmp_path / "shipped"


def test_a_name_is_looked_up_below_the_folders_with_or_without_suffix(folders: tuple[Path, Path]) -> None:
    wanted = folders[1] / "starter" / "flow_base.safetensors"
    assert find_model("starter/flow_base", folders) == find_model("starter/flow_base.safetensors", folders) == wanted
    assert find_model(str(wanted), folders) == wanted


def test_a_missing_model_is_named_with_its_nearest_names(folders: tuple[Path, Path]) -> None:
    with pytest.raises(MissingModel, match="starter/flow_bsae: no such model; nearest: starter/flow_base"):
        find_model("starter/flow_bsae", folders)
    with pytest.raises(MissingModel, match="downloads/flow_small.safetensors: no such model; nearest: starter/flow_small"):
        find_model("downloads/flow_small.safetensors", folders)
    with pytest.raises(MissingModel, match="zzz: no such model; looked in"):
        find_model("zzz", folders)


def test_of_several_names_the_first_that_is_there_is_taken(folders: tuple[Path, Path]) -> None:
    assert find_model("starter/next_token | starter/flow_small", folders).stem == "flow_small"
    (folders[1] / "starter" / "next_token.safetensors").write_bytes(b"")
    assert find_model("starter/next_token | starter/flow_small", folders).stem == "next_token"
    with pytest.raises(MissingModel, match="climbs out of it"):
        find_model("starter/nothing | ../shipped/starter/flow_base", folders)


@pytest.mark.parametrize("name", ["../shipped/starter/flow_base", "starter/../../mine/flow"])
def test_a_name_does_not_climb_out_of_the_folders(folders: tuple[Path, Path], name: str) -> None:
    with pytest.raises(MissingModel, match="climbs out of it"):
        find_model(name, folders)


def test_no_name_is_no_model(folders: tuple[Path, Path]) -> None:
    with pytest.raises(MissingModel, match="must name a model, is empty"):
        find_model("", folders)


def test_models_are_listed_as_a_workflow_names_them(folders: tuple[Path, Path]) -> None:
    assert model_names(folders) == ["flow", "starter/flow_base", "starter/flow_small"]


def test_folders_of_the_environment_come_first_and_the_shipped_ones_last(models: Path) -> None:
    assert model_folders()[0] == models
    assert model_folders()[-1].name == "assets"


def test_a_file_parameter_finds_models_by_name_and_other_files_by_path(models: Path, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")
    assert existing_file("tiny/flow_base") == models / "tiny" / "flow_base.safetensors"
    assert existing_file(str(tmp_path / "photo.png")) == tmp_path / "photo.png"
    assert existing_file("tiny/nothing") is None
    assert existing_file("") is None


@pytest.mark.parametrize("name", ["a" * 5000, "~nobody-of-that-name/flow", "a\0b", "/dev/zero"])
def test_what_no_system_could_open_is_a_missing_model(folders: tuple[Path, Path], name: str) -> None:
    assert existing_file(name) is None
    with pytest.raises(MissingModel, match="no such model"):
        find_model(name, folders)
