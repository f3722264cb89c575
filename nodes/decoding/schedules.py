"""Schedules: which noise levels a solver visits. σ is the noise level, 1 (noise) to 0 (data)."""

from __future__ import annotations


def shifted(sigma: float, shift: float) -> float:
    """A level moved towards noise: ``sσ / (1 + (s − 1)σ)`` (Esser et al. 2024, section 5.3.2)."""
    return shift * sigma / (1 + (shift - 1) * sigma)


def flow_levels(steps: int, shift: float = 1.0) -> tuple[float, ...]:
    """Evenly spaced levels from 1 to 0, then shifted.

    Args:
        steps: number of steps, at least 1.
        shift: above 1 spends more steps at high noise (larger pictures want it), below 1 at low noise; above 0.

    Returns:
        ``steps + 1`` falling levels; the first is 1, the last is 0.

    Raises:
        ValueError: steps or shift is out of range.
    """
    if steps < 1:
        raise ValueError(f"steps: must be at least 1, got {steps}")
    if shift <= 0:
        raise ValueError(f"shift: must be above 0, got {shift}")
    return tuple(shifted(1 - step / steps, shift) for step in range(steps + 1))
