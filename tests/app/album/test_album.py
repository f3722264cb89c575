"""The album: what runs made, kept, found and let go."""

from pathlib import Path

import pytest

from app.album.album import Album, opened_or_begun_anew
from app.album.entry import Entry, Made
from app.album.search import asked
from app.sqlite_file import Unreadable
from graph_engine.values import Pixels


def _made(number: int, parent: int = 0, node: str = "6", **values: object) -> Made:
    pixels = Pixels(1, 1, bytes([number, 0, 0, 255]))
    held = {name: (value,) for name, value in values.items()}
    return Made(pixels, "pets", "/w/pets.json", node, "Save image", f"d{number}", b"workflow %d" % number, held, parent)


def _add(album: Album, number: int, parent: int = 0, **values: object) -> Entry:
    entry = album.add(_made(number, parent, **values), b"picture %d" % number * 10, b"small")
    assert entry
    return entry


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(tmp_path)


def test_an_entry_is_there_for_the_next_process_with_its_picture_and_workflow(tmp_path: Path) -> None:
    first = Album(tmp_path)
    entry = _add(first, 1, seed=7)
    first.close()
    album = Album(tmp_path)
    assert album.entries() == [entry] and entry.seed == 7
    assert album.workflow(entry) == b"workflow 1" and album.thumbnail(entry) == b"small"
    assert album.picture(entry).read_bytes() == b"picture 1" * 10


def test_the_same_picture_made_the_same_way_is_kept_once(album: Album) -> None:
    _add(album, 1)
    assert album.add(_made(1), b"picture 1" * 10, b"small") is None
    _add(album, 2)
    _add(album, 1)
    assert len(album.entries()) == 3


def test_stars_and_tags_stay_and_tags_lose_doubles_and_blanks(album: Album) -> None:
    entry = _add(album, 1)
    album.star([entry.id], True)
    album.tag(entry.id, [" blue ", "blue", "", "night"])
    (held,) = album.entries()
    assert held.starred and held.tags == ("blue", "night")


def test_what_is_removed_takes_its_picture_along_unless_another_shows_it(album: Album) -> None:
    one, two = _add(album, 1), _add(album, 2)
    again = _add(album, 1)
    album.forget([one.id, two.id])
    assert [entry.id for entry in album.entries()] == [again.id]
    assert album.picture(again).exists() and not album.picture(two).exists()
    assert album.workflow(two) == b""


def test_past_the_budget_the_oldest_go_but_never_those_with_a_star_or_a_tag(tmp_path: Path) -> None:
    album = Album(tmp_path, budget=250)
    starred, tagged = _add(album, 1), _add(album, 2)
    album.star([starred.id], True)
    album.tag(tagged.id, ["keep"])
    _, latest = _add(album, 3), _add(album, 4)
    assert [entry.id for entry in album.entries()] == [latest.id, tagged.id, starred.id]


def test_the_line_of_an_entry_leads_back_to_the_first(album: Album) -> None:
    first = _add(album, 1)
    second = _add(album, 2, parent=first.id)
    third = _add(album, 3, parent=second.id)
    assert [entry.id for entry in album.ancestors(third)] == [second.id, first.id]
    album.forget([second.id])
    assert album.ancestors(third) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {1, 2}),
        ("OWL", {1}),
        ("seed=7", {1}),
        ("steps>10", {1, 2}),
        ("steps>=20 seed!=7", {2}),
        ("solver=heun", {2}),
        ('text="an owl"', {1}),
        ("#ni", {2}),
        ("is:starred", {1}),
        ('"an owl', {1}),
        ("nothing", set()),
        ("seed=many", set()),
    ],
)
def test_words_and_comparisons_find_entries(album: Album, query: str, found: set[int]) -> None:
    one = _add(album, 1, seed=7, steps=20, solver="euler", text="an owl")
    two = _add(album, 2, seed=8, steps=30, solver="heun", text="a cat")
    album.star([one.id], True)
    album.tag(two.id, ["night"])
    fits = asked(query)
    assert {entry.id for entry in album.entries() if fits(entry)} == found


def test_a_damaged_album_is_told_put_aside_and_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "album.sqlite").write_bytes(b"not a database, but long enough to look at" * 30)
    with pytest.raises(Unreadable, match="must be an album of this program"):
        Album(tmp_path)
    said: list[str] = []
    assert opened_or_begun_anew(tmp_path, said.append).entries() == []
    assert "put aside" in said[0] and list(tmp_path.glob("album.sqlite.unreadable-*"))


def test_the_album_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    album = Album(tmp_path)
    album._file.db.execute("PRAGMA user_version=99")
    album.close()
    with pytest.raises(Unreadable, match="is of version 99, this program knows 1"):
        Album(tmp_path)
