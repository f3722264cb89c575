"""Prompts through published text encoders: T5, and the half of CLIP that reads words."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.models.files import ModelFile
from nodes.models.maskgen import Words
from nodes.models.subwords import subwords
from nodes.runtime.devices import device
from nodes.runtime.models import holder
from nodes.runtime.weighted_words import weighted
from nodes.values import Ask, Conditioning, Generator


def published_words(encoder: ModelFile, prompt: str) -> tuple[Conditioning, int]:
    """What an encoder makes of a prompt, and how many tokens it had no room for.

    Raises:
        MissingModel: the file carries no tokenizer.
        Failure: a weight in the prompt is too large.
    """
    read = weighted(prompt)
    words = subwords(encoder, read.text)
    ids = torch.tensor([words.ids], device=device().torch)
    with torch.no_grad():
        made = (_of_clip if encoder.layout == "clip" else _of_t5)(encoder, ids)
    spans = (*words.spans, *((0, 0),) * (made[0].shape[1] - len(words.spans)))
    weights = torch.tensor([read.weights[start] if end > start else 1.0 for start, end in spans])[None, :, None]
    sequence, late = made[0].cpu() * weights, None if made[1] is None else made[1].cpu() * weights
    mask = torch.ones(1, len(spans), dtype=torch.bool)
    pooled = None if made[2] is None else made[2].cpu()
    return Conditioning(sequence, mask, (prompt,), (spans,), encoder.digest, late, pooled), words.left_out


Made = tuple[Tensor, Tensor | None, Tensor | None]


def _of_t5(encoder: ModelFile, ids: Tensor) -> Made:
    model = holder.module(encoder, device())
    return model(ids, torch.ones_like(ids, dtype=torch.bool)), None, None


def _of_clip(encoder: ModelFile, ids: Tensor) -> Made:
    """All places of a text, those behind its end too: generators were trained with them, filled with zeros."""
    model = holder.module(encoder, device())
    early, late, pooled = model.words(F.pad(ids, (0, encoder.config["text_length"] - ids.shape[1])))
    return early, late, pooled


def pooled_words(prompts: Sequence[Ask], generator: Generator) -> list[Words]:
    """Words with the vector of the whole text, one a prompt, on the device; the empty prompt is an empty text."""
    found = []
    for prompt in prompts:
        if not isinstance(prompt, Conditioning):
            assert generator.text_encoder is not None
            prompt, _ = published_words(generator.text_encoder, "")
        assert prompt.pooled is not None
        found.append(Words(prompt.sequence.to(device().torch), prompt.pooled.to(device().torch)))
    return found


def told_along(conditioning: Conditioning | None, width: int | None) -> Tensor | None:
    """What a decoder of a text width reads along, (batch, words, width); None where it reads nothing or is told nothing."""
    if conditioning is None or width is None or conditioning.late is None or conditioning.late.shape[-1] != width:
        return None
    return conditioning.late
