"""Published checkpoints that workflows name: where each comes from, how large it is, under which license, and what to do with it.

None is fetched by the program. Publishers give no digests for these files; what a file holds is checked when it is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from nodes.models.folders import SUFFIX, alternatives, own_folder


@dataclass(frozen=True)
class PublishedFile:
    """One file to get.

    Attributes:
        file: its name where it is published, empty where it must be looked up there.
        source: the page that it is published on.
        millions: how many numbers it holds; four times as many bytes where they are stored as float32.
        license: of the weights as their page states it, empty where it must be looked up there.
        options: what the conversion must be told.
        beside: what else must be there for the conversion.
        folder: where on its page it lies, empty for the top.
    """

    file: str
    source: str
    millions: float
    license: str = ""
    options: str = ""
    beside: str = ""
    folder: str = ""

    @property
    def address(self) -> str:
        """Where a browser gets the file, or finds it."""
        direct = self.file and self.source.startswith(HUB)
        place = f"{self.folder}/{self.file}" if self.folder else self.file
        return f"https://{self.source}/resolve/main/{place}" if direct else f"https://{self.source}"


HUB = "huggingface.co/"
TITOK, MASKGEN = f"{HUB}fun-research/TiTok", f"{HUB}turkeyju"
DISTILLED = f"{HUB}microsoft/distilled_decoding"
LLAMAGEN, LLAMAGEN_WORDS = f"{HUB}FoundationVision/LlamaGen", f"{HUB}peizesun/llamagen_t2i"

PUBLISHED_FILES = {
    "llamagen/c2i_B_256": PublishedFile("c2i_B_256.pt", LLAMAGEN, 110.9, "MIT"),
    "llamagen/vq_ds16_c2i": PublishedFile("vq_ds16_c2i.pt", LLAMAGEN, 71.9, "MIT"),
    "var/var_d16": PublishedFile("var_d16.pth", f"{HUB}FoundationVision/var", 310.3, "MIT"),
    "var/vae_ch160v4096z32": PublishedFile("vae_ch160v4096z32.pth", f"{HUB}FoundationVision/var", 109.0, "MIT"),
    "titok/generator_titok_l32": PublishedFile("generator_titok_l32.bin", TITOK, 177.2, "Apache-2.0"),
    "titok/tokenizer_titok_l32": PublishedFile("tokenizer_titok_l32.bin", TITOK, 641.1, "Apache-2.0"),
    "rar/rar_b": PublishedFile("rar_b.bin", f"{HUB}yucornetto/RAR", 260.9, "Apache-2.0"),
    "rar/maskgit-vqgan-imagenet-f16-256": PublishedFile("maskgit-vqgan-imagenet-f16-256.bin", TITOK, 54.5, "Apache-2.0"),
    "arpg/arpg_300m": PublishedFile("arpg_300m.pt", f"{HUB}hp-l33/ARPG", 319.8),
    "par/PAR-XL-4x": PublishedFile("PAR-XL-4x.pt", f"{HUB}Epiphqny/PAR", 774.7, "", "--size length=576"),
    "nar/nar_b_256": PublishedFile("", f"{HUB}collections/chenfeng1271/nar-67d13fa93fe913b2e187ee1f", 130.6),
    "randar/randar_l_256": PublishedFile("", f"{HUB}ziqipang/RandAR", 342.9),
    "lpd/lpd_l_256": PublishedFile("", f"{HUB}mit-han-lab/lpd_l_256", 337.2),
    "mar/mar_b": PublishedFile("checkpoint-last.pth", "github.com/LTH14/mar", 207.9, "MIT"),
    "mar/kl16": PublishedFile("kl16.ckpt", "github.com/LTH14/mar", 66.5, "MIT"),
    "xar/xAR-B": PublishedFile("xAR-B.pth", f"{HUB}OliverRen/xAR", 172.6),
    "maskbit/maskbit_generator_10bit": PublishedFile("", f"{HUB}markweber/maskbit_generator_10bit", 304.9),
    "maskbit/maskbit_tokenizer_10bit": PublishedFile("", f"{HUB}markweber/maskbit_tokenizer_10bit", 54.5),
    "dit/DiT-XL-2-256x256": PublishedFile("DiT-XL-2-256x256.pt", "github.com/facebookresearch/DiT", 675.1, "CC-BY-NC-4.0", "--layout dit"),
    "dit/sd-vae-ft-mse": PublishedFile("diffusion_pytorch_model.safetensors", f"{HUB}stabilityai/sd-vae-ft-mse", 83.7, "MIT"),
    "sit/SiT-XL-2-256x256": PublishedFile("SiT-XL-2-256x256.pt", "github.com/willisma/SiT", 675.1, "MIT", "--layout sit"),
    "lightningdit/lightningdit-xl-imagenet256-800ep": PublishedFile(
        "lightningdit-xl-imagenet256-800ep.pt", f"{HUB}hustvl/lightningdit-xl-imagenet256-800ep", 675.3, "MIT"
    ),
    "lightningdit/vavae-imagenet256-f16d32-dinov2": PublishedFile(
        "vavae-imagenet256-f16d32-dinov2.pt",
        f"{HUB}hustvl/vavae-imagenet256-f16d32-dinov2",
        69.8,
        "MIT",
        "--latents latents_stats.pt",
        f"latents_stats.pt from https://{HUB}hustvl/lightningdit-xl-imagenet256-800ep",
    ),
    "flextok/flextok_d12_d12_in1k": PublishedFile(
        "model.safetensors", f"{HUB}EPFL-VILAB/flextok_d12_d12_in1k", 341.6, "", "--size latent_scale=SCALING_FACTOR_OF_THE_VAE"
    ),
    "one_d_piece/One-D-Piece-L-256": PublishedFile("model.safetensors", f"{HUB}turing-motors/One-D-Piece-L-256", 641.7, "Apache-2.0"),
    "titok/titok_bl128_vae_c16": PublishedFile(
        "model.safetensors", f"{HUB}yucornetto/tokenizer_titok_bl128_vae_c16_imagenet", 389.6, "Apache-2.0"
    ),
    "llamagen/t2i_XL_stage1_256": PublishedFile("t2i_XL_stage1_256.pt", LLAMAGEN_WORDS, 777.9, "MIT"),
    "llamagen/vq_ds16_t2i": PublishedFile("vq_ds16_t2i.pt", LLAMAGEN_WORDS, 71.9, "MIT"),
    "t5/flan-t5-xl": PublishedFile(
        "model.safetensors.index.json",
        f"{HUB}google/flan-t5-xl",
        1223.5,
        "Apache-2.0",
        "--words tokenizer.json",
        "its two parts and tokenizer.json from there",
    ),
    "maskgen/maskgen_vq_l": PublishedFile("model.safetensors", f"{MASKGEN}/generator_maskgen_vq_l", 613.7),
    "maskgen/tatitok_bl128_vq": PublishedFile("model.safetensors", f"{MASKGEN}/tokenizer_tatitok_bl128_vq", 391.0),
    "maskgen/maskgen_kl_l": PublishedFile("model.safetensors", f"{MASKGEN}/generator_maskgen_kl_l", 641.4),
    "maskgen/tatitok_bl32_vae": PublishedFile("model.safetensors", f"{MASKGEN}/tokenizer_tatitok_bl32_vae", 390.2),
    "clip/clip-vit-large-patch14-336": PublishedFile(
        "pytorch_model.bin",
        f"{HUB}openai/clip-vit-large-patch14-336",
        427.9,
        "",
        "--words tokenizer.json",
        "tokenizer.json from there",
    ),
    "meissonic/meissonic": PublishedFile(
        "diffusion_pytorch_model.safetensors", f"{HUB}MeissonFlow/Meissonic", 1006.9, folder="transformer"
    ),
    "meissonic/vqvae": PublishedFile("diffusion_pytorch_model.safetensors", f"{HUB}MeissonFlow/Meissonic", 146.2, folder="vqvae"),
    "clip/CLIP-ViT-H-14-laion2B-s32B-b79K": PublishedFile(
        "pytorch_model.bin",
        f"{HUB}laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
        986.1,
        "MIT",
        "--words tokenizer.json",
        "tokenizer.json from there",
    ),
    "distilled/var-d16": PublishedFile("var-d16.pth", DISTILLED, 328.2, "MIT", folder="VAR-DD"),
    "distilled/llamagen-B": PublishedFile("llamagen-B.pt", DISTILLED, 98.3, "MIT", folder="LlamaGen-DD"),
    "hmar/hmar_d16": PublishedFile("", f"{HUB}nvidia/HMAR", 618.8, "NVIDIA, non-commercial use only"),
}
"""By the name that a workflow gives it below a model folder."""


def published_name(name: str) -> str:
    """The name under which a model was published, of several names the first that was; empty for all others."""
    return next((one for one in (one.removesuffix(SUFFIX) for one in alternatives(name)) if one in PUBLISHED_FILES), "")


def how_to_get(name: str) -> str:
    """What to do about a model that is not there, empty for one that nobody published."""
    known = published_name(name)
    if not known:
        return ""
    found, target = PUBLISHED_FILES[known], own_folder() / f"{known}{SUFFIX}"
    size = f"about {found.millions * 4 / 1000:.1f} GB" if found.millions >= 250 else f"about {found.millions * 4:.0f} MB"
    license_ = f"license {found.license}" if found.license else "see its license there"
    what = f"{found.file or 'its checkpoint'} from {found.address}{f' and {found.beside}' if found.beside else ''}"
    if found.file.endswith(SUFFIX) and not found.options:
        return f"get {what} ({size} in float32, {license_}) and save it as {target}"
    convert = " ".join(part for part in ("tessera convert", found.file or "FILE", found.options, "--out", str(target)) if part)
    return f"get {what} ({size} in float32, {license_}), then: {convert}"
