"""The node of classifier-free guidance."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import Curve, Number, node
from graph_engine.errors import Failure
from nodes.decoding.guidance import ClassifierFree
from nodes.values import ClassLabel, Conditioning, Guidance

Level = Number(soft=(0, 1), hard=(0, 1))
FULL: list[list[float]] = [[0.0, 1.0], [1.0, 1.0]]


@node(foretells=True, title="Classifier-free guidance", words=("cfg", "scale", "negative prompt"))
def classifier_free_guidance(
    negative: Conditioning | ClassLabel | None = None,
    scale: Annotated[float, Number(soft=(1, 10), hard=(0, None), step=0.1)] = 3.0,
    start: Annotated[float, Level] = 1.0,
    end: Annotated[float, Level] = 0.0,
    schedule: Literal["constant", "linear", "cosine"] = "constant",
    power: Annotated[float, Number(soft=(0.5, 4), hard=(0, 100), step=0.1)] = 1.0,
    curve: Annotated[list[list[float]], Curve(across="progress", up="share of the scale")] = FULL,
) -> Guidance:
    """Follow the prompt more closely, at the cost of variety.

    Each step asks for two predictions, with the prompt and without it, and goes further in the direction from the
    second to the first: negative + scale · (positive − negative). From Ho & Salimans 2022, "Classifier-free diffusion
    guidance".

    Guidance matters most in the middle of the way. Kynkäänniemi et al. 2024, "Applying guidance in a limited interval
    improves sample and distribution quality in diffusion models", leave it out at high and low noise, which keeps
    variety and saves a pass in each of those steps: try start 0.9 and end 0.2 with a higher scale.

    Generators of tokens often want a scale that grows on the way, while more and more is decided: *linear* as VAR and
    MaskGIT have it, *cosine* as RAR. For them a level is the share of the steps that is still to come.

    Any other course is drawn: the curve says how much of the scale holds from the first step (left) to the last (right).
    Where it lies on the ground the second prediction is not asked for, and its pass is saved.

    Args:
        negative: Words to lead away from, encoded; without a link the empty prompt is used.
        scale: How closely the prompt is followed; 1 is no guidance, too much gives harsh colors and shapes.
        start: The highest noise level that is guided: 1 guides from the first step on.
        end: The noise level where guidance ends: 0 guides up to the last step.
        schedule: constant, or growing from 1 to the scale, evenly (linear) or late (cosine).
        power: Of the cosine schedule: above 1 the scale grows later.
        curve: How much of the schedule holds on the way: full height is all of it, the ground is no guidance.

    Returns:
        The guidance, for Generate.
    """
    if end > start:
        raise Failure(f"end: must not be above start ({start:g}), got {end:g}", "The way goes from noise level 1 down to 0.")
    drawn = () if curve == FULL else tuple((x, y) for x, y in curve)
    return ClassifierFree(scale, start, end, negative, schedule, power, drawn)
