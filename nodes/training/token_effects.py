"""The ways of decoding tokens that `nodes.training.effects` compares on the pack's generators."""

from __future__ import annotations

from dataclasses import replace

from nodes.decoding.jacobi import Jacobi
from nodes.decoding.planned import Planned
from nodes.decoding.scale_strategies import Scales
from nodes.decoding.strategies import Halton, Picking, Raster, Unmask
from nodes.training.token_pictures import Way, constant, rising

LIKELY = Picking(temperature=0.8, top_p=0.95)
MOST = Picking(top_p=0.95)
FEW = Unmask(count=12, randomness=1.0, annealed=False)
AFTER_ANOTHER = {
    **{f"guidance {scale:g}": Way(Raster(LIKELY), constant(scale)) for scale in (1.0, 2.0, 2.5, 3.0, 4.5)},
    "of all tokens": Way(Raster(Picking(temperature=0.8)), constant(2.5)),
    "top-k 100": Way(Raster(Picking(temperature=0.8, top_k=100)), constant(2.5)),
    "few where sure": Way(Raster(Picking(temperature=0.8, sure_k=10)), constant(2.5)),
    "temperature 1": Way(Raster(replace(LIKELY, temperature=1.0)), constant(2.5)),
}
SPECULATIVE = {
    **{f"window {window}": Way(Jacobi(LIKELY, window), constant(2.5)) for window in (1, 8, 16, 32)},
    "window 32, relaxed": Way(Jacobi(LIKELY, 32, like=100, budget=0.1), constant(2.5)),
}
AT_ONCE = {
    **{f"{count} steps": Way(replace(FEW, count=count), rising(5.0)) for count in (6, 12, 24, 48)},
    **{f"guidance {most:g}": Way(FEW, rising(most)) for most in (1.0, 3.0, 9.0)},
    "randomness 3": Way(replace(FEW, randomness=3.0), rising(5.0)),
    "annealed": Way(replace(FEW, annealed=True), rising(5.0)),
    "cosine": Way(replace(FEW, schedule="cosine"), rising(5.0)),
    "Halton, 24 steps": Way(Halton(count=24), rising(5.0)),
    "taken back, 24 steps": Way(replace(FEW, count=24, back=0.05), rising(5.0)),
    "12 steps, planned repairs of as many passes": Way(Planned(draft=FEW), rising(5.0)),
}
OVER_SCALES = {
    **{f"guidance {most:g}": Way(Scales(MOST), rising(most)) for most in (1.0, 2.5, 4.0, 6.0)},
    "of all tokens": Way(Scales(Picking()), rising(4.0)),
    "temperatures 1 to 0.7": Way(Scales(MOST, (1.0, 1.0, 1.0, 0.9, 0.8, 0.7)), rising(4.0)),
    "smooth": Way(Scales(MOST, smooth=True), rising(4.0)),
}
