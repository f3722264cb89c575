"""Small ComfyUI files made by hand, in all forms."""

from __future__ import annotations

import json
from typing import Any

Wire = tuple[str, int, int]
"""Type, node and slot that an input is linked to."""


class Canvas:
    """Nodes and links as ComfyUI's browser side saves them."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.links: list[list[Any]] = []

    def add(
        self, kind: str, values: Any = (), outputs: str = "", widgets: str = "", at: tuple[int, int] = (0, 0), **inputs: Wire | str
    ) -> int:
        """Add a node. An input is a wire, or its type where nothing feeds it; ``widgets`` are inputs that are widgets too."""
        identity = len(self.nodes) + 1
        slots = [self._slot(name, wire, identity, index) for index, (name, wire) in enumerate(inputs.items())]
        for slot in slots:
            if slot["name"] in widgets.split():
                slot["widget"] = {"name": slot["name"]}
        self.nodes.append(
            {
                "id": identity, "type": kind, "pos": list(at), "size": [315, 120], "flags": {}, "order": identity, "mode": 0,
                "inputs": slots, "outputs": [{"name": name, "type": name, "links": []} for name in outputs.split()],
                "properties": {"Node name for S&R": kind}, "widgets_values": list(values) if isinstance(values, tuple) else values,
            }
        )  # fmt: skip
        return identity

    def _slot(self, name: str, wire: Wire | str, target: int, index: int) -> dict[str, Any]:
        if isinstance(wire, str):
            return {"name": name, "type": wire, "link": None}
        kind, source, slot = wire
        self.links.append([len(self.links) + 1, source, slot, target, index, kind])
        return {"name": name, "type": kind, "link": len(self.links)}

    def change(self, identity: int, **fields: Any) -> None:
        self.nodes[identity - 1].update(fields)

    def file(self, **fields: Any) -> dict[str, Any]:
        """Form 0.4."""
        return {
            "last_node_id": len(self.nodes), "last_link_id": len(self.links), "nodes": self.nodes, "links": self.links,
            "groups": [], "config": {}, "extra": {}, "version": 0.4, **fields,
        }  # fmt: skip

    def newer_file(self, **fields: Any) -> dict[str, Any]:
        """Form 1.0."""
        names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        links = [dict(zip(names, link, strict=True)) for link in self.links]
        return {"version": 1, "state": {"lastNodeId": len(self.nodes)}, "nodes": self.nodes, "links": links, "reroutes": [], **fields}


def text_to_image() -> Canvas:
    """The graph that everybody begins with; node 3 is the sampler."""
    made = Canvas()
    made.add("CheckpointLoaderSimple", ("model.safetensors",), "MODEL CLIP VAE", at=(0, 400))
    made.add("EmptyLatentImage", (64, 48, 2), "LATENT", at=(400, 700))
    made.add(
        "KSampler", (42, "randomize", 12, 7.5, "euler", "normal", 1), "LATENT", at=(850, 180),
        model=("MODEL", 1, 0), positive=("CONDITIONING", 4, 0), negative=("CONDITIONING", 5, 0), latent_image=("LATENT", 2, 0),
    )  # fmt: skip
    made.add("CLIPTextEncode", ("a cat in a meadow",), "CONDITIONING", at=(400, 180), clip=("CLIP", 1, 1))
    made.add("CLIPTextEncode", ("text, watermark",), "CONDITIONING", at=(400, 400), clip=("CLIP", 1, 1))
    made.add("VAEDecode", (), "IMAGE", at=(1200, 180), samples=("LATENT", 3, 0), vae=("VAE", 1, 2))
    made.add("SaveImage", ("cats",), at=(1450, 180), images=("IMAGE", 6, 0))
    return made


def api_text_to_image() -> dict[str, Any]:
    """The same in the API form."""
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "model.safetensors"}, "_meta": {"title": "Load Checkpoint"}},
        "2": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48, "batch_size": 2}},
        "3": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 42, "steps": 12, "cfg": 7.5, "sampler_name": "euler", "scheduler": "normal", "denoise": 1,
                "model": ["1", 0], "positive": ["4", 0], "negative": ["5", 0], "latent_image": ["2", 0],
            },
        },
        "4": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat in a meadow", "clip": ["1", 1]}, "_meta": {"title": "Words"}},
        "5": {"class_type": "CLIPTextEncode", "inputs": {"text": "text, watermark", "clip": ["1", 1]}},
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["1", 2]}},
        "7": {"class_type": "SaveImage", "inputs": {"filename_prefix": "cats", "images": ["6", 0]}},
    }  # fmt: skip


def written(raw: Any) -> bytes:
    return json.dumps(raw).encode()
