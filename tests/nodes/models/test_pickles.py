"""Pickled checkpoints are read as data: what they would run is never run, what they lie about is refused."""

from __future__ import annotations

import argparse
import io
import json
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from graph_engine.errors import MissingModel
from nodes.models.checkpoints import open_checkpoint, weights
from nodes.models.converting import converted
from nodes.models.files import read_header
from nodes.models.kl_autoencoder import KlAutoencoder, KlAutoencoderConfig
from nodes.models.layouts import build_model, describe_model
from nodes.models.masked_generators import ImageBert, ImageBertConfig
from nodes.models.pickles import LeftOut, Refused, described
from nodes.models.t5_encoder import T5Encoder, T5EncoderConfig

TENSORS = {"a": torch.arange(12.0).reshape(3, 4), "b": torch.tensor([1, 2]), "c": torch.tensor(True), "d": torch.zeros(0, 3)}


class Trap:
    """Ends the process when unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (os._exit, (99,))


def saved(path: Path, tree: Any, old: bool = False) -> Path:
    torch.save(tree, path, _use_new_zipfile_serialization=not old)
    return path


def read(path: Path) -> dict[str, torch.Tensor]:
    checkpoint = open_checkpoint(path)
    return {key: checkpoint.tensor(value) for key, value in weights(checkpoint.tree).items()}


@pytest.mark.parametrize("old", [False, True])
def test_tensors_of_every_kind_come_back_as_they_were(tmp_path: Path, old: bool) -> None:
    kinds = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
    tree = {
        **TENSORS,
        **{str(kind): torch.tensor([1, 2, 3]).to(kind) for kind in kinds},
        "turned": TENSORS["a"].T,
        "part": TENSORS["a"][1:, ::2],
    }
    found = read(saved(tmp_path / "model.pt", tree, old))
    assert found.keys() == tree.keys()
    assert all(torch.equal(found[key], tree[key]) and found[key].dtype == tree[key].dtype for key in tree)


@pytest.mark.parametrize("old", [False, True])
def test_what_would_run_code_is_left_out_and_never_run(tmp_path: Path, old: bool) -> None:
    tree = {"args": argparse.Namespace(lr=1e-4, trap=Trap()), "model": OrderedDict(TENSORS), "trap": Trap(), "kinds": {1, 2}}
    found = open_checkpoint(saved(tmp_path / "model.pt", tree, old)).tree
    assert found["trap"] == LeftOut(f"{os._exit.__module__}._exit")
    assert found["args"] == LeftOut("argparse.Namespace")
    assert read(tmp_path / "model.pt").keys() == TENSORS.keys()


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_no_protocol_runs_anything(protocol: int) -> None:
    bad = pickle.dumps({"weight": Trap()}, protocol)
    try:
        assert isinstance(described(io.BytesIO(bad))["weight"], LeftOut)
    except Refused as error:
        assert protocol < 2 and "no list of tensors needs" in str(error)


@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 255))
@example(b"", 15, 92)  # a backslash in a name
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_come_the_answer_is_a_tree_or_a_refusal(noise: bytes, at: int, byte: int) -> None:
    buffer = io.BytesIO()
    torch.save(TENSORS, buffer)
    with zipfile.ZipFile(buffer) as archive:
        good = bytearray(archive.read(next(name for name in archive.namelist() if name.endswith("data.pkl"))))
    good[at % len(good)] = byte
    for data in (noise, bytes(good)):
        try:
            described(io.BytesIO(data))
        except Refused:
            continue


def tensor_pickle(count: int, offset: int, shape: tuple[int, ...], stride: tuple[int, ...]) -> bytes:
    """A pickle that describes one tensor, assembled by hand."""

    def number(value: int) -> bytes:
        return b"J" + value.to_bytes(4, "little", signed=True)

    def several(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(number(value) for value in values) + b"t"

    def word(text: str) -> bytes:
        return b"X" + len(text).to_bytes(4, "little") + text.encode()

    storage = b"(" + word("storage") + b"ctorch\nFloatStorage\n" + word("0") + word("cpu") + number(count) + b"tQ"
    return b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(" + storage + number(offset) + several(shape) + several(stride) + b"\x89}tR."


@pytest.mark.parametrize(
    ("offset", "shape", "stride"),
    [
        (0, (3, 4), (4, 2)),
        (1, (12,), (1,)),
        (-1, (2,), (1,)),
        (0, (2,), (-1,)),
        (0, (13,), (0,)),
        (0, (3,), (1, 1)),
        (0, (2**31 - 1,) * 9, (0,) * 9),
    ],
)
def test_a_tensor_that_its_values_do_not_hold_is_refused(offset: int, shape: tuple[int, ...], stride: tuple[int, ...]) -> None:
    assert described(io.BytesIO(tensor_pickle(12, 0, (3, 4), (4, 1)))).shape == (3, 4)
    with pytest.raises(Refused, match="describes a tensor"):
        described(io.BytesIO(tensor_pickle(12, offset, shape, stride)))


def rewritten(path: Path, change: Any, packed: int = zipfile.ZIP_STORED) -> Path:
    """The same archive, each entry through ``change(name, bytes)``; None leaves it out."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", packed) as archive:
        for name, data in entries.items():
            if (now := change(name, data)) is not None:
                archive.writestr(name, now)
    return path


@pytest.mark.parametrize(
    ("change", "packed", "said"),
    [
        (lambda name, data: data, zipfile.ZIP_DEFLATED, "must hold its entries unpacked"),
        (lambda name, data: b"big" if name.endswith("byteorder") else data, zipfile.ZIP_STORED, "must hold little-endian values"),
        (lambda name, data: data[:4] if name.endswith("data/0") else data, zipfile.ZIP_STORED, "lacks the values of storage 0"),
        (lambda name, data: None if name.endswith("data.pkl") else data, zipfile.ZIP_STORED, "must hold one data.pkl"),
    ],
    ids=["packed", "big-endian", "short storage", "no pickle"],
)
def test_an_archive_that_is_not_as_torch_writes_it_is_refused(tmp_path: Path, change: Any, packed: int, said: str) -> None:
    path = rewritten(saved(tmp_path / "model.pt", TENSORS), change, packed)
    with pytest.raises(Refused, match=said):
        read(path)


@pytest.mark.parametrize("old", [False, True])
def test_a_file_cut_short_is_refused(tmp_path: Path, old: bool) -> None:
    path = saved(tmp_path / "model.pt", {"weight": torch.ones(1000)}, old)
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(Refused):
        read(path)


def test_averaged_weights_come_first_and_wrappers_leave_the_names(tmp_path: Path) -> None:
    model = {"module.w": torch.zeros(1)}
    assert float(read(saved(tmp_path / "a.pt", {"model": model, "model_ema": {"module.w": torch.ones(1)}}))["w"]) == 1
    assert float(read(saved(tmp_path / "b.pt", {"epoch": 3, "state_dict": model}))["w"]) == 0
    with pytest.raises(Refused, match="holds no tensors by name; at its top there is epoch, loss"):
        read(saved(tmp_path / "c.pt", {"epoch": 3, "loss": [torch.zeros(1)]}))


CONFIG = ImageBertConfig(32, 1, 16, 12, 6, 3, 4)


def checkpoint(path: Path, **more: Any) -> Path:
    return saved(path, {"model": {**ImageBert(CONFIG).state_dict(), **more}, "args": argparse.Namespace(), "trap": Trap()})


def test_weights_below_a_trainer_are_found_the_averaged_ones_first(tmp_path: Path) -> None:
    last = {"var_wo_ddp": {"a": torch.zeros(1), "table": torch.zeros(2)}, "vae_local": {"b": torch.zeros(1)}}
    assert read(saved(tmp_path / "last.pth", {"epoch": 3, "trainer": last})).keys() == {"a", "table"}
    averaged = {"trainer": {**last, "ema_parameters": {"a": torch.ones(1)}}}
    assert torch.equal(read(saved(tmp_path / "averaged.pth", averaged))["a"], torch.ones(1))


def test_a_converted_checkpoint_is_a_model_like_any_other(tmp_path: Path) -> None:
    made = converted(checkpoint(tmp_path / "generator.bin", **{"loss.weight": torch.ones(2)}))
    assert (made.path.name, made.layout, made.role, made.left_out) == ("generator.safetensors", "imagebert", "generator", ("loss.weight",))
    file = describe_model(made.path, "generator")
    assert build_model(file).config == CONFIG
    assert all(torch.equal(value, read(tmp_path / "generator.bin")[key]) for key, value in load_file(made.path).items())
    assert list(tmp_path.glob(".part*")) == []


def test_sizes_that_no_tensor_shows_are_written_into_the_header(tmp_path: Path) -> None:
    made = converted(checkpoint(tmp_path / "generator.bin"), tmp_path / "other.safetensors", sizes={"heads": 8})
    assert describe_model(made.path, "generator").config["heads"] == 8
    again = converted(made.path, tmp_path / "again.safetensors", sizes={"heads": 4})
    assert describe_model(again.path, "generator").config["heads"] == 4


def test_one_model_of_several_in_a_file_is_taken_out(tmp_path: Path) -> None:
    state = {f"inner.{key}": value for key, value in ImageBert(CONFIG).state_dict().items()}
    path = saved(tmp_path / "two.pt", {**state, "outer.weight": torch.ones(1)})
    made = converted(path, prefix="inner.")
    assert (made.layout, made.left_out) == ("imagebert", ())


def test_mean_and_spread_of_latents_come_into_the_autoencoder_from_a_file_of_their_own(tmp_path: Path) -> None:
    config = KlAutoencoderConfig(4, (1, 2), 1, 3, 2, (1,), (1,), 2)
    path = saved(tmp_path / "vae.pt", {"state_dict": KlAutoencoder(config).state_dict()})
    spread = {"mean": torch.ones(1, 2, 1, 1), "std": torch.full((1, 2, 1, 1), 3.0)}
    made = converted(path, latents=saved(tmp_path / "latents_stats.pt", spread), sizes={"groups": 2})
    file = describe_model(made.path, "tokenizer")
    assert file.config["described"]
    assert torch.equal(build_model(file).latents.std, spread["std"])


def test_a_text_encoder_in_parts_becomes_one_file_that_carries_its_tokenizer(tmp_path: Path) -> None:
    weights = {key: value.contiguous() for key, value in T5Encoder(T5EncoderConfig(8, 1, 2, 4, 12, 8, 8)).state_dict().items()}
    halves = (dict(list(weights.items())[:5]), {**dict(list(weights.items())[5:]), "decoder.final_layer_norm.weight": torch.ones(8)})
    places = {key: f"part-{number}.safetensors" for number, half in enumerate(halves) for key in half}
    for number, half in enumerate(halves):
        save_file(half, tmp_path / f"part-{number}.safetensors")
    index, words = tmp_path / "model.safetensors.index.json", tmp_path / "tokenizer.json"
    index.write_text(json.dumps({"weight_map": places}))
    words.write_text('{"version": "1.0"}')
    made = converted(index, words=words)
    assert (made.path.name, made.layout, made.left_out) == ("model.safetensors", "t5-encoder", ("decoder.final_layer_norm.weight",))
    assert read_header(made.path).metadata["words"] == words.read_text()
    words.write_text("no")
    with pytest.raises(MissingModel, match=r"tokenizer\.json: must be a tokenizer\.json"):
        converted(index, tmp_path / "other.safetensors", words=words)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"sizes": {"heads": "many"}}, "sizes: Expected `int`"),
        ({"sizes": {"head": 2}}, "head: must be one of width, depth, heads"),
        ({"layout": "titok"}, "its tensors do not fit titok"),
        ({"layout": "unet"}, "layout: must be one of tessera-flow-transformer"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    path = checkpoint(tmp_path / "generator.bin")
    with pytest.raises(MissingModel, match=said) as caught:
        converted(path, **settings)
    assert caught.value.remedy
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "generator.safetensors").write_text("mine")
    with pytest.raises(MissingModel, match=r"generator\.safetensors: is taken"):
        converted(checkpoint(tmp_path / "generator.bin"))
    assert (tmp_path / "generator.safetensors").read_text() == "mine"


def test_tied_weights_are_written_whole_but_a_file_does_not_grow_without_end(tmp_path: Path) -> None:
    state = ImageBert(CONFIG).state_dict()
    norm = state["model.embeddings.LayerNorm.weight"]
    tied = {**state, "model.encoder.layer.0.output.LayerNorm.weight": norm}
    made = converted(saved(tmp_path / "tied.pt", tied))
    assert torch.equal(load_file(made.path)["model.encoder.layer.0.output.LayerNorm.weight"], norm)
    one = torch.zeros(max(value.numel() for value in state.values()))
    shared = {key: one[: value.numel()].view(value.shape) for key, value in state.items()}
    with pytest.raises(MissingModel, match="must not show its values again and again"):
        converted(saved(tmp_path / "shared.pt", shared))
