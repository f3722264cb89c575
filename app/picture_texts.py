"""Texts that pictures carry beside their pixels, by keyword: chunks of a PNG, EXIF entries of a WebP or JPEG. No pixel is decoded.

Everything is bounded before it is unpacked, and offsets in a file are never trusted.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator

from graph_engine.errors import BadWorkflow

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
LIMIT = 16 << 20
"""Bytes of one text."""
ENTRY_LIMIT = 1000
CHUNK_LIMIT = 100_000
"""Parts that a file is looked through: a large picture has some thousand."""
ASCII = 2
MAIN_PART = b"\xda"
"""The marker of a JPEG behind which no more headers come."""


def is_picture(data: bytes) -> bool:
    return data.startswith((PNG, JPEG)) or _is_webp(data)


def texts_in(data: bytes, keywords: Collection[str], where: str) -> dict[str, bytes]:
    """The texts of a picture under some keywords; of two under one keyword the first. Empty where the data is no picture, or has none.

    Raises:
        BadWorkflow: one of them is damaged, or longer than the limit.
    """
    found: dict[str, bytes] = {}
    wanted = set(keywords)
    for keyword, text in _texts(data, wanted, where):
        if len(text) > LIMIT:
            raise BadWorkflow(f"{where}: the text {keyword!r} in it must be at most {LIMIT >> 20} MiB")
        found[keyword] = text
        wanted.discard(keyword)  # a second one is not even unpacked: each may be a bomb
    return found


def _texts(data: bytes, keywords: set[str], where: str) -> Iterator[tuple[str, bytes]]:
    if data.startswith(PNG):
        yield from _in_png(data, keywords, where)
    for block in _exif_blocks(data):
        for entry in _exif_texts(block):
            keyword, colon, text = entry[:80].partition(b":")
            name = keyword.decode("latin-1")
            if colon and name in keywords:
                yield name, entry[len(keyword) + 1 :]


# PNG


def _in_png(data: bytes, keywords: set[str], where: str) -> Iterator[tuple[str, bytes]]:
    at = len(PNG)
    for _ in range(CHUNK_LIMIT):
        if at + 12 > len(data) or not keywords:
            return
        length = int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            name = data[at + 8 : at + 8 + min(80, length)].partition(b"\0")[0].decode("latin-1")
            if name in keywords:
                body = data[at + 8 : at + 8 + length]
                if data[at + 8 + length : at + 12 + length] != zlib.crc32(kind + body).to_bytes(4, "big"):
                    raise BadWorkflow(f"{where}: the text {name!r} in it must be whole, got a damaged one")
                yield name, _png_text(kind, body[len(name) + 1 :], name, where)
        at += 12 + length


def _png_text(kind: bytes, body: bytes, name: str, where: str) -> bytes:
    """The text of a chunk after its keyword: plain, packed behind a byte, or with flags, language and translated keyword before it."""
    if kind == b"tEXt":
        return body
    packed = kind == b"zTXt" or body[:1] == b"\1"
    text = body[1:] if kind == b"zTXt" else body[2:].split(b"\0", 2)[-1]
    return _unpacked(text, name, where) if packed else text


def _unpacked(packed: bytes, name: str, where: str) -> bytes:
    expander = zlib.decompressobj()
    try:
        text = expander.decompress(packed, LIMIT + 1)
    except zlib.error as error:
        raise BadWorkflow(f"{where}: the text {name!r} in it must be whole, got damaged compression ({error})") from None
    if len(text) <= LIMIT and not expander.eof:
        raise BadWorkflow(f"{where}: the text {name!r} in it must be whole, got its beginning")
    return text


# WebP and JPEG


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _exif_blocks(data: bytes) -> Iterator[bytes]:
    if _is_webp(data):
        yield from _in_webp(data)
    elif data.startswith(JPEG):
        yield from _in_jpeg(data)


def _in_webp(data: bytes) -> Iterator[bytes]:
    at = 12
    for _ in range(CHUNK_LIMIT):
        if at + 8 > len(data):
            return
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"EXIF":
            yield data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def _in_jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1 : at + 2] != MAIN_PART:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            yield data[at + 4 : at + 2 + length]
        at += 2 + max(2, length)


def _exif_texts(block: bytes) -> Iterator[bytes]:
    """The texts of the first directory of an EXIF block, which is a TIFF file in small."""
    block = block.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "little", b"MM\0*": "big"}.get(block[:4])
    if order is None:
        return

    def whole(at: int, size: int) -> int:
        return int.from_bytes(block[at : at + size], "little" if order == "little" else "big")

    start = whole(4, 4)
    total = 0
    for entry in range(min(whole(start, 2), ENTRY_LIMIT)):
        at = start + 2 + 12 * entry
        kind, count = whole(at + 2, 2), whole(at + 4, 4)
        if kind == ASCII and at + 12 <= len(block):
            value = at + 8 if count <= 4 else whole(at + 8, 4)
            total += min(count, max(0, len(block) - value))
            if total > 4 * LIMIT:  # entries that all point at one place
                return
            yield block[value : value + count].split(b"\0")[0]
