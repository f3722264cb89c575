"""The layouts of model files that are known: our own by the name in their header, published ones by their tensors."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from torch import nn

from nodes.models.arpg import Arpg, ArpgConfig
from nodes.models.clip import Clip, ClipConfig
from nodes.models.diffusers_autoencoder import DiffusersAutoencoder, DiffusersAutoencoderConfig
from nodes.models.diffusers_vq import DiffusersVq, DiffusersVqConfig
from nodes.models.distilled_llamagen import DistilledLlamaGen, DistilledLlamaGenConfig
from nodes.models.distilled_var import DistilledVar, DistilledVarConfig
from nodes.models.dit import Dit, DitConfig, Sit
from nodes.models.flextok import FlexTok, FlexTokConfig
from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig
from nodes.models.hmar import Hmar, HmarConfig
from nodes.models.kl_autoencoder import KlAutoencoder, KlAutoencoderConfig
from nodes.models.lightning_dit import LightningDit, LightningDitConfig
from nodes.models.llamagen_gpt import LlamaGenGpt, LlamaGenGptConfig
from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.models.lpd import Lpd, LpdConfig
from nodes.models.mar import Mar, MarConfig
from nodes.models.maskbit import MaskBit, MaskBitConfig, MaskBitVq, MaskBitVqConfig
from nodes.models.masked_generators import ImageBert, ImageBertConfig, UVitBert, UVitBertConfig
from nodes.models.maskgen import MaskGenKl, MaskGenKlConfig, MaskGenVq, MaskGenVqConfig
from nodes.models.maskgit_vq import MaskGitVq, MaskGitVqConfig
from nodes.models.meissonic import Meissonic, MeissonicConfig
from nodes.models.nar import Nar, NarConfig
from nodes.models.par import Par, ParConfig
from nodes.models.randar import RandAr, RandArConfig
from nodes.models.rar import Rar, RarConfig
from nodes.models.recognizer import Recognizer, RecognizerConfig
from nodes.models.rgba_autoencoder import RgbaAutoencoder, RgbaAutoencoderConfig
from nodes.models.shapes import Shapes
from nodes.models.t5_encoder import T5Encoder, T5EncoderConfig
from nodes.models.text_encoder import TextEncoder, TextEncoderConfig
from nodes.models.titok import TiTok, TiTokConfig
from nodes.models.upscaler import Upscaler, UpscalerConfig
from nodes.models.var_transformer import VarTransformer, VarTransformerConfig
from nodes.models.var_vqvae import VarVqvae, VarVqvaeConfig
from nodes.models.xar import Xar, XarConfig


@dataclass(frozen=True)
class Layout:
    """What a model file can hold.

    Attributes:
        role: what the model does for a graph.
        family: how it is run.
        config: its sizes; the class method ``of`` reads them from tensor shapes where the layout is a published one.
        ignored: patterns of tensors that published files hold and nobody needs: counters, tables that follow from the sizes.
    """

    name: str
    role: str
    family: str
    config: type
    module: type[nn.Module]
    ignored: tuple[str, ...] = ()

    def read(self, shapes: Shapes) -> Any | None:
        """The config that the shapes tell, None if they are of another layout."""
        of = getattr(self.config, "of", None)
        try:
            return of(shapes) if of else None
        except (KeyError, IndexError, ValueError, ZeroDivisionError):
            return None

    def ignores(self, key: str) -> bool:
        return any(fnmatchcase(key, pattern) for pattern in self.ignored)


OWN = (
    Layout("tessera-flow-transformer", "generator", "flow", FlowTransformerConfig, FlowTransformer),
    Layout("tessera-text-encoder", "text encoder", "words", TextEncoderConfig, TextEncoder),
    Layout("tessera-recognizer", "recognizer", "detector", RecognizerConfig, Recognizer),
    Layout("tessera-upscaler", "upscaler", "enlargement", UpscalerConfig, Upscaler),
    Layout("tessera-rgba-autoencoder", "tokenizer", "autoencoder", RgbaAutoencoderConfig, RgbaAutoencoder),
)

LLAMA_TABLES = ("freqs_cis", "layers.*.attention.kv_cache.*")
T5_OTHERS = ("decoder.*", "lm_head.weight", "encoder.embed_tokens.weight")
VAR_TABLES = ("lvl_1L", "attn_bias_for_masking", "*blocks.*.attn.zero_k_bias")

PUBLISHED = (
    Layout("llamagen-vq", "tokenizer", "codes", LlamaGenVqConfig, LlamaGenVq, ("quantize.codebook_used",)),
    Layout("llamagen-gpt", "generator", "next token", LlamaGenGptConfig, LlamaGenGpt, LLAMA_TABLES),
    Layout("par", "generator", "regions", ParConfig, Par, LLAMA_TABLES),
    Layout("nar", "generator", "diagonals", NarConfig, Nar, LLAMA_TABLES),
    Layout("randar", "generator", "random order", RandArConfig, RandAr, LLAMA_TABLES),
    Layout("rar", "generator", "next token", RarConfig, Rar),
    Layout("lpd", "generator", "random order", LpdConfig, Lpd),
    Layout("var-vqvae", "tokenizer", "scales", VarVqvaeConfig, VarVqvae, ("quantize.ema_vocab_hit_SV",)),
    Layout("var-transformer", "generator", "next scale", VarTransformerConfig, VarTransformer, VAR_TABLES),
    Layout("hmar", "generator", "next scale again", HmarConfig, Hmar, VAR_TABLES),
    Layout("distilled-var", "generator", "few looks", DistilledVarConfig, DistilledVar, VAR_TABLES),
    Layout("distilled-llamagen", "generator", "few looks", DistilledLlamaGenConfig, DistilledLlamaGen, LLAMA_TABLES),
    Layout("maskgit-vq", "tokenizer", "codes", MaskGitVqConfig, MaskGitVq),
    Layout("titok", "tokenizer", "line", TiTokConfig, TiTok),
    Layout("flextok", "tokenizer", "line", FlexTokConfig, FlexTok, ("vae.*", "pipeline.*")),
    Layout("imagebert", "generator", "masked", ImageBertConfig, ImageBert, ("model.embeddings.position_ids",)),
    Layout("uvitbert", "generator", "masked", UVitBertConfig, UVitBert),
    Layout("arpg", "generator", "random order", ArpgConfig, Arpg),
    Layout("maskbit", "generator", "masked", MaskBitConfig, MaskBit, ("bits_to_indices",)),
    Layout("maskbit-vq", "tokenizer", "codes", MaskBitVqConfig, MaskBitVq, ("quantize.bits_to_indices", "quantize.codebook")),
    Layout("diffusers-vq", "tokenizer", "codes", DiffusersVqConfig, DiffusersVq),
    Layout("meissonic", "generator", "masked", MeissonicConfig, Meissonic),
    Layout("maskgen-vq", "generator", "masked", MaskGenVqConfig, MaskGenVq),
    Layout("maskgen-kl", "generator", "masked latents", MaskGenKlConfig, MaskGenKl),
    Layout(
        "t5-encoder", "text encoder", "words", T5EncoderConfig, T5Encoder, ("decoder.*", "lm_head.weight", "encoder.embed_tokens.weight")
    ),
    Layout("clip", "dual encoder", "likeness", ClipConfig, Clip, ("*.embeddings.position_ids",)),
    Layout("kl-autoencoder", "tokenizer", "latents", KlAutoencoderConfig, KlAutoencoder, ("loss.*", "foundation_model.*", "linear_proj.*")),
    Layout("diffusers-autoencoder", "tokenizer", "latents", DiffusersAutoencoderConfig, DiffusersAutoencoder),
    Layout("mar", "generator", "masked latents", MarConfig, Mar),
    Layout("dit", "generator", "diffusion", DitConfig, Dit),
    Layout("sit", "generator", "flow", DitConfig, Sit),
    Layout("xar", "generator", "flow", XarConfig, Xar, ("mask", "*.attn.rope.*")),
    Layout("lightningdit", "generator", "flow", LightningDitConfig, LightningDit, ("feat_rope.*",)),
)

LAYOUTS = {layout.name: layout for layout in (*OWN, *PUBLISHED)}
