"""The node that chooses how a generator walks from noise to a picture."""

from __future__ import annotations

from typing import Annotated, Literal

from graph_engine.declaration import Integer, Number, node
from nodes.values import Strategy


@node(foretells=True, work=("steps",), words=("solver", "scheduler", "steps", "euler", "heun", "ddpm", "dit"))
def sampler(
    solver: Literal["euler", "heun", "ancestral"] = "euler",
    steps: Annotated[int, Integer(soft=(1, 50), hard=(1, 1000))] = 20,
    shift: Annotated[float, Number(soft=(0.5, 6), hard=(0.05, 100), step=0.1)] = 1.0,
) -> Strategy:
    """Choose how the way from noise to picture is walked: the solver, its steps and their spacing.

    Flow models follow an ordinary differential equation (Lipman et al. 2023, "Flow matching for generative modeling").
    *euler* takes one prediction a step. *heun* corrects each step with a second prediction (Karras et al. 2022,
    "Elucidating the design space of diffusion-based generative models", algorithm 1): twice the time, but half the
    steps often suffice. *ancestral* is for models that were trained by adding noise in 1,000 steps (Ho et al. 2020, "Denoising
    diffusion probabilistic models"): it puts a little noise back after each step and wants many of them; the others walk
    such models too.

    The shift moves steps towards high noise, where the composition is settled (Esser et al. 2024, section 5.3.2);
    larger pictures want more.

    Args:
        solver: euler, one prediction a step; heun, two predictions a step and more exact; ancestral, for DiT and its like.
        steps: How many steps are walked; more is finer and slower.
        shift: Above 1 spends more steps at high noise, below 1 at low noise; 1 spaces them evenly. Not for ancestral.

    Returns:
        The strategy, for Generate.
    """
    return Strategy("diffusion" if solver == "ancestral" else "flow", solver, steps, shift)
