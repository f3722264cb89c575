from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.workflow import Workflow, write
from nodes.library.image.load_image import load_image
from nodes.library.output.preview import preview
from nodes.library.output.save_image import save_image
from nodes.values import Image

RGBA = Image(torch.randint(0, 256, (2, 4, 6, 5), generator=torch.Generator().manual_seed(0)) / 255)
WORKFLOW = write(Workflow(name="Größe"))


def test_what_is_saved_can_be_loaded_to_the_bit(tmp_path: Path) -> None:
    context = Context(output_folder=tmp_path)
    assert save_image(context, RGBA, "stickers/cat") is RGBA
    assert context.files == [str(tmp_path / "stickers" / f"cat_000{number}.png") for number in (1, 2)]
    for file, pixels in zip(context.files, RGBA.pixels, strict=True):
        assert torch.equal(load_image(file).pixels[0], pixels)


def test_a_saved_picture_carries_its_workflow_and_seeds(tmp_path: Path) -> None:
    context = Context(output_folder=tmp_path, workflow=WORKFLOW, seeds={"4": 2**64 - 1})
    save_image(context, RGBA)
    with Pillow.open(context.files[0]) as picture:
        assert picture.text["tessera.workflow"].encode() == WORKFLOW
        assert json.loads(picture.text["tessera.seed"]) == {"4": 2**64 - 1}


def test_a_picture_saved_without_embedding_carries_nothing(tmp_path: Path) -> None:
    context = Context(output_folder=tmp_path, workflow=WORKFLOW, seeds={"4": 1})
    save_image(context, RGBA, embed=False)
    with Pillow.open(context.files[0]) as picture:
        assert picture.text == {}


def test_a_workflow_too_large_for_a_picture_is_left_out_with_a_note(tmp_path: Path) -> None:
    context = Context(output_folder=tmp_path, workflow=b"x" * (5 << 20), seeds={"4": 1})
    save_image(context, RGBA)
    with Pillow.open(context.files[0]) as picture:
        assert set(picture.text) == {"tessera.seed"}
    assert context.notes == ["The workflow is not in the file: it may have 4 MiB, has 5."]


@pytest.mark.parametrize("name", ["../cat", "/tmp/cat", ""])
def test_a_name_outside_the_output_folder_saves_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failure, match="name: must be a file name"):
        save_image(Context(output_folder=tmp_path / "out"), RGBA, name)
    assert list(tmp_path.iterdir()) == []


def test_no_picture_chosen_is_a_failure() -> None:
    with pytest.raises(Failure, match="file: must name a picture, is empty"):
        load_image("")


def test_a_picture_without_alpha_stays_without(tmp_path: Path) -> None:
    Pillow.new("RGB", (3, 2), "white").save(tmp_path / "white.png")
    assert load_image(str(tmp_path / "white.png")).pixels.shape == (1, 3, 2, 3)


def test_preview_gives_its_pictures_on() -> None:
    assert preview(RGBA) is RGBA
