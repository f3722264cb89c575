"""Pictures in labeled rows and columns, as one picture to look at side by side."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
PAPER, RULE = "#f6f5f2", "#d9d7d1"
INK, QUIET, BAD = "#1c1d20", "#74757a", "#b3372f"
CHECKER_LIGHT, CHECKER_DARK = "#ffffff", "#dedede"
CHECK = 12
GAP, MARGIN = 16, 48
TITLE, VALUE, SMALL = 30, 19, 15
LEADING = 1.3
SMALLEST, LARGEST = 224, 480
"""Sides that pictures are shown at: small ones are drawn larger, so that a label fits beside them."""
LABEL_WIDTH = 220
CAPTION_LINES = 3


class Label(NamedTuple):
    """What stands beside a row, above a column or below a picture: names of parameters with their values."""

    pairs: tuple[tuple[str, str], ...]


class Shown(NamedTuple):
    """A cell of the sheet: a picture, or in its place why there is none."""

    picture: Image.Image | None
    message: str = ""


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"Inter-{weight}.otf"), size)


def contact_sheet(
    title: str,
    subtitle: str,
    shown: Sequence[Sequence[Shown]],
    columns: Sequence[Label] = (),
    rows: Sequence[Label] = (),
    captions: Sequence[Sequence[Label]] = (),
) -> Image.Image:
    """The sheet as RGB, alpha on a checkerboard.

    Args:
        title: on top.
        subtitle: below it, quietly.
        shown: rows of cells; the last may be shorter.
        columns: above each column.
        rows: beside each row.
        captions: below each cell.
    """
    side = _side([cell.picture for row in shown for cell in row if cell.picture])
    left = MARGIN + (_label_width(rows) + GAP if rows else 0)
    head = _head_height(title, subtitle)
    top = head + (max(_label_height(label, side) for label in columns) + GAP // 2 if columns else 0)
    below = max((_label_height(label, side) for row in captions for label in row), default=0)
    wide, high = side + GAP, side + GAP + (below + 2 * GAP if below else 0)
    count = max(len(row) for row in shown)
    made = Image.new("RGB", (left + count * wide - GAP + MARGIN, top + len(shown) * high - GAP + MARGIN), PAPER)
    draw = ImageDraw.Draw(made)
    _write_head(draw, title, subtitle, made.width)
    for at, label in enumerate(columns):
        _write_label(draw, label, left + at * wide, top - GAP // 2 - _label_height(label, side), side)
    for row, cells in enumerate(shown):
        y = top + row * high
        if rows:
            _write_label(draw, rows[row], MARGIN, y, left - MARGIN - GAP)
        for column, cell in enumerate(cells):
            x = left + column * wide
            _put(made, draw, cell, x, y, side)
            if captions:
                _write_label(draw, captions[row][column], x, y + side + GAP // 2, side)
    return made


def _side(pictures: Sequence[Image.Image]) -> int:
    return min(LARGEST, max(SMALLEST, *(max(picture.size) for picture in pictures), SMALLEST))


def _put(sheet: Image.Image, draw: ImageDraw.ImageDraw, cell: Shown, x: int, y: int, side: int) -> None:
    if cell.picture is None:
        draw.rectangle((x, y, x + side - 1, y + side - 1), outline=RULE, width=2)
        lines = _lines(cell.message, _font("Regular", SMALL), side - 2 * GAP)[: (side - 2 * GAP) // round(SMALL * LEADING)]
        _write(draw, lines, x + GAP, y + GAP, _font("Regular", SMALL), BAD)
        return
    scale = side / max(cell.picture.size)
    size = max(1, round(cell.picture.width * scale)), max(1, round(cell.picture.height * scale))
    # Pillow weighs the color by alpha when it resizes RGBA through premultiplied RGBa: no dark fringe.
    picture = cell.picture.convert("RGBA").convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")
    ground = _checkerboard(size) if cell.picture.mode in ("RGBA", "LA", "PA") else Image.new("RGB", size)
    ground.paste(picture, mask=picture.getchannel("A"))
    sheet.paste(ground, (x + (side - size[0]) // 2, y + (side - size[1]) // 2))


def _checkerboard(size: tuple[int, int]) -> Image.Image:
    made = Image.new("RGB", size, CHECKER_LIGHT)
    draw = ImageDraw.Draw(made)
    for y in range(0, size[1], CHECK):
        for x in range((y // CHECK % 2) * CHECK, size[0], 2 * CHECK):
            draw.rectangle((x, y, x + CHECK - 1, y + CHECK - 1), CHECKER_DARK)
    return made


# words


def _head_height(title: str, subtitle: str) -> int:
    return MARGIN + (round(TITLE * LEADING) if title else 0) + (round(SMALL * LEADING) if subtitle else 0) + GAP * 2


def _write_head(draw: ImageDraw.ImageDraw, title: str, subtitle: str, width: int) -> None:
    bold, regular = _font("SemiBold", TITLE), _font("Regular", SMALL)
    _write(draw, _cut(_lines(title, bold, width - 2 * MARGIN), 1, bold, width - 2 * MARGIN), MARGIN, MARGIN, bold, INK)
    y = MARGIN + (round(TITLE * LEADING) + GAP // 2 if title else 0)
    _write(draw, _cut(_lines(subtitle, regular, width - 2 * MARGIN), 1, regular, width - 2 * MARGIN), MARGIN, y, regular, QUIET)


def _label_width(labels: Sequence[Label]) -> int:
    """As wide as the longest word group needs, within bounds."""
    longest = max((_font("Medium", VALUE).getlength(value) for label in labels for _, value in label.pairs), default=0)
    names = max((_font("Regular", SMALL).getlength(name) for label in labels for name, _ in label.pairs), default=0)
    return min(LABEL_WIDTH, round(max(longest, names)) + 1)


def _blocks(label: Label, width: int) -> list[tuple[str, list[str]]]:
    value_font = _font("Medium", VALUE)
    return [(name, _cut(_lines(value, value_font, width), CAPTION_LINES, value_font, width)) for name, value in label.pairs]


def _label_height(label: Label, width: int) -> int:
    one, line = round(SMALL * LEADING), round(VALUE * LEADING)
    return sum(one + len(lines) * line + GAP // 2 for _, lines in _blocks(label, width)) - GAP // 2


def _write_label(draw: ImageDraw.ImageDraw, label: Label, x: int, y: int, width: int) -> None:
    for name, lines in _blocks(label, width):
        y = _write(draw, [name], x, y, _font("Regular", SMALL), QUIET)
        y = _write(draw, lines, x, y, _font("Medium", VALUE), INK) + GAP // 2


def _write(draw: ImageDraw.ImageDraw, lines: Sequence[str], x: int, y: int, font: ImageFont.FreeTypeFont, color: str) -> int:
    """Lines below one another; where the next would stand."""
    for line in lines:
        draw.text((x, y), line, font=font, fill=color, anchor="la")
        y += round(font.size * LEADING)
    return y


def _lines(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Words in lines of at most a width; a word that is wider is broken."""
    lines: list[str] = []
    for word in "".join(char if char.isprintable() else " " for char in text).split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while word:
            fitting = max(1, next((n for n in range(len(word), 0, -1) if font.getlength(word[:n]) <= width), 1))
            lines.append(word[:fitting])
            word = word[fitting:]
    return lines


def _cut(lines: list[str], count: int, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """At most so many lines, with an ellipsis where words are left out."""
    if len(lines) <= count:
        return lines
    last = lines[count - 1]
    while last and font.getlength(last + "…") > width:
        last = last[:-1]
    return [*lines[: count - 1], last.rstrip(" ,;:.") + "…"]
