from __future__ import annotations

import numpy as np

from nodes.painting.edges import thinned


def test_a_thick_line_becomes_one_of_a_pixel_in_its_middle() -> None:
    lines = np.zeros((21, 41), bool)
    lines[8:13, 3:38] = True
    thin = thinned(lines)
    assert thin[10, 8:33].all()
    assert thin.sum(0).max() == 1


def test_a_ring_stays_closed_and_a_thin_line_stays_as_it_is() -> None:
    y, x = np.mgrid[:41, :41] - 20
    ring = np.abs(np.hypot(x, y) - 14) < 2.5
    thin = thinned(ring)
    assert thin.sum() < 0.35 * ring.sum()
    assert (np.abs(np.hypot(x, y) - 14)[thin] < 2).all()
    assert np.array_equal(thinned(thin), thin)
