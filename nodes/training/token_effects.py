"""The ways of decoding tokens that `nodes.training.effects` compares on the pack's generators."""

from __future__ import annotations

from dataclasses import replace

from nodes.decoding.jacobi import Jacobi
from nodes.decoding.planned import Planned
from nodes.decoding.scale_strategies import Scales
from nodes.decoding.strategies import Halton, Picking, Raster, Unmask
from nodes.training.token_pictures import Way, constant, rising

CALM, GENTLE = Picking(temperature=0.25), Picking(temperature=0.5)
FEW = Unmask(count=12, randomness=0.5, annealed=False)
AFTER_ANOTHER = {
    **{f"guidance {scale:g}": Way(Raster(CALM), constant(scale)) for scale in (1.0, 1.5, 2.0, 3.0, 4.5)},
    **{f"temperature {warm:g}": Way(Raster(Picking(warm)), constant(2.0)) for warm in (0.0, 0.5, 0.8, 1.0)},
    "top-p 0.95": Way(Raster(replace(CALM, top_p=0.95)), constant(2.0)),
    "top-k 100": Way(Raster(replace(CALM, top_k=100)), constant(2.0)),
    "few where sure": Way(Raster(replace(CALM, sure_k=10)), constant(2.0)),
}
SPECULATIVE = {
    **{f"window {window}": Way(Jacobi(CALM, window), constant(2.0)) for window in (1, 8, 16, 32)},
    "window 32, temperature 0.8": Way(Jacobi(Picking(0.8), 32), constant(2.0)),
    "window 32, relaxed": Way(Jacobi(CALM, 32, like=100, budget=0.1), constant(2.0)),
}
AT_ONCE = {
    **{f"{count} steps": Way(replace(FEW, count=count), rising(5.0)) for count in (6, 12, 24, 48)},
    **{f"guidance {most:g}": Way(FEW, rising(most)) for most in (1.0, 3.0, 9.0)},
    **{f"randomness {much:g}": Way(replace(FEW, randomness=much), rising(5.0)) for much in (0.0, 1.0, 3.0)},
    "annealed": Way(replace(FEW, annealed=True), rising(5.0)),
    "cosine": Way(replace(FEW, schedule="cosine"), rising(5.0)),
    "Halton, 24 steps": Way(Halton(count=24), rising(5.0)),
    "taken back, 24 steps": Way(replace(FEW, count=24, back=0.05), rising(5.0)),
    "12 steps, planned repairs of as many passes": Way(Planned(draft=FEW), rising(5.0)),
}
OVER_SCALES = {
    **{f"guidance {most:g}": Way(Scales(GENTLE), rising(most)) for most in (1.0, 2.5, 4.0, 6.0)},
    **{f"temperature {warm:g}": Way(Scales(Picking(warm)), rising(4.0)) for warm in (0.0, 0.25, 0.75, 1.0)},
    "temperatures 1 to 0.3": Way(Scales(GENTLE, (1.0, 1.0, 0.8, 0.6, 0.5, 0.3)), rising(4.0)),
    "smooth": Way(Scales(GENTLE, smooth=True), rising(4.0)),
}
