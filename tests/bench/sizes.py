"""How large the models of the decoding bench are and how they are decoded: as the published figures for a CPU have it."""

from __future__ import annotations

WIDTH, DEPTH, HEADS, HIDDEN = 384, 6, 6, 1536
LENGTH = 256
BASE_TOKENS = 48
"""As many does the model of the smallest published size write: enough to see how long one takes."""
SIDES = (1, 2, 3, 4, 5, 6, 8, 10, 13, 16)
HEAD_STEPS = 25

GUIDANCE = {"llamagen": 4.0, "rar": 16.0, "var": 1.5, "maskgit": 4.5, "mar": 2.9}
TOP_K = {"llamagen": 2000, "var": 900}
TOP_P = {"var": 0.96}
STEPS = {"maskgit": 12, "mar": 32}
