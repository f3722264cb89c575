"""Train the next-token generator in LlamaGen's layout: ``python -m nodes.training.next_token --minutes 90 --export``.

Words enter as the caption of the published text-to-image models: features of the pack's text encoder, padded on the left. One caption
in ten is empty, so that guidance has something to lead away from.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.caption import left_padded
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig, sight
from nodes.training.alignment import Alignment, weighed, weights_of
from nodes.training.autoencoder import premultiplied
from nodes.training.companions import companions, pool_of
from nodes.training.export import Export, export
from nodes.training.generating import Batch, begun, generator_arguments, near_codes, spread_codes, train
from nodes.training.loop import Trainer, arguments
from nodes.training.token_pictures import made_by


def main() -> None:
    options = generator_arguments(arguments(__doc__ or "", minutes=90, batch=16, steps=1_000_000)).parse_args()
    torch.manual_seed(options.seed)
    found = companions("vq", options)
    words = found.encoder.config
    hidden = -(-8 * options.width // 3 // 64) * 64
    c = LlamaGenGptConfig(
        options.width,
        options.depth,
        options.width // 64,
        1,
        hidden,
        found.tokenizer.config.codebook,
        256,
        None,
        words.width,
        words.max_words,
        True,
    )
    codebook = found.tokenizer.codebook()
    model = LlamaGenGpt(c)
    _start(model, spread_codes(codebook, c.width))
    script = begun(model, "next_token", options)
    rows = near_codes(codebook.detach()).to(options.device)
    alignment = Alignment(c.width)
    trainer = Trainer("next_token", options, {"gpt": model}, {"alignment": alignment}, 1.5e-3, 0.02, companions=found.digests)
    pool = pool_of(found, lambda rgba: found.tokenizer.encode(premultiplied(rgba) * 2 - 1).flatten(1), options)

    def losses(batch: Batch) -> tuple[Tensor, Tensor]:
        logits, seen = predicted(model, batch)
        weights = weights_of(batch.names) * follows(batch.cells)
        return weighed(logits, batch.shown(), weights, rows), alignment(seen, batch.names, batch.parts, weights)

    figures = train(trainer, found, pool, losses, made_by(model, found.tokenizer))
    if options.export:
        export(trainer, "gpt", Export("next_token", "llamagen-gpt", c, "accuracy", found.digests), script, figures)


def predicted(model: LlamaGenGpt, batch: Batch) -> tuple[Tensor, Tensor]:
    """Logits of the cells (batch, cells, codebook), and the stream at half depth that predicts them (batch, cells, width)."""
    c = model.config
    caption, mask = left_padded(batch.features, batch.mask, c.caption_length)
    x = torch.cat([model.cls_embedding(caption), model.tok_embeddings(batch.shown()[:, :-1])], 1)
    places = F.pad(batch.cells[:, :-1] + c.caption_length, (c.caption_length, 0))  # all words stand at none
    looks, turn = sight(0, x.shape[1], mask, x.device), model.turn(model.rotation()[places][:, None])
    seen = x
    for i, layer in enumerate(model.layers):
        x = layer(x, turn, looks, None, i, 0)
        seen = x if i == c.depth // 2 - 1 else seen
    first = c.caption_length - 1
    return model.logits(x[:, first:]), seen[:, first:]


def follows(cells: Tensor) -> Tensor:
    """(batch, cells): whether the cell before is the one before in the raster. Where rows of a window begin none says what is next."""
    return F.pad(cells[:, :-1], (1, 0), value=-1) + 1 == cells


@torch.no_grad()
def _start(model: LlamaGenGpt, codes: Tensor) -> None:
    """Layers begin as identities; the empty caption is zeros, as padding is. Tokens begin as their codes (codebook, width)."""
    nn.init.zeros_(model.cls_embedding.uncond_embedding)
    for name, parameter in model.named_parameters():
        if name.endswith(("wo.weight", "w2.weight")):
            nn.init.zeros_(parameter)
    model.tok_embeddings.weight.copy_(codes)
    model.output.weight.copy_(codes)


if __name__ == "__main__":
    main()
