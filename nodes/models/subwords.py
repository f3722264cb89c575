"""Texts as the ids of a published text encoder, by the tokenizer that its file carries (`tokenizer.json` as transformers publishes it)."""

from __future__ import annotations

import functools
from pathlib import Path

from tokenizers import Tokenizer

from graph_engine.errors import MissingModel
from nodes.models.files import ModelFile, read_header
from nodes.models.text_encoder import Words

WORDS = "words"
"""The field of a header that holds the tokenizer."""


def subwords(file: ModelFile, text: str, cut: bool = True) -> Words:
    """Ids of a text with what begins and ends it, cut to what the encoder reads; spans are (start, end) in the text.

    Args:
        cut: False leaves what the encoder has no room for too.

    Raises:
        MissingModel: the file carries no tokenizer.
    """
    encoding = _tokenizer(file.path, file.stamp).encode(text)
    most = file.config.get("max_words") or file.config["text_length"]
    ids, spans = encoding.ids, encoding.offsets
    if cut and len(ids) > most:  # the end stays
        ids, spans = [*ids[: most - 1], ids[-1]], [*spans[: most - 1], spans[-1]]
    return Words(tuple(ids), tuple(spans), (), max(0, len(encoding.ids) - most))


@functools.lru_cache(maxsize=8)
def _tokenizer(path: Path, _: tuple[int, ...]) -> Tokenizer:
    said = read_header(path).metadata.get(WORDS, "")
    if not said:
        message = f"{path.name}: must carry its tokenizer to read words, does not"
        raise MissingModel(
            message, f"Convert it again with the tokenizer.json beside it: tessera convert {path.name} --words tokenizer.json"
        )
    tokenizer = Tokenizer.from_str(said)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
