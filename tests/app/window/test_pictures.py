"""The main states of the window look as they are stored. ``make pictures`` stores how they look now: look before you commit."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from app.document import Document
from app.theme.style import apply_theme
from app.theme.tokens import DARK, THEMES
from app.translating import apply_language
from graph_engine import Catalogue, discover, read, write
from tests.app.window.likeness import likeness, to_pillow, write_difference
from tests.app.window.states import CATALOGUE, PICTURES, STATES, WORKFLOW, photographed

RENEWS = bool(os.environ.get("RENEW_PICTURES"))
DIFFERENCES = Path("output/differences")
SHIPPED = Path("workflows/first_picture.json")
FURTHER = {"mask/paint_mask", "control/layout", "control/sketch", "mask/refine_mask"}
"""Types of nodes that the pictures show beside those of the workflow."""


@pytest.fixture(scope="module", autouse=True)
def subjects() -> None:
    """Renewed with the pictures: the workflow that they show and the types of its nodes, as they were then."""
    if RENEWS:
        PICTURES.mkdir(exist_ok=True)
        workflow = read(SHIPPED.read_bytes())
        WORKFLOW.write_bytes(write(workflow))
        wanted = {node.type for node in workflow.graph.nodes.values()} | FURTHER
        types = {identity: found for identity, found in discover("nodes.library").items() if identity in wanted}
        CATALOGUE.write_bytes(Catalogue(types).to_json())


@pytest.fixture
def still(qapp: QApplication) -> Iterator[QApplication]:
    """No cursor blinks."""
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield qapp
    qapp.setCursorFlashTime(before)
    apply_language(qapp, "en")
    apply_theme(qapp, DARK)


def _photo(still: QApplication, name: str, folder: Path) -> Image.Image:
    reach, theme, language = STATES[name]
    apply_theme(still, THEMES[theme])
    apply_language(still, language)
    window = photographed(folder, THEMES[theme])
    shown = reach(window)
    still.processEvents()
    image = to_pillow(shown.grab().toImage())
    window.session.show_document(Document())  # so that closing asks nothing
    for widget in {shown, window}:
        widget.close()
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # a theme is put on every widget that there is
    return image


@pytest.mark.parametrize("name", STATES)
def test_the_window_looks_as_it_is_stored(name: str, still: QApplication, tmp_path: Path) -> None:
    now, path = _photo(still, name, tmp_path), PICTURES / f"{name}.webp"
    if RENEWS:
        now.save(path, lossless=True, method=6)
    stored = Image.open(path).convert("RGB")
    found = likeness(now, stored)
    if not found.same:
        write_difference(now, stored, found.off, DIFFERENCES / f"{name}.png")
    assert found.same, f"{found.of_all:.2%} of it and {found.of_tile:.0%} of a tile differ: see {DIFFERENCES / name}.png"


def test_a_missing_button_is_seen_and_a_shifted_letter_is_not() -> None:
    stored = Image.open(PICTURES / "opened_workflow.webp").convert("RGB")
    without = stored.copy()
    without.paste(stored.getpixel((700, 20)), (1180, 30, 1275, 58))  # where Run is
    assert not likeness(without, stored).same
    assert likeness(stored.transform(stored.size, Image.Transform.AFFINE, (1, 0, 0.3, 0, 1, 0), Image.Resampling.BILINEAR), stored).same


def test_the_pictures_stay_small_together() -> None:
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < 1_500_000
