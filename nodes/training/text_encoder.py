"""Train the text encoder alone, from the one that ships: ``python -m nodes.training.text_encoder --minutes 10 --export``.

Each word that names a thing learns to tell what the others say of it (`nodes.training.binding`). Features stay near what they were, so
that what reads them still draws, if not as well, and can be trained on.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from nodes.models.files import sha256
from nodes.models.layouts import open_model
from nodes.models.text_encoder import TextEncoder, word_tokenizer
from nodes.training.binding import Binding, asked
from nodes.training.export import Export, export, told
from nodes.training.flow import counts_at
from nodes.training.loop import HELD_OUT, Trainer, arguments
from nodes.training.pictures import starter

NEAR = 2.0
"""What the mean square of the distance from the features that ship counts."""


def main() -> None:
    options = arguments(__doc__ or "", minutes=10, batch=64, steps=1_000_000).parse_args()
    torch.manual_seed(options.seed)
    begun = open_model("starter/text_encoder", "text encoder").digest
    before = starter("text_encoder", "text encoder").to(options.device)
    encoder = TextEncoder(dataclasses.replace(before.config, rotary=True))
    encoder.load_state_dict(before.state_dict())
    binding = Binding(encoder.config.width)
    companions = {"text_encoder": begun}
    trainer = Trainer("text_encoder", options, {"text": encoder}, {"binding": binding}, 1e-3, average=0.99, companions=companions)
    tokenizer = word_tokenizer(encoder.config.vocabulary)

    def features(ids: Tensor) -> tuple[Tensor, Tensor]:
        """Of both encoders: those that are trained, and how far they are from those that ship."""
        mask = ids != 0
        made = encoder(ids, mask)
        return made, (made - before(ids, mask).detach())[mask].square().mean()

    for step in trainer.steps():
        ids, targets = (part.to(trainer.device) for part in asked(encoder, trainer.seeds(step).cpu(), counts_at(1.0), tokenizer))
        made, moved = features(ids)
        binding_loss = binding(made, targets)
        trainer.descend(binding_loss + NEAR * moved)
        if step % 50 == 0:
            trainer.log(binding=binding_loss, moved=moved)

    def measured() -> dict[str, float]:
        ids, targets = (part.to(trainer.device) for part in asked(encoder, torch.arange(HELD_OUT, HELD_OUT + 2000), counts_at(1.0)))
        made, moved = features(ids)
        return {**binding.shares_right(made, targets), "moved": float(moved)}

    figures = trainer.with_average(measured)
    trainer.log(**figures)
    if options.export:
        path = export(trainer, "text", Export("text_encoder", "tessera-text-encoder", encoder.config, "stands"), "text_encoder", figures)
        if path:
            print("told:", ", ".join(told(options.into, "text_encoder", begun, sha256(path))), flush=True)


if __name__ == "__main__":
    main()
