"""The border between window and worker: messages as MessagePack in length-prefixed frames, pictures in shared memory.

Pixels do not travel in the frame: the sender puts each picture into a block of shared memory and names it; the receiver copies it out and
removes the block.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from multiprocessing import resource_tracker, shared_memory
from typing import Any, BinaryIO

import msgspec

from app.holdings import Holding
from graph_engine.check import Problem
from graph_engine.events import AnyEvent, Result, StepFinished, StepPreview
from graph_engine.plan import Plan
from graph_engine.values import Pixels

FRAME_LIMIT = 256 << 20


class Message(msgspec.Struct, frozen=True, tag_field="message"):
    pass


class Run(Message, frozen=True, tag="run"):
    """Run a workflow file; ``targets`` None = what it is for. ``scope`` names the document, for reasons.

    ``written`` are targets that an earlier attempt finished: they are not run again. ``sweep`` is a sweep of the workflow, as its file.
    """

    run: str
    workflow: bytes
    targets: tuple[str, ...] | None = None
    output_folder: str = ""
    scope: str = ""
    written: tuple[str, ...] = ()
    sweep: bytes = b""


class Stop(Message, frozen=True, tag="stop"):
    run: str


class AskPlan(Message, frozen=True, tag="ask_plan"):
    ask: str
    workflow: bytes
    targets: tuple[str, ...] | None = None
    scope: str = ""


class AskHoldings(Message, frozen=True, tag="ask_holdings"):
    """What the worker holds; answered by `HoldingsTold`, and so are the two below."""


class SetBudget(Message, frozen=True, tag="set_budget"):
    holding: str
    bytes: int


class LetGo(Message, frozen=True, tag="let_go"):
    holding: str


class HoldingsTold(Message, frozen=True, tag="holdings_told"):
    """``trouble`` says why a budget is not remembered, if it is not."""

    holdings: tuple[Holding, ...]
    worker: int  # bytes of the machine's memory that the worker takes; 0 = unknown
    machine: int  # bytes that the machine has
    trouble: str = ""


class AskWords(Message, frozen=True, tag="ask_words"):
    """How an encoder would read texts. ``workflow`` holds what makes the encoder, which is an output of one of its nodes."""

    ask: str
    workflow: bytes
    node: str
    output: str
    texts: tuple[str, ...]


class Word(msgspec.Struct, frozen=True):
    """A word of a text as ``text[start:end]``."""

    start: int
    end: int
    weight: float = 1.0
    known: bool = True


class WordsTold(Message, frozen=True, tag="words_told"):
    """The words of each text, or their parts where they are not ``whole``; ``room`` is how many the encoder reads, ``trouble`` why nobody
    can tell."""

    ask: str
    encoder: str = ""
    room: int = 0
    words: tuple[tuple[Word, ...], ...] = ()
    trouble: str = ""
    whole: bool = True


class Ready(Message, frozen=True, tag="ready"):
    """The worker is up. ``catalogue`` is `Catalogue.to_json`."""

    catalogue: bytes


class Happened(Message, frozen=True, tag="happened"):
    """An event; ``blocks`` name the pictures that were taken out of it, in order."""

    event: AnyEvent
    blocks: tuple[str, ...] = ()


class Refused(Message, frozen=True, tag="refused"):
    """A run did not start: the workflow has problems, or cannot be read."""

    run: str
    problems: tuple[Problem, ...]


class Planned(Message, frozen=True, tag="planned"):
    ask: str
    plan: Plan


AboutHoldings = AskHoldings | SetBudget | LetGo
Aside = AboutHoldings | AskWords
"""What is answered beside the work."""
AnyMessage = Run | Stop | AskPlan | Aside | HoldingsTold | WordsTold | Ready | Happened | Refused | Planned

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(AnyMessage).decode
_numbers = itertools.count(1)


class BrokenWire(Exception):
    """What came through the pipe is not a message."""


def send(pipe: BinaryIO, message: AnyMessage) -> None:
    """Write one frame. Not for two threads at once."""
    data = _encode(message)
    pipe.write(len(data).to_bytes(4, "little") + data)
    pipe.flush()


def receive(pipe: BinaryIO) -> AnyMessage | None:
    """Read one frame; None at the end of the pipe.

    Raises:
        BrokenWire: a frame is cut off, too large, or no message.
    """
    head = pipe.read(4)
    if not head:
        return None
    if len(head) < 4:
        raise BrokenWire(f"frame: must begin with 4 bytes of length, got {len(head)}")
    if (length := int.from_bytes(head, "little")) > FRAME_LIMIT:
        raise BrokenWire(f"frame: must be at most {FRAME_LIMIT} bytes, got {length}")
    data = pipe.read(length)
    if len(data) < length:
        raise BrokenWire(f"frame: must hold {length} bytes, got {len(data)}")
    try:
        return _decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BrokenWire(f"frame: must be a message, got {error}") from None


def packed(event: AnyEvent, prefix: str) -> Happened:
    """An event ready to cross: its pictures in shared memory blocks whose names start with ``prefix``."""
    blocks: list[str] = []

    def out(pixels: Pixels) -> Pixels:
        block = shared_memory.SharedMemory(f"{prefix}{next(_numbers):x}", create=True, size=len(pixels.rgba))
        block.buf[: len(pixels.rgba)] = pixels.rgba
        # The receiver removes the block; this process's tracker must not call it leaked.
        resource_tracker.unregister(block._name, "shared_memory")  # type: ignore[attr-defined]
        block.close()
        blocks.append(block.name)
        return msgspec.structs.replace(pixels, rgba=b"")

    return Happened(_with_pixels(event, out), tuple(blocks))


def unpacked(message: Happened) -> AnyEvent:
    """The event with its pictures copied out of shared memory; a block that is gone leaves no picture."""
    blocks = iter(message.blocks)

    def back(pixels: Pixels) -> Pixels | None:
        try:
            block = shared_memory.SharedMemory(next(blocks))
        except (FileNotFoundError, StopIteration):
            return None
        try:
            return msgspec.structs.replace(pixels, rgba=bytes(block.buf[: pixels.width * pixels.height * 4]))
        finally:
            block.close()
            with contextlib.suppress(FileNotFoundError):
                block.unlink()

    return _with_pixels(message.event, back)


def _with_pixels(event: AnyEvent, change: Callable[[Pixels], Pixels | None]) -> AnyEvent:
    if isinstance(event, StepPreview):
        return msgspec.structs.replace(event, pixels=change(event.pixels) or Pixels(0, 0, b""))
    if isinstance(event, StepFinished):
        return msgspec.structs.replace(event, results=tuple(_result_with(result, change) for result in event.results))
    return event


def _result_with(result: Result, change: Callable[[Pixels], Any]) -> Result:
    if result.items:
        return msgspec.structs.replace(result, items=tuple(_result_with(item, change) for item in result.items))
    return msgspec.structs.replace(result, pixels=change(result.pixels)) if result.pixels else result
