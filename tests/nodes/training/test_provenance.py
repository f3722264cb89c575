"""What ships in the starter pack tells where it comes from, and what does not is found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from nodes.training.provenance import LARGEST, gaps


def test_everything_that_ships_has_a_card_a_script_and_the_digest_of_its_card() -> None:
    assert gaps() == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack of one model and the stickers, all told."""
    write(tmp_path, "words.safetensors", "words.json", parameters=1, script="python -m nodes.training.flow --minutes 5")
    for name in ("layout", "config", "data", "hardware", "seed", "steps", "seconds", "figures"):
        change(tmp_path / "words.json", **{name: {"of": 1}})
    (tmp_path / "words.txt").write_text("licence")
    told = {"source": "a font", "package": "fonts 1", "font_sha256": "0", "licence_files": ["words.txt"]}
    write(tmp_path, "stickers.png", "stickers.card.json", script="python -m nodes.training.atlas", **told)
    return tmp_path


def write(folder: Path, name: str, card: str, **told: Any) -> None:
    data = name.encode() * 8
    (folder / name).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    (folder / card).write_text(json.dumps({"file": name, "bytes": len(data), "sha256": digest, "licence": "Apache-2.0", **told}))


def change(card: Path, **told: Any) -> None:
    card.write_text(json.dumps({**json.loads(card.read_text()), **told}))


def test_a_pack_that_tells_all_has_no_gaps(folder: Path) -> None:
    assert gaps(folder) == []


def test_a_model_without_card_is_found(folder: Path) -> None:
    (folder / "words.json").unlink()
    (gap,) = gaps(folder)
    assert gap.startswith("words.safetensors: must have a card words.json")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"script": None}, "words.json: must tell script"),
        ({"script": "python -m nodes.training.nowhere"}, "words.safetensors: its script must be a module of nodes.training"),
        ({"script": "rm -rf /"}, "words.safetensors: its script must be a module of nodes.training"),
        ({"figures": None}, "words.json: must tell figures"),
        ({"licence": ""}, "words.json: must tell licence"),
        ({"file": "other.safetensors"}, "words.safetensors: its card must be of this file, is of other.safetensors"),
        ({"sha256": "0" * 64}, "words.safetensors: must have the SHA-256 of its card, 000000000000…"),
    ],
)
def test_a_card_that_leaves_out_or_errs_is_found(folder: Path, told: dict[str, Any], said: str) -> None:
    change(folder / "words.json", **told)
    (gap,) = gaps(folder)
    assert gap.startswith(said)


def test_a_file_that_was_changed_is_found(folder: Path) -> None:
    (folder / "stickers.png").write_bytes(b"other stickers")
    assert [gap.partition(",")[0] for gap in gaps(folder)] == [
        "stickers.png: must have the SHA-256 of its card",
        "stickers.png: must have the 96 bytes of its card",
    ]


def test_stickers_whose_licence_does_not_lie_beside_them_are_found(folder: Path) -> None:
    (folder / "words.txt").unlink()
    assert gaps(folder) == ["stickers.png: its licence must lie beside it, words.txt does not"]


def test_a_model_that_is_too_large_is_found(folder: Path) -> None:
    with (folder / "words.safetensors").open("ab") as file:
        file.truncate(LARGEST + 1)
    assert any("must have at most 15,000,000 bytes, has 15,000,001" in gap for gap in gaps(folder))
