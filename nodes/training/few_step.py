"""Distill the base flow transformer into one for few steps without guidance: ``python -m nodes.training.few_step --minutes 90 --export``.

Phased consistency distillation (Wang et al. 2024, "Phased consistency models", sections 3.1 and 3.2, after Song et al. 2023): the path
from noise to data falls into phases, and from any level the student's velocity leads straight to the lower edge of its phase. Its target
is where its own average leads from a point a little further down, to which the guided teacher went in one Euler step. Guidance is so
distilled in, and the edges are the very levels that the Euler solver visits in as many steps: no sampler of its own is needed. (A flow map
with two times, as MeanFlow has it, would want an input for the second one and derivatives along the path.)
"""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from nodes.decoding.schedules import flow_levels
from nodes.models.flow_transformer import FlowTransformer, Hints
from nodes.models.layouts import build_model, open_model
from nodes.training.flow import Feed, Networks, export_flow, fed, look, measured
from nodes.training.judge import fitting_recognizer
from nodes.training.loop import Trainer, arguments
from nodes.training.pictures import LEVELS, SCALE, starter
from nodes.values import Strategy

FOLLOWS = 0.05
"""How far the student's average, which makes the targets, follows it at each step."""


def main() -> None:
    parser = fed(arguments(__doc__ or "", minutes=90, batch=48, steps=1_000_000))
    parser.add_argument("--phases", type=int, default=2)
    parser.add_argument("--levels", type=int, default=24, help="steps of the teacher from noise to data")
    parser.add_argument(
        "--before", type=Path, help="the base that the student which ships came of: today's begins with what that had learned"
    )
    parser.add_argument("--scale", type=float, default=SCALE, help="guidance scale of the teacher")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    recognizer, nets = fitting_recognizer(), student_networks(options.device)
    if options.before:
        learned_before(nets.model, build_model(open_model(str(options.before), "generator")), starter("flow_few_step", "generator"))
    teacher = starter("flow_base", "generator").to(options.device)
    trainer = Trainer(
        "flow_few_step", options, {"flow": nets.model}, {}, 3e-4, matrix_rate=0.004, average=0.995, companions=nets.companions
    )
    ahead = copy.deepcopy(nets.model).requires_grad_(False)
    feed = Feed(trainer, nets)
    fine, edges = (torch.tensor(flow_levels(count)) for count in (options.levels, options.phases))

    def losses(x: Tensor, levels: tuple[Tensor, Tensor, Tensor], words: Words) -> Tensor:
        with torch.no_grad():
            target = target_velocity(teacher, ahead, x, levels, words, options.scale)
        return F.mse_loss(nets.model(x, levels[0], words.text, words.mask, words.leads).float(), target)

    step_losses = torch.compile(losses) if options.compile else losses
    strategy = Strategy("flow", "euler", options.phases)
    for step in trainer.steps():
        with trainer.precision():
            batch, leads = feed(step)
            here = torch.randint(options.levels, (len(batch.ids),), generator=feed.generator)
            levels = tuple(level.to(trainer.device) for level in levels_at(here, fine, edges))
            noise = torch.randn(batch.latents.shape, generator=feed.generator).to(batch.latents)
            mask = batch.ids != 0
            words = Words(nets.encoder(batch.ids, mask), mask, leads)
            loss = step_losses(batch.latents.lerp(noise, levels[0][:, None, None, None]), levels, words)
        trainer.descend(loss)
        with torch.no_grad():
            torch._foreach_lerp_(list(ahead.parameters()), list(nets.model.parameters()), FOLLOWS)
        if step % 50 == 0:
            trainer.log(consistency=loss)
        if step % 500 == 499:
            trainer.with_average(lambda: look(trainer, nets, strategy, 1.0))
    figures = trainer.with_average(lambda: measured(nets, recognizer, options.judged, strategy, 1.0))
    trainer.with_average(lambda: look(trainer, nets, strategy, 1.0))
    trainer.log(**figures)
    if options.export:
        export_flow(trainer, nets, figures, "few_step --before BASE" if options.before else "few_step")


@dataclasses.dataclass(frozen=True)
class Words:
    text: Tensor
    mask: Tensor
    leads: Hints


def student_networks(device: str) -> Networks:
    """A copy of the base model, to be trained, with what it was trained with."""
    files = {
        "tokenizer": open_model("starter/rgba_autoencoder", "tokenizer"),
        "text_encoder": open_model("starter/text_encoder", "text encoder"),
        "teacher": open_model("starter/flow_base", "generator"),
    }
    student = starter("flow_base", "generator").requires_grad_(True).train()
    encoder = starter("text_encoder", "text encoder").to(device)
    autoencoder = starter("rgba_autoencoder", "tokenizer").to(device)
    return Networks(student, encoder, autoencoder, {role: file.digest for role, file in files.items()}, kept=True)


@torch.no_grad()
def learned_before(model: FlowTransformer, base: FlowTransformer, student: FlowTransformer) -> None:
    """Add to a model what a student of another base had learned: the difference of their weights (Ilharco et al. 2023, "Editing models with
    task arithmetic"). Weights that the other ones lack stay."""
    theirs, its = dict(base.named_parameters()), dict(student.named_parameters())
    for name, weight in model.named_parameters():
        if name in its:
            weight += its[name] - theirs[name]


def levels_at(here: Tensor, fine: Tensor, edges: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Level number ``here`` (batch,) of the fine ones, the next lower one, and the phase's edge below both."""
    start, after = fine[here], fine[here + 1]
    below = torch.where(edges[None] <= after[:, None] + 1e-6, edges[None], -1.0).amax(1)
    return start, after, below


def target_velocity(
    teacher: FlowTransformer, ahead: FlowTransformer, x: Tensor, levels: tuple[Tensor, Tensor, Tensor], words: Words, scale: float
) -> Tensor:
    """The velocity that leads from x, of the first level, to where the student's average arrives at the edge.

    The teacher is guided between the levels where the base model is.
    """
    here, after, below = levels
    positive = teacher(x, here, words.text, words.mask, words.leads).float()
    negative = teacher(x, here, torch.zeros_like(words.text), torch.zeros_like(words.mask), words.leads).float()
    here, after, below = (level[:, None, None, None] for level in levels)
    within = (here <= LEVELS[0]) & (here > LEVELS[1])
    guided = torch.where(within, negative + scale * (positive - negative), positive)
    nearer = x + (after - here) * guided
    onward = ahead(nearer, levels[1], words.text, words.mask, words.leads).float()
    arrived = nearer + (below - after) * onward
    return (arrived - x) / (below - here)


if __name__ == "__main__":
    main()
