"""Workflows on a GPU that is none: what they make never meets what lies on the CPU, and is what a CPU makes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.headless import with_settings
from app.script.writing import python_script
from graph_engine import discover, read
from nodes.runtime.models import holder
from tests.app.headless.test_published_models import FAMILIES, GENERATOR_OF, tiny_files  # noqa: F401
from tests.nodes.runtime.pretended_gpu import pretended_gpu
from tests.nodes.runtime.tape import on_tape

FOLDER = Path(__file__).parents[3] / "workflows"
EXAMPLES = (
    "first_picture",
    "all_tokens_at_once",
    "inpaint",
    "larger",
    "layered_scene",
    "layout_to_scene",
    "scale_by_scale",
    "sketch_to_scene",
)


@pytest.fixture
def pictures_of(monkeypatch, tmp_path):
    """``pictures_of(name, settings, device)`` of a workflow that ships, run in this thread."""

    def pictures(name, settings, device):
        catalogue = discover("nodes.library")
        workflow = with_settings(read((FOLDER / f"{name}.json").read_bytes(), name), catalogue, settings, None)
        code = compile(python_script(workflow, catalogue, name), name, "exec")
        folder = tmp_path / "pictures" / device.replace(":", "_")
        folder.mkdir(parents=True)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("TESSERA_DEVICE", device)
        with monkeypatch.context() as patch:
            if device == "cpu":
                exec(code, {"__name__": "__main__"})
            else:
                on_tape(patch)
                with pretended_gpu(patch):
                    exec(code, {"__name__": "__main__"})
                assert {held.device for held in holder.held()} >= {device}
        return [np.asarray(Image.open(path).convert("RGBA"), float) for path in sorted(folder.rglob("*.png"))]

    yield pictures
    holder.release()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_makes_the_pictures_that_it_makes_on_a_cpu(name, pictures_of):
    made, true = pictures_of(name, [], "cuda:0"), pictures_of(name, [], "cpu")
    assert len(made) == len(true) > 0
    assert max(np.abs(a - b).mean() for a, b in zip(made, true, strict=True)) < 1


@pytest.mark.parametrize("name", FAMILIES)
def test_models_of_a_published_layout_never_meet_what_lies_on_the_cpu(name, pictures_of, tiny_files):  # noqa: F811
    tiny_files(name)
    (picture,) = pictures_of(name, ["class=1"] if name in GENERATOR_OF else [], "cuda:0")
    assert picture.std() > 0


def test_token_by_token_steps_are_played_again_in_bfloat16(pictures_of):
    (picture,) = pictures_of("token_by_token", [], "cuda:0")
    assert picture.std() > 10
