"""Train the VQ tokenizer in LlamaGen's layout, with alpha: ``python -m nodes.training.vq --minutes 60 --export``.

Codes lie on the unit sphere (Yu et al. 2022, "Vector-quantized image modeling with improved VQGAN", section 3.2).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.training.alignment import CLASSES
from nodes.training.export import Export, export
from nodes.training.loop import Trainer, arguments
from nodes.training.tokenizing import Coded, Usage, towards, train

MULTIPLIERS = (1, 2, 4, 4)
GROUPS = 4
"""Of the norms: a group of one channel, as 32 groups would have here, forgets how bright a flat picture is."""


def main() -> None:
    parser = arguments(__doc__ or "", minutes=60, batch=12, steps=100_000)
    parser.add_argument("--channels", type=int, default=16)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    c = LlamaGenVqConfig(options.channels, MULTIPLIERS, MULTIPLIERS, 1, 4 * options.channels, 1024, 8, GROUPS, pixels=4)
    model = LlamaGenVq(c).to(memory_format=torch.channels_last)
    nn.init.normal_(model.quantize["embedding"].weight)
    namer = nn.Conv2d(c.code_width, CLASSES, 1)
    trainer = Trainer("vq", options, {"vq": model}, {"namer": namer}, rate=1e-3, average=0.998)

    def through(pixels: Tensor, _: int, free: bool) -> Coded:
        vectors = F.normalize(model.latent(pixels * 2 - 1).float(), dim=1)
        codebook = model.codebook().float()
        ids = (vectors.detach().movedim(1, -1) @ codebook.detach().T).argmax(-1)
        codes, commitment = towards(vectors, F.embedding(ids, codebook).movedim(-1, 1), free)
        made = model.decoder(model.post_quant_conv(codes)) / 2 + 0.5
        return Coded(made, namer(codes), commitment, ids, vectors.movedim(1, -1))

    def rebuilt(pixels: Tensor) -> tuple[Tensor, Tensor]:
        ids = model.encode(pixels * 2 - 1)
        return (model.decode(ids) / 2 + 0.5).clamp(0, 1), ids

    figures = train(trainer, through, rebuilt, Usage(model.quantize["embedding"].weight.data, options.seed), windows=True)
    if options.export:
        export(trainer, "vq", Export("vq", "llamagen-vq", c, "psnr"), "vq", figures)


if __name__ == "__main__":
    main()
