"""What the words of a prompt say of one another, as a target for the text encoder.

Pictures ask for it too late: a model can draw nearly everything from a bag of words, and the order of two of them decides little of its
loss. So each word that names a thing must tell what the others say of it (attribute binding, which text encoders of generators lack:
Feng et al. 2023, "Training-free structured diffusion guidance", section 1).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from nodes.models.text_encoder import TextEncoder, padded, tokenize, word_tokenizer
from nodes.training import world
from nodes.training.captions import Facts, captions
from nodes.training.vocabulary import COLOR_NAMES, COUNT_WORDS, RELATIONS, SIZE_WORDS, THINGS

STANDS = ("", *RELATIONS)
"""How a thing stands to the other one, as the caption says."""
FROM_THE_OTHER = {"": "", "left": "right", "right": "left", "above": "below", "below": "above", "front": "behind", "behind": "front"}
SIZES = {word: index for index, words in enumerate(SIZE_WORDS.values(), 1) for word in words}
NUMBERS = {word: count for count, word in COUNT_WORDS.items()}
CHOICES = {"stands": len(STANDS), "color": len(COLOR_NAMES) + 1, "size": len(SIZE_WORDS) + 1, "number": max(COUNT_WORDS) + 1}
"""What a word tells, each with 0 for what is not said."""
NO_THING = -1
"""The target at words that name no thing."""
BLUR = 1.0
"""Noise on the features that are asked, of their own strength: so what a word tells must be plain to see for those who read it."""


def claims(words: list[str], facts: Facts) -> list[list[int]]:
    """For each word of a caption what is said of the thing that it names, as CHOICES, or NO_THING."""
    left = list(facts.things)
    found, size, number = [], 0, 0
    for word in words:
        size, number = SIZES.get(word, size), NUMBERS.get(word, number)
        if not left or word not in (*THINGS[left[0].thing].names, THINGS[left[0].thing].many):
            found.append([NO_THING] * len(CHOICES))
            continue
        stands = facts.relation if len(left) == len(facts.things) else FROM_THE_OTHER[facts.relation]
        found.append([STANDS.index(stands), left[0].color + 1, size, number])
        left, size, number = left[max(1, number) :], 0, 0
    return found


class Binding(nn.Module):
    """Heads that must tell from the features of a word what is said of the thing that it names."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.tellers = nn.ModuleDict({name: nn.Linear(width, choices) for name, choices in CHOICES.items()})

    def forward(self, features: Tensor, targets: Tensor) -> Tensor:
        """The cross-entropy of features (batch, words, width) beside targets (batch, words, choices), the mean over what is told."""
        blurred = features + BLUR * torch.randn_like(features)
        loss = features.new_zeros(())
        for head, right in zip(self.tellers.values(), targets.unbind(2), strict=True):
            loss = loss + F.cross_entropy(head(blurred).flatten(0, 1), right.flatten(), ignore_index=NO_THING)
        return loss

    @torch.no_grad()
    def shares_right(self, features: Tensor, targets: Tensor) -> dict[str, float]:
        """Of each choice, the share of words that tell it right where something is said of it."""
        shares = {}
        for (name, head), right in zip(self.tellers.items(), targets.unbind(2), strict=True):
            asked = right > 0
            shares[name] = float((head(features).argmax(2) == right)[asked].float().mean())
        return shares


def asked(encoder: TextEncoder, seeds: Tensor, counts: tuple[float, ...], tokenizer: Tokenizer | None = None) -> tuple[Tensor, Tensor]:
    """Captions of scenes that are not drawn: word ids (batch, words) and what they tell (batch, words, choices)."""
    c = encoder.config
    tokenizer = tokenizer or word_tokenizer(c.vocabulary)
    ids, targets = [], []
    for text, facts in captions(world.scenes(seeds, counts)):
        said = tokenize(text, c.vocabulary, c.max_words, tokenizer).ids
        told = claims([c.vocabulary[word] for word in said], facts)
        ids.append(said)
        targets.append(F.pad(torch.tensor(told), (0, 0, 0, c.max_words - len(told)), value=NO_THING))
    return padded(ids, c.max_words)[0], torch.stack(targets)
