"""Digests of files: by content, remembered, and never out of date."""

import os

from graph_engine import FileDigests
from graph_engine.files import LARGE, MISSING


def settled(path):
    """As if the file had been written long ago; its time of change stays that of now."""
    os.utime(path, (1, 1))
    return str(path)


def test_equal_content_is_an_equal_digest(tmp_path):
    (tmp_path / "a").write_text("same")
    (tmp_path / "b").write_text("same")
    digests = FileDigests()
    assert digests(str(tmp_path / "a")) == digests(str(tmp_path / "b"))


def test_what_is_not_there_is_missing(tmp_path):
    digests = FileDigests()
    assert {digests(text) for text in ("", str(tmp_path), str(tmp_path / "none"), "x" * 5000, "nul\0")} == {MISSING}


def test_a_file_written_just_now_is_read_again(tmp_path):
    path = tmp_path / "model"
    path.write_text("aaa")
    digests = FileDigests()
    before, facts = digests(settled(path)), os.stat(path)
    path.write_text("bbb")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert digests(str(path)) != before


def test_large_files_are_remembered_by_the_next_process(tmp_path):
    path, memory = tmp_path / "large", tmp_path / "memory" / "digests.json"
    with path.open("wb") as file:
        file.truncate(LARGE)
    digest = FileDigests(path=memory, settled=-1.0)(str(path))
    memory.write_text(memory.read_text().replace(digest, "remembered"))
    assert FileDigests(path=memory)(str(path)) == "remembered"
    os.utime(path, (5, 5))
    assert FileDigests(path=memory)(str(path)) == digest


def test_a_damaged_memory_is_forgotten(tmp_path):
    (tmp_path / "digests.json").write_text("{half")
    (tmp_path / "a").write_text("x")
    assert FileDigests(path=tmp_path / "digests.json")(str(tmp_path / "a")) == FileDigests()(str(tmp_path / "a"))
