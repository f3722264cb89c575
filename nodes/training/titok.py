"""Train the tokenizer of lines in TiTok's layout, with alpha: ``python -m nodes.training.titok --minutes 60 --export``.

A line is a code a patch, in an order of ever finer grids. That takes no training: principal components, k-means, and least squares where
the norms bend. The decoder is trained to see patches together, the encoder and its codes stay: trained along they drift apart.

Half of the steps cut the lines after a random token (nested dropout, Rippel et al. 2014, as in Miwa et al. 2025, "One-D-Piece"): a line may
be cut anywhere, and more tokens show more.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.convolutions import nearest
from nodes.models.titok import TiTok, TiTokConfig
from nodes.training import world
from nodes.training.alignment import CLASSES
from nodes.training.autoencoder import held_out, premultiplied, psnr
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.tokenizing import Coded, train

CODES, WIDTH = 4096, 16
LENGTHS = (4, 8, 16, 32)
"""Where lines are cut; few lengths, since a compiled step is compiled for each."""
SHARPNESS = 2.0
"""Of queries in the first block: each token looks at its own patch and at itself, and hardly at others."""


def main() -> None:
    parser = arguments(__doc__ or "", minutes=60, batch=48, steps=100_000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--depth", type=int, default=3, help="blocks of the encoder, and of the decoder")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    width, depth, heads = options.width, options.depth, max(1, options.width // 64)
    c = TiTokConfig(options.tokens, WIDTH, CODES, False, 16, 64, width, depth, heads, width, depth, heads, pixels=4)
    model = TiTok(c)
    namer = nn.Sequential(nn.Conv2d(width, CLASSES, 1), nn.Upsample(scale_factor=2))
    begin_as_patches(model, premultiplied(world.draw(world.scenes(torch.arange(1024))).rgba), options.seed)
    for part in (model.encoder, model.quantize):
        part.requires_grad_(False)
    model.latent_tokens.requires_grad_(False)
    trainer = Trainer("titok", options, {"titok": model}, {"namer": namer}, rate=1e-3, matrix_rate=0.005, average=0.998)

    def through(pixels: Tensor, kept: int, _: bool) -> Coded:
        with torch.no_grad():
            codes = model.embedded(model.encode(pixels))
        cells = model.decoder.cells(codes[..., : kept or None])
        return Coded(model.decoder.shown(cells), namer(cells), pixels.new_zeros(()))

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels)
        return model.decode(ids).clamp(0, 1), ids

    figures = train(trainer, through, rebuilt, free=0.0, lengths=LENGTHS)
    figures |= trainer.with_average(lambda: dial(trainer, model))
    trainer.log(**figures)
    if options.export:
        export(trainer, "titok", Export("titok", "titok", c, "psnr"), "titok", figures)


def dial(trainer: Trainer, model: TiTok) -> dict[str, float]:
    """Peak signal-to-noise ratio of 64 held-out scenes by the number of tokens."""
    true = premultiplied(held_out(64, trainer.device).rgba)
    ids = model.encode(true)
    lengths = (*(length for length in LENGTHS if length < model.config.tokens), model.config.tokens)
    return {f"psnr_{length}": float(psnr(model.decode(ids[:, :length]), true)) for length in lengths}


@torch.no_grad()
def begin_as_patches(model: TiTok, pixels: Tensor, seed: int = 0) -> None:
    """Make a line of codes of patches: token i is the i-th patch in the order of `finer`.

    The first channels of both streams carry a patch's principal components, the others its place, by which tokens find it.

    Args:
        model: of as many tokens as patches, or fewer.
        pixels: premultiplied pictures (count, channels, height, width) to fit to.
        seed: of the codes that k-means begins with.
    """
    c = model.config
    order = finer(c.side)[: c.tokens]
    patches = F.unfold(pixels, c.patch, stride=c.patch).transpose(1, 2)  # (count, patches, channels·patch²)
    mean = patches.mean((0, 1))
    _, axes = torch.linalg.eigh(torch.cov(patches.flatten(0, 1).T))
    axes = axes.flip(1)[:, : c.token_width]
    scale = 2 * ((patches - mean) @ axes[:, 0]).std()  # small beside the place, so that norms hardly bend them
    for half in (model.encoder, model.decoder):
        _carry(half, c.token_width, order)
    model.latent_tokens.zero_()
    model.decoder.mask_token.zero_()
    embed = model.encoder.patch_embed
    _set_first(embed.weight.flatten(1), embed.bias, axes.T / scale, -mean @ axes / scale)
    parts = [_line(model, some) for some in pixels.split(64)]
    components = ((patches - mean) @ axes / scale)[:, order]
    _fit(model.encoder.conv_out, torch.cat(parts), components)
    vectors = torch.cat([model.latent(some)[:, :, 0].transpose(1, 2) for some in pixels.split(64)])
    codes = clustered(vectors.flatten(0, 1), len(model.quantize["embedding"].weight), seed)
    model.quantize["embedding"].weight.copy_(codes)
    _set_first(model.decoder.decoder_embed.weight, model.decoder.decoder_embed.bias, torch.eye(c.token_width), torch.zeros(c.token_width))
    cells = [model.decoder.cells(model.embedded(model.encode(some))).flatten(2).transpose(1, 2) for some in pixels.split(64)]
    shuffled = patches.unflatten(2, (c.pixels, -1)).transpose(2, 3).flatten(2)  # as the decoder gives them: channels last
    _fit(model.decoder.ffn[0], torch.cat(cells), shuffled)
    nn.init.dirac_(model.decoder.conv_out.weight)
    nn.init.zeros_(model.decoder.conv_out.bias)


def _line(model: TiTok, pixels: Tensor) -> Tensor:
    """What the encoder's last layer reads: (batch, tokens, width)."""
    half = model.encoder
    cells = half.patch_embed(pixels).flatten(2).transpose(1, 2)
    return half.ln_post(half.mixed(cells, model.latent_tokens.expand(len(pixels), -1, -1))[:, -model.config.tokens :])


def _carry(half: nn.Module, channels: int, order: Tensor) -> None:
    """Let tokens and patches of one place exchange their first channels in the first block; the other blocks begin as identities."""
    nn.init.normal_(half.positional_embedding)
    half.positional_embedding[:, :channels] = 0
    half.latent_token_positional_embedding.copy_(half.positional_embedding[1:][order])
    for number, block in enumerate(half.transformer):
        query, key, value = block.attn.in_proj_weight.chunk(3)
        for matrix in (query, key):
            nn.init.eye_(matrix)
            matrix[:channels] = 0
        query *= SHARPNESS
        nn.init.zeros_(value)
        nn.init.zeros_(block.attn.out_proj.weight)
        nn.init.zeros_(block.mlp["c_proj"].weight)
        if number == 0:
            value[:channels, :channels] = torch.eye(channels)
            block.attn.out_proj.weight[:channels, :channels] = 2 * torch.eye(channels)  # half of a look goes to the place itself


def _set_first(weight: Tensor, bias: Tensor, rows: Tensor, offset: Tensor) -> None:
    """Let a layer's first outputs be those of ``rows``, the others nothing."""
    weight.zero_()
    weight[: len(rows)] = rows
    bias.zero_()
    bias[: len(rows)] = offset


def _fit(layer: nn.Conv2d, given: Tensor, wanted: Tensor) -> None:
    """Set a layer of single cells to the least squares from (…, width) to (…, outputs)."""
    given, wanted = F.pad(given.flatten(0, -2), (0, 1), value=1.0), wanted.flatten(0, -2)
    ridge = 1e-4 * len(given) * torch.eye(given.shape[1])
    found = torch.linalg.solve(given.T @ given + ridge, given.T @ wanted).T
    layer.weight.copy_(found[:, :-1, None, None])
    layer.bias.copy_(found[:, -1])


def clustered(vectors: Tensor, count: int, seed: int, rounds: int = 6) -> Tensor:
    """Centers of vectors (many, width) by k-means (Lloyd 1982): (count, width)."""
    generator = torch.Generator().manual_seed(seed)
    centers = vectors[torch.randperm(len(vectors), generator=generator)[:count]].clone()
    for _ in range(rounds):
        mine = torch.cat([nearest(some, centers) for some in vectors.split(8192)])
        held = torch.bincount(mine, minlength=count)
        total = torch.zeros_like(centers).index_add_(0, mine, vectors)
        anew = vectors[torch.randint(len(vectors), (count,), generator=generator)]
        centers = torch.where(held[:, None] > 0, total / held.clamp(min=1)[:, None], anew)
    return centers


def finer(side: int) -> Tensor:
    """The places of a square grid, (side²,), so that the first 4, 16, … of them are a grid too; the side is a power of two (Bayer 1973)."""
    rank = torch.zeros(1, 1, dtype=torch.long)
    while len(rank) < side:
        rank = torch.cat([torch.cat([4 * rank, 4 * rank + 2], 1), torch.cat([4 * rank + 3, 4 * rank + 1], 1)])
    return rank.flatten().argsort()


if __name__ == "__main__":
    main()
