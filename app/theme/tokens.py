"""The colors of the program, by what they mean. A theme is these twenty, a color per value type and one per section."""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from graph_engine.values import alternatives


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    name: str
    ground: str  # the canvas
    grid: str
    panel: str  # docks, menus, bars
    raised: str  # node bodies, buttons
    field: str  # what is typed or dragged
    hover: str
    line: str
    outline: str  # edges that must be seen on any surface
    text: str
    muted: str
    faint: str
    accent: str
    accent_dim: str  # the filled part of a slider
    on_accent: str
    good: str
    warning: str
    bad: str
    checker_light: str
    checker_dark: str
    types: Mapping[str, str]
    sections: Mapping[str, str]

    def type_color(self, name: str) -> str:
        """The color of links that carry this type, or the first of several.

        A type nobody named gets a steady color of its own, one left open none.
        """
        name = alternatives(name)[0]
        if name.startswith("*"):
            return self.muted
        return self.types.get(name) or _steady_color(name)

    def section_color(self, section: str) -> str:
        return self.sections.get(section) or _steady_color(section)


def _steady_color(name: str) -> str:
    hue = zlib.crc32(name.encode()) % 360 / 360
    red, green, blue = colorsys.hls_to_rgb(hue, 0.68, 0.42)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"


# Image blue, latent pink, conditioning orange, model lavender, encoder yellow and mask green are what hands from other programs know.
_TYPES = {
    "Image": "#62b0f0",
    "Layer": "#4fc4dd",
    "LayerStack": "#3fb4b8",
    "Mask": "#7fcb87",
    "Sketch": "#a6cf6a",
    "Layout": "#c5c95f",
    "Conditioning": "#f2a65a",
    "Tokens": "#5fd0b4",
    "Latent": "#ee8fd2",
    "Tokenizer": "#ef7f77",
    "Generator": "#ac94f0",
    "TextEncoder": "#e8cb5c",
    "Guidance": "#d98ab0",
    "Strategy": "#8fa9ee",
    "Control": "#c9a27e",
    "Adapter": "#bda0c9",
    "Text": "#b4bdc9",
    "Number": "#93a1b5",
    "Integer": "#7f9aa8",
    "Toggle": "#a898b8",
    "": "#8a8f99",
}

_SECTIONS = {
    "group": "#8a9ec4",
    "prompt": "#f2a65a",
    "tokenizer": "#ef7f77",
    "generator": "#ac94f0",
    "guidance": "#d98ab0",
    "sampling": "#ee8fd2",
    "control": "#c9a27e",
    "layers": "#4fc4dd",
    "image": "#62b0f0",
    "mask": "#7fcb87",
    "source": "#b4bdc9",
    "logic": "#93a1b5",
    "output": "#5fd0b4",
}

DARK = Theme(
    name="dark",
    ground="#16171a",
    grid="#2a2d33",
    panel="#1d1f23",
    raised="#292c32",
    field="#131417",
    hover="#33373f",
    line="#2d3036",
    outline="#0c0d0f",
    text="#e3e5e9",
    muted="#9aa1ac",
    faint="#656c78",
    accent="#6d9bff",
    accent_dim="#2f4673",
    on_accent="#0d1420",
    good="#6cc48a",
    warning="#e3b34f",
    bad="#f0716b",
    checker_light="#585b61",
    checker_dark="#46494f",
    types=_TYPES,
    sections=_SECTIONS,
)

# The same hues, dark enough to be read on white.
_TYPES_ON_LIGHT = {
    "Image": "#1f74bd",
    "Layer": "#13829c",
    "LayerStack": "#147d82",
    "Mask": "#35843f",
    "Sketch": "#5f8420",
    "Layout": "#7d7f14",
    "Conditioning": "#b9651a",
    "Tokens": "#178a6f",
    "Latent": "#b84f98",
    "Tokenizer": "#c0443b",
    "Generator": "#6f52c4",
    "TextEncoder": "#917408",
    "Guidance": "#a34c77",
    "Strategy": "#4c68bd",
    "Control": "#8a5f3b",
    "Adapter": "#7d5c8b",
    "Text": "#5b6673",
    "Number": "#52637a",
    "Integer": "#456575",
    "Toggle": "#6d5c80",
    "": "#666b75",
}

LIGHT = Theme(
    name="light",
    ground="#e9ebee",
    grid="#cfd3d9",
    panel="#f6f7f8",
    raised="#ffffff",
    field="#eceef1",
    hover="#e2e5ea",
    line="#d3d7dd",
    outline="#b4bac3",
    text="#1b1e23",
    muted="#555d69",
    faint="#7a828e",
    accent="#2b62d9",
    accent_dim="#bcd0fb",
    on_accent="#ffffff",
    good="#24803f",
    warning="#8a5d00",
    bad="#c22f2a",
    checker_light="#ffffff",
    checker_dark="#d9dce1",
    types=_TYPES_ON_LIGHT,
    sections=_SECTIONS,
)

HIGH_CONTRAST = Theme(
    name="high contrast",
    ground="#000000",
    grid="#3a3a3a",
    panel="#000000",
    raised="#0d0d0d",
    field="#000000",
    hover="#2e2e2e",
    line="#8c8c8c",
    outline="#b8b8b8",
    text="#ffffff",
    muted="#e4e4e4",
    faint="#bdbdbd",
    accent="#ffd84a",
    accent_dim="#5c4b00",
    on_accent="#000000",
    good="#7dff9e",
    warning="#ffc94d",
    bad="#ff8a80",
    checker_light="#8a8a8a",
    checker_dark="#4d4d4d",
    types=_TYPES,
    sections=_SECTIONS,
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, HIGH_CONTRAST)}
