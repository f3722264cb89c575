"""The same pictures on a GPU: noise comes from the CPU, so only rounding differs."""

from __future__ import annotations

import pytest
import torch

from graph_engine.context import Context
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.sampling.generate import generate
from nodes.library.tokenizer.decode import decode
from nodes.runtime.models import holder
from nodes.values import Conditioning, Generator, Tokenizer

pytestmark = [pytest.mark.gpu, pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")]


def test_a_picture_made_on_the_gpu_is_the_picture_made_on_the_cpu(
    generator: Generator, tokenizer: Tokenizer, cat: Conditioning, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for name in ("cpu", "cuda:0"):
        monkeypatch.setenv("TESSERA_DEVICE", name)
        latent = generate(Context(emit=lambda event: None), generator, cat, classifier_free_guidance(), seed=3, count=2)
        made.append(decode(Context(), latent, tokenizer).pixels)
    assert {held.device for held in holder.held()} >= {"cpu", "cuda:0"}
    assert (made[0] - made[1]).abs().mean() < 0.02  # bfloat16 products on the GPU
