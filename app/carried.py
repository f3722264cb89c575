"""Workflows that pictures carry beside their pixels: in a PNG, WebP or JPEG, found without decoding the picture."""

from __future__ import annotations

import base64
import binascii
import zlib

from app.picture_texts import LIMIT, is_picture, texts_in
from graph_engine.errors import BadWorkflow

KEYWORD = "tessera.workflow"
PACKED = "tessera.workflow.packed"
SEEDS = "tessera.seed"


def carried_workflow(data: bytes, where: str) -> bytes | None:
    """The workflow file in a picture; None where the data is no picture.

    Raises:
        BadWorkflow: a picture without a workflow, with a damaged one, or one past the limit.
    """
    if not is_picture(data):
        return None
    texts = texts_in(data, (KEYWORD, PACKED), where)
    if KEYWORD in texts:
        return texts[KEYWORD]
    if PACKED in texts:
        return _unpacked(texts[PACKED], where)
    raise BadWorkflow(f"{where}: must carry a workflow beside its pixels, got a picture without one")


def carries_workflow(data: bytes, where: str) -> bool:
    """Whether a picture carries a workflow of this program.

    Raises:
        BadWorkflow: it carries a damaged one.
    """
    return bool(texts_in(data, (KEYWORD, PACKED), where))


def _unpacked(text: bytes, where: str) -> bytes:
    expander = zlib.decompressobj()
    try:
        found = expander.decompress(base64.b64decode(text, validate=True), LIMIT + 1)
    except (zlib.error, binascii.Error) as error:
        raise BadWorkflow(f"{where}: the workflow in it must be whole, got damaged compression ({error})") from None
    if len(found) > LIMIT:
        raise BadWorkflow(f"{where}: the workflow in it must be at most {LIMIT >> 20} MiB")
    if not expander.eof:
        raise BadWorkflow(f"{where}: the workflow in it must be whole, got its beginning")
    return found
