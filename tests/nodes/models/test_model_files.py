"""Model files as strangers make them: pickled, renamed, cut short, damaged."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from graph_engine.errors import MissingModel
from nodes.models.files import read_header, sha256


class Trap:
    """A pickle that would run code; nothing here may unpickle it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os._exit, (99,))


def refusal(path: Path) -> str:
    with pytest.raises(MissingModel) as caught:
        read_header(path)
    assert caught.value.remedy
    return str(caught.value)


@pytest.mark.parametrize("name", ["model.ckpt", "model.pt", "model.pth", "model.bin", "model.safetensors"])
@pytest.mark.parametrize(
    "write",
    [
        lambda path: torch.save({"weight": torch.ones(2)}, path),
        lambda path: path.write_bytes(pickle.dumps(Trap(), protocol=2)),
        lambda path: path.write_bytes(pickle.dumps(Trap(), protocol=4)),
        lambda path: path.write_bytes(pickle.dumps(Trap(), protocol=0)),
    ],
    ids=["zip", "protocol 2", "protocol 4", "protocol 0"],
)
def test_a_pickled_file_is_refused_under_any_name(tmp_path: Path, name: str, write: Callable[[Path], object]) -> None:
    write(tmp_path / name)
    assert refusal(tmp_path / name).startswith(f"{name}: must ")


def test_a_pickle_is_called_a_pickle_and_the_remedy_says_what_to_ask_for(tmp_path: Path) -> None:
    torch.save({"weight": torch.ones(2)}, tmp_path / "model.safetensors")
    with pytest.raises(MissingModel, match="is a zip archive as torch.save writes it") as caught:
        read_header(tmp_path / "model.safetensors")
    assert "safetensors form" in caught.value.remedy


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.safetensors"
    save_file({"a": torch.ones(2, 3), "b": torch.zeros(4, dtype=torch.float16)}, path, metadata={"layout": "x"})
    return path


def test_a_header_names_shapes_and_metadata(sound: Path) -> None:
    header = read_header(sound)
    assert (header.shapes, header.metadata) == ({"a": (2, 3), "b": (4,)}, {"layout": "x"})


def test_a_file_cut_short_says_what_is_missing(sound: Path) -> None:
    sound.write_bytes(sound.read_bytes()[:-5])
    assert refusal(sound) == "sound.safetensors: must hold 32 bytes of weights, holds 27"


@pytest.mark.parametrize("kept", [0, 3, 8, 40])
def test_a_file_cut_in_its_header_is_refused(sound: Path, kept: int) -> None:
    sound.write_bytes(sound.read_bytes()[:kept])
    assert refusal(sound) == "sound.safetensors: must begin with a whole safetensors header, has a damaged one or none"


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b'{"a": 1}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [8, 0]}}',
        b'{"a": {"dtype": "F32", "shape": "x", "data_offsets": [0, 8]}}',
        b'{"__metadata__": 3}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_a_header_of_nonsense_is_refused(tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "odd.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    assert "must begin with a whole safetensors header" in refusal(path)


def test_a_header_longer_than_its_file_is_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.safetensors"
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")
    assert "has a damaged one or none" in refusal(path)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    assert "cannot be read, Is a directory" in refusal(tmp_path)
    assert "cannot be read, No such file" in refusal(tmp_path / "nothing.safetensors")


def test_a_digest_follows_the_content(sound: Path) -> None:
    before = sha256(sound)
    sound.touch()
    assert sha256(sound) == before
    data = bytearray(sound.read_bytes())
    data[-1] ^= 1
    sound.write_bytes(data)
    assert sha256(sound) != before


@pytest.mark.parametrize("length", [0x0280, 0x0580, 0x10480])
def test_a_header_as_long_as_the_first_bytes_of_a_pickle_say_is_a_header(tmp_path: Path, length: int) -> None:
    header = b'{"__metadata__":{"padding":"'
    header += b"x" * (length - len(header) - 3) + b'"}}'
    path = tmp_path / "odd.safetensors"
    path.write_bytes(length.to_bytes(8, "little") + header)
    assert len(read_header(path).metadata["padding"]) == length - 31
