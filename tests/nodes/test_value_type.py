from __future__ import annotations

import struct
import subprocess
import sys

import pytest
import torch

from graph_engine.values import value_type_of
from nodes.decoding.guidance import ClassifierFree
from nodes.runtime.loading import open_generator
from nodes.value_type import digest, from_stored, pool, size, stored_bytes
from nodes.values import Conditioning, Generator, Image, Latent, Mask, Strategy, Tokens

HALF = torch.full((2, 4, 3, 5), 0.5)
YES = torch.ones(1, 2, dtype=torch.bool)
WORDS = Conditioning(torch.arange(8.0).view(1, 2, 4), YES, ("a cat",), (((0, 1), (2, 5)),), "encoder")
VALUES = (
    Image(HALF),
    Mask(HALF[:, :1]),
    Latent(HALF, "autoencoder"),
    WORDS,
    Tokens(torch.tensor([[3, 1]]), ((1, 2),), 4, "tokenizer"),
    Tokens(torch.tensor([[3, 1]]), ((1, 2),), 4, "tokenizer", YES),
    Strategy("flow", "euler", 20, 1.5),
    ClassifierFree(3.0, negative=WORDS),
    ClassifierFree(3.0),
)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_comes_back_from_its_stored_bytes_with_the_same_digest(value: object) -> None:
    back = value_type_of(value).load(value_type_of(value).store(value))  # type: ignore[misc]
    assert type(back) is type(value)
    assert digest(back) == digest(value)


def test_stored_bytes_of_equal_values_are_equal() -> None:
    assert stored_bytes(ClassifierFree(3.0, negative=WORDS)) == stored_bytes(ClassifierFree(3.0, negative=WORDS))


def test_what_is_stored_passes_the_contract_when_it_comes_back() -> None:
    too_bright = stored_bytes(Image(HALF)).replace(struct.pack("<f", 0.5), struct.pack("<f", 2.0))
    with pytest.raises(ValueError, match="must be within 0 to 1, got 2 to 2"):
        from_stored(too_bright)


def test_digests_tell_values_apart() -> None:
    close = (
        Image(HALF),
        Image(HALF.flip(0) * 0.999),
        Image(HALF.view(2, 4, 5, 3)),
        Mask(HALF[:, :1]),
        Latent(HALF, "a"),
        Latent(HALF, "b"),
        Strategy("flow", "euler", 20),
        Strategy("flow", "euler", 21),
        ClassifierFree(3.0),
        ClassifierFree(3.0, negative=WORDS),
    )
    assert len({digest(value) for value in close}) == len(close)


def test_a_digest_does_not_depend_on_strides_or_process() -> None:
    turned = Image(torch.rand(1, 4, 3, 5, generator=torch.Generator().manual_seed(0)).transpose(2, 3))
    assert digest(turned) == digest(Image(turned.pixels.contiguous()))
    code = "from nodes.value_type import digest\nfrom nodes.values import Strategy\nprint(digest(Strategy('flow', 'euler', 20)))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert told == digest(Strategy("flow", "euler", 20))


def test_size_counts_tensors_also_in_values_within() -> None:
    assert size(ClassifierFree(3.0, negative=WORDS)) - size(ClassifierFree(3.0)) == WORDS.sequence.nbytes + WORDS.mask.nbytes
    assert pool(WORDS) == "ram"


def test_a_generator_is_its_files_by_content_and_not_stored(generator: Generator, models: object) -> None:
    kind = value_type_of(generator)
    assert kind.store is None
    assert digest(generator) == digest(open_generator("tiny/flow_base.safetensors"))
    assert digest(generator) != digest(open_generator("other/flow_base"))
