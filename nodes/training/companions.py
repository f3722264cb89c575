"""What a generator of tokens is trained with: a tokenizer and the text encoder of the pack, both as they ship, frozen."""

from __future__ import annotations

import hashlib
from argparse import Namespace
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nodes.models.layouts import build_model, open_model
from nodes.models.text_encoder import TextEncoder
from nodes.training.pool import TokenPool, Tokens


@dataclass(frozen=True)
class Companions:
    tokenizer: Any
    encoder: TextEncoder
    digests: dict[str, str]

    def features(self, words: Tensor) -> tuple[Tensor, Tensor]:
        """Word ids (batch, words) to features (batch, words, width), zeros at padding, and the mask (batch, words)."""
        mask = words != 0
        with torch.no_grad():
            return self.encoder(words, mask).float(), mask


def companions(tokenizer: str, options: Namespace) -> Companions:
    """The tokenizer of a name in the pack with the text encoder, on the device of the training."""
    files = {
        "tokenizer": open_model(f"starter/{tokenizer}", "tokenizer"),
        "text_encoder": open_model("starter/text_encoder", "text encoder"),
    }
    made = {role: build_model(file).to(options.device) for role, file in files.items()}
    return Companions(made["tokenizer"], made["text_encoder"], {role: file.digest for role, file in files.items()})


def pool_of(found: Companions, tokens: Tokens, options: Namespace) -> TokenPool:
    """The pool of a tokenizer's tokens, drawn for at most a quarter of the minutes."""
    tokens = torch.compile(tokens) if options.compile else tokens
    words = hashlib.sha256(" ".join(found.encoder.config.vocabulary).encode()).hexdigest()
    pool = TokenPool(
        options.runs / "pool" / f"{found.digests['tokenizer'][:8]}_{words[:8]}",
        tokens,
        found.encoder,
        torch.device(options.device),
        options.seed,
    )
    pool.grow(options.pool, options.minutes / 4)
    return pool
