"""Render the sticker atlas once from Noto Color Emoji: ``python -m nodes.training.atlas``.

Needs Debian's ``fonts-noto-color-emoji``. The font is bitmap at 109 px (136 × 128 glyph boxes); tiles are trimmed to the drawing,
centered on a square and stored at 96 px.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from nodes.training.vocabulary import THINGS

PACKAGE = "fonts-noto-color-emoji"
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
    (STARTER / "stickers.card.json").write_text(json.dumps(card(), indent=1) + "\n")


def card() -> dict[str, object]:
    """Where the atlas as it lies there comes from."""
    atlas = (STARTER / "stickers.png").read_bytes()
    found = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}", PACKAGE], capture_output=True, text=True, check=False)
    return {
        "file": "stickers.png",
        "bytes": len(atlas),
        "sha256": hashlib.sha256(atlas).hexdigest(),
        "source": "Noto Color Emoji, https://github.com/googlefonts/noto-emoji",
        "package": found.stdout if found.returncode == 0 else PACKAGE,
        "font_sha256": hashlib.sha256(Path(FONT).read_bytes()).hexdigest(),
        "changes": f"drawings of the font at 109 px, trimmed, centered on squares and scaled to {TILE} px",
        "licence": "Apache-2.0 (artwork), OFL-1.1 (font, not shipped)",
        "licence_files": ["stickers.LICENSE.txt", "APACHE-2.0.txt"],
        "script": "python -m nodes.training.atlas",
    }


if __name__ == "__main__":
    main()
