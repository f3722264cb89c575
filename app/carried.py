"""Workflows that pictures carry: the text chunk ``tessera.workflow`` of a PNG, found without decoding the picture."""

from __future__ import annotations

import zlib

from graph_engine.errors import BadWorkflow

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"tessera.workflow"
LIMIT = 16 << 20


def workflow_in_png(data: bytes, where: str) -> bytes | None:
    """The workflow file in a PNG; None where the data is no PNG.

    Raises:
        BadWorkflow: a PNG without a workflow, a damaged one, or a chunk past the limit.
    """
    if not data.startswith(SIGNATURE):
        return None
    at = len(SIGNATURE)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind == b"iTXt" and body.startswith(KEYWORD + b"\0"):
            return _text(body[len(KEYWORD) + 1 :], where)
        at += 12 + length
    raise BadWorkflow(f"{where}: must carry a workflow in a text chunk, got a picture without one")


def _text(body: bytes, where: str) -> bytes:
    """The text of an iTXt chunk after its keyword: flags, language, translated keyword, text."""
    compressed, rest = body[:1] == b"\1", body[2:]
    text = rest.split(b"\0", 2)[-1]
    if compressed:
        expander = zlib.decompressobj()
        try:
            text = expander.decompress(text, LIMIT + 1)
        except zlib.error as error:
            raise BadWorkflow(f"{where}: the workflow in it must be whole, got damaged compression ({error})") from None
    if len(text) > LIMIT:
        raise BadWorkflow(f"{where}: the workflow in it must be at most {LIMIT >> 20} MiB")
    return text
