"""Train a flow transformer and the text encoder together: ``python -m nodes.training.flow --minutes 120 --export``.

The small one keeps the text encoder that ships: ``--name flow_small --width 128 --keep-words``.

Rectified flow with logit-normal noise levels (Esser et al. 2024) on latents of the exported autoencoder. At half depth each image token
must also tell the thing in its place and which part of it (representation alignment, Yu et al. 2024, "REPA", with the world's ground truth
as the target): this is what binds words to places early, as words must tell what is said of them (`nodes.training.binding`). Tokens of
things count most. Scenes enter a growing pool of latents, so that drawing and encoding cost little beside the steps. Half of the examples
come with hints (`nodes.training.hints`).
"""

from __future__ import annotations

import argparse
import dataclasses

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nodes.models.files import sha256
from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig, Hints
from nodes.models.layouts import open_model
from nodes.models.recognizer import Recognizer
from nodes.models.rgba_autoencoder import RgbaAutoencoder
from nodes.models.text_encoder import TextEncoder, TextEncoderConfig, padded, tokenize, word_tokenizer
from nodes.training import world
from nodes.training.alignment import Alignment, class_map, part_map, weights_of
from nodes.training.binding import Binding, asked
from nodes.training.captions import UNPLACED, all_words, captions
from nodes.training.export import Export, export, worth, write_model
from nodes.training.hints import REGION_WORDS, boxes, chosen, hints, lines, painted_regions, region_words
from nodes.training.judge import fitting_recognizer, prompt_accuracy
from nodes.training.loop import HELD_OUT, Trainer, arguments, sheet
from nodes.training.pictures import SCALE, guidance, pictures, starter
from nodes.values import Strategy

WORDS = 20
"""Captions are padded to this length in training; the encoder has room for more."""

SAID = 64
"""Captions a step that the text encoder alone is asked what they say of their things, where it is trained along."""

EARLY, NEARLY_NOISE = 0.25, 0.75
"""Share of examples whose noise level lies evenly above the bound: there words alone say what stands where and how often."""

SHEET_PROMPTS = (
    "a cat in a meadow",
    "a red car in the city",
    "a big panda on a blue background",
    "an owl at night",
    "a castle at sunset",
    "a strawberry on a transparent background",
    "a dog left of a tree in the snow",
    "a rocket above a house at night",
    "two apples on a white background",
    "a penguin in the snow",
    "a sailboat at sea",
    "a robot and a burger in the desert",
)


@dataclasses.dataclass(frozen=True)
class Batch:
    """Examples: latents (count, channels, 16, 16), word ids (count, WORDS) with one in ten empty, maps of classes and of parts
    (count, 8, 8), drawn lines (count, 128, 128), and of each slot the word ids (count, slots, REGION_WORDS) and the box
    (count, slots, 4)."""

    latents: Tensor
    ids: Tensor
    names: Tensor
    parts: Tensor
    ink: Tensor
    words: Tensor
    boxes: Tensor


class Pool:
    """Encoded scenes with their captions and what their hints are made of; grows up to ``limit``, then the oldest give way."""

    def __init__(self, autoencoder: RgbaAutoencoder, vocabulary: tuple[str, ...], limit: int = 60_000) -> None:
        self.autoencoder, self.vocabulary, self.limit = autoencoder, vocabulary, limit
        self.tokenizer = word_tokenizer(vocabulary)
        self.index = {word: i for i, word in enumerate(vocabulary)}
        c = autoencoder.config
        self.latents = torch.empty(limit, c.latent_channels, 16, 16, dtype=torch.float16)
        self.ids = torch.empty(limit, 2, WORDS, dtype=torch.int16)
        self.names, self.parts = (torch.empty(limit, 8, 8, dtype=torch.uint8) for _ in range(2))
        self.ink = torch.empty(limit, 128, 128, dtype=torch.bool)
        self.words = torch.empty(limit, world.SLOTS, REGION_WORDS, dtype=torch.int16)
        self.boxes = torch.empty(limit, world.SLOTS, 4)
        self.added = 0
        self.device = next(autoencoder.parameters()).device

    def __len__(self) -> int:
        return min(self.added, self.limit)

    @torch.no_grad()
    def add(self, seeds: Tensor, counts: tuple[float, ...]) -> None:
        batch = world.scenes(seeds.to(self.device), counts)
        drawn = world.draw(batch)
        where = torch.arange(self.added, self.added + len(batch)) % self.limit
        self.latents[where] = self.autoencoder.encode(drawn.rgba).half().cpu()
        for variant in range(2):
            words = [tokenize(text, self.vocabulary, WORDS, self.tokenizer).ids for text, _ in captions(batch, variant, UNPLACED)]
            self.ids[where, variant] = padded(words, WORDS)[0].short()
        self.names[where] = class_map(batch, drawn.owner, 8).to(torch.uint8).cpu()
        self.parts[where] = part_map(batch, drawn.owner, 8).to(torch.uint8).cpu()
        self.ink[where] = lines(batch, drawn).cpu()
        self.words[where] = region_words(batch, self.index).short()
        self.boxes[where] = boxes(batch).cpu()
        self.added += len(batch)

    def draw(self, count: int, generator: torch.Generator) -> Batch:
        rows = torch.randint(len(self), (count,), generator=generator)
        ids = self.ids[rows, torch.randint(2, (count,), generator=generator)].long()
        ids[torch.rand(count, generator=generator) < 0.1] = 0
        return Batch(
            self.latents[rows].float(),
            ids,
            self.names[rows].long(),
            self.parts[rows].long(),
            self.ink[rows].float(),
            self.words[rows].long(),
            self.boxes[rows],
        )


def counts_at(progress: float) -> tuple[float, ...]:
    """Single stickers before scenes: the share of crowded scenes grows over the first third. Most often there are two things, of which
    alone captions say how they stand to one another."""
    grown = min(1.0, progress * 3)
    start, end = (0.70, 0.25, 0.04, 0.01), (0.30, 0.46, 0.14, 0.10)
    return tuple(a + (b - a) * grown for a, b in zip(start, end, strict=True))


def noise_levels(count: int, generator: torch.Generator) -> Tensor:
    """(count,): logit-normal, and a share that is nearly noise."""
    early = torch.rand(count, generator=generator) < EARLY
    even = 1 - (1 - NEARLY_NOISE) * torch.rand(count, generator=generator)
    return torch.where(early, even, torch.sigmoid(torch.randn(count, generator=generator)))


def flow_arguments() -> argparse.Namespace:
    parser = fed(arguments(__doc__ or "", minutes=120, batch=64, steps=1_000_000))
    parser.add_argument("--name", default="flow_base", help="of the model file")
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--keep-words", action="store_true", help="take the text encoder that ships, as it is")
    parser.add_argument("--warm", action="store_true", help="begin with the weights that ship, as far as they fit")
    return parser.parse_args()


def fed(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--fresh", type=int, default=16, help="new scenes a step")
    parser.add_argument("--first", type=int, default=48 * 64, help="scenes before the first step")
    return parser


@dataclasses.dataclass(frozen=True)
class Networks:
    """The networks of a flow training; the text encoder is trained along unless it is ``kept``."""

    model: FlowTransformer
    encoder: TextEncoder
    autoencoder: RgbaAutoencoder
    companions: dict[str, str]
    kept: bool


def networks_of(options: argparse.Namespace) -> Networks:
    autoencoder = starter("rgba_autoencoder", "tokenizer").to(options.device)
    companions = {"tokenizer": open_model("starter/rgba_autoencoder", "tokenizer").digest}
    if options.keep_words:
        encoder = starter("text_encoder", "text encoder").to(options.device)
        companions["text_encoder"] = open_model("starter/text_encoder", "text encoder").digest
    else:
        encoder = TextEncoder(TextEncoderConfig(("<padding>", "<unknown>", *all_words()), rotary=True))
    config = FlowTransformerConfig(
        latent_channels=autoencoder.config.latent_channels,
        width=options.width,
        depth=options.depth,
        heads=options.width // 64,
        text_width=encoder.config.width,
        hints=True,
        word_places=encoder.config.max_words,
    )
    return Networks(FlowTransformer(config), encoder, autoencoder, companions, options.keep_words)


class Feed:
    """Batches with their hints, from a pool that grows by fresh scenes a step."""

    def __init__(self, trainer: Trainer, nets: Networks) -> None:
        self.trainer, self.encoder = trainer, nets.encoder
        self.begun = getattr(trainer.options, "warm", True)  # the weights that a training goes on from know single things
        self.generator = torch.Generator().manual_seed(trainer.options.seed * 7919 + trainer.step)
        self.pool = Pool(nets.autoencoder, tuple(nets.encoder.config.vocabulary))
        start = trainer.step * trainer.options.fresh
        for seeds in torch.arange(start, start + trainer.options.first).split(64):
            self.pool.add(seeds, self.counts())

    def counts(self) -> tuple[float, ...]:
        return counts_at(1.0 if self.begun else self.trainer.progress())

    def __call__(self, step: int) -> tuple[Batch, Hints]:
        options = self.trainer.options
        start = options.first + step * options.fresh
        self.pool.add(torch.arange(start, start + options.fresh), self.counts())
        drawn = self.pool.draw(options.batch, self.generator)
        batch = Batch(*(part.to(self.trainer.device) for part in vars(drawn).values()))
        which = chosen(options.batch, self.generator)
        return batch, hints(batch.latents, batch.ink, _regions(self.encoder, batch, which.regions), which, self.generator)


def main() -> None:
    options = flow_arguments()
    torch.manual_seed(options.seed)
    recognizer = fitting_recognizer()
    nets = networks_of(options)
    model, encoder = nets.model, nets.encoder
    if options.warm:
        _warm(options.name, model, encoder)
    alignment, binding = Alignment(options.width), Binding(encoder.config.width)
    networks: dict[str, nn.Module] = {"flow": model} if nets.kept else {"flow": model, "text": encoder}
    heads: dict[str, nn.Module] = {"alignment": alignment} if nets.kept else {"alignment": alignment, "binding": binding}
    trainer = Trainer(options.name, options, networks, heads, 1.5e-3, matrix_rate=0.02, companions=nets.companions)
    feed = Feed(trainer, nets)

    def losses(x: Tensor, sigma: Tensor, velocity: Tensor, batch: Batch, leads: Hints) -> tuple[Tensor, Tensor]:
        mask = batch.ids != 0
        made, seen = model.features(x, sigma, encoder(batch.ids, mask), mask, leads, layer=options.depth // 2 - 1)
        weights = weights_of(batch.names)
        counted = F.interpolate(weights[:, None], x.shape[-2:]) / weights.mean()
        flow = ((made.float() - velocity).square() * counted).mean()
        return flow, alignment(seen, batch.names.flatten(1), batch.parts.flatten(1), weights.flatten(1))

    def bound(step: int) -> Tensor:
        seeds = torch.arange(step * SAID, (step + 1) * SAID)
        ids, targets = (part.to(trainer.device) for part in asked(encoder, seeds, counts_at(1.0), feed.pool.tokenizer))
        return binding(encoder(ids, ids != 0), targets)

    step_losses = torch.compile(losses) if options.compile else losses
    for step in trainer.steps():
        with trainer.precision():
            batch, leads = feed(step)
            noise = torch.randn(batch.latents.shape, generator=feed.generator).to(batch.latents)
            sigma = noise_levels(len(noise), feed.generator).to(noise)
            x = batch.latents.lerp(noise, sigma[:, None, None, None])
            flow, aligned = step_losses(x, sigma, noise - batch.latents, batch, leads)
        told = flow.new_zeros(()) if nets.kept else bound(step)
        trainer.descend(flow + aligned + told)
        if step % 50 == 0:
            trainer.log(flow=flow, alignment=aligned, binding=told)
        if step % 500 == 499:
            trainer.with_average(lambda: look(trainer, nets))
    figures = trainer.with_average(lambda: measured(nets, recognizer, options.judged))
    trainer.with_average(lambda: look(trainer, nets))
    trainer.log(**figures)
    if options.export:
        export_flow(trainer, nets, figures, _script(options))


def _script(options: argparse.Namespace) -> str:
    """What its card says it is made by."""
    sizes = [f"--{name} {value}" for name, value in (("name", options.name), ("width", options.width)) if options.keep_words]
    return " ".join(["flow", *sizes, *(f"--{name}" for name in ("keep-words", "warm") if getattr(options, name.replace("-", "_")))])


def measured(
    nets: Networks, recognizer: Recognizer, count: int, strategy: Strategy | None = None, scale: float = SCALE
) -> dict[str, float]:
    def made(prompts: list[str]) -> Tensor:
        return pictures(nets.model, nets.encoder, nets.autoencoder, prompts, strategy, guidance(scale))

    return {"accuracy": prompt_accuracy(recognizer, made, count)}


def _regions(encoder: TextEncoder, batch: Batch, which: Tensor) -> Tensor:
    """The words of the chosen examples' regions at their places: (count, width + 2, side, side)."""
    side = batch.latents.shape[-1]
    painted = batch.latents.new_zeros(len(batch.ids), encoder.config.width + 2, side, side)
    words = batch.words[which]
    if not len(words):
        return painted
    mask = words != 0
    used = mask.any(2)
    vectors = batch.latents.new_zeros(*used.shape, encoder.config.width)
    said = encoder(words[used], mask[used]).sum(1) / mask[used].sum(1, keepdim=True)
    vectors[used] = said.float()
    painted[which] = painted_regions(vectors, used, batch.boxes[which], side)
    return painted


def _warm(name: str, model: FlowTransformer, encoder: TextEncoder) -> None:
    """Take over the weights that ship under a name; words that both vocabularies hold keep their vectors."""
    old_model, old_encoder = starter(name, "generator"), starter("text_encoder", "text encoder")
    model.load_state_dict(old_model.state_dict(), strict=False)
    fitting = {key: value for key, value in old_encoder.state_dict().items() if key != "word.weight"}
    encoder.load_state_dict(fitting, strict=False)
    rows = {word: i for i, word in enumerate(old_encoder.config.vocabulary)}
    with torch.no_grad():
        for i, word in enumerate(encoder.config.vocabulary):
            if word in rows:
                encoder.word.weight[i] = old_encoder.word.weight[rows[word]]


def look(trainer: Trainer, nets: Networks, strategy: Strategy | None = None, scale: float = SCALE) -> None:
    prompts = [*SHEET_PROMPTS, *(text for text, _ in captions(world.scenes(torch.arange(HELD_OUT, HELD_OUT + 12))))]
    made = pictures(nets.model, nets.encoder, nets.autoencoder, prompts, strategy, guidance(scale))
    sheet(made, 6, trainer.folder / f"sheet_{trainer.step:06d}.png")


def export_flow(trainer: Trainer, nets: Networks, figures: dict[str, float], script: str = "flow") -> None:
    """The text encoder that was trained along is written where the flow transformer is."""
    digests = dict(nets.companions)

    def config() -> FlowTransformerConfig:
        return dataclasses.replace(nets.model.config, text_encoder=digests["text_encoder"], autoencoder=digests["tokenizer"])

    if nets.kept:
        what = Export(trainer.name, "tessera-flow-transformer", config(), "accuracy", digests)
        export(trainer, "flow", what, script, figures)
        return
    what = Export(trainer.name, "tessera-flow-transformer", nets.model.config, "accuracy", digests)
    if worth(trainer, what, figures):
        text = Export("text_encoder", "tessera-text-encoder", nets.encoder.config)
        digests["text_encoder"] = sha256(write_model(text, trainer.weights("text"), trainer.trained("flow"), trainer.options.into))
        export(trainer, "flow", dataclasses.replace(what, config=config(), companions=digests), script, figures)


if __name__ == "__main__":
    main()
