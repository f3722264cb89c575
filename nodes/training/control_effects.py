"""What controls change on held-out scenes: ``python -m nodes.training.control_effects [--scenes N] [--json]``.

Layout: share of the things that the recognizer finds at their place. Sketch: how the made outline agrees with the drawn one. Inpaint: how
close the rest stays, and whether the new thing stands in the mask, by flow and by tokens. Each against the same words alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from nodes.decoding.controls import Begun, Kept, Placed
from nodes.decoding.denoising import denoised, guided
from nodes.decoding.noise import noise
from nodes.decoding.partial import touched
from nodes.models.prediction import predict_flow
from nodes.models.recognizer import Recognizer
from nodes.runtime.controlling import begin, hints_of, led
from nodes.training import world
from nodes.training.captions import Seen, captions, rows
from nodes.training.hints import boxes
from nodes.training.judge import fitting_recognizer
from nodes.training.loop import HELD_OUT
from nodes.training.makers import WAYS, Maker, makers
from nodes.training.pictures import conditioning, guidance
from nodes.training.token_pictures import AT_ONCE, grids_of, ids_of, made_by, of_prompts
from nodes.training.vocabulary import COLOR_NAMES, PLACES, THINGS, UNCOLORED
from nodes.values import Conditioning, Control, Latent, Layout, Prompt, Region, Strategy

Row = dict[str, Any]
STEPS = 20
AT_PLACE = 0.12
"""How far from its place a thing may be found, in fractions of the canvas."""


class Controlled:
    """Pictures of one flow model under controls, one after another as each has its own."""

    def __init__(self, maker: Maker) -> None:
        self.coded = maker.coded
        self.model, self.encoder, self.tokenizer = maker.model, maker.encoder, maker.tokenizer

    def words(self, prompt: str) -> Conditioning:
        return conditioning(self.encoder, [prompt])

    def latent(self, rgba: Tensor) -> Latent:
        with torch.no_grad():
            return Latent(self.tokenizer.encode(rgba), "")

    def repainted(self, prompts: Sequence[str], real: Tensor, free: Tensor) -> Tensor:
        """Pictures of prompts that outside of the free pixels (count, 128, 128) are those of ``real``."""

        def kept(item: int) -> list[Control]:
            return [Kept(self.latent(real[item : item + 1]), _cells(free[item]))] if free[item].mean() < 1 else []

        return torch.cat([self.picture(prompt, kept(item), item) for item, prompt in enumerate(prompts)])

    def picture(self, prompt: str, controls: Sequence[Control], item: int) -> Tensor:
        """(1, 4, side, side) by a prompt and controls; ``item`` of the seed's batch."""
        c = self.model.config
        hints = hints_of(controls, self.model, c.latent_side, c.latent_side)
        predict = partial(predict_flow, self.model, hints=hints)

        def border(height: int, width: int) -> Tensor:
            return noise((c.latent_channels, height, width), 1, [item])

        def denoise_of(words: Prompt) -> Callable[[Tensor, float], Tensor]:
            return guided(predict, words, guidance())

        start, level = begin(controls, noise((c.latent_channels, c.latent_side, c.latent_side), 0, [item]))
        denoise = led(controls, denoise_of, self.words(prompt), border, self.model, (c.latent_side, c.latent_side))
        latents = denoised(denoise, start, Strategy("flow", "euler", STEPS), level=level)
        with torch.no_grad():
            return self.tokenizer.decode(latents)


class Rewritten:
    """Pictures of one generator of tokens that knows all of them but those under a mask: nothing was trained for it."""

    def __init__(self, maker: Maker) -> None:
        self.coded = maker.coded
        self.model, self.encoder, self.tokenizer = maker.model, maker.encoder, maker.tokenizer

    def repainted(self, prompts: Sequence[str], real: Tensor, free: Tensor) -> Tensor:
        """Pictures of prompts that outside of the free pixels (count, 128, 128) keep the tokens of ``real``."""
        with torch.no_grad():
            ids = ids_of(self.tokenizer, real)
        given, pictures = ids.masked_fill(touched(free[:, None], grids_of(self.model)), -1), []
        for some in torch.arange(len(prompts)).split(AT_ONCE["cpu"]):
            made = made_by(self.model, self.tokenizer, given=given[some], before=ids[some])
            pictures.append(of_prompts(self.encoder, [prompts[item] for item in some], made))
        return torch.cat(pictures)


def _named(seen: Seen) -> str:
    words = f"{COLOR_NAMES[seen.color]} {THINGS[seen.thing].name}" if seen.color >= 0 else THINGS[seen.thing].name
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def layouts(made: Controlled, recognizer: Recognizer, count: int) -> list[Row]:
    """Scenes of two and three things: found at their places by words alone, and by the boxes of their things."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count), (0, 0.6, 0.4, 0))
    prompts, scenes, areas = [text for text, _ in captions(batch)], rows(batch), boxes(batch)

    def share(pictures: Tensor) -> float:
        found = recognizer.things_in(pictures)
        hits = [
            any(one.thing == thing.thing and abs(one.x - thing.x) < AT_PLACE and abs(one.y - thing.y) < AT_PLACE for one in seen)
            for seen, (things, _) in zip(found, scenes, strict=True)
            for thing in things
        ]
        return round(sum(hits) / len(hits), 4)

    def placed(item: int) -> Placed:
        things, place = scenes[item]
        where = PLACES[place].phrases[0]
        regions = tuple(
            _region(areas[item, slot].tolist(), _named(thing), slot + 1) for slot, thing in enumerate(things)
        )  # used slots come first
        words = tuple(made.words(f"{region.words} {where}") for region in regions)
        named = tuple(made.words(region.words.partition(" ")[2]) for region in regions)
        return Placed(Layout(regions, 128, 128), words, named, made.words(where))

    ways = {"words alone": lambda item: (), "with boxes": lambda item: (placed(item),)}
    table = [{"way": "real scenes", "at_place": share(world.draw(batch).rgba)}]
    for way, controls in ways.items():
        pictures = torch.cat([made.picture(prompts[item], controls(item), item) for item in range(count)])
        table.append({"way": way, "at_place": share(pictures)})
    return table


def _region(box: Sequence[float], words: str, depth: int) -> Region:
    left, top, right, bottom = box
    area = torch.zeros(1, 1, 128, 128)
    area[..., round(top * 128) : round(bottom * 128), round(left * 128) : round(right * 128)] = 1
    return Region((left, top, right, bottom), words, 1.0, depth, area)


def sketches(made: Controlled, recognizer: Recognizer, count: int) -> list[Row]:
    """Single things on nothing, drawn as one flat color each: agreement of the made outline with the drawn one, and things named."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count), (1, 0, 0, 0))
    batch.place[:] = 0
    real = world.draw(batch).rgba
    drawn, prompts = _flat(real), [text for text, _ in captions(batch)]

    def row(way: str, pictures: Tensor) -> Row:
        mine, theirs = pictures[:, 3] > 0.5, real[:, 3] > 0.5
        agreement = (mine & theirs).sum((1, 2)) / (mine | theirs).sum((1, 2)).clamp(min=1)
        found = [
            any(one.thing == thing for one in seen) for seen, thing in zip(recognizer.things_in(pictures), batch.thing[:, 0], strict=True)
        ]
        return {"way": way, "outline_iou": round(float(agreement.mean()), 4), "named": round(sum(found) / count, 4)}

    def under(level: float) -> Tensor:
        return torch.cat([made.picture(prompts[item], [Begun(made.latent(drawn[item : item + 1]), level)], item) for item in range(count)])

    alone = torch.cat([made.picture(prompts[item], (), item) for item in range(count)])
    return [row("the sketches", drawn), row("words alone", alone), *(row(f"begun at {level}", under(level)) for level in (0.5, 0.65, 0.8))]


def _flat(rgba: Tensor) -> Tensor:
    """Every picture's opaque part in its mean color."""
    inside = (rgba[:, 3:] > 0.5).float()
    mean = (rgba[:, :3] * inside).sum((2, 3), keepdim=True) / inside.sum((2, 3), keepdim=True).clamp(min=1)
    return torch.cat([mean.expand_as(rgba[:, :3]), inside], 1)


def inpainting(made: Controlled | Rewritten, recognizer: Recognizer, count: int) -> list[Row]:
    """Single things in places; the box of the thing is made anew as another thing. PSNR is of the decoded picture, before any blending."""
    batch = world.scenes(torch.arange(HELD_OUT, HELD_OUT + count), (1, 0, 0, 0))
    real = world.draw(batch).rgba
    free = torch.stack([_free(box) for box in boxes(batch)[:, 0]])
    plain = [number for number, thing in enumerate(THINGS) if thing.name not in UNCOLORED]
    others = [plain[(int(thing) * 7 + 3) % len(plain)] for thing in batch.thing[:, 0]]
    prompts = [
        f"{_named(Seen(other, 0, 0, 0, -1))} {PLACES[int(place)].phrases[0]}" for other, place in zip(others, batch.place, strict=True)
    ]

    def row(way: str, pictures: Tensor) -> Row:
        error = [_error(pictures[item], real[item], free[item]) for item in range(count)]
        found = [any(one.thing == other for one in seen) for seen, other in zip(recognizer.things_in(pictures), others, strict=True)]
        return {
            "way": way,
            "psnr_outside": round(-10 * float(torch.tensor(error).log10().mean()), 2),
            "new_thing": round(sum(found) / count, 4),
        }

    return [
        row("only encoded", made.coded(real)),
        row("words alone", made.repainted(prompts, real, torch.ones_like(free))),
        row("kept outside", made.repainted(prompts, real, free)),
    ]


def _free(box: Tensor) -> Tensor:
    """(128, 128), 1 in the box."""
    left, top, right, bottom = (round(float(end) * 128) for end in box)
    free = torch.zeros(128, 128)
    free[top:bottom, left:right] = 1
    return free


def _cells(free: Tensor) -> Tensor:
    return torch.nn.functional.max_pool2d(free[None, None], 8)


def _error(picture: Tensor, real: Tensor, free: Tensor) -> float:
    """Mean squared error of premultiplied color and alpha in cells that are kept."""
    outside = torch.nn.functional.interpolate(_cells(free), scale_factor=8)[0, 0] == 0
    mine, theirs = (torch.cat([one[:3] * one[3:], one[3:]]) for one in (picture, real))
    return float((mine - theirs)[:, outside].square().mean()) if bool(outside.any()) else 1e-4


CONTROLS = {
    "layout": ("flow", layouts),
    "sketch": ("flow", sketches),
    "inpaint": ("flow", inpainting),
    "inpaint_masked": ("masked", inpainting),
    "inpaint_next_scale": ("next_scale", inpainting),
}
"""What is measured, and the family that it is measured on."""


def control_effect(name: str, maker: Maker, recognizer: Recognizer, count: int) -> list[Row]:
    family, measure = CONTROLS[name]
    return measure(Controlled(maker) if family == "flow" else Rewritten(maker), recognizer, count)  # type: ignore[operator]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=48)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    (found, missing), recognizer, tables = makers(WAYS, "cpu"), fitting_recognizer(), {}
    for name, (family, _) in CONTROLS.items():
        if family in missing:
            print(f"{name}: missing, {missing[family]}")
            continue
        tables[name] = control_effect(name, found[family], recognizer, options.scenes)
        print(name)
        for row in tables[name]:
            print("   ", "  ".join(f"{key} {value}" for key, value in row.items()), flush=True)
    if options.json:
        print(json.dumps({"scenes": options.scenes, **tables}))


if __name__ == "__main__":
    main()
