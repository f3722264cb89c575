"""Workflows in pictures, whatever wrote them and however."""

import io
import json
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from app.comfyui.files import is_comfyui
from app.picture_texts import texts_in
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import read
from tests.app.comfyui.hand_made import api_text_to_image, text_to_image

WORKFLOW, PROMPT = json.dumps(text_to_image().file()), json.dumps(api_text_to_image())


def png(**texts: str) -> bytes:
    told = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        told.add_text(name, text)
    return saved("PNG", pnginfo=told)


def exif(**texts: str) -> Image.Exif:
    found = Image.Exif()
    for tag, (name, text) in zip((0x010F, 0x0110), texts.items(), strict=False):
        found[tag] = f"{name}:{text}"
    return found


def saved(kind: str, **options) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, kind, **options)
    return file.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


CARRIERS = {
    "both.png": png(workflow=WORKFLOW, prompt=PROMPT),
    "workflow.png": png(workflow=WORKFLOW),
    "prompt.png": png(prompt=PROMPT),
    "packed.png": png()[:33] + chunk(b"zTXt", b"prompt\0\0" + zlib.compress(PROMPT.encode())) + png()[33:],
    "international.png": png()[:33] + chunk(b"iTXt", b"prompt\0\1\0\0\0" + zlib.compress(PROMPT.encode())) + png()[33:],
    "both.webp": saved("WEBP", exif=exif(workflow=WORKFLOW, prompt=PROMPT)),
    "both.jpg": saved("JPEG", exif=exif(prompt=PROMPT, workflow=WORKFLOW)),
}


@pytest.mark.parametrize("name", CARRIERS)
def test_a_picture_gives_the_workflow_that_made_it(tessera, tmp_path, name):
    (tmp_path / name).write_bytes(CARRIERS[name])
    said = tessera("import", tmp_path / name, "--out", tmp_path / "out.json", "--json")
    assert said.code == 0 and [item["outcome"] for item in said.json["items"]] == ["mapped"] * 7
    assert said.json["form"] == ("API" if b'"nodes"' not in CARRIERS[name] else "UI 0.4")
    assert len(read((tmp_path / "out.json").read_bytes()).graph.nodes) == 11
    assert is_comfyui(CARRIERS[name], name)


def test_a_picture_that_carries_both_kinds_is_one_of_this_program():
    assert not is_comfyui(png(prompt=PROMPT, **{"tessera.workflow": "{}"}), "x.png") and not is_comfyui(png(), "x.png")


def test_values_by_name_in_a_picture_beat_values_by_position(tessera, tmp_path):
    canvas = text_to_image()
    canvas.change(3, widgets_values=["shifted"])
    (tmp_path / "a.png").write_bytes(png(workflow=json.dumps(canvas.file()), prompt=PROMPT))
    tessera("import", tmp_path / "a.png", "--out", tmp_path / "out.json")
    assert '"steps": 12' in (tmp_path / "out.json").read_text()


BOMB = png()[:33] + chunk(b"zTXt", b"prompt\0\0" + zlib.compress(b" " * (20 << 20), 9)) + png()[33:]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (png(), "must carry a ComfyUI workflow, got a picture without one"),
        (saved("WEBP"), "got a picture without one"),
        (saved("JPEG"), "got a picture without one"),
        (BOMB, "the text 'prompt' in it must be at most 16 MiB"),
        (png(prompt=PROMPT).replace(b"a cat", b"a cut"), "the text 'prompt' in it must be whole, got a damaged one"),
        (png()[:33] + chunk(b"zTXt", b"prompt\0\0rubbish"), "got damaged compression"),
        (png(prompt="{"), "bad, prompt: line 1"),
        (png(workflow="[]"), "must be a ComfyUI workflow"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_damaged_or_empty_picture_is_refused_with_a_sentence(tessera, tmp_path, data, message):
    (tmp_path / "bad").write_bytes(data)
    said = tessera("import", tmp_path / "bad", "--out", tmp_path / "out.json")
    assert said.code == 2 and message in said.err and not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("name", CARRIERS)
def test_a_picture_cut_anywhere_gives_whole_texts_or_none(name):
    data = CARRIERS[name]
    whole = texts_in(data, ("workflow", "prompt"), "x")
    for end in range(0, len(data), 37):
        try:
            found = texts_in(data[:end], ("workflow", "prompt"), "x")
        except BadWorkflow:
            continue
        assert all(whole[key].startswith(text) for key, text in found.items())


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_offsets_are_never_trusted(order):
    head = b"II*\0" if order == "<" else b"MM\0*"
    many = struct.pack(f"{order}IH", 8, 65535) + struct.pack(f"{order}HHII", 0x10F, 2, 0xFFFFFFFF, 0xFFFFFFF0) * 2000
    webp = b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(head + many)) + head + many
    assert texts_in(webp, ("workflow",), "x") == {}
