from __future__ import annotations

import io
import os
import resource
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from PIL import Image as Pillow

from graph_engine.errors import Failure
from nodes.imaging.encoding import encoded
from nodes.imaging.writing import rooted, write_new


@pytest.mark.parametrize(
    "name", ["../up", "a/../../up", "/etc/cat", "a//b", "", ".", "..\\up", "C:\\cat", "cat.", "nul", "CON.png", "a\nb", "tab?"]
)
def test_a_name_that_is_not_below_the_output_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failure, match="below the output folder"):
        rooted(tmp_path, name)


def test_a_name_may_have_folders_and_dots_and_any_script(tmp_path: Path) -> None:
    assert rooted(tmp_path, "stickers/gâteau v1.2 猫") == tmp_path / "stickers" / "gâteau v1.2 猫"


def test_a_link_does_not_lead_out_of_the_output_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "away").symlink_to(tmp_path)
    with pytest.raises(Failure, match="leads out of it through a link"):
        rooted(tmp_path / "out", "away/cat")


def test_files_are_numbered_on_and_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "cat_0007.png").write_bytes(b"mine")
    names = [write_new(tmp_path / "cat", ".png", b"new").name for _ in range(2)]
    assert names == ["cat_0008.png", "cat_0009.png"]
    assert (tmp_path / "cat_0007.png").read_bytes() == b"mine"


def test_writers_at_the_same_moment_get_a_file_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda item: write_new(tmp_path / "cat", ".png", b"%d" % item), range(40)))
    assert len(set(paths)) == 40
    assert sorted(int(path.read_bytes()) for path in tmp_path.iterdir()) == list(range(40))


def test_missing_folders_are_made_and_files_have_usual_permissions(tmp_path: Path) -> None:
    written = write_new(tmp_path / "a" / "b" / "cat", ".png", b"x")
    (tmp_path / "plain").write_bytes(b"x")
    assert stat.S_IMODE(written.stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


def test_a_folder_that_cannot_be_made_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file")
    with pytest.raises(Failure, match="taken: cannot be written") as caught:
        write_new(tmp_path / "taken" / "cat", ".png", b"x")
    assert "output folder" in caught.value.remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to the superuser")
def test_a_folder_that_may_not_be_written_is_a_failure(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Failure, match="cannot be written, Permission denied"):
        write_new(tmp_path / "cat", ".png", b"x")


@contextmanager
def room_for_100_bytes() -> Iterator[None]:
    """The system refuses longer files, as a full disk does; also to pytest, so it is held as briefly as can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_where_there_is_no_room_nothing_is_left_behind(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="has no room for 500 bytes") as caught, room_for_100_bytes():
        write_new(tmp_path / "cat", ".png", bytes(500))
    assert "Free some space" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_png_keeps_straight_alpha_hidden_color_and_texts() -> None:
    rgba = torch.randint(0, 256, (4, 6, 5), generator=torch.Generator().manual_seed(0)) / 255
    rgba[3, :3] = 0
    with Pillow.open(io.BytesIO(encoded(rgba, "png", {"short": "ü", "long": "x" * 5000}))) as picture:
        back = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).view(6, 5, 4)
        assert torch.equal(back.permute(2, 0, 1).float() / 255, rgba)
        assert picture.text == {"short": "ü", "long": "x" * 5000}
