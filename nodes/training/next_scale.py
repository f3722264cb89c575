"""Train the next-scale generator in VAR's layout: ``python -m nodes.training.next_scale --minutes 90 --export``.

Words stand in front of the first scale, and their mean modulates the blocks, where the published models have one class. Some codes of the
input are exchanged at random, so that one mistake of an early scale does not throw the later ones off.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.caption import left_padded
from nodes.models.var_transformer import VarTransformer, VarTransformerConfig
from nodes.training.alignment import REST, Alignment, weighed, weights_of
from nodes.training.autoencoder import premultiplied
from nodes.training.companions import companions, pool_of
from nodes.training.export import Export, export
from nodes.training.generating import Batch, begun, generator_arguments, spread_codes, train
from nodes.training.loop import Trainer, arguments
from nodes.training.pool import CELLS
from nodes.training.token_pictures import made_by

MISTAKEN = 0.1
"""The most of a picture's codes that are exchanged."""


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
    )
    model = VarTransformer(c)
    _start(model, spread_codes(found.tokenizer.quantize["embedding"].weight, width))
    script = begun(model, "next_scale", options)
    alignment = Alignment(width)
    trainer = Trainer("next_scale", options, {"var": model}, {"alignment": alignment}, 1.5e-3, 0.02, companions=found.digests)
    pool = pool_of(found, lambda rgba: torch.cat(found.tokenizer.encode(premultiplied(rgba) * 2 - 1), 1), options)
    lengths = [side**2 for side in c.scales]

    def losses(batch: Batch) -> tuple[Tensor, Tensor]:
        labels, _ = left_padded(batch.features, batch.mask, c.caption_length)
        with torch.no_grad():
            maps = found.tokenizer.inputs(mistaken(batch).split(lengths, 1))
        places = shown_at(batch.cells, c.scales)
        logits, seen = predicted(model, labels, maps, places)
        weights = weights_of(batch.names)
        counted = at_scales(torch.full((len(weights), CELLS**2), REST, device=weights.device).scatter(1, batch.cells, weights), c.scales)
        tokens = weighed(logits, batch.ids.gather(1, places), counted.gather(1, places))
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
    return model.features(stream, labels, sight, layer=c.depth // 2 - 1)


def at_scales(weights: Tensor, scales: Sequence[int]) -> Tensor:
    """Weights of cells (batch, cells) as those of tokens (batch, length): the largest that a token covers a part of."""
    grid = weights.unflatten(1, (CELLS, CELLS))
    return torch.cat([F.adaptive_max_pool2d(grid, side).flatten(1) for side in scales], 1)


def mistaken(batch: Batch) -> Tensor:
    """The ids with up to MISTAKEN of each picture's exchanged for those of its neighbor in the batch."""
    share, chance = batch.uniform[:, :1] * MISTAKEN, batch.uniform[:, 1:]
    return torch.where(chance < share, batch.ids.roll(1, 0), batch.ids)


@torch.no_grad()
def _start(model: VarTransformer, codes: Tensor) -> None:
    """Small random positions; the head begins as the codes (codebook, width); gates open a little: blocks learn from the first step."""
    for parameter in (model.pos_start, model.pos_1LC, model.lvl_embed.weight, model.class_emb.weight):
        nn.init.normal_(parameter, std=0.02)
    model.head.weight.copy_(codes)
    layer = model.shared_ada_lin[1]
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    for block in model.blocks:
        block.ada_gss[:, :, :2] = 0.3


if __name__ == "__main__":
    main()
