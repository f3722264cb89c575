"""Students of distilled decoding: what they say of tokens that are known in part, and what becomes of noise in one look or two."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from nodes.decoding.few_looks import looked
from nodes.models.llamagen_vq import LlamaGenVq, LlamaGenVqConfig
from nodes.models.var_vqvae import VarVqvae, VarVqvaeConfig
from nodes.runtime.few_look_generation import STUDENTS
from tests.parity.folder import Comparisons, Folder

CLOSE = 1e-4


def distilled_var(folder: Folder) -> Comparisons:
    model = folder.model("distilled-var")
    c = model.config
    tokenizer = VarVqvae(VarVqvaeConfig(4, (1, 2), 1, c.codebook, c.code_width, groups=2))
    yield from _compared(folder, "distilled-var", model, _with_codes(folder, tokenizer), "f_hat")


def distilled_llamagen(folder: Folder) -> Comparisons:
    model = folder.model("distilled-llamagen", length=folder.config["length"])
    c = model.config
    tokenizer = LlamaGenVq(LlamaGenVqConfig(4, (1, 2), (1, 2), 1, 4, c.codebook, c.code_width, groups=2))
    yield from _compared(folder, "distilled-llamagen", model, _with_codes(folder, tokenizer), "latent")


def _with_codes(folder: Folder, tokenizer: Any) -> Any:
    """A tokenizer whose codes, and what adds them up, are those of the folder; nothing else of it is looked at."""
    tokenizer.load_state_dict({key: value for key, value in folder.io.items() if key.startswith("quantize.")}, strict=False)
    return tokenizer.eval()


def _compared(folder: Folder, layout: str, model: Any, tokenizer: Any, made: str) -> Comparisons:
    labels, student = folder["labels"], STUDENTS[layout]
    for name in [name for name in folder.io if name.startswith("values_")]:
        start = name.removeprefix("values_")
        logits, vectors = model(labels, folder[name], _tokens(model, int(start)))
        yield folder.compared(f"logits_{start}", logits, CLOSE)
        yield folder.compared(f"vectors_{start}", vectors, CLOSE)

    def look(values: Tensor, known: int, split: int) -> tuple[Tensor, Tensor]:
        logits, vectors = model(labels, values, known)
        return logits[:, known:split], vectors[:, split:]

    codes = student.codes(tokenizer)
    for name, run in folder.config["runs"].items():
        split, starts = _tokens(model, run["split"]), [_tokens(model, start) for start in run["starts"]]
        values = looked(look, folder["noise"], codes, split, starts)
        found = (values[:, :split, None] - codes).square().sum(-1).argmin(-1)
        yield folder.compared(f"ids_{name}", found)
        yield folder.compared(f"sequence_{name}", values, CLOSE)
        yield folder.compared(f"{made}_{name}", student.latents(tokenizer, model.config, values), CLOSE)


def _tokens(model: Any, parts: int) -> int:
    return sum(model.config.parts[:parts])
