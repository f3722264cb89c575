"""How node classes of ComfyUI become nodes of this program: a file a topic, an entry a class."""

from __future__ import annotations

from collections.abc import Mapping

from app.comfyui.mapping import latents, loaders, pictures, prompts, sampling, values
from app.comfyui.mapping.entry import Entry

TOPICS = (loaders, prompts, latents, sampling, pictures, values)

ENTRIES: Mapping[str, Entry] = {entry.kind: entry for topic in TOPICS for entry in topic.ENTRIES}
"""Every class that is known here, by its name."""
