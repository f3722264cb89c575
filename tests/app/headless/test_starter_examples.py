"""Every example of the starter's models runs with the models that ship, and shows its use; few steps, small pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.engine_room import EngineRoom
from app.examples import FOLDER
from app.steps import Steps
from graph_engine import Workflow, read
from graph_engine.workflow import with_values

SMALL = {
    "first_picture": {},
    "several_prompts": {"prompts": "a cat in a meadow\na red car"},
    "sticker": {"count": 1},
    "layered_scene": {},
    "sketch_to_scene": {},
    "layout_to_scene": {},
    "inpaint": {},
    "outpaint": {},
    "variations": {"count": 2},
    "compare_guidance": {"scales": "1\n4.5"},
    "live_painting": {},
    "larger": {"times": 1},
    "token_by_token": {},
    "scale_by_scale": {},
    "all_tokens_at_once": {},
    "token_editing": {},
    "compare_families": {},
}
"""The examples, with what makes them small."""

Shown = dict[str, np.ndarray]
"""What the nodes show, by id: (height, width, 4) bytes."""


@pytest.fixture
def room(tmp_path_factory: pytest.TempPathFactory) -> EngineRoom:
    """One that remembers nothing, so that every step shows what it makes."""
    return EngineRoom(folder=tmp_path_factory.mktemp("cache"))


def example(stem: str, **values: object) -> Workflow:
    path = FOLDER / f"{stem}.json"
    workflow = read(path.read_bytes(), path.name)
    few = {"steps": 2} if "steps" in workflow.exposed else {}
    return with_values(workflow, {**few, **SMALL[stem], **values})


def shown(room: EngineRoom, workflow: Workflow, folder: Path) -> Shown:
    steps = Steps()
    outcome = room.run(workflow, steps.take, output_folder=folder)
    assert outcome.state == "done" and len(list(folder.glob("*.png"))) == len(outcome.files)
    assert outcome.files or not of_type(workflow, "output/save_image")
    looks = {node: steps[node].looks for node in workflow.graph.nodes}
    return {node: np.frombuffer(one.rgba, np.uint8).reshape(one.height, one.width, 4) for node, one in looks.items() if one}


def of_type(workflow: Workflow, type_: str) -> list[str]:
    return [name for name, node in workflow.graph.nodes.items() if node.type == type_]


@pytest.mark.parametrize("stem", SMALL)
def test_an_example_runs_and_makes_a_picture_that_is_not_flat(room: EngineRoom, tmp_path: Path, stem: str) -> None:
    workflow = example(stem)
    (last,) = of_type(workflow, "output/save_image") or of_type(workflow, "output/preview")
    picture = shown(room, workflow, tmp_path)[last]
    assert min(picture.shape[:2]) >= 128 and picture[..., :3].std() > 10


def test_an_inpainted_picture_is_what_it_was_outside_of_the_mask(room: EngineRoom, tmp_path: Path) -> None:
    workflow = example("inpaint")
    made = shown(room, workflow, tmp_path)
    (mask,), (after,) = of_type(workflow, "mask/paint_mask"), of_type(workflow, "mask/blend_by_mask")
    before = next(
        node for node in of_type(workflow, "tokenizer/decode") if any(link.target == mask for link in workflow.graph.out_of(node))
    )
    outside = made[mask][..., 0] == 0
    assert 0.2 < outside.mean() < 0.8
    change = np.abs(made[after].astype(int) - made[before]).max(2)
    assert change[outside].max() <= 1  # where the mask is too faint to be seen
    assert change[~outside].mean() > 10


def test_what_was_not_erased_of_tokens_stays(room: EngineRoom, tmp_path: Path) -> None:
    workflow = example("token_editing")
    made = shown(room, workflow, tmp_path)
    before, after = (made[node] for node in of_type(workflow, "tokenizer/decode"))
    change = np.abs(before.astype(int) - after).max(2)
    assert change[40:88, 40:88].mean() > 20
    assert change[112:, :16].max() < 8  # a corner: the decoder mixes neighbors of the mask's edge


def test_an_outpainted_picture_holds_what_it_came_from_and_is_wider(room: EngineRoom, tmp_path: Path) -> None:
    workflow = example("outpaint")
    made = shown(room, workflow, tmp_path)
    (frame,), (after,) = of_type(workflow, "outpainting/outpaint_frame"), of_type(workflow, "mask/blend_by_mask")
    (source,) = (link.source for link in workflow.graph.into(frame))
    assert made[after].shape[1] > made[source].shape[1] == 128
    assert (made[after][:, :100] == made[source][:, :100]).all()


def test_layers_of_a_scene_are_clear_around_their_things_and_the_place_shows_there(room: EngineRoom, tmp_path: Path) -> None:
    workflow = example("layered_scene", steps=8)
    made = shown(room, workflow, tmp_path)
    (stack,) = of_type(workflow, "layers/layers")
    place, *things = (made[link.source] for link in sorted(workflow.graph.into(stack), key=lambda link: workflow_order(link.input)))
    for thing in things:
        assert thing[:8, :8, 3].max() < 26 and thing[..., 3].max() > 230
    assert (place[..., 3] > 230).all() and (made[stack][:4, 60:] == place[:4, 60:]).all()


def workflow_order(name: str) -> int:
    return ("one", "two", "three").index(name)


@pytest.mark.parametrize(("stem", "steps"), [("sketch_to_scene", {"steps": 8}), ("live_painting", {})])
def test_a_sketch_leads_colors_to_their_places(room: EngineRoom, tmp_path: Path, stem: str, steps: dict[str, int]) -> None:
    workflow = example(stem, **steps)
    made = shown(room, workflow, tmp_path)
    (sketch,), (after,) = of_type(workflow, "control/sketch"), of_type(workflow, "tokenizer/decode")
    red = [picture[..., 0].astype(int) - picture[..., 2] > 60 for picture in (made[sketch], made[after])]
    assert (red[0] & red[1]).sum() > 0.5 * (red[0] | red[1]).sum()
