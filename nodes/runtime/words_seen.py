"""What a text encoder makes of a prompt before anything runs: which words it reads, knows and has no room for, and how much they weigh."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.models.files import ModelFile
from nodes.models.subwords import subwords
from nodes.models.text_encoder import UNKNOWN, tokenize
from nodes.runtime.weighted_words import weighted

ANY_NUMBER = 1 << 16


@dataclass(frozen=True)
class WordSeen:
    """A word as ``prompt[start:end]``."""

    start: int
    end: int
    weight: float
    known: bool


def words_seen(encoder: ModelFile, prompt: str) -> tuple[WordSeen, ...]:
    """All words of a prompt in their order, also those behind the last that the encoder has room for (`room_for_words`).

    Raises:
        Failure: a weight is too large.
    """
    read = weighted(prompt)
    if not reads_whole_words(encoder):
        spans = [span for span in subwords(encoder, read.text, cut=False).spans if span[1] > span[0]]
        return tuple(WordSeen(start, end, read.weights[start], known=True) for start, end in spans)
    words = tokenize(read.text, encoder.config["vocabulary"], ANY_NUMBER)
    pairs = zip(words.ids, words.spans, strict=True)
    return tuple(WordSeen(start, end, read.weights[start], word != UNKNOWN) for word, (start, end) in pairs)


def reads_whole_words(encoder: ModelFile) -> bool:
    """Whether an encoder has a list of words; others know parts, of which they make any word."""
    return bool(encoder.config.get("vocabulary"))


def room_for_words(encoder: ModelFile) -> int:
    """How many words, or parts of words, of a text an encoder reads, beside what begins and ends every text."""
    room: int = encoder.config.get("max_words") or encoder.config["text_length"]
    return room if reads_whole_words(encoder) else room - len(subwords(encoder, "").ids)
