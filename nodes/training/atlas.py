"""Render the sticker atlas once from Noto Color Emoji: ``python -m nodes.training.atlas``.

Needs Debian's ``fonts-noto-color-emoji``. The font is bitmap at 109 px (136 × 128 glyph boxes); tiles are trimmed to the drawing,
centered on a square and stored at 96 px.
"""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from nodes.training.vocabulary import THINGS

FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
STARTER = Path(__file__).parents[2] / "assets" / "starter"
TILE = 96
COLUMNS = 12


def drawn_tile(code: int, font: ImageFont.FreeTypeFont) -> Image.Image:
    """One emoji, trimmed, on a transparent square of TILE pixels with a margin of 2."""
    canvas = Image.new("RGBA", (200, 200))
    text = chr(code) if code > 0xFFFF else chr(code) + "\ufe0f"
    ImageDraw.Draw(canvas).text((30, 30), text, font=font, embedded_color=True)
    drawing = canvas.crop(canvas.getbbox())
    side = max(drawing.size)
    square = Image.new("RGBA", (side, side))
    square.paste(drawing, ((side - drawing.width) // 2, (side - drawing.height) // 2))
    tile = Image.new("RGBA", (TILE, TILE))
    tile.paste(square.resize((TILE - 4, TILE - 4), Image.Resampling.LANCZOS), (2, 2))
    return tile


def main() -> None:
    font = ImageFont.truetype(FONT, 109)
    rows = -(-len(THINGS) // COLUMNS)
    sheet = Image.new("RGBA", (COLUMNS * TILE, rows * TILE))
    for index, thing in enumerate(THINGS):
        sheet.paste(drawn_tile(thing.code, font), ((index % COLUMNS) * TILE, (index // COLUMNS) * TILE))
    sheet.save(STARTER / "stickers.png", optimize=True)
    names = {"tile": TILE, "columns": COLUMNS, "names": [thing.name for thing in THINGS]}
    (STARTER / "stickers.json").write_text(json.dumps(names, indent=1) + "\n")


if __name__ == "__main__":
    main()
