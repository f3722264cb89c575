"""Train the VQ tokenizer in LlamaGen's layout, with alpha: ``python -m nodes.training.vq --minutes 60 --export``.

Codes lie on the unit sphere (Yu et al. 2022, "Vector-quantized image modeling with improved VQGAN", section 3.2), and an entropy loss
keeps them evenly in use. With ``--warm`` it goes on from the weights that ship; generators of its tokens must be trained again after it.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.training.alignment import CLASSES
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.pictures import starter
from nodes.training.tokenizing import FREE, Coded, Usage, towards, train

MULTIPLIERS = (1, 2, 4, 4)
GROUPS = 4
"""Of the norms: a group of one channel, as 32 groups would have here, forgets how bright a flat picture is."""
EVEN = 0.02
"""What the entropy loss counts beside that of pixels."""
SHARP = 100.0
"""Cosines are multiplied by it where they say which code a vector is."""


def main() -> None:
    parser = arguments(__doc__ or "", minutes=60, batch=12, steps=100_000)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--warm", action="store_true", help="begin with the weights that ship")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    c = LlamaGenVqConfig(options.channels, MULTIPLIERS, MULTIPLIERS, 1, 4 * options.channels, 1024, 8, GROUPS, pixels=4)
    model = LlamaGenVq(c).to(memory_format=torch.channels_last)
    nn.init.normal_(model.quantize["embedding"].weight)
    if options.warm:
        model.load_state_dict(starter("vq", "tokenizer").state_dict())
    namer = nn.Conv2d(c.code_width, CLASSES, 1)
    trainer = Trainer("vq", options, {"vq": model}, {"namer": namer}, rate=3e-4 if options.warm else 1e-3, average=0.998)

    def through(pixels: Tensor, _: int, free: bool) -> Coded:
        vectors = F.normalize(model.latent(pixels * 2 - 1).float(), dim=1)
        codebook = model.codebook().float()
        ids = (vectors.detach().movedim(1, -1) @ codebook.detach().T).argmax(-1)
        codes, commitment = towards(vectors, F.embedding(ids, codebook).movedim(-1, 1), free)
        made = model.decoder(model.post_quant_conv(codes)) / 2 + 0.5
        found = vectors.movedim(1, -1)
        return Coded(made, namer(codes), commitment + EVEN * unevenness(found, codebook), ids, found)

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels * 2 - 1)
        return (model.decode(ids) / 2 + 0.5).clamp(0, 1), ids

    usage, begun = Usage(model.quantize["embedding"].weight.data, options.seed), options.warm
    figures = train(trainer, through, rebuilt, usage, windows=not begun, free=0.0 if begun else FREE)
    if options.export:
        export(trainer, "vq", Export("vq", "llamagen-vq", c, "psnr"), "vq --warm" if begun else "vq", figures)


def unevenness(vectors: Tensor, codebook: Tensor) -> Tensor:
    """How far codes are from evenly used, in nats: the entropy of which code each vector (…, width) is, less that of all of them together.

    Yu et al. 2023, "Language model beats diffusion: tokenizer is key to visual generation", equation 5.
    """
    likely = (SHARP * vectors.reshape(-1, vectors.shape[-1]) @ codebook.T).log_softmax(-1)
    each, together = -(likely.exp() * likely).sum(-1).mean(), torch.special.entr(likely.exp().mean(0)).sum()
    return each - together


if __name__ == "__main__":
    main()
