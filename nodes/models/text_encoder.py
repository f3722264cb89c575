"""The starter's text encoder: a word-level vocabulary and a small bidirectional transformer (Vaswani et al. 2017, encoder half)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from torch import Tensor, nn

from nodes.models.blocks import FeedForward, SelfAttention, rms_norm

PADDING, UNKNOWN = 0, 1


@dataclass(frozen=True)
class TextEncoderConfig:
    vocabulary: tuple[str, ...] = ()  # words by id; ids 0 and 1 are padding and unknown
    width: int = 256
    depth: int = 2
    heads: int = 4
    max_words: int = 24
    rotary: bool = False  # places turn looks too, so that a word sees which ones stand before it and which behind


@dataclass(frozen=True)
class Words:
    """A prompt as the encoder sees it: ids, where each word stands in the text, and the words that are not in the vocabulary."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    unknown: tuple[str, ...]
    left_out: int = 0  # words past the encoder's length


def word_tokenizer(vocabulary: tuple[str, ...]) -> Tokenizer:
    """Lower case, runs of letters and digits are words, "ice cream" is one word."""
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(vocabulary)}, unk_token=vocabulary[UNKNOWN]))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace("ice cream", "icecream")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\w]+"), "removed")
    return tokenizer


def tokenize(text: str, vocabulary: tuple[str, ...], max_words: int = 24, tokenizer: Tokenizer | None = None) -> Words:
    """Words of a prompt; spans are (start, end) character offsets in ``text``."""
    encoding = (tokenizer or word_tokenizer(vocabulary)).encode(text)
    pairs = list(zip(encoding.ids, encoding.offsets, strict=True))
    kept = pairs[:max_words]
    unknown = tuple(text[start:end] for word, (start, end) in kept if word == UNKNOWN)
    return Words(tuple(word for word, _ in kept), tuple(span for _, span in kept), unknown, len(pairs) - len(kept))


def padded(batch: list[tuple[int, ...]], length: int) -> tuple[Tensor, Tensor]:
    """Ids of several prompts to (batch, length) int64 and the mask (batch, length), True where a word stands."""
    ids = torch.tensor([[*words[:length], *[PADDING] * (length - len(words))] for words in batch], dtype=torch.int64)
    return ids, ids != PADDING


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = SelfAttention(width, heads)
        self.feed_forward = FeedForward(width)
        nn.init.zeros_(self.attention.out.weight)
        nn.init.zeros_(self.feed_forward.down.weight)

    def forward(self, x: Tensor, mask: Tensor, rotation: Tensor | None) -> Tensor:
        x = x + self.attention(rms_norm(x), mask, rotation)
        return x + self.feed_forward(rms_norm(x))


class TextEncoder(nn.Module):
    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.word = nn.Embedding(len(config.vocabulary), config.width)
        self.position = nn.Parameter(torch.empty(config.max_words, config.width))
        nn.init.normal_(self.position, std=0.02)
        self.blocks = nn.ModuleList(_Block(config.width, config.heads) for _ in range(config.depth))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Ids (batch, words) and mask (batch, words) to features (batch, words, width), zero where masked.

        Raises:
            ValueError: more words than ``max_words``.
        """
        if ids.shape[1] > self.config.max_words:
            raise ValueError(f"words: at most {self.config.max_words}, got {ids.shape[1]}")
        # A prompt without words still needs something to attend to: its padding, whose features are zeroed below.
        seen = (mask | ~mask.any(1, keepdim=True))[:, None, None]
        x = self.word(ids) + self.position[: ids.shape[1]]
        rotation = self._rotation(ids.shape[1], ids.device) if self.config.rotary else None
        for block in self.blocks:
            x = block(x, seen, rotation)
        return rms_norm(x) * mask[..., None]

    def _rotation(self, words: int, device: torch.device) -> Tensor:
        """(words, head width/2, 2): half of the pairs turn, at most by a right angle a word; the others look at what a word says."""
        c = self.config
        pairs = c.width // c.heads // 2
        speed = F.pad(math.pi / 2 * c.max_words ** -torch.linspace(0, 1, pairs // 2, device=device), (0, pairs - pairs // 2))
        angle = torch.arange(words, device=device)[:, None] * speed
        return torch.stack([angle.cos(), angle.sin()], -1)
