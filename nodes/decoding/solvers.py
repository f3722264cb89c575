"""Solvers of the sampling equation: from noise to data over a denoise callable; they know no architecture.

Letters: x the noisy latent, σ its noise level in 1 (noise) to 0 (data), ``x = (1 − σ)·data + σ·noise``; D the denoised
prediction, the mean of the data given x. The path obeys ``dx/dσ = (x − D(x, σ)) / σ`` (Lipman et al. 2023, "Flow
matching"; Liu et al. 2023, "Rectified flow").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor

Denoise = Callable[[Tensor, float], Tensor]
"""``denoise(x, sigma) -> D``, shaped like x."""

AfterStep = Callable[[int, Tensor], None]
"""``after_step(steps done, D)``: where progress is told and a run is stopped."""

Solver = Callable[[Denoise, Tensor, Sequence[float], AfterStep], Tensor]


def unheard(done: int, denoised: Tensor) -> None:
    """An `AfterStep` for whoever wants the result alone."""


def euler(denoise: Denoise, x: Tensor, sigmas: Sequence[float], after_step: AfterStep = unheard) -> Tensor:
    """Euler's method: order 1, one prediction a step (Liu et al. 2023, "Flow straight and fast", section 2.1).

    Args:
        denoise: the prediction.
        x: what to start from, noise of level ``sigmas[0]``, of any shape.
        sigmas: falling noise levels, one more than there are steps; the last is usually 0.
        after_step: called after each step.

    Returns:
        x at level ``sigmas[-1]``.
    """
    for done, (sigma, after) in enumerate(pairwise(sigmas), 1):
        denoised = denoise(x, sigma)
        x = x + (after - sigma) * (x - denoised) / sigma
        after_step(done, denoised)
    return x


def heun(denoise: Denoise, x: Tensor, sigmas: Sequence[float], after_step: AfterStep = unheard) -> Tensor:
    """Heun's method: order 2, two predictions a step, one in the step to level 0.

    Karras et al. 2022, "Elucidating the design space of diffusion-based generative models", algorithm 1, on the flow path.
    The slope at the far end corrects the slope at the near end; a step to level 0 has no slope there and stays Euler's.

    Args:
        denoise: the prediction.
        x: what to start from, noise of level ``sigmas[0]``, of any shape.
        sigmas: falling noise levels, one more than there are steps; the last is usually 0.
        after_step: called after each step.

    Returns:
        x at level ``sigmas[-1]``.
    """
    for done, (sigma, after) in enumerate(pairwise(sigmas), 1):
        denoised = denoise(x, sigma)
        slope = (x - denoised) / sigma
        if after > 0:
            ahead = x + (after - sigma) * slope
            slope = (slope + (ahead - denoise(ahead, after)) / after) / 2
        x = x + (after - sigma) * slope
        after_step(done, denoised)
    return x


SOLVERS: dict[str, Solver] = {"euler": euler, "heun": heun}
"""Solvers by the name that a workflow file uses."""
