"""DiT, SiT, LightningDiT and xAR make pictures of a class through the same nodes as every other generator."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from graph_engine.context import Context
from graph_engine.errors import Failure
from graph_engine.events import AnyEvent, StepPreview, StepProgress
from nodes.decoding.diffusion import Schedule, evenly, guided_channels, implicit, linear_betas
from nodes.decoding.noise import noise
from nodes.decoding.solvers import euler as straight
from nodes.decoding.velocity import euler, shifted_times
from nodes.library.guidance.autoguidance import autoguidance
from nodes.library.guidance.classifier_free_guidance import classifier_free_guidance
from nodes.library.prompt.class_label import class_label
from nodes.library.sampling.generate import generate
from nodes.library.sampling.sampler import sampler
from nodes.library.tokenizer.decode import decode
from nodes.models.kl_autoencoder import KlAutoencoderConfig
from nodes.models.layouts import build_model
from nodes.runtime.class_led_latents import STEPS, of_noise
from nodes.runtime.loading import open_generator, tokenizer_of
from nodes.values import Generator, Latent
from tests.nodes.token_models import LED_BY_CLASS, led_by_class, tiny_tokenizer


def latent_of(generator: Generator, solver: str = "euler", steps: int = 4, scale: float = 1.0, **more: object) -> Latent:
    guidance = classifier_free_guidance(scale=scale, start=float(more.pop("start", 1.0)))  # type: ignore[arg-type]
    strategy = sampler(solver, steps, float(more.pop("shift", 1.0)))  # type: ignore[arg-type]
    made = generate(Context(), generator, class_label(1), guidance, strategy, **more)  # type: ignore[arg-type]
    assert isinstance(made, Latent)
    return made


@pytest.mark.parametrize("layout", LED_BY_CLASS)
def test_a_class_becomes_a_latent_and_the_latent_a_picture(layout: str, tmp_path: Path) -> None:
    generator = led_by_class(tmp_path, layout)
    latent = latent_of(generator, scale=2.0, count=2)
    picture = decode(Context(), latent, tokenizer_of(generator))
    assert picture.pixels.shape == (2, 3, generator.size, generator.size)
    alone = latent_of(generator, scale=2.0, first=1)
    assert torch.allclose(latent.values[1:], alone.values, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("layout", ["sit", "lightningdit"])
def test_euler_walks_as_the_published_sampler_does(layout: str, tmp_path: Path) -> None:
    generator = led_by_class(tmp_path, layout)
    model, tokenizer = build_model(generator.model), tokenizer_of(generator).model
    labels = torch.tensor([1, 3])

    def velocity(x: Tensor, t: float) -> Tensor:
        both = model(torch.cat([x, x]), torch.full((2,), t), labels)
        return guided_channels(both[:1], both[1:], 1.0 if t < 0.3 else 4.0, 3)

    start = noise((generator.model.config["channels"], 4, 4), 5, [0])
    wanted = euler(velocity, start, shifted_times(5, 0.4))
    if layout == "lightningdit":
        spread = build_model(tokenizer).latents
        wanted = wanted * spread.std + spread.mean
    else:
        wanted = wanted / 0.18215
    found = latent_of(generator, scale=4.0, start=0.7, shift=1 / 0.4, seed=5).values
    assert torch.allclose(found, wanted, rtol=1e-3, atol=1e-4)


def test_cells_follow_one_another_under_a_guidance_that_grows_from_cell_to_cell(tmp_path: Path) -> None:
    generator = led_by_class(tmp_path, "xar")
    model, labels = build_model(generator.model), torch.tensor([1, 3])
    noisy = list(model.by_cells(noise((4, 4, 4), 5, [0]).flatten(2).transpose(1, 2)).split(4, 1))
    for cell in range(4):
        for step in range(3):
            t = 1 - step / 3
            both = torch.cat(noisy[: cell + 1], 1).expand(2, -1, -1)
            led, free = model(both, torch.tensor([[0.0] * cell + [t]] * 2), labels)[:, -4:]
            noisy[cell] = noisy[cell] - (free + (1 + 2.0 * cell / 3) * (led - free)) / 3
    found = generate(
        Context(), generator, class_label(1), classifier_free_guidance(scale=3.0, schedule="linear"), sampler("euler", 3), seed=5
    )
    assert torch.allclose(found.values, model.latents(torch.cat(noisy, 1)) / 0.2325, rtol=1e-3, atol=1e-3)


def test_another_generator_cannot_guide_cells(tmp_path: Path) -> None:
    cells = led_by_class(tmp_path, "xar")
    with pytest.raises(Failure, match="guidance: must be classifier-free for cells"):
        generate(Context(), cells, class_label(1), autoguidance(cells, 3.0), sampler("euler", 3))


def test_the_straight_path_at_the_steps_of_dit_is_its_implicit_sampler(tmp_path: Path) -> None:
    model, labels = build_model(led_by_class(tmp_path, "dit").model), torch.tensor([1])

    def predict(x: Tensor, t: int) -> tuple[Tensor, Tensor]:
        return model(x, torch.tensor([t]), labels).chunk(2, 1)

    schedule, start = Schedule.of(linear_betas(), evenly(20)), noise((2, 4, 4), 5, [0])
    levels = [*(STEPS.level(t) for t in reversed(schedule.steps)), 0.0]
    data, amount = (float(part) for part in (STEPS.left[999] ** 0.5, (1 - STEPS.left[999]) ** 0.5))
    found = straight(lambda x, sigma: of_noise(model, x, sigma, labels), start / (data + amount), levels)
    assert torch.allclose(found, implicit(predict, start, schedule), rtol=1e-3, atol=1e-3)


def test_the_published_sampler_of_dit_draws_noise_of_its_own_for_each_step(tmp_path: Path) -> None:
    generator = led_by_class(tmp_path, "dit")
    events = list[AnyEvent]()
    context = Context(emit=events.append)
    made = generate(context, generator, class_label(1), classifier_free_guidance(scale=3.0), sampler("ancestral", 6), count=2)
    assert isinstance(made, Latent)
    assert torch.allclose(made.values[1:], latent_of(generator, "ancestral", 6, 3.0, first=1).values, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(made.values, latent_of(generator, "euler", 6, 3.0, count=2).values, rtol=0.1)
    assert [event.done for event in events if isinstance(event, StepProgress)][-1] == 6
    assert any(isinstance(event, StepPreview) for event in events)


def test_levels_of_the_straight_path_and_steps_of_the_model_are_the_same_places() -> None:
    for t in (0, 10, 500, 999):
        found, left = STEPS.at(STEPS.level(t))
        assert found == pytest.approx(t, abs=1e-3)
        assert left == pytest.approx(float(STEPS.left[t]), rel=1e-6)
    assert STEPS.at(1.0)[0] == 999


def test_a_worse_model_can_lead_a_better_one(tmp_path: Path) -> None:
    good, worse = led_by_class(tmp_path, "sit"), led_by_class(tmp_path, "sit", seed=1)
    plain, by_itself, led = (
        generate(Context(), good, class_label(1), guidance, sampler("euler", 3)).values
        for guidance in (None, autoguidance(good, 3.0), autoguidance(worse, 3.0))
    )
    assert torch.allclose(by_itself, plain, rtol=1e-3, atol=1e-4)
    assert not torch.allclose(led, plain, rtol=0.1)


def test_what_does_not_fit_is_said_with_a_remedy(tmp_path: Path) -> None:
    sit = led_by_class(tmp_path, "sit")
    with pytest.raises(Failure, match="strategy: must be for flow generators as .*, is for diffusion"):
        latent_of(sit, "ancestral")
    with pytest.raises(Failure, match="width: must be 8 px"):
        latent_of(sit, width=16)
    with pytest.raises(Failure, match="writes latents of 2 channels, .* with latents of 4"):
        open_generator(str(sit.model.path), tokenizer_of(led_by_class(tmp_path, "lightningdit")))
    plain = tiny_tokenizer(tmp_path, "kl-autoencoder", KlAutoencoderConfig(4, (1, 2), 1, 3, 4, (1,), (1,), 2))
    with pytest.raises(Failure, match="does not say how its latents are spread") as caught:
        open_generator(str(led_by_class(tmp_path, "lightningdit").model.path), plain)
    assert "--latents latents_stats.pt" in caught.value.remedy
