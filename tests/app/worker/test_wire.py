"""The border itself: frames and shared memory."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from app import wire
from graph_engine import Pixels
from graph_engine.events import Result, RunStarted, StepFinished, StepPreview

ROOT = Path(__file__).parents[3]
PIXELS = Pixels(2, 1, bytes(range(8)))


def blocks() -> set[Path]:
    return set(Path("/dev/shm").glob("tessera-test*"))


def frame(data: bytes) -> io.BytesIO:
    return io.BytesIO(len(data).to_bytes(4, "little") + data)


def test_a_message_comes_out_as_it_went_in():
    pipe = io.BytesIO()
    message = wire.Run("r", b"{}", ("1", "2"), "/pictures", "document")
    wire.send(pipe, message)
    wire.send(pipe, wire.Stop("r"))
    pipe.seek(0)
    assert [wire.receive(pipe), wire.receive(pipe), wire.receive(pipe)] == [message, wire.Stop("r"), None]


@pytest.mark.parametrize(
    ("pipe", "rule"),
    [
        (io.BytesIO(b"\x05"), "must begin with 4 bytes"),
        (io.BytesIO(b"\xff\xff\xff\xffabc"), "must be at most"),
        (io.BytesIO(b"\x09\0\0\0abc"), "must hold 9 bytes, got 3"),
        (frame(b"hello"), "must be a message"),
        (frame(b"\x81\xa7message\xa5dance"), "must be a message"),
        (frame(b"\x91" * 5000 + b"\xc0"), "must be a message"),
    ],
)
def test_what_is_no_message_is_refused(pipe, rule):
    with pytest.raises(wire.BrokenWire, match=rule):
        wire.receive(pipe)


@pytest.mark.parametrize(
    "event",
    [
        StepPreview("r", "1", PIXELS),
        StepFinished("r", "1", "ran", 0.5, (Result("a", "Swatch", "d", "", PIXELS), Result("b", "Text", "e"))),
        RunStarted("r", ("1",), ()),
    ],
)
def test_pictures_cross_in_blocks_that_are_gone_afterwards(event):
    pipe = io.BytesIO()
    wire.send(pipe, wire.packed(event, "tessera-test"))
    assert PIXELS.rgba not in pipe.getvalue()
    pipe.seek(0)
    assert wire.unpacked(wire.receive(pipe)) == event
    assert not blocks()


def test_the_pictures_of_a_lists_items_cross_too():
    items = (Result("image", "Image", "d1", pixels=PIXELS), Result("image", "Image", "d2", pixels=PIXELS))
    event = StepFinished("r", "1", "ran", 0.5, (Result("image", "list[Image]", "d", "2 items", items=items),))
    packed = wire.packed(event, "tessera-test")
    assert len(packed.blocks) == 2 and wire.unpacked(packed) == event
    assert not blocks()


def test_a_block_that_is_gone_leaves_no_picture():
    packed = wire.packed(StepPreview("r", "1", PIXELS), "tessera-test")
    wire.unpacked(packed)
    assert wire.unpacked(packed) == StepPreview("r", "1", Pixels(0, 0, b""))


def test_no_tracker_calls_a_picture_leaked():
    code = """
from app import wire
from graph_engine import Pixels
from graph_engine.events import StepPreview
for _ in range(20):
    packed = wire.packed(StepPreview("r", "1", Pixels(8, 8, bytes(256))), "tessera-test")
    wire.unpacked(packed)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not blocks()
