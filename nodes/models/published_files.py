"""Published checkpoints that workflows name: where each comes from, how large it is, under which license, and what to do with it.

None is fetched by the program. Publishers give no digests for these files; what a file holds is checked when it is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nodes.models.folders import SUFFIX, own_folder


@dataclass(frozen=True)
class PublishedFile:
    """One file to get.

    Attributes:
        file: its name where it is published.
        source: the repository on huggingface.co.
        millions: how many numbers it holds; four times as many bytes where they are stored as float32.
        license: of the weights as their repository states it, empty where it must be looked up there.
        options: what the conversion must be told.
    """

    file: str
    source: str
    millions: float
    license: str = ""
    options: str = ""


PUBLISHED_FILES = {
    "llamagen/c2i_B_256": PublishedFile("c2i_B_256.pt", "FoundationVision/LlamaGen", 110.9, "MIT"),
    "llamagen/vq_ds16_c2i": PublishedFile("vq_ds16_c2i.pt", "FoundationVision/LlamaGen", 71.9, "MIT"),
    "var/var_d16": PublishedFile("var_d16.pth", "FoundationVision/var", 310.3, "MIT"),
    "var/vae_ch160v4096z32": PublishedFile("vae_ch160v4096z32.pth", "FoundationVision/var", 109.0, "MIT"),
    "titok/generator_titok_l32": PublishedFile("generator_titok_l32.bin", "fun-research/TiTok", 177.2, "Apache-2.0"),
    "titok/tokenizer_titok_l32": PublishedFile("tokenizer_titok_l32.bin", "fun-research/TiTok", 641.1, "Apache-2.0"),
    "rar/rar_b": PublishedFile("rar_b.bin", "yucornetto/RAR", 260.9, "Apache-2.0"),
    "rar/maskgit-vqgan-imagenet-f16-256": PublishedFile("maskgit-vqgan-imagenet-f16-256.bin", "fun-research/TiTok", 54.5, "Apache-2.0"),
    "arpg/arpg_300m": PublishedFile("arpg_300m.pt", "hp-l33/ARPG", 319.8),
}
"""By the name that a workflow gives it below a model folder."""


def how_to_get(name: str) -> str:
    """What to do about a model that is not there, empty for one that nobody published."""
    published = PUBLISHED_FILES.get(name.removesuffix(SUFFIX))
    if published is None:
        return ""
    target = own_folder() / Path(name.removesuffix(SUFFIX) + SUFFIX)
    size = f"about {published.millions * 4 / 1000:.1f} GB" if published.millions >= 250 else f"about {published.millions * 4:.0f} MB"
    license_ = f"license {published.license}" if published.license else "see its license there"
    convert = " ".join(part for part in ("tessera convert", published.file, published.options, "--out", str(target)) if part)
    return f"get {published.file} from huggingface.co/{published.source} ({size} in float32, {license_}), then: {convert}"
