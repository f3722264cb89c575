"""Train the masked generator in the layout of MaskGIT on a U-ViT: ``python -m nodes.training.masked --minutes 90 --export``.

Masks cover a share of the tokens after the arccosine schedule (Chang et al. 2022, "MaskGIT", section 3.3, as decoding visits it); only
masked tokens are asked for. Words stand in front of the tokens, where the published models have one class.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nodes.models.caption import left_padded
from nodes.models.masked_generators import UVitBert, UVitBertConfig
from nodes.training.alignment import Alignment, weighed, weights_of
from nodes.training.autoencoder import premultiplied
from nodes.training.companions import companions, pool_of
from nodes.training.export import Export, export
from nodes.training.generating import Batch, begun, generator_arguments, grown, near_codes, spread_codes, train, waves
from nodes.training.loop import Trainer, arguments
from nodes.training.pool import CELLS
from nodes.training.token_pictures import made_by

FIRST = 0.3
"""The largest share that is masked at first; half of the training leads to all. What a token must be beside its neighbors comes first."""


def main() -> None:
    options = generator_arguments(arguments(__doc__ or "", minutes=90, batch=16, steps=1_000_000)).parse_args()
    torch.manual_seed(options.seed)
    found = companions("vq", options)
    words, width = found.encoder.config, options.width
    depth = options.depth - options.depth % 2
    c = UVitBertConfig(width, depth, width // 64, 4 * width, found.tokenizer.config.codebook, None, 256, words.width, words.max_words, True)
    codebook = found.tokenizer.codebook()
    model = UVitBert(c)
    _start(model, spread_codes(codebook, width))
    script = begun(model, "masked", options)
    rows = near_codes(codebook.detach()).to(options.device)
    alignment = Alignment(width)
    trainer = Trainer("masked", options, {"uvit": model}, {"alignment": alignment}, 1.5e-3, 0.02, companions=found.digests)
    pool = pool_of(found, lambda rgba: found.tokenizer.encode(premultiplied(rgba) * 2 - 1).flatten(1), options)

    @torch.compiler.disable
    def hiding(batch: Batch) -> Tensor:
        return covered(batch.uniform[:, : 1 + batch.cells.shape[1]], FIRST + (1 - FIRST) * min(1.0, 2 * grown(trainer)))

    def losses(batch: Batch) -> tuple[Tensor, Tensor]:
        hidden, ids = hiding(batch), batch.shown()
        caption, _ = left_padded(batch.features, batch.mask, c.caption_length)
        logits, seen = (part[:, c.caption_length :] for part in model.features(torch.where(hidden, c.codebook, ids), caption, batch.cells))
        weights = weights_of(batch.names)
        return weighed(logits, ids, weights * hidden, rows), alignment(seen, batch.names, batch.parts, weights)

    figures = train(trainer, found, pool, losses, made_by(model, found.tokenizer))
    if options.export:
        export(trainer, "uvit", Export("masked", "uvitbert", c, "accuracy", found.digests), script, figures)


def covered(uniform: Tensor, most: float = 1.0) -> Tensor:
    """Which tokens are masked, (batch, length) bool, at least one of each row: of uniform numbers (batch, 1 + length), up to a share."""
    share = torch.acos(uniform[:, :1]) * 2 / math.pi * most
    count = (share * (uniform.shape[1] - 1)).ceil().clamp(min=1)
    rank = uniform[:, 1:].argsort(1).argsort(1)
    return rank < count


@torch.no_grad()
def _start(model: UVitBert, codes: Tensor) -> None:
    """Blocks begin as identities, skips as averages of what they join, tokens as their codes (codebook, width), places as waves."""
    for name, parameter in model.named_parameters():
        if name.endswith(("attn.proj.weight", "mlp.fc2.weight")):
            nn.init.zeros_(parameter)
        elif "embed" in name:
            nn.init.normal_(parameter, std=0.02)
        elif name.endswith("skip_linear.weight"):
            half = torch.eye(len(parameter)) / 2
            parameter.copy_(torch.cat([half, half], 1))
    cells = torch.cartesian_prod(*[torch.arange(CELLS)] * 2)
    model.pos_embed[0, model.config.caption_length :] = waves(cells, model.config.width) / (2 * model.config.width**0.5)
    model.embeddings.weight[: len(codes)] = codes
    model.lm_head.weight.copy_(codes)


if __name__ == "__main__":
    main()
