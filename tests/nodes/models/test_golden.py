"""Models beside what the originals made of the same small random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.parity.__main__ import CHECKS
from tests.parity.folder import Folder

GOLDEN = Path(__file__).parents[2] / "parity" / "golden"


@pytest.mark.parametrize("name", sorted(path.name for path in GOLDEN.iterdir()))
def test_a_model_says_what_the_original_said(name: str) -> None:
    folder = Folder(GOLDEN / name)
    with torch.inference_mode():
        compared = list(CHECKS[folder.config["family"], folder.config["kind"]](folder))
    assert len(compared) > 10 and [one for one in compared if not one.passed] == []
