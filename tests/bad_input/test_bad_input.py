"""What is broken, hostile or missing: a sentence that says where, the rule and what came, the right exit code, and nothing lost."""

import io
import json
import pickle
import resource
import struct
import zlib
from pathlib import Path

import pytest

from graph_engine import Graph, Link, Node, Workflow, save

ROOT = Path(__file__).parents[2]
FIRST = json.loads((ROOT / "workflows" / "first_picture.json").read_text())


@pytest.fixture
def written(tmp_path):
    def write(data: bytes | dict, name: str = "bad.json") -> Path:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return path

    return write


def changed(**nodes: dict) -> dict:
    """The first workflow with fields of some nodes replaced."""
    file = json.loads(json.dumps(FIRST))
    for key, fields in nodes.items():
        file["nodes"][key[1:]].update(fields)
    return file


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{not json", "bad.json: line 1, column 2: must be JSON"),
        (json.dumps(FIRST).encode()[:700], "bad.json: line 1"),
        (b"[" * 5000, "must nest at most 64 deep"),
        (b'{"format": "tessera-workflow", "version": 1e400}', "numbers must be finite, got 1e400"),
        (b'{"format": "tessera-workflow", "version": 2}', "made by a newer program"),
        (b"\x00\x01\x02", "must be JSON"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "must carry a workflow"),
    ],
)
def test_a_broken_file_is_refused(tessera, written, data, message):
    path = written(data)
    said = tessera("run", path)
    assert said.code == 2 and message in said.err
    assert path.read_bytes() == data


def test_a_missing_file_is_refused(tessera, tmp_path):
    said = tessera("run", tmp_path / "none.json")
    assert said.code == 2 and "none.json: cannot be read: No such file" in said.err


def test_a_bomb_in_a_picture_is_refused(tessera, written):
    body = b"tessera.workflow\0\1\0\0\0" + zlib.compress(b" " * (20 << 20), 9)
    chunk = struct.pack(">I", len(body)) + b"iTXt" + body + struct.pack(">I", zlib.crc32(b"iTXt" + body))
    said = tessera("run", written(b"\x89PNG\r\n\x1a\n" + chunk, "bomb.png"))
    assert said.code == 2 and "must be at most 16 MiB" in said.err


def test_an_unknown_node_is_named(tessera, written):
    said = tessera("run", written(changed(_8={"type": "stranger/thing"})))
    assert said.code == 2 and "node type 'stranger/thing' is not installed" in said.err


def test_a_circle_is_named(tessera, tmp_path):
    nodes = {"1": Node("tokenizer/decode"), "2": Node("tokenizer/encode"), "3": Node("tokenizer/load_tokenizer")}
    links = [Link("1", "image", "2", "image"), Link("2", "latent", "1", "latent"),
             Link("3", "tokenizer", "1", "tokenizer"), Link("3", "tokenizer", "2", "tokenizer")]  # fmt: skip
    save(Workflow(Graph(nodes, links)), tmp_path / "circle.json")
    said = tessera("run", tmp_path / "circle.json", "--target", "1")
    assert said.code == 2 and "nodes feed each other in a circle" in said.err


def test_a_wrong_type_says_what_is_taken_and_what_came(tessera, written):
    file = changed()
    file["links"] = [link for link in file["links"] if link["to"] != ["8", "latent"]] + [
        {"from": ["3", "conditioning"], "to": ["8", "latent"]}
    ]
    said = tessera("run", written(file))
    assert said.code == 2 and "input latent of Decode takes Latent or Tokens, got Conditioning from Encode prompt" in said.err


def test_a_parameter_outside_its_range_says_the_range(tessera, written):
    said = tessera("run", written(changed(_5={"parameters": {"steps": 0}})))
    assert said.code == 2 and "steps: must be within" in said.err and "got 0" in said.err


def test_what_a_stranger_wrote_reaches_the_terminal_as_text_only(tessera, written):
    file = changed(_8={"type": "[/b]\x1b[2J", "title": "[red]:smile:\x1b]0;\u202e"})
    for command in ("check", "plan", "run"):
        said = tessera(command, written(file))
        assert said.code == 2 and "[red]:smile:\\x1b]0;\\u202e (8)" in said.err and "\x1b" not in said.err


def test_a_file_without_end_is_not_read_to_its_end(tessera):
    said = tessera("run", "/dev/zero")
    assert said.code == 2 and "/dev/zero: must be at most 256 MiB" in said.err


def test_a_setting_that_is_no_text_is_refused(tessera):
    said = tessera("run", ROOT / "workflows" / "first_picture.json", "--set", "prompt=\udcff")
    assert said.code == 2 and "--set prompt: must be UTF-8 text" in said.err


def test_a_refusal_is_an_object_too(tessera, written):
    assert tessera("run", written(b"{"), "--json").json["state"] == "refused"


def test_a_setting_that_is_not_exposed_lists_those_that_are(tessera):
    said = tessera("run", ROOT / "workflows" / "first_picture.json", "--set", "colour=red")
    assert said.code == 2 and "colour: must be one of the values that the workflow exposes (prompt," in said.err


def test_a_setting_of_the_wrong_kind_is_refused(tessera):
    said = tessera("run", ROOT / "workflows" / "first_picture.json", "--set", "steps=many")
    assert said.code == 2 and "steps: must be a whole number, got 'many'" in said.err


def test_a_missing_model_is_named_with_its_nearest(tessera, written):
    said = tessera("run", written(changed(_2={"parameters": {"file": "starter/flow_bass"}})))
    assert said.code == 3 and "starter/flow_bass: no such model" in said.err and "starter/flow_base" in said.err


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"\x10\0\0\0\0\0\0\0{broken header", "safetensors"), (b"", "safetensors"), ((1 << 60).to_bytes(8, "little") + b"{}", "safetensors")],
)
def test_a_corrupt_checkpoint_is_refused(tessera, written, data, message):
    model = written(data, "model.safetensors")
    said = tessera("run", written(changed(_2={"parameters": {"file": str(model)}})))
    assert said.code == 3 and "model.safetensors" in said.err and message in said.err
    assert model.read_bytes() == data


@pytest.mark.parametrize("name", ["model.safetensors", "model.ckpt"])
def test_a_pickled_checkpoint_is_refused_and_nothing_in_it_runs(tessera, written, tmp_path, name):
    class Hostile:
        def __reduce__(self):
            return Path.touch, (tmp_path / "was_here",)

    buffer = io.BytesIO()
    pickle.dump(Hostile(), buffer)
    model = written(buffer.getvalue(), name)
    said = tessera("run", written(changed(_2={"parameters": {"file": str(model)}})))
    assert said.code == 3 and "pickle" in said.err
    assert not (tmp_path / "was_here").exists()


def test_a_folder_that_cannot_be_written_fails_the_saving_node_only(tessera, copy_workflow, tmp_path):
    (tmp_path / "blocked").write_text("a file")
    said = tessera("run", copy_workflow, "--out", tmp_path / "blocked", "--json")
    assert said.code == 4 and "blocked" in said.err and said.json["ran"] == ["1"]
    assert (tmp_path / "blocked").read_text() == "a file"


def test_a_full_disk_fails_the_saving_node_and_leaves_no_half_picture(tessera, copy_workflow, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        said = tessera("run", copy_workflow, "--out", tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert said.code == 4 and str(tmp_path / "out") in said.err
    assert not list((tmp_path / "out").iterdir())


def test_a_name_that_climbs_out_of_the_folder_is_refused(tessera, copy_workflow, tmp_path):
    said = tessera("run", copy_workflow, "--set", "name=../escaped", "--out", tmp_path / "out")
    assert said.code == 4 and "../escaped" in said.err
    assert not (tmp_path / "escaped_0001.png").exists()


def test_usage_errors_have_their_own_code(tessera):
    assert tessera("run").code == 2
    assert tessera("fly").code == 2
    assert tessera("nodes", "no/such").code == 2
