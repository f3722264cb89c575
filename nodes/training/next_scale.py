"""Train the next-scale generator in VAR's layout: ``python -m nodes.training.next_scale --minutes 90 --export``.

Words stand in front of the first scale, and their mean modulates the blocks, where the published models have one class. Some codes of the
input are exchanged for others near them, and later scales must make up for it (self-correction, as of bits in "Infinity", Han et al. 2024).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.caption import left_padded
from nodes.models.convolutions import nearest
from nodes.models.var_transformer import VarTransformer, VarTransformerConfig
from nodes.models.var_vqvae import VarVqvae
from nodes.training.alignment import REST, Alignment, weighed, weights_of
from nodes.training.autoencoder import premultiplied
from nodes.training.companions import companions, pool_of
from nodes.training.export import Export, export
from nodes.training.generating import Batch, begun, generator_arguments, near_codes, spread_codes, train, waves
from nodes.training.loop import Trainer, arguments
from nodes.training.pool import CELLS
from nodes.training.token_pictures import made_by

MISTAKEN = 0.3
"""The most of a picture's codes that are exchanged."""
OFF = 0.08
"""How near those codes lie, as NEAR of `nodes.training.generating`."""
OTHERS = 16
"""Drawn for each code to be exchanged for."""


def main() -> None:
    options = generator_arguments(arguments(__doc__ or "", minutes=90, batch=12, steps=1_000_000)).parse_args()
    torch.manual_seed(options.seed)
    found = companions("multiscale_vq", options)
    words, codes, width = found.encoder.config, found.tokenizer.config, options.width
    c = VarTransformerConfig(
        width,
        options.depth,
        width // 64,
        4 * width,
        codes.codebook,
        codes.code_width,
        None,
        codes.scales,
        True,
        True,
        words.width,
        words.max_words,
        True,
    )
    codebook = found.tokenizer.quantize["embedding"].weight
    model = VarTransformer(c)
    _start(model, spread_codes(codebook, width))
    script = begun(model, "next_scale", options)
    rows = near_codes(codebook.detach()).to(options.device)
    alignment = Alignment(width)
    trainer = Trainer("next_scale", options, {"var": model}, {"alignment": alignment}, 1.5e-3, 0.02, companions=found.digests)
    pool = pool_of(found, lambda rgba: torch.cat(found.tokenizer.encode(premultiplied(rgba) * 2 - 1), 1), options)

    others = near_codes(codebook.detach(), OFF).multinomial(OTHERS).to(options.device)
    seen_with_mistakes = torch.compiler.disable(lambda batch: mistaken(found.tokenizer, batch, others))

    def losses(batch: Batch) -> tuple[Tensor, Tensor]:
        right, maps = seen_with_mistakes(batch)
        labels, _ = left_padded(batch.features, batch.mask, c.caption_length)
        places = shown_at(batch.cells, c.scales)
        logits, seen = predicted(model, labels, maps, places)
        weights = weights_of(batch.names)
        counted = at_scales(torch.full((len(weights), CELLS**2), REST, device=weights.device).scatter(1, batch.cells, weights), c.scales)
        tokens = weighed(logits, right.gather(1, places), counted.gather(1, places), rows)
        return tokens, alignment(seen[:, -batch.cells.shape[1] :], batch.names, batch.parts, weights)

    figures = train(trainer, found, pool, losses, made_by(model, found.tokenizer))
    if options.export:
        export(trainer, "var", Export("next_scale", "var-transformer", c, "accuracy", found.digests), script, figures)


def shown_at(cells: Tensor, scales: Sequence[int]) -> Tensor:
    """Places in the sequence (batch, tokens) of what covers a square of cells (batch, cells) at every scale; at all, of as many tokens."""
    width, corner = round(cells.shape[1] ** 0.5), cells[:, :1]
    places, before = [], 0
    for side in scales:
        count = min(side, -(-side * width // CELLS) + (side < CELLS))  # one more, where a square begins within a token
        row, column = (first * side // CELLS for first in (corner // CELLS, corner % CELLS))
        rows, columns = (first.clamp(max=side - count) + torch.arange(count, device=cells.device) for first in (row, column))
        places.append(before + (rows[:, :, None] * side + columns[:, None]).flatten(1))
        before += side**2
    return torch.cat(places, 1)


def predicted(model: VarTransformer, labels: Tensor, maps: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
    """Logits of the tokens at places (batch, tokens), none others being there, and the stream at half depth that predicts them."""
    c = model.config
    kept = torch.cat([torch.arange(c.words, device=places.device).expand(len(places), -1), places + c.words], 1)
    stream = model.stream(labels, maps, 0).gather(1, kept[..., None].expand(-1, -1, c.width))
    sight = model.sight()[kept[0]][:, kept[0]]  # as many of each scale in every row
    return model.features(stream, labels, sight, layer=c.depth // 2 - 1, positions=kept)


def at_scales(weights: Tensor, scales: Sequence[int]) -> Tensor:
    """Weights of cells (batch, cells) as those of tokens (batch, length): the largest that a token covers a part of."""
    grid = weights.unflatten(1, (CELLS, CELLS))
    return torch.cat([F.adaptive_max_pool2d(grid, side).flatten(1) for side in scales], 1)


@torch.no_grad()
def mistaken(tokenizer: VarVqvae, batch: Batch, others: Tensor) -> tuple[Tensor, Tensor]:
    """Ids (batch, length) that make up for the mistakes before them, and what the transformer is fed after those.

    Up to MISTAKEN of the codes of every second picture are exchanged for some of the ``others`` (codes, OTHERS).
    """
    scales, right = tokenizer.config.scales, batch.ids.clone()
    lengths = [side**2 for side in scales]
    wrong = right[::2].split(lengths, 1)
    whole, share = tokenizer.sums(wrong)[-1], batch.uniform[::2, :1] * MISTAKEN
    made, shown = torch.zeros_like(whole), []
    for scale, chance in enumerate(batch.uniform[::2, 1:].split(lengths, 1)):
        ids = nearest(tokenizer.next_map(whole - made, scale), tokenizer.quantize["embedding"].weight)
        which = (chance / share * OTHERS).long().clamp(0, OTHERS - 1)
        shown.append(torch.where(chance < share, others[ids, which], ids))
        made = made + tokenizer.contribution(tokenizer.codes(shown[-1], scale), scale)
        wrong[scale].copy_(ids)
    fed = batch.ids.clone()
    fed[::2] = torch.cat(shown, 1)
    return right, tokenizer.inputs(fed.split(lengths, 1))


@torch.no_grad()
def _start(model: VarTransformer, codes: Tensor) -> None:
    """Places begin as waves, as strong as the codes of the input are and the same at every scale; the head as the codes (codebook, width);
    gates open a little and looks are sharp: blocks learn from the first step."""
    c = model.config
    for parameter in (model.pos_start, model.lvl_embed.weight, model.class_emb.weight):
        nn.init.normal_(parameter, std=0.02)
    middles = [(torch.arange(side) + 0.5) * CELLS / side for side in c.scales]
    model.pos_1LC[0] = waves(torch.cat([torch.cartesian_prod(line, line) for line in middles]), c.width) / 4
    model.head.weight.copy_(codes)
    layer = model.shared_ada_lin[1]
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    for block in model.blocks:
        block.ada_gss[:, :, :2] = 0.3
        block.attn.scale_mul_1H11.fill_(math.log(12))


if __name__ == "__main__":
    main()
