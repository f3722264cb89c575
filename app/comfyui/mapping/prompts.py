"""Nodes that turn words into conditioning."""

from __future__ import annotations

from collections.abc import Callable

from app.comfyui.mapping.entry import Case, Entry, NoCounterpart, Piece

EMBEDDING = "embedding:"


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
        if EMBEDDING in text:
            piece.differs("embeddings in the words are read as plain words")
    piece.take("main", "text_encoder", case.origin("clip"))
    piece.gives = {0: ("main", "conditioning")}


def several_texts(*widgets: str) -> Callable[[Case, Piece], None]:
    """A class that hands each of a model's text encoders words of its own; here one encoder reads the words of all."""

    def make(case: Case, piece: Piece) -> None:
        if any(case.origin(widget) for widget in widgets):
            raise NoCounterpart("its words come over links, one for each text encoder")
        texts = dict.fromkeys(str(case.value(widget, "")).strip() for widget in widgets)
        piece.add("prompt", "prompt/prompt", text=", ".join(text for text in texts if text))
        piece.add("main", "prompt/encode_prompt", (1, 0))
        piece.join("prompt", "text", "main", "prompt")
        piece.take("main", "text_encoder", case.origin("clip"))
        piece.gives = {0: ("main", "conditioning")}
        piece.differs("the words for all text encoders are read as one, without sizes and guidance beside them")

    return make


ENTRIES = (
    Entry("CLIPTextEncode", "CLIP Text Encode (Prompt)", text_encode),
    Entry("CLIPTextEncodeSDXL", "CLIPTextEncodeSDXL", several_texts("text_g", "text_l")),
    Entry("CLIPTextEncodeSD3", "CLIPTextEncodeSD3", several_texts("clip_l", "clip_g", "t5xxl")),
)
