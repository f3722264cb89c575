"""What files of pictures carry beside their pixels: the workflow and the seeds that made them."""

from __future__ import annotations

import json
from pathlib import Path

from graph_engine.context import Context
from graph_engine.sharing import shared
from nodes.imaging.encoding import fitting_texts

LARGEST_WORKFLOW = 4 * 2**20
WORKFLOW, SEEDS = "tessera.workflow", "tessera.seed"


def carried_texts(context: Context, format: str, local_paths: bool) -> dict[str, str]:
    """Texts by keyword, as many as a format holds; what is left out becomes a note. ``local_paths``: paths of this machine stay."""
    texts = {SEEDS: json.dumps(dict(context.seeds), sort_keys=True)}
    if not context.workflow:
        return {}
    if len(context.workflow) > LARGEST_WORKFLOW:
        context.note(f"The workflow is not in the file: it may have {LARGEST_WORKFLOW >> 20} MiB, has {len(context.workflow) >> 20}.")
    else:
        texts[WORKFLOW] = (context.workflow if local_paths else shared(context.workflow, str(Path.home()))).decode()
    fitting = fitting_texts(texts, format)
    if len(fitting) < len(texts):
        context.note("The workflow is not in the file: a JPEG holds 64 kB beside its pixels. PNG and WebP hold more.")
    return fitting
