"""Where what ships in ``assets/starter/`` comes from: ``python -m nodes.training.provenance`` names what is not told.

Every model and the sticker atlas has a card, a JSON file of its name: file, digest, licence, and the script that makes it again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

from nodes.training.world import STARTER

OF_ALL = ("file", "sha256", "bytes", "licence", "script")
OF_MODELS = (*OF_ALL, "layout", "config", "parameters", "data", "hardware", "seed", "steps", "seconds")
OF_STICKERS = (*OF_ALL, "source", "package", "font_sha256", "licence_files")
TRAINED_ALONG = "tessera-text-encoder"
"""Has no figures of its own: it is trained with the generator that it leads."""
LARGEST, LARGEST_TOGETHER = 15_000_000, 64_000_000
STICKERS = "stickers.png"


def gaps(folder: Path = STARTER) -> list[str]:
    """What is missing or wrong in a folder of models, a sentence each."""
    models = sorted(folder.glob("*.safetensors"))
    found = [gap for path in models for gap in _of_file(path, path.with_suffix(".json"), OF_MODELS)]
    if (stickers := folder / STICKERS).exists():
        found += _of_file(stickers, folder / "stickers.card.json", OF_STICKERS)
    if (together := sum(path.stat().st_size for path in models)) > LARGEST_TOGETHER:
        found.append(f"{folder.name}: models must have at most {LARGEST_TOGETHER:,} bytes in all, have {together:,}")
    return found


def _of_file(path: Path, card_path: Path, wanted: tuple[str, ...]) -> list[str]:
    try:
        card = json.loads(card_path.read_text())
    except (OSError, ValueError) as error:
        return [f"{path.name}: must have a card {card_path.name}, {error}"]
    if card.get("layout") not in (None, TRAINED_ALONG):
        wanted = (*wanted, "figures")
    found = [f"{card_path.name}: must tell {name}" for name in wanted if card.get(name) in (None, "")]
    return found + _wrong(path, card)


def _wrong(path: Path, card: dict[str, Any]) -> list[str]:
    """What the card says that is not so."""
    data, found = path.read_bytes(), []
    if card.get("sha256") not in (None, digest := hashlib.sha256(data).hexdigest()):
        found.append(f"{path.name}: must have the SHA-256 of its card, {str(card['sha256'])[:12]}…, has {digest[:12]}…")
    if card.get("bytes") not in (None, len(data)):
        found.append(f"{path.name}: must have the {card['bytes']} bytes of its card, has {len(data)}")
    if card.get("file") not in (None, path.name):
        found.append(f"{path.name}: its card must be of this file, is of {card['file']}")
    if len(data) > LARGEST:
        found.append(f"{path.name}: must have at most {LARGEST:,} bytes, has {len(data):,}")
    if (script := card.get("script")) and not _is_there(script):
        found.append(f"{path.name}: its script must be a module of nodes.training, is {script!r}")
    missing = [name for name in card.get("licence_files", ()) if not (path.parent / name).is_file()]
    return found + [f"{path.name}: its licence must lie beside it, {name} does not" for name in missing]


def _is_there(script: str) -> bool:
    found = re.fullmatch(r"python -m (nodes\.training\.\w+)( .*)?", script)
    return bool(found) and importlib.util.find_spec(found[1]) is not None


def main() -> int:
    found = gaps()
    print("\n".join(found) or "everything that ships tells where it comes from")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
