"""What a person does at the window, from the first start to the saved file, with real keys and a real mouse."""

import json
from pathlib import Path

import pytest

from app.files import FIRST_PICTURE
from tests.display.person import Person

pytestmark = pytest.mark.display


def _quick(folder: Path) -> Path:
    """The first picture in two steps."""
    workflow = json.loads(FIRST_PICTURE.read_text("utf-8"))
    exposed = workflow["exposed"]["steps"]
    workflow["nodes"][exposed["node"]]["parameters"][exposed["parameter"]] = 2
    path = folder / "quick.json"
    path.write_text(json.dumps(workflow), "utf-8")
    return path


def _ready(person: Person, *words: str) -> Person:
    person.start(*words)
    person.until(lambda state: state["worker"] == "Worker ready")
    return person


def _two_masks(person: Person) -> tuple[str, str]:
    """A painted mask and one that refines a mask, not linked: what is selected would be linked at once."""
    _ready(person)
    person.point(person.find("canvas", x=0.2, y=0.3))
    painted = person.add("Paint mask")
    person.click(person.find("canvas", x=0.6, y=0.4))
    person.until(lambda state: not state["selected"])
    refined = person.add("Refine mask")
    person.key("Home")
    return painted, refined


def _wired(person: Person) -> tuple[str, str]:
    painted, refined = _two_masks(person)
    person.drag(person.port(painted, "mask", gives=True), person.port(refined, "mask", gives=False))
    person.until(lambda state: state["links"] == [[painted, "mask", refined, "mask"]])
    return painted, refined


def test_an_example_opens_by_its_card_and_its_picture_comes(person: Person) -> None:
    _ready(person)
    person.click(person.find("button", words="First picture"))
    assert len(person.until(lambda state: state["nodes"])["nodes"]) == 9
    person.until(lambda state: state["picture"] and not state["running"])


def test_a_graph_is_built_by_palette_and_mouse_and_run(person: Person) -> None:
    _, refined = _wired(person)
    person.click(person.find("head", node=refined))
    person.key("ctrl+Return")
    done = person.until(lambda state: state["picture"] and not state["running"])
    assert done["said"].startswith("Done")


def test_a_wire_let_go_over_nothing_asks_for_what_fits_there(person: Person) -> None:
    painted, refined = _two_masks(person)
    person.drag(person.port(painted, "mask", gives=True), person.find("canvas", x=0.5, y=0.12))
    offered = person.until(lambda state: state["palette"])["palette"]
    assert "Refine mask" in offered and "Prompt" not in offered
    person.type("refine")
    person.key("Return")
    (link,) = person.until(lambda state: state["links"])["links"]
    assert link[0] == painted and link[2] not in (painted, refined)


def test_a_node_is_dragged_and_undo_puts_it_back(person: Person) -> None:
    painted, _ = _two_masks(person)
    before = person.state["layout"]
    x, y = person.find("head", node=painted)
    person.drag((x, y), (x - 96, y + 64))
    person.until(lambda state: state["layout"][painted][0] < before[painted][0] - 40 and state["layout"][painted][1] > before[painted][1])
    person.key("ctrl+z")
    person.until(lambda state: state["layout"] == before)


def test_wheel_and_middle_button_move_over_the_graph_and_home_shows_all(person: Person) -> None:
    _ready(person, str(FIRST_PICTURE))
    begun = person.until(lambda state: state["nodes"])
    at = person.find("canvas", x=0.5, y=0.5)
    person.click(at, button=4, times=5)
    near = person.until(lambda state: state["zoom"] > begun["zoom"] * 1.2)
    person.drag(at, (at[0] - 120, at[1] - 80), button=2)
    moved = person.until(lambda state: state["middle"][0] > near["middle"][0] + 50)
    assert moved["middle"][1] > near["middle"][1] + 30 and not moved["modified"]
    person.key("Home")
    person.until(lambda state: state["zoom"] < near["zoom"])


def test_a_box_selects_delete_takes_away_and_undo_brings_all_back(person: Person) -> None:
    _wired(person)
    before = person.state
    person.drag(person.find("canvas", x=0.02, y=0.04), person.find("canvas", x=0.98, y=0.9))
    person.until(lambda state: len(state["selected"]) == 2)
    person.key("Delete")
    person.until(lambda state: not state["nodes"])
    person.key("ctrl+z")
    assert person.until(lambda state: state["nodes"])["links"] == before["links"]


def test_another_prompt_gives_another_picture_and_undo_gives_the_first_again(person: Person, tmp_path: Path) -> None:
    _ready(person, str(_quick(tmp_path)))
    person.key("ctrl+Return")
    first = person.until(lambda state: state["picture"] and not state["running"])
    person.click(person.find("head", node="1"))
    person.click(person.find("widget", name="parameter_text"))
    person.key("ctrl+a")
    person.type("a red car in the snow")
    person.until(lambda state: state["nodes"]["1"]["parameters"]["text"] == "a red car in the snow")
    person.key("ctrl+Return")
    person.until(lambda state: state["picture"] != first["picture"] and not state["running"])


def test_save_writes_what_the_window_shows(person: Person, tmp_path: Path) -> None:
    path = _quick(tmp_path)
    _ready(person, str(path))
    person.click(person.find("head", node="9"))
    person.key("Delete")
    person.until(lambda state: "9" not in state["nodes"] and state["modified"])
    person.key("ctrl+s")
    person.until(lambda state: not state["modified"])
    assert "9" not in json.loads(path.read_text("utf-8"))["nodes"]


def test_unsaved_work_is_asked_for_before_the_window_goes(person: Person) -> None:
    _two_masks(person)
    person.key("ctrl+q")
    person.until(lambda state: state["dialog"] == "unsaved_question")
    person.key("Escape")
    assert len(person.until(lambda state: not state["dialog"])["nodes"]) == 2


def test_work_of_a_killed_window_is_offered_and_comes_back(person: Person) -> None:
    _, refined = _wired(person)
    person.click(person.find("canvas", x=0.9, y=0.9))
    person.until(lambda state: not state["selected"])  # by now the journal has the link
    person.end()
    _ready(person)
    assert "Unsaved work" in person.state["notice"]
    person.click(person.find("button", words="Recover"))
    assert len(person.until(lambda state: state["nodes"])["links"]) == 1


def test_a_mask_is_painted_on_the_paper_and_is_one_edit(person: Person) -> None:
    _ready(person)
    painted = person.add("Paint mask")
    person.key("e")
    x, y = person.find("widget", name="paper")
    person.drag((x - 60, y - 20), (x + 60, y + 30))
    node = person.until(lambda state: state["nodes"][painted]["parameters"].get("painted"))["nodes"][painted]
    assert len(node["parameters"]["painted"]["shapes"]) == 1
    person.key("ctrl+z")
    person.until(lambda state: not state["nodes"][painted]["parameters"].get("painted", {}).get("shapes"))


def test_nodes_are_copied_into_another_tab(person: Person) -> None:
    _wired(person)
    person.click(person.find("canvas", x=0.9, y=0.9))
    person.key("ctrl+a", "ctrl+c", "ctrl+t")
    person.until(lambda state: state["documents"] == 2 and not state["nodes"])
    person.key("ctrl+v")
    assert len(person.until(lambda state: state["nodes"])["links"]) == 1


def test_keys_turn_to_the_simple_view_and_back(person: Person, tmp_path: Path) -> None:
    _ready(person, str(_quick(tmp_path)))
    person.key("ctrl+e")
    person.until(lambda state: state["simple"])
    person.key("ctrl+e")
    person.until(lambda state: not state["simple"])
