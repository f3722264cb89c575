"""Nodes that turn words into conditioning."""

from __future__ import annotations

import re

from app.comfyui.mapping.entry import Case, Entry, Piece

WEIGHT = re.compile(r"\([^()]*:\s*[0-9.]+\s*\)|embedding:")


def text_encode(case: Case, piece: Piece) -> None:
    """The words get a node of their own, so that they can be used again; words that come over a link go straight to the encoder."""
    if words := case.origin("text"):
        piece.add("main", "prompt/encode_prompt")
        piece.take("main", "prompt", words)
    else:
        text = str(case.value("text", ""))
        piece.add("prompt", "prompt/prompt")
        piece.carry("prompt", "text", case, "text", str)
        piece.add("main", "prompt/encode_prompt", (1, 0))
        piece.join("prompt", "text", "main", "prompt")
        if WEIGHT.search(text):
            piece.differs("weights in brackets and embeddings in the words are read as plain words")
    piece.take("main", "text_encoder", case.origin("clip"))
    piece.gives = {0: ("main", "conditioning")}


ENTRIES = (Entry("CLIPTextEncode", "CLIP Text Encode (Prompt)", text_encode),)
