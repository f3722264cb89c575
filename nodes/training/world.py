"""The sticker world: scenes drawn by seed as one batched torch program, with their full ground truth.

Every random number is a hash of (scene seed, slot), so a scene does not depend on its batch or its device.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from nodes.training.vocabulary import COLORS, PAINTED, PLACES, PLAIN, THINGS, UNCOLORED

STARTER = Path(__file__).parents[2] / "assets" / "starter"
SLOTS = 4

# Arrangements: for each number of things, the centers (x, y) in fractions of the canvas, and the range of sizes.
ARRANGEMENTS: dict[int, tuple[tuple[tuple[float, float], ...], ...]] = {
    1: (((0.5, 0.5),),),
    2: (
        ((0.28, 0.5), (0.72, 0.5)),
        ((0.5, 0.27), (0.5, 0.74)),
        ((0.3, 0.31), (0.7, 0.69)),
        ((0.3, 0.69), (0.7, 0.31)),
        ((0.4, 0.48), (0.62, 0.58)),
    ),
    3: (
        ((0.2, 0.5), (0.5, 0.5), (0.8, 0.5)),
        ((0.28, 0.71), (0.72, 0.71), (0.5, 0.27)),
        ((0.28, 0.27), (0.72, 0.27), (0.5, 0.71)),
    ),
    4: (((0.27, 0.28), (0.73, 0.28), (0.27, 0.73), (0.73, 0.73)),),
}
SIZES = {1: (0.36, 0.84), 2: (0.32, 0.50), 3: (0.28, 0.38), 4: (0.28, 0.38)}
JITTER = {1: 0.10, 2: 0.05, 3: 0.04, 4: 0.04}


@dataclass(frozen=True)
class Scenes:
    """A batch of scenes; slots run bottom to top, unused slots hold thing −1. Lengths are fractions of the canvas side."""

    seed: Tensor  # (batch,) int64
    thing: Tensor  # (batch, slots) int64, index into THINGS
    center: Tensor  # (batch, slots, 2) float32, x and y
    size: Tensor  # (batch, slots) float32
    tilt: Tensor  # (batch, slots) float32, radians
    flip: Tensor  # (batch, slots) bool
    color: Tensor  # (batch, slots) int64, index into COLORS, −1 = its own
    place: Tensor  # (batch,) int64, index into PLACES

    def __len__(self) -> int:
        return len(self.seed)


@dataclass(frozen=True)
class Pictures:
    """Drawn scenes: ``rgba`` (batch, 4, side, side) straight alpha in 0 to 1; ``owner`` (batch, side, side), the slot seen or −1."""

    rgba: Tensor
    owner: Tensor


def uniforms(seed: Tensor, count: int, salt: int) -> Tensor:
    """(batch,) seeds to (batch, count) floats in [0, 1): a 32-bit integer hash (Wellons' lowbias32) of seed, salt and position."""
    position = torch.arange(count, device=seed.device) + salt * 1009
    high = (seed >> 32) * 668265263  # the upper half of a seed counts too
    x = ((seed * 2654435761 + high)[:, None] ^ (position[None] * 2246822519)) & 0xFFFFFFFF
    for multiplier, shift in ((0x7FEB352D, 16), (0x846CA68B, 15), (0x7FEB352D, 16)):
        x = ((x ^ (x >> shift)) * multiplier) & 0xFFFFFFFF
    return ((x ^ (x >> 16)) >> 8).to(torch.float32) / (1 << 24)


def scenes(seed: Tensor, counts: tuple[float, ...] = (0.40, 0.35, 0.15, 0.10)) -> Scenes:
    """Scenes of the given (batch,) int64 seeds; ``counts`` are the shares of scenes with one, two, three and four things."""
    device = seed.device
    u = uniforms(seed, 8, 0)
    limits = torch.tensor(counts, device=device).cumsum(0)
    number = (torch.searchsorted(limits / limits[-1], u[:, 0].contiguous()) + 1).clamp(max=SLOTS)
    used = torch.arange(SLOTS, device=device) < number[:, None]
    thing = (uniforms(seed, SLOTS, 1) * len(THINGS)).long()
    repeated = (u[:, 1] < 0.2) & (number > 1)
    thing = torch.where(repeated[:, None], thing[:, :1], thing)
    center, size = _arranged(seed, number, u[:, 2])
    color = _colors(seed, thing, repeated)
    return Scenes(
        seed=seed,
        thing=torch.where(used, thing, -1),
        center=center,
        size=size,
        tilt=(uniforms(seed, SLOTS, 4) - 0.5) * (uniforms(seed, SLOTS, 5) < 0.3) * 0.7,
        flip=uniforms(seed, SLOTS, 6) < 0.5,
        color=torch.where(used, color, -1),
        place=_places(u[:, 3], u[:, 4]),
    )


def _arranged(seed: Tensor, number: Tensor, choice: Tensor) -> tuple[Tensor, Tensor]:
    widest = max(len(options) for options in ARRANGEMENTS.values())
    table = torch.full((SLOTS + 1, widest, SLOTS, 2), 0.5)
    for count, options in ARRANGEMENTS.items():
        for index in range(widest):
            for slot, center in enumerate(options[index % len(options)]):
                table[count, index, slot] = torch.tensor(center)
    device = seed.device
    table = table.to(device)
    options = torch.tensor([1] + [len(ARRANGEMENTS[n]) for n in range(1, SLOTS + 1)], device=device)[number]
    center = table[number, (choice * options).long()]
    order = torch.where(torch.arange(SLOTS, device=device) < number[:, None], uniforms(seed, SLOTS, 2), 2.0).argsort(1)
    center = center.gather(1, order[..., None].expand(-1, -1, 2))
    spread = torch.tensor([0.0] + [JITTER[n] for n in range(1, SLOTS + 1)], device=device)[number]
    center = center + (uniforms(seed, SLOTS * 2, 3).view(-1, SLOTS, 2) - 0.5) * 2 * spread[:, None, None]
    low, high = (torch.tensor([0.0] + [SIZES[n][k] for n in range(1, SLOTS + 1)], device=device)[number] for k in (0, 1))
    return center, low[:, None] + (high - low)[:, None] * uniforms(seed, SLOTS, 7)


def _colors(seed: Tensor, thing: Tensor, repeated: Tensor) -> Tensor:
    fixed = torch.tensor([t.name in UNCOLORED for t in THINGS], device=seed.device)[thing]
    color = (uniforms(seed, SLOTS, 8) * len(COLORS)).long()
    color = torch.where((uniforms(seed, SLOTS, 9) < 0.22) & ~fixed, color, -1)
    return torch.where(repeated[:, None], color[:, :1], color)


def _places(kind: Tensor, which: Tensor) -> Tensor:
    """A quarter transparent, a quarter plain, the rest painted."""
    plain = 1 + (which * len(PLAIN)).long()
    painted = 1 + len(PLAIN) + (which * len(PAINTED)).long()
    return torch.where(kind < 0.25, torch.zeros_like(plain), torch.where(kind < 0.5, plain, painted))


# --- drawing ---


@lru_cache
def _atlas(device: torch.device) -> tuple[Tensor, Tensor]:
    """(things, 4, 96, 96) tiles with premultiplied color, and the same at half size for small stickers."""
    sheet = torch.from_numpy(np.array(Image.open(STARTER / "stickers.png"))).float().permute(2, 0, 1) / 255
    tile, columns = 96, sheet.shape[2] // 96
    tiles = torch.stack(
        [
            sheet[:, tile * (i // columns) : tile * (i // columns + 1), tile * (i % columns) : tile * (i % columns + 1)]
            for i in range(len(THINGS))
        ]
    )
    tiles = torch.cat([tiles[:, :3] * tiles[:, 3:], tiles[:, 3:]], 1).to(device)
    return tiles, F.avg_pool2d(tiles, 2)


def draw(batch: Scenes, side: int = 128) -> Pictures:
    """Draw scenes at ``side`` × ``side`` pixels."""
    premultiplied = _backgrounds(batch, side)
    owner = torch.full((len(batch), side, side), -1, dtype=torch.int8, device=batch.seed.device)
    for slot in range(SLOTS):
        rows = (batch.thing[:, slot] >= 0).nonzero()[:, 0]
        if len(rows):
            sticker = _sticker(batch, rows, slot, side)
            alpha = sticker[:, 3:]
            premultiplied[rows] = sticker + premultiplied[rows] * (1 - alpha)
            owner[rows] = torch.where(alpha[:, 0] > 0.5, slot, owner[rows]).to(torch.int8)
    alpha = premultiplied[:, 3:]
    color = torch.where(alpha > 0, premultiplied[:, :3] / alpha.clamp(min=1e-4), 0.0)
    return Pictures(torch.cat([color, alpha], 1).clamp(0, 1), owner)


def _sticker(batch: Scenes, rows: Tensor, slot: int, side: int) -> Tensor:
    """The slot's stickers on their canvases: (rows, 4, side, side), premultiplied."""
    grid = F.affine_grid(frames(batch)[rows, slot], [len(rows), 4, side, side], align_corners=False)
    full, half = _atlas(batch.seed.device)
    drawn = torch.empty(len(rows), 4, side, side, device=grid.device)
    small = batch.size[rows, slot] * side < 64
    for tiles, mine in ((half, small), (full, ~small)):
        if mine.any():
            tile = tiles[batch.thing[rows[mine], slot]]
            drawn[mine] = F.grid_sample(tile, grid[mine], mode="bilinear", padding_mode="zeros", align_corners=False)
    return _tinted(drawn, batch.color[rows, slot])


def frames(batch: Scenes) -> Tensor:
    """(batch, slots, 2, 3): from places on the canvas, x and y from −1 to 1, to places on the slot's sticker, which spans −1 to 1."""
    x, y = (batch.center * 2 - 1).unbind(2)
    mirror = torch.where(batch.flip, -1.0, 1.0)
    cos, sin = torch.cos(batch.tilt) / batch.size, torch.sin(batch.tilt) / batch.size
    across = torch.stack([mirror * cos, mirror * sin, -mirror * (x * cos + y * sin)], 2)
    return torch.stack([across, torch.stack([-sin, cos, x * sin - y * cos], 2)], 2)


def _tinted(sticker: Tensor, color: Tensor) -> Tensor:
    """Recolor where a color is asked for: shades go from black over the color to a light tint, by luma."""
    rows = (color >= 0).nonzero()[:, 0]
    if not len(rows):
        return sticker
    table = torch.tensor(list(COLORS.values()), device=sticker.device)
    tint = table[color[rows]][:, :, None, None]
    alpha = sticker[rows, 3:]
    rgb = sticker[rows, :3] / alpha.clamp(min=1e-4)
    weights = torch.tensor([0.299, 0.587, 0.114], device=sticker.device)[None, :, None, None]
    luma = (rgb * weights).sum(1, keepdim=True).clamp(0, 1)
    shade = torch.where(luma < 0.65, tint * (0.12 + 0.88 * luma / 0.65), tint + (1 - tint) * (luma - 0.65) / 0.35 * 0.5)
    sticker[rows, :3] = (0.9 * shade + 0.1 * rgb) * alpha
    return sticker


def _backgrounds(batch: Scenes, side: int) -> Tensor:
    """(batch, 4, side, side) premultiplied: zeros where transparent, opaque elsewhere."""
    device = batch.seed.device
    canvas = torch.zeros(len(batch), 4, side, side, device=device)
    plain = ((batch.place > 0) & (batch.place <= len(PLAIN))).nonzero()[:, 0]
    if len(plain):
        canvas[plain] = F.pad(_palette(device)[batch.place[plain], 0], (0, 1), value=1.0)[:, :, None, None]
    painted = (batch.place > len(PLAIN)).nonzero()[:, 0]
    if len(painted):
        canvas[painted, :3] = _painted(batch.seed[painted], batch.place[painted], side)
        canvas[painted, 3] = 1.0
    return canvas


@lru_cache
def _palette(device: torch.device) -> Tensor:
    """(places, 5, 3): sky top, sky bottom, hills, ground top, ground bottom."""
    rows = [[[int(tint[k : k + 2], 16) / 255 for k in (0, 2, 4)] for tint in place.colors or ("000000",) * 5] for place in PLACES]
    return torch.tensor(rows, device=device)


def _painted(seed: Tensor, place: Tensor, side: int) -> Tensor:
    device = seed.device
    u = uniforms(seed, 12, 20)[..., None, None]  # (batch, 12, 1, 1)
    y = ((torch.arange(side, device=device) + 0.5) / side)[None, :, None]
    x = ((torch.arange(side, device=device) + 0.5) / side)[None, None, :]
    sky_top, sky_low, hill, ground_top, ground_low = (_palette(device)[place, k][:, :, None, None] for k in range(5))
    hills = torch.tensor([p.hills for p in PLACES], device=device)[place][:, None, None]
    horizon = 0.50 + 0.22 * u[:, 0]
    wave = torch.sin(2 * math.pi * (x * (0.7 + u[:, 1]) + u[:, 2])) + 0.5 * torch.sin(2 * math.pi * (x * (1.7 + u[:, 3]) + u[:, 4]))
    ridge = horizon - hills * (0.9 + 0.6 * wave)
    sky = sky_top + (sky_low - sky_top) * (y / horizon).clamp(0, 1)[:, None]
    ground = ground_top + (ground_low - ground_top) * ((y - horizon) / (1 - horizon)).clamp(0, 1)[:, None]
    softness = side * 0.75
    covered = ((y - ridge) * softness + 0.5).clamp(0, 1)[:, None]
    picture = sky + (hill - sky) * covered
    below = ((y - horizon - hills * 0.25 * torch.sin(2 * math.pi * (x * 1.3 + u[:, 5]))) * softness + 0.5).clamp(0, 1)[:, None]
    picture = picture + (ground - picture) * below
    for name, decorate in DECORATIONS.items():
        rows = torch.tensor([p.decoration == name for p in PLACES], device=device)[place].nonzero()[:, 0]
        if len(rows):
            picture[rows] = decorate(picture[rows], seed[rows], horizon[rows], x, y)
    return picture


def _dots(seed: Tensor, x: Tensor, y: Tensor, count: int, radius: float, salt: int) -> Tensor:
    """(batch, 1, side, side) coverage of ``count`` random round dots."""
    u = uniforms(seed, count * 3, salt).view(-1, count, 3)
    side = x.shape[-1]
    covered = torch.zeros(len(seed), 1, side, side, device=seed.device)
    for k in range(count):
        px, py, pr = (u[:, k, j, None, None] for j in range(3))
        far = ((x - px) ** 2 + (y - py) ** 2).sqrt()
        covered = torch.maximum(covered, ((radius * (0.5 + pr) - far) * side + 0.5).clamp(0, 1)[:, None])
    return covered


def _stars(picture: Tensor, seed: Tensor, horizon: Tensor, x: Tensor, y: Tensor) -> Tensor:
    dots = _dots(seed, x, y / horizon, 14, 0.008, 21) * (y < horizon - 0.14)[:, None]
    return picture + (1.0 - picture) * dots * 0.9


def _snowfall(picture: Tensor, seed: Tensor, horizon: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return picture + (1.0 - picture) * _dots(seed, x, y, 14, 0.011, 22) * 0.9


def _flowers(picture: Tensor, seed: Tensor, horizon: Tensor, x: Tensor, y: Tensor) -> Tensor:
    ground = horizon + 0.08
    dots = _dots(seed, x, (y - ground) / (1 - ground), 8, 0.014, 23) * (y > ground)[:, None]
    return picture + (torch.tensor([1.0, 0.95, 0.75], device=x.device)[None, :, None, None] - picture) * dots


def _waves(picture: Tensor, seed: Tensor, horizon: Tensor, x: Tensor, y: Tensor) -> Tensor:
    depth = ((y - horizon) / (1 - horizon)).clamp(0, 1)
    crest = torch.sin(2 * math.pi * (9 * depth.sqrt() + 0.12 * torch.sin(2 * math.pi * (x * 2 + uniforms(seed, 1, 24)[..., None]))))
    return picture + (1.0 - picture) * ((crest - 0.8).clamp(min=0) * (depth > 0))[:, None]


def _firs(picture: Tensor, seed: Tensor, horizon: Tensor, x: Tensor, y: Tensor) -> Tensor:
    u = uniforms(seed, 2, 25)[..., None, None]
    saw = (x * (7 + 3 * u[:, 0]) + u[:, 1]) % 1.0
    top = horizon - 0.10 - 0.26 * (1 - (saw - 0.5).abs() * 2)
    covered = ((y - top) * 96 + 0.5).clamp(0, 1) * (y < horizon)
    green = _palette(x.device)[[p.name for p in PLACES].index("forest"), 2][None, :, None, None]
    return picture + (green - picture) * covered[:, None]


def _skyline(picture: Tensor, seed: Tensor, horizon: Tensor, x: Tensor, y: Tensor) -> Tensor:
    heights = uniforms(seed, 9, 26)
    column = (x[0, 0] * 8 + 0.5).long()
    top = horizon - (0.12 + 0.3 * heights[:, column])[:, None, :]
    covered = ((y - top) * 96 + 0.5).clamp(0, 1) * (y < horizon)
    gray = _palette(x.device)[[p.name for p in PLACES].index("city"), 2][None, :, None, None]
    shade = 0.8 + 0.3 * uniforms(seed, 9, 27)[:, column][:, None, None, :]
    return picture + (gray * shade - picture) * covered[:, None]


DECORATIONS = {"stars": _stars, "snowfall": _snowfall, "flowers": _flowers, "waves": _waves, "firs": _firs, "skyline": _skyline}
