"""The same on a GPU: noise comes from the CPU, so only rounding differs."""

from __future__ import annotations

import pytest
import torch

from graph_engine.context import Context
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.sampling.generate import generate
from nodes.library.tokenizer.decode import decode
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, LlamaGenReader
from nodes.runtime.models import holder
from nodes.runtime.replaying import played
from nodes.values import Conditioning, Generator, Tokenizer
from tests.nodes.conftest import filled

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


def test_a_step_that_is_played_again_says_what_it_says_when_it_is_asked_anew() -> None:
    model = filled(LlamaGenGpt(LlamaGenGptConfig(width=128, depth=2, heads=2, hidden=256, codebook=512, length=64, classes=3)), 0).cuda()
    labels, tokens = [torch.tensor([1], device="cuda"), torch.tensor([3], device="cuda")], torch.arange(64, device="cuda")[None]
    with torch.inference_mode():
        asked = [[reader(tokens, tokens[:, at : at + 1], 2) for at in range(64)] for reader in (
            LlamaGenReader(model, labels), played(LlamaGenReader(model, labels))
        )]  # fmt: skip
    assert torch.allclose(*(torch.cat(logits, 2) for logits in asked), rtol=1e-3, atol=1e-3)
