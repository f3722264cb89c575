"""Pictures that carry their workflow: written by a run, opened by every command, and refused with a sentence where they are damaged."""

import base64
import json
import random
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.carried import KEYWORD, PACKED, carried_workflow
from app.headless import opened
from graph_engine import Graph, Node, Workflow, read, save, write
from graph_engine.errors import BadWorkflow
from nodes.imaging.encoding import FORMATS, JPEG_ROOM, SUFFIXES, encoded, fitting_texts

SMALL = write(Workflow(Graph({"1": Node("image/load_image", parameters={"file": "cat.png"})}), name="Größe"))


def picture(kind: str, text: str = SMALL.decode()) -> bytes:
    import torch

    return encoded(torch.zeros(3, 4, 4), kind, fitting_texts({KEYWORD: text}, kind))


def chunked(kind: bytes, body: bytes) -> bytes:
    """A PNG with one chunk more."""
    plain = picture("png", "{}")
    made = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return plain[:8] + made + plain[8:]


def webp(block: bytes) -> bytes:
    return b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(block)) + block


def entry(text: bytes) -> bytes:
    """An EXIF block with one text."""
    return b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0xEA10, 2, len(text), 26, 0) + text


@pytest.fixture
def saved(tessera, copy_workflow, tmp_path):
    def save_as(kind: str) -> Path:
        file = json.loads(copy_workflow.read_text())
        file["nodes"]["2"]["parameters"]["format"] = kind
        copy_workflow.write_text(json.dumps(file))
        return Path(tessera("run", copy_workflow, "--out", tmp_path / "out", "--json").json["files"][0])

    return save_as


@pytest.mark.parametrize("kind", FORMATS)
def test_every_command_opens_what_a_run_wrote(tessera, saved, tmp_path, kind):
    path = saved(kind)
    assert path.suffix == SUFFIXES[kind]
    for words in (("check", path), ("plan", path), ("describe", path), ("run", path, "--out", tmp_path / "again")):
        assert tessera(*words).code == 0
    with Image.open(path) as made, Image.open(next((tmp_path / "again").iterdir())) as again:
        assert made.tobytes() == again.tobytes()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_workflow_is_taken_out_of_a_picture_by_import(tessera, saved, tmp_path, kind):
    said = tessera("import", saved(kind), "--out", tmp_path / "taken.json", "--json")
    taken = read((tmp_path / "taken.json").read_bytes())
    assert said.code == 0 and said.json["file"] == str(tmp_path / "taken.json")
    assert taken.name == "Copy" and taken.graph == opened(saved(kind)).graph


@pytest.mark.parametrize("kind", FORMATS)
def test_no_folder_of_the_machine_is_in_the_picture_and_its_files_are_found_again(saved, tmp_path, kind):
    data = (path := saved(kind)).read_bytes()
    assert str(tmp_path).encode() not in data and str(tmp_path).encode() not in carried_workflow(data, "x")
    assert read(carried_workflow(data, "x")).graph.nodes["1"].parameters == {"file": "red.png"}
    assert opened(path).graph.nodes["1"].parameters == {"file": str(tmp_path / "red.png")}
    (tmp_path / "red.png").write_bytes(b"another")
    assert opened(path).graph.nodes["1"].parameters == {"file": "red.png"}


def test_a_path_stays_where_it_is_asked_for(tessera, copy_workflow, tmp_path):
    file = json.loads(copy_workflow.read_text())
    file["nodes"]["2"]["parameters"]["local_paths"] = True
    copy_workflow.write_text(json.dumps(file))
    (path,) = tessera("run", copy_workflow, "--out", tmp_path / "out", "--json").json["files"]
    assert read(carried_workflow(Path(path).read_bytes(), "x")).graph.nodes["1"].parameters == {"file": str(tmp_path / "red.png")}


def test_a_workflow_too_long_for_a_jpeg_is_packed_and_one_past_that_is_left_out():
    long = write(Workflow(Graph({str(n): Node("a/b", title="the same") for n in range(2000)})))
    texts = fitting_texts({KEYWORD: long.decode()}, "jpeg")
    assert list(texts) == [PACKED] and len(texts[PACKED]) < JPEG_ROOM < len(long)
    assert json.loads(carried_workflow(picture("jpeg", long.decode()), "x")) == json.loads(long)
    noise = write(Workflow(name=base64.b64encode(random.Random(0).randbytes(70_000)).decode()))
    assert fitting_texts({KEYWORD: noise.decode()}, "jpeg") == {}


ZEROS = zlib.compress(b" " * (20 << 20), 9)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (chunked(b"iTXt", KEYWORD.encode() + b"\0\1\0\0\0" + ZEROS), "must be at most 16 MiB"),
        (chunked(b"iTXt", KEYWORD.encode() + b"\0\1\0\0\0rubbish"), "damaged compression"),
        (chunked(b"iTXt", KEYWORD.encode() + b"\0\1\0\0\0" + zlib.compress(SMALL)[:-9]), "must be whole, got its beginning"),
        (chunked(b"tEXt", KEYWORD.encode() + b"\0{").replace(b"\0{", b"\0["), "must be whole, got a damaged one"),
        (chunked(b"tEXt", KEYWORD.encode() + b"\0" + b"[" * 5000), "must nest at most 64 deep"),
        (chunked(b"tEXt", KEYWORD.encode() + b'\0{"format": "tessera-workflow", "version": 1, "name": NaN}'), "must be finite, got NaN"),
        (chunked(b"tEXt", KEYWORD.encode() + b'\0{"format": "other"}'), "must be a workflow"),
        (webp(entry(f"{PACKED}:".encode() + base64.b64encode(ZEROS))), "must be at most 16 MiB"),
        (webp(entry(f"{PACKED}:not base64!".encode())), "damaged compression"),
        (webp(entry(f"{KEYWORD}:".encode() + b"\xff\xfe")), "must be UTF-8 text"),
        (webp(b"II*\0\xff\xff\xff\xff"), "got a picture without one"),
        (picture("jpeg", "{}")[:40], "got a picture without one"),
    ],
    ids=["bomb", "rubbish", "half", "damaged", "deep", "nan", "other", "packed bomb", "no base64", "no text", "offset", "cut"],
)
def test_a_damaged_or_hostile_picture_is_refused_with_a_sentence(tessera, tmp_path, data, message):
    (tmp_path / "bad").write_bytes(data)
    for command in ("run", "check", "plan"):
        said = tessera(command, tmp_path / "bad")
        assert said.code == 2 and message in said.err and str(tmp_path / "bad") in said.err


def test_of_two_texts_under_one_keyword_only_the_first_is_unpacked():
    first = chunked(b"tEXt", KEYWORD.encode() + b"\0" + b'{"format": "tessera-workflow", "version": 1}')
    assert read(carried_workflow(first + chunked(b"iTXt", KEYWORD.encode() + b"\0\1\0\0\0" + ZEROS)[8:], "x")) == Workflow()


CARRIERS = {kind: picture(kind) for kind in FORMATS}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(FORMATS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8), st.floats(0, 1), st.binary(max_size=40)
)
def test_any_damage_ends_in_a_workflow_or_a_sentence(kind, changes, cut, more):
    data = bytearray(CARRIERS[kind])
    for at, value in changes:
        data[int(at * (len(data) - 1))] = value
    data[int(cut * len(data)) :] = more if cut < 0.9 else data[int(cut * len(data)) :]
    try:
        found = carried_workflow(bytes(data), "x")
        assert found is None or isinstance(read(found, "x"), Workflow)
    except BadWorkflow as error:
        assert str(error).startswith("x: ")


def test_a_workflow_that_is_shared_runs_where_its_files_are_not(tessera, saved, tmp_path):
    path = saved("png")
    (tmp_path / "red.png").unlink()
    said = tessera("run", path, "--out", tmp_path / "again")
    assert said.code == 4 and "red.png" in said.err


def test_a_saved_workflow_file_keeps_its_paths(tmp_path):
    workflow = Workflow(Graph({"1": Node("image/load_image", parameters={"file": str(tmp_path / "red.png")})}))
    save(workflow, tmp_path / "a.json")
    assert opened(tmp_path / "a.json") == workflow
