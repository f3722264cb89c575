"""Changes to tokens as nodes ask for them, checked against what the tokens fill."""

from __future__ import annotations

import re
from dataclasses import replace

import torch
from torch import Tensor

from graph_engine.errors import Failure
from nodes.decoding.noise import item_seed
from nodes.decoding.partial import first_rows, mixed, slid, touched
from nodes.values import Mask, Tokens

CHANGE = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*=\s*(\d+|\?)\s*")


def known(tokens: Tokens) -> Tensor:
    """(batch, length) bool."""
    return torch.ones_like(tokens.ids, dtype=torch.bool) if tokens.known is None else tokens.known


def on_line(tokens: Tokens) -> bool:
    """Whether the tokens have no place in the picture."""
    return len(tokens.grids) == 1 and tokens.grids[0][0] == 1


def erased(tokens: Tokens, mask: Mask, grow: int, first_scale: int) -> Tokens:
    """Tokens unknown below a mask.

    Raises:
        Failure: they have no place in the picture, or there is another number of masks.
    """
    if on_line(tokens):
        message = "tokens: must fill a grid, since a mask names places; tokens in a line have none"
        raise Failure(message, "Put the new picture over the old one by the mask instead.")
    if len(mask.pixels) not in (1, len(tokens.ids)):
        raise Failure(f"mask: must be 1 or {len(tokens.ids)} as there are pictures, are {len(mask.pixels)}", "Give one mask.")
    changed = touched(mask.pixels, tokens.grids, grow).expand(len(tokens.ids), -1).clone()
    changed[:, : sum(rows * columns for rows, columns in tokens.grids[:first_scale])] = False
    return replace(tokens, known=known(tokens) & ~changed)


def kept_rows(tokens: Tokens, rows: int) -> Tokens:
    """Tokens known in the first rows alone.

    Raises:
        Failure: they have no rows, or fewer.
    """
    grid = _only_grid(tokens)
    if rows > grid[0]:
        raise Failure(f"rows: must be within 0 to {grid[0]}, which the tokens have, got {rows}", "Keep fewer rows.")
    return replace(tokens, known=known(tokens) & first_rows(rows, grid))


def slid_tokens(tokens: Tokens, down: int, right: int) -> Tokens:
    """Tokens moved over their grid, unknown where they come from.

    Raises:
        Failure: they do not fill one grid.
    """
    ids, there = slid(tokens.ids, known(tokens), _only_grid(tokens), down, right)
    return replace(tokens, ids=ids, known=there, record=None)


def rewritten(tokens: Tokens, changes: str, scale: int) -> Tokens:
    """Tokens with some of them replaced, ``row, column = id``, one a line; ``?`` makes one unknown.

    Raises:
        Failure: a line says something else, or names a place or an id that there is not.
    """
    if not -len(tokens.grids) <= scale < len(tokens.grids):
        raise Failure(f"scale: must be within 0 to {len(tokens.grids) - 1}, got {scale}", "Choose a scale that the tokens have.")
    start = sum(rows * columns for rows, columns in tokens.grids[: scale % len(tokens.grids)])
    ids, there = tokens.ids.clone(), known(tokens).clone()
    for number, line in enumerate(changes.splitlines(), 1):
        if line.strip():
            place, value = _change(tokens, line, number, tokens.grids[scale])
            there[:, start + place] = value is not None
            if value is not None:
                ids[:, start + place] = value
    return replace(tokens, ids=ids, known=there, record=None)


def _change(tokens: Tokens, line: str, number: int, grid: tuple[int, int]) -> tuple[int, int | None]:
    """Where a line writes, and what."""
    found = CHANGE.fullmatch(line)
    if not found:
        raise Failure(f"changes: line {number}: must be as 3, 4 = 17 or 3, 4 = ?, is {line.strip()}", "Write row, column = id.")
    row, column = int(found[1]), int(found[2])
    value = None if found[3] == "?" else int(found[3])
    if row >= grid[0] or column >= grid[1]:
        message = f"changes: line {number}: must name a place within 0, 0 to {grid[0] - 1}, {grid[1] - 1}, names {row}, {column}"
        raise Failure(message, "Rows and columns count from 0.")
    if value is not None and value >= tokens.codebook:
        raise Failure(f"changes: line {number}: must be an id within 0 to {tokens.codebook - 1}, is {value}", "Choose another id.")
    return row * grid[1] + column, value


def shortened(tokens: Tokens, count: int) -> Tokens:
    """The first tokens of a line.

    Raises:
        Failure: the tokens are no line.
    """
    if not on_line(tokens):
        message = "tokens: must lie in a line, from important to unimportant, fill a grid"
        raise Failure(message, "Use a tokenizer of 1D tokens, as TiTok or One-D-Piece.")
    count = min(count, tokens.ids.shape[1])
    there = None if tokens.known is None else tokens.known[:, :count]
    return replace(tokens, ids=tokens.ids[:, :count], grids=((1, count),), known=there, record=None)


def blended(first: Tokens, second: Tokens, share: float, where: str, seed: int) -> Tokens:
    """Tokens of two pictures in one.

    Raises:
        Failure: they are of different tokenizers or sizes.
    """
    for name, mine, its in (("tokenizer", first.tokenizer, second.tokenizer), ("grids", first.grids, second.grids)):
        if mine != its:
            message = f"second: must have the {name} of first, {str(mine)[:40]}, has {str(its)[:40]}"
            raise Failure(message, "Encode both pictures with one tokenizer, in one size.")
    if len(first.ids) != len(second.ids) and 1 not in (len(first.ids), len(second.ids)):
        raise Failure(f"second: must be 1 picture or {len(first.ids)} as first, is {len(second.ids)}", "Give as many.")

    def mix(one: Tensor, other: Tensor) -> Tensor:
        return mixed(one, other, share, where, torch.Generator().manual_seed(item_seed(seed, 0)))

    there = mix(known(first), known(second))
    return replace(first, ids=mix(first.ids, second.ids), known=None if bool(there.all()) else there, record=None)


def _only_grid(tokens: Tokens) -> tuple[int, int]:
    if len(tokens.grids) > 1 or on_line(tokens):
        had = "are in a line" if on_line(tokens) else f"fill {len(tokens.grids)} scales"
        raise Failure(f"tokens: must fill one grid, {had}", "Use Erase tokens with a mask where they fill scales.")
    return tokens.grids[0]
