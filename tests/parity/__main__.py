"""``python -m tests.parity DIR``: every folder of golden data below DIR that there is a model for.

With ``--every``, each comparison has a line.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import torch

from tests.parity import algorithms, diffusion, few_looks, flextok, latents, masked, next_scale, next_token, parallel, tokenizers
from tests.parity.folder import Comparisons, Folder

CHECKS: dict[tuple[str, str], Callable[[Folder], Comparisons]] = {
    ("llamagen", "VQModel"): tokenizers.llamagen_vq,
    ("llamagen", "Transformer"): next_token.llamagen_gpt,
    ("maskgit", "ImageBert"): masked.maskgit("imagebert"),
    ("maskgit", "UViTBert"): masked.maskgit("uvitbert"),
    ("maskgit_vqgan", "PretrainedTokenizer"): tokenizers.maskgit_vq,
    ("rar", "RAR"): parallel.rar,
    ("par", ""): parallel.par,
    ("nar", ""): parallel.nar,
    ("randar", ""): parallel.randar,
    ("lpd", ""): parallel.lpd,
    ("distilled_decoding", "VAR"): few_looks.distilled_var,
    ("distilled_decoding", "LlamaGen"): few_looks.distilled_llamagen,
    ("kl_vae", "AutoencoderKL"): diffusion.kl_autoencoder,
    ("decoding_algorithms", ""): algorithms.algorithms,
    ("flextok", "FlexTok(encoder+FSQ+decoder, no VAE)"): flextok.flextok,
    ("mar", "MAR"): latents.mar,
    ("maskgen", "MaskGen_VQ"): latents.maskgen_vq,
    ("maskgen", "MaskGen_KL"): latents.maskgen_kl,
    ("dit", "DiT"): diffusion.dit,
    ("sit", "SiT"): diffusion.sit,
    ("lightningdit", "LightningDiT"): diffusion.lightningdit,
    ("titok", "TiTok"): tokenizers.titok,
    ("titok", "TATiTok"): tokenizers.titok,
    ("var", "VQVAE"): next_scale.var_vqvae,
    ("var", "VAR"): next_scale.var_transformer,
}
"""What is compared in a folder, by the family and kind that its config names."""


def _kind(folder: Folder) -> tuple[str, str]:
    return str(folder.config.get("family", "")), str(folder.config.get("kind", ""))


def main(words: list[str]) -> int:
    every = "--every" in words
    words = [word for word in words if word != "--every"]
    if len(words) != 1 or not Path(words[0]).is_dir():
        print("give one folder: make parity FIXTURES=DIR")
        return 2
    torch.set_num_threads(1)
    passed = failed = 0
    for path in sorted(Path(words[0]).rglob("config.json")):
        folder, name = Folder(path.parent), str(path.parent.relative_to(words[0]))
        if _kind(folder) not in CHECKS:
            print(f"no model {name:24} {' '.join(_kind(folder))}")
            continue
        try:
            with torch.inference_mode():
                compared = list(CHECKS[_kind(folder)](folder))
            for one in compared if every else ():
                print(f"    {one.name:32} {one.error:.1e} of {one.tolerance:.0e}")
            found = max(compared, key=lambda one: (not one.passed, one.strain))
            good, said = found.passed, f"worst {found.error:.1e} of {found.tolerance:.0e} ({found.name})"
        except Exception as error:  # a folder that cannot be run is a failure, not the end
            good, said = False, f"{type(error).__name__}: {error} {traceback.extract_tb(error.__traceback__)[-1]}"
        passed, failed = passed + good, failed + (not good)
        print(f"{'passed' if good else 'FAILED':8} {name:24} {said}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
