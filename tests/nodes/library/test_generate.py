from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from graph_engine.context import Context
from graph_engine.errors import Failure, Stopped
from graph_engine.events import AnyEvent, StepPreview, StepProgress
from nodes.decoding.noise import noise
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.sampling.generate import generate
from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig
from nodes.runtime.coding import conditioning
from nodes.runtime.loading import open_generator
from nodes.values import Conditioning, Generator, Strategy, TextEncoder
from tests.nodes.conftest import CLOSE

QUICK = Strategy("flow", "euler", 3)


def test_the_same_seed_gives_the_same_latent_and_another_seed_another(generator: Generator, cat: Conditioning) -> None:
    one, again, other = (generate(Context(), generator, cat, strategy=QUICK, seed=seed).values for seed in (7, 7, 8))
    assert torch.equal(one, again)
    assert not torch.allclose(one, other, atol=0.1)


def test_an_item_of_a_batch_can_be_made_alone(generator: Generator, cat: Conditioning) -> None:
    guidance = classifier_free_guidance()
    batch = generate(Context(), generator, cat, guidance, QUICK, seed=5, count=4)
    alone = generate(Context(), generator, cat, guidance, QUICK, seed=5, count=1, first=3)
    assert torch.allclose(batch.values[3:], alone.values, atol=CLOSE)


def test_latents_have_the_generators_size_or_the_size_asked_for(generator: Generator, cat: Conditioning) -> None:
    assert generate(Context(), generator, cat, strategy=QUICK).values.shape == (1, 4, 4, 4)
    wide = generate(Context(), generator, cat, strategy=QUICK, count=2, width=64, height=48)
    assert wide.values.shape == (2, 4, 6, 8)
    assert wide.autoencoder == generator.tokenizer.digest


def test_the_prompt_the_guidance_and_its_negative_count(generator: Generator, cat: Conditioning, dog: Conditioning) -> None:
    ways = (
        (cat, None),
        (dog, None),
        (cat, classifier_free_guidance(scale=4)),
        (cat, classifier_free_guidance(negative=dog, scale=4)),
        (cat, classifier_free_guidance(scale=4, start=0.7)),
    )
    made = [generate(Context(), generator, prompt, guidance, QUICK).values for prompt, guidance in ways]
    assert len({tuple(values.flatten().tolist()) for values in made}) == len(ways)


def test_guidance_of_scale_one_changes_nothing(generator: Generator, cat: Conditioning) -> None:
    plain, guided = (generate(Context(), generator, cat, way, QUICK).values for way in (None, classifier_free_guidance(scale=1)))
    assert torch.equal(plain, guided)


def test_generate_walks_the_flow_that_training_defines(generator: Generator, cat: Conditioning) -> None:
    flow = FlowTransformer(FlowTransformerConfig(**generator.model.config))
    flow.load_state_dict({key: value.float() for key, value in load_file(generator.model.path).items()})
    x = noise((4, 4, 4), 3, [0])
    text, mask = torch.cat([cat.sequence, 0 * cat.sequence]), torch.cat([cat.mask, cat.mask & False])
    with torch.no_grad():
        for step in range(20):
            with_words, without = flow(torch.cat([x, x]), torch.full((2,), 1 - step / 20), text, mask).chunk(2)
            x = x - (without + 3 * (with_words - without)) / 20
    made = generate(Context(), generator, cat, classifier_free_guidance(scale=3), seed=3)
    assert torch.allclose(made.values, x, atol=CLOSE)


def test_every_step_is_told_and_shown(generator: Generator, cat: Conditioning) -> None:
    events: list[AnyEvent] = []
    generate(Context("4", emit=events.append), generator, cat, strategy=QUICK, count=2)
    assert [(e.done, e.total) for e in events if isinstance(e, StepProgress)] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    shown = next(event for event in events if isinstance(event, StepPreview))
    assert (shown.pixels.width, shown.pixels.height) == (68, 32)  # two pictures and a gap


def test_the_preview_of_a_large_picture_is_made_small(generator: Generator, cat: Conditioning) -> None:
    events: list[AnyEvent] = []
    one = Strategy("flow", "euler", 1)
    generate(Context("4", emit=events.append), generator, cat, strategy=one, width=1024, height=256)
    shown = next(event for event in events if isinstance(event, StepPreview))
    assert (shown.pixels.width, shown.pixels.height) == (512, 128)


def test_a_run_stops_between_two_steps(generator: Generator, cat: Conditioning) -> None:
    stop, done = threading.Event(), []

    def emit(event: AnyEvent) -> None:
        if isinstance(event, StepProgress):
            done.append(event.done)
            if event.done == 2:
                stop.set()

    with pytest.raises(Stopped):
        generate(Context(emit=emit, stop=stop), generator, cat, strategy=Strategy("flow", "euler", 1000))
    assert done == [0, 1, 2]


def test_a_conditioning_of_another_encoder_is_refused_with_a_remedy(generator: Generator, cat: Conditioning) -> None:
    other = open_generator("other/flow_base")
    foreign = conditioning(TextEncoder(other.text_encoder), "a cat", Context())
    with pytest.raises(Failure, match="positive: must come from text_encoder.safetensors") as caught:
        generate(Context(), generator, foreign, strategy=QUICK)
    assert "same Load generator" in caught.value.remedy
    with pytest.raises(Failure, match="negative: must come from"):
        generate(Context(), generator, cat, classifier_free_guidance(negative=foreign), QUICK)


@pytest.mark.parametrize(("width", "said", "remedy"), [(40, "got 40", "Use 32 or 48."), (5, "got 5", "Use 16.")])
def test_a_side_that_does_not_fit_names_the_ones_that_do(
    generator: Generator, cat: Conditioning, width: int, said: str, remedy: str
) -> None:
    with pytest.raises(Failure, match=f"width: must be a multiple of 16 px for flow_base.safetensors, {said}") as caught:
        generate(Context(), generator, cat, strategy=QUICK, width=width)
    assert caught.value.remedy == remedy


def test_a_strategy_of_another_family_is_refused(generator: Generator, cat: Conditioning) -> None:
    with pytest.raises(Failure, match="strategy: must be for flow generators as flow_base.safetensors, is for masked"):
        generate(Context(), generator, cat, strategy=Strategy("masked", "euler", 3))


def test_prompts_and_count_must_agree(generator: Generator, cat: Conditioning) -> None:
    two = dataclasses.replace(
        cat, sequence=cat.sequence.repeat(2, 1, 1), mask=cat.mask.repeat(2, 1), prompts=cat.prompts * 2, spans=cat.spans * 2
    )
    assert len(generate(Context(), generator, two, strategy=QUICK, count=2).values) == 2
    with pytest.raises(Failure, match="positive: must hold 1 prompt or 3 as count says, holds 2"):
        generate(Context(), generator, two, strategy=QUICK, count=3)


def test_predictions_that_are_not_finite_are_a_failure(generator: Generator, cat: Conditioning) -> None:
    with pytest.raises(Failure, match="must predict finite values") as caught:
        generate(Context(), generator, cat, classifier_free_guidance(scale=1e300), QUICK)
    assert "guidance scale" in caught.value.remedy


def test_a_generator_whose_file_is_gone_is_a_missing_model(models: Path, cat: Conditioning, generator: Generator) -> None:
    lost = dataclasses.replace(generator.model, path=models / "gone.safetensors", digest="0" * 64, stamp=(1, 1, 1))
    with pytest.raises(Failure, match="gone.safetensors: the file with SHA-256 000000000000… is gone or was replaced"):
        generate(Context(), dataclasses.replace(generator, model=lost), cat, strategy=QUICK)
