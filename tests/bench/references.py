"""Official decoding loops, run from copies of their repositories that lie outside the project.

``--references DIR`` names a folder with copies below it: LlamaGen, VAR, 1d-tokenizer, mar. What they import beyond torch (timm,
transformers, einops, omegaconf, scipy) must be importable too. Each maker gives the module with random weights, and its loop.
"""

from __future__ import annotations

import copy
import importlib
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tests.bench.sizes import BASE_TOKENS, DEPTH, GUIDANCE, HEAD_STEPS, HEADS, HIDDEN, LENGTH, SIDES, STEPS, TOP_K, TOP_P, WIDTH


class Original(NamedTuple):
    """Weights in the published layout, and the official loop over them: one picture's tokens of class 1.

    ``beside`` are the tokenizer's weights where the loop needs them, ``lower`` the loop in bfloat16 where its authors have it so.
    """

    tensors: dict[str, Tensor]
    run: Callable[[], Any]
    beside: dict[str, Tensor] | None = None
    lower: Callable[[], Any] | None = None


class Absent(Exception):
    """There is no copy, or something that it imports is not there."""


@contextmanager
def _importing(folder: Path) -> Iterator[None]:
    """Modules come from the folder and leave the table of modules afterwards: the copies use the same names for different things."""
    if not folder.is_dir():
        raise Absent(f"no copy in {folder}")
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    except ModuleNotFoundError as error:
        raise Absent(str(error)) from error
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)) or name.split(".")[0] == "modeling":
                del sys.modules[name]


def _random(module: nn.Module) -> nn.Module:
    """Layers that start at zero would make every logit equal; all others keep what the original drew."""
    for value in module.parameters():
        if not bool(value.any()):
            nn.init.normal_(value, std=0.02)
    return module.eval().requires_grad_(False)


def _tensors(module: nn.Module) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in module.state_dict().items()}


def llamagen(folder: Path, sizes: tuple[int, int, int] = (WIDTH, DEPTH, HEADS), tokens: int = LENGTH) -> Original:
    with _importing(folder / "LlamaGen"):
        gpt = importlib.import_module("autoregressive.models.gpt")
        generate = importlib.import_module("autoregressive.models.generate").generate
    width, depth, heads = sizes
    model = _random(gpt.Transformer(gpt.ModelArgs(dim=width, n_layer=depth, n_head=heads, block_size=LENGTH)))
    tensors = _tensors(model)
    setting = {"cfg_scale": GUIDANCE["llamagen"], "temperature": 1.0, "top_k": TOP_K["llamagen"], "top_p": 1.0, "sample_logits": True}
    runs = (partial(generate, one, torch.tensor([1]), tokens, **setting) for one in (model, copy.deepcopy(model).bfloat16()))
    return Original(tensors, next(runs), lower=next(runs))


def var(folder: Path) -> Original:
    with _importing(folder / "VAR"):
        made = importlib.import_module("models")
        tokenizer = made.VQVAE(ch=32, test_mode=True, share_quant_resi=4, v_patch_nums=SIDES)
        sizes = {"depth": DEPTH, "embed_dim": WIDTH, "num_heads": HEADS, "attn_l2_norm": True, "cond_drop_rate": 0.0}
        model = made.VAR(tokenizer, patch_nums=SIDES, **sizes)
        model.init_weights()
    tokenizer.fhat_to_img = lambda f_hat: f_hat  # pixels are the tokenizer's business, and equal in both
    setting = {"cfg": GUIDANCE["var"], "top_k": TOP_K["var"], "top_p": TOP_P["var"], "g_seed": 0}
    run = partial(_random(model).autoregressive_infer_cfg, 1, 1, **setting)
    return Original(_tensors(model), run, _tensors(_random(tokenizer)))


def _bytedance(folder: Path, name: str, generator: dict[str, Any], codebook: int) -> Any:
    """A generator of the 1d-tokenizer repository; its losses import what no loop needs."""
    with _importing(folder / "1d-tokenizer"):
        config = importlib.import_module("omegaconf").OmegaConf.create(
            {"model": {"vq_model": {"codebook_size": codebook}, "generator": {**generator, "dropout": 0.0, "attn_drop": 0.0}}}
        )
        parts = types.ModuleType("modeling.modules")
        parts.__path__ = [str(folder / "1d-tokenizer" / "modeling" / "modules")]
        sys.modules["modeling.modules"] = parts
        parts.BaseModel = importlib.import_module("modeling.modules.base_model").BaseModel  # type: ignore[attr-defined]
        module = importlib.import_module("modeling.rar" if name == "RAR" else "modeling.maskgit")
        return _random(getattr(module, name)(config))


def _sizes(length: int) -> dict[str, int]:
    return {
        "hidden_size": WIDTH,
        "num_hidden_layers": DEPTH,
        "num_attention_heads": 16,
        "intermediate_size": HIDDEN,
        "image_seq_len": length,
        "condition_num_classes": 1000,
    }


def maskgit(folder: Path) -> Original:
    model = _bytedance(folder, "ImageBert", _sizes(LENGTH), 1024)
    setting = {"guidance_scale": GUIDANCE["maskgit"], "guidance_decay": "linear", "num_sample_steps": STEPS["maskgit"]}
    return Original(_tensors(model), lambda: model.generate(torch.tensor([1]), **setting))


def rar(folder: Path) -> Original:
    model = _bytedance(folder, "RAR", _sizes(LENGTH), 1024)
    model.set_random_ratio(0.0)
    setting = {"guidance_scale": GUIDANCE["rar"], "randomize_temperature": 1.0, "guidance_scale_pow": 2.75}
    return Original(_tensors(model), lambda: torch.no_grad()(model.generate)(torch.tensor([1]), **setting))


def mar(folder: Path) -> Original:
    with _importing(folder / "mar"):
        made = importlib.import_module("models.mar")
        sizes = {f"{part}_{name}": size for part in ("encoder", "decoder") for name, size in _TIMM.items()}
        head = {"diffloss_d": 3, "diffloss_w": 512, "num_sampling_steps": str(HEAD_STEPS)}
        model = _random(made.MAR(norm_layer=partial(nn.LayerNorm, eps=1e-6), **sizes, **head))

    def run() -> Any:
        cuda = Tensor.cuda
        Tensor.cuda = lambda tensor: tensor  # type: ignore[assignment, method-assign] — the loop moves what it makes to a GPU
        try:
            with torch.no_grad():
                return model.sample_tokens(1, STEPS["mar"], GUIDANCE["mar"], "linear", torch.tensor([1]))
        finally:
            Tensor.cuda = cuda  # type: ignore[method-assign]

    return Original(_tensors(model), run)


_TIMM = {"embed_dim": WIDTH, "depth": DEPTH, "num_heads": HEADS}

ORIGINALS: dict[str, Callable[[Path], Original]] = {
    "llamagen": llamagen,
    "llamagen-b": partial(llamagen, sizes=(768, 12, 12), tokens=BASE_TOKENS),
    "rar": rar,
    "var": var,
    "maskgit": maskgit,
    "mar": mar,
}
