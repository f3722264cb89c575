"""VAR: the multi-scale tokenizer and the transformer over scales."""

from __future__ import annotations

import torch
from torch import Tensor

from nodes.decoding.logits import Draw, Sampler
from nodes.decoding.next_scale import SoftCodes, kept_by_scale, over_scales
from nodes.decoding.tokens import Choose, fill
from nodes.models.var_transformer import VarReader
from tests.parity.folder import Comparisons, Folder


def var_vqvae(folder: Folder) -> Comparisons:
    model = folder.model("var-vqvae")
    yield folder.compared("feature", model.features(folder["image"]), 3e-4)
    ids = model.encode(folder["image"])
    for scale, f_hat in enumerate(model.sums(ids)):
        yield folder.compared(f"indices.{scale}", ids[scale])
        yield folder.compared(f"fhat.{scale}", f_hat, 3e-4)
        yield folder.compared(f"reconstruction.{scale}", model.pixels(f_hat), 3e-4)
    yield folder.compared("var_input", model.inputs(ids), 3e-4)
    codes = folder.numbered("codes")
    sums = model.sums(codes)
    for scale, f_hat in enumerate(sums[:-1]):
        grid = model.as_map(model.next_map(f_hat, scale + 1), model.config.scales[scale + 1])
        yield folder.compared(f"next_map.{scale}", grid, 3e-4)
    yield folder.compared("codes_fhat_last", sums[-1], 3e-4)
    yield folder.compared("codes_image", model.decode(codes), 3e-4)


def var_transformer(folder: Folder) -> Comparisons:
    model, tokenizer = folder.model("var-transformer"), folder.beside(folder.config["vae"]).model("var-vqvae")
    labels, sides = folder["labels"], model.config.scales
    empty = torch.full_like(labels, model.config.classes)
    maps = tokenizer.inputs(folder.numbered("teacher_codes"))
    yield folder.compared("teacher_input", maps, 5e-4)
    yield folder.compared("logits_cond", model(labels, maps), 5e-4)
    yield folder.compared("logits_uncond", model(empty, maps), 5e-4)

    settings = folder.config["sampling"]

    def made(setting: dict[str, float], labels: Tensor, choose: Choose, reader: VarReader, given: Tensor | None = None) -> Tensor:
        ids = torch.zeros(len(labels), sum(side**2 for side in sides), dtype=torch.int64) if given is None else given
        known = None if given is None else given >= 0
        return fill(reader, ids.clamp(min=0), over_scales(sides, setting["cfg"]), choose, known)

    def image(reader: VarReader, ids: Tensor) -> Tensor:
        return tokenizer.pixels(reader.accumulated(ids)) / 2 + 0.5

    for name in [name for name in settings if name.startswith("greedy")]:
        reader = VarReader(model, tokenizer, [labels, empty][: 2 if settings[name]["cfg"] else 1])
        ids = made(settings[name], labels, Sampler(), reader)
        yield folder.compared(f"{name}_tokens", ids)
        yield folder.compared(f"{name}_image", image(reader, ids), 1e-3)
    for name in [name for name in settings if f"{name}_tokens" in folder and not name.startswith("greedy")]:
        setting, reader = settings[name], VarReader(model, tokenizer, [labels, empty])
        sampler = Sampler(_recorded(folder, name, sides), 1.0, setting["top_k"], setting["top_p"], ascending=True)
        smooth = SoftCodes(sampler, reader.soften, len(sides)) if setting.get("more_smooth") else sampler
        ids = made(setting, labels, smooth, reader)
        yield folder.compared(f"{name}_tokens", ids)
        yield folder.compared(f"{name}_image", image(reader, ids), 1e-3)
    before = tokenizer.encode(folder["edit_image_in"])
    for scale, one in enumerate(before):
        yield folder.compared(f"edit_tokens_in.{scale}", one)
    for name in ("inpaint", "outpaint"):
        kept = kept_by_scale(folder[f"{name}_mask"][None], sides)
        given = torch.where(kept, torch.cat(before, 1), -1)
        reader = VarReader(model, tokenizer, [empty[: len(given)]] * 2)
        ids = made(settings["edit"], empty[: len(given)], Sampler(), reader, given)
        yield folder.compared(f"{name}_image", image(reader, ids), 1e-3)


def _recorded(folder: Folder, name: str, sides: tuple[int, ...]) -> Draw:
    parts = {"mixture": f"{name}_gumbel_exp", "token": f"{name}_token_noise" if f"{name}_token_noise" in folder else f"{name}_noise"}

    def draw(kind: str, step: int, shape: tuple[int, ...]) -> Tensor:
        start = sum(side**2 for side in sides[:step])
        return folder[parts[kind]][:, start : start + sides[step] ** 2]

    return draw
