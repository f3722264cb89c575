"""Samplers: one node there is guidance, strategy and Generate here. Parts of the newer, split samplers fold into the one that uses them."""

from __future__ import annotations

from typing import Any

from app.comfyui.mapping.entry import Case, Entry, NoCounterpart, Piece, folded, number, whole
from app.comfyui.mapping.latents import EMPTY, ENCODED, INPAINTED, MASKED
from app.comfyui.mapping.pictures import REFINE
from app.comfyui.source import Origin

GENERATE, SAMPLER, GUIDANCE = "sampling/generate", "sampling/sampler", "guidance/classifier_free_guidance"
BEGIN, KEEP = "control/begin_with_picture", "control/keep_picture"
LEAST_LEVEL = 0.01
"""Of noise over a picture; below it no step is left to walk."""
POLICIES = {"fixed": "fixed", "randomize": "random", "increment": "increment"}
SOLVERS = {"euler": "euler", "heun": "heun"}
SECOND_ORDER = (
    "heunpp2", "dpm_2", "dpmpp_2m", "dpmpp_2s", "dpmpp_3m", "uni_pc", "deis", "ipndm", "lms", "res_multistep", "exp_heun", "seeds",
)  # fmt: skip
EVEN = ("simple", "normal")
SHIFTS = {"ModelSamplingSD3": 3.0, "ModelSamplingAuraFlow": 1.73}
PASSING = "its shift stands on Sampler"


def ksampler(case: Case, piece: Piece) -> None:
    _generate(case, piece, case.source("latent_image"))
    _guide(case, piece, case.origin("positive"), case.source("negative"), case.origin("negative"))
    _walk(piece, case, case)
    _seed(piece, case, "seed")


def ksampler_advanced(case: Case, piece: Piece) -> None:
    """The same where it walks the whole way; a part of the way has no counterpart."""
    whole_way = case.number("start_at_step", 0) <= 0 and case.number("end_at_step", 10000) >= case.number("steps", 20)
    if not whole_way or case.value("add_noise", "enable") != "enable" or case.value("return_with_leftover_noise", "disable") != "disable":
        raise NoCounterpart("it walks a part of the way only, and Generate walks from noise to picture")
    _generate(case, piece, case.source("latent_image"))
    _guide(case, piece, case.origin("positive"), case.source("negative"), case.origin("negative"))
    _walk(piece, case, case)
    _seed(piece, case, "noise_seed")


def sampler_custom_advanced(case: Case, piece: Piece) -> None:
    """Noise, guider, sampler and sigmas are nodes of their own there; the usual ones fold into this one."""
    guider, sigmas = case.source("guider"), case.source("sigmas")
    if guider is None or guider.node.type not in ("BasicGuider", "CFGGuider") or guider.origin("model") is None:
        raise NoCounterpart("its guider has no counterpart")
    if sigmas is None or sigmas.node.type != "BasicScheduler" or case.source_kind("sampler") != "KSamplerSelect":
        raise NoCounterpart("its sampler or its sigmas have no counterpart")
    if case.source_kind("noise") != "RandomNoise":
        raise NoCounterpart("it walks without noise of its own, and Generate starts from noise")
    _generate(case, piece, case.source("latent_image"), sigmas, guider)
    piece.folds.add(guider.node.id)
    if guider.node.type == "CFGGuider":
        _guide(guider, piece, guider.origin("positive"), guider.source("negative"), guider.origin("negative"))
    else:
        piece.take("main", "positive", guider.origin("conditioning"))
    _walk(piece, case.source("sampler"), sigmas)
    _seed(piece, case.source("noise"), "noise_seed")
    piece.gives[1] = ("main", "latent")


def _generate(case: Case, piece: Piece, latent: Case | None, sigmas: Case | None = None, guider: Case | None = None) -> None:
    """Generate itself, with the size of the empty latent that it would fill, or with the picture that it begins with or keeps."""
    mask = None
    if latent and latent.node.type == MASKED and latent.source_kind("samples") in ENCODED:
        piece.folds.add(latent.node.id)
        mask, latent = latent.origin("mask"), latent.source("samples")
    if latent is None or latent.node.type not in {**EMPTY, **ENCODED, INPAINTED: INPAINTED}:
        came = f"its latent comes from {latent.node.type}" if latent else "nothing feeds its latent"
        raise NoCounterpart(f"{came}, and Generate starts from noise of a size that it knows")
    scheduler = sigmas or case
    denoise = scheduler.number("denoise", 1.0)
    piece.add("main", GENERATE, (1, 0))
    model, _ = _model(guider or case)
    piece.take("main", "generator", model)
    pictured = latent.node.type not in EMPTY
    if pictured and denoise < LEAST_LEVEL:
        raise NoCounterpart(f"denoise {denoise:g} leaves nothing to walk")
    if latent.node.type == INPAINTED:
        mask = latent.origin("mask")
        if denoise < 1:
            piece.differs("under the mask it begins with the picture, not with gray")
    if mask:
        _keep(piece, latent, mask)
    if pictured and (denoise < 1 or not mask):
        _lead(piece, "begin", BEGIN, latent, (0, 2))
        piece.carry("begin", "level", scheduler, "denoise", number)
    elif denoise < 1:
        piece.differs(f"denoise {denoise:g} is left out: from an empty latent the whole way is walked")
    piece.folds.add(latent.node.id)
    for widget, parameter in (("width", "width"), ("height", "height"), ("batch_size", "count")):
        piece.carry("main", parameter, latent, widget, whole)
    piece.gives = {0: ("main", "latent")}


def _keep(piece: Piece, latent: Case, mask: Origin) -> None:
    """Keep the picture of a latent outside of its mask, which some encoders make larger first."""
    _lead(piece, "keep", KEEP, latent, (0, 3))
    if latent.number("grow_mask_by", 6 if latent.node.type == INPAINTED else 0) > 0:
        piece.add("mask", REFINE, (-1, 3), grow=6.0)
        piece.carry("mask", "grow", latent, "grow_mask_by", number)
        piece.take("mask", "mask", mask)
        piece.join("mask", "mask", "keep", "mask")
    else:
        piece.take("keep", "mask", mask)


def _lead(piece: Piece, name: str, node_type: str, latent: Case, at: tuple[int, int]) -> None:
    """Lead Generate by the picture that a latent is of."""
    piece.add(name, node_type, at)
    piece.take(name, "image", latent.origin("pixels"))
    piece.take(name, "tokenizer", latent.origin("vae"))
    piece.join(name, "control", "main", "controls")


def _guide(case: Case, piece: Piece, positive: Origin | None, negative: Case | None, negative_origin: Origin | None) -> None:
    piece.take("main", "positive", positive)
    piece.add("guidance", GUIDANCE, (0, 0))
    piece.carry("guidance", "scale", case, "cfg", number)
    piece.join("guidance", "guidance", "main", "guidance")
    if negative and negative.node.type == "ConditioningZeroOut":
        piece.folds.add(negative.node.id)
        piece.differs("the zeroed negative conditioning is the empty prompt here")
    else:
        piece.take("guidance", "negative", negative_origin)


def _walk(piece: Piece, chooser: Case | None, scheduler: Case) -> None:
    """The strategy: solver, steps, and the shift that a node on the way of the model sets."""
    piece.add("strategy", SAMPLER, (0, 1))
    piece.carry("strategy", "steps", scheduler, "steps", whole)
    piece.join("strategy", "strategy", "main", "strategy")
    if chooser:
        piece.folds.add(chooser.node.id)
    piece.parameters["strategy"]["solver"] = _solver(piece, chooser)
    name = str(scheduler.value("scheduler", "normal"))
    if name not in EVEN:
        piece.differs(f"scheduler {name} is not here: steps are spaced evenly, or by the shift")
    _, shifting = _model(scheduler)
    for node in shifting:
        piece.folds.add(node.node.id)
    piece.carry("strategy", "shift", shifting[0] if shifting else None, "shift", number)


def _solver(piece: Piece, chooser: Case | None) -> str:
    """The solver that is nearest to a sampler; how they differ goes to the piece."""
    if chooser is None or chooser.origin("sampler_name"):
        piece.differs("the sampler comes over a link, with names that mean nothing here: euler is used")
        return "euler"
    name = str(chooser.value("sampler_name", "euler"))
    if name in SOLVERS:
        return SOLVERS[name]
    if name.startswith(SECOND_ORDER) and "ancestral" not in name and "sde" not in name:
        piece.differs(f"sampler {name} is not here: heun is of second order too, at two predictions a step")
        return "heun"
    piece.differs(f"sampler {name} is not here: euler goes the same way without fresh noise")
    return "euler"


def _seed(piece: Piece, case: Case | None, widget: str) -> None:
    piece.carry(
        "main", "seed", case, widget, lambda value: seed(value, case.node.controls.get(widget, "fixed") if case else "fixed", piece)
    )


def seed(value: Any, control: str, piece: Piece) -> Any:
    """A seed with its policy."""
    if control not in POLICIES:
        piece.differs(f"the seed does not {control} after each run: it stays")
    return {"value": whole(value), "policy": POLICIES.get(control, "fixed")}


def _model(case: Case) -> tuple[Origin | None, list[Case]]:
    """Where the model of a node begins, past nodes that only shift its steps; and those nodes, the one that counts first."""
    origin, at = case.origin("model"), case.source("model")
    shifting: list[Case] = []
    while at and at.node.type in SHIFTS and len(shifting) < 100:
        shifting.append(at)
        origin, at = at.origin("model"), at.source("model")
    return origin, shifting


ENTRIES = (
    Entry("KSampler", "KSampler", ksampler),
    Entry("KSamplerAdvanced", "KSampler (Advanced)", ksampler_advanced),
    Entry("SamplerCustomAdvanced", "SamplerCustomAdvanced", sampler_custom_advanced),
    Entry("RandomNoise", "RandomNoise", folded("its seed stands on Generate")),
    Entry("BasicGuider", "BasicGuider", folded("its links go to Generate")),
    Entry("CFGGuider", "CFGGuider", folded("its scale stands on Classifier-free guidance")),
    Entry("KSamplerSelect", "KSamplerSelect", folded("its sampler stands on Sampler")),
    Entry("BasicScheduler", "BasicScheduler", folded("its steps stand on Sampler")),
    *(Entry(kind, kind, folded(PASSING)) for kind in SHIFTS),
    Entry("ConditioningZeroOut", "ConditioningZeroOut", folded("the empty prompt is used in its place")),
)
