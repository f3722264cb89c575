"""What leads a generator: whether it fits, and as the tensors that its reader takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from graph_engine.errors import Failure
from nodes.values import Ask, ClassLabel, Conditioning, Elsewhere, Generator


def check_prompt(generator: Generator, name: str, prompt: Ask, count: int) -> None:
    """Refuse what does not lead a generator.

    Raises:
        Failure: words of another encoder, of another number than ordered, a class that it does not know, one for the other.
    """
    if isinstance(prompt, Elsewhere):
        check_kin("guidance", generator, prompt.generator)
        check_prompt(prompt.generator, name, prompt.prompt, count)
    elif isinstance(prompt, ClassLabel):
        check_class(generator, name, prompt)
    elif prompt is not None:
        _check_words(generator, name, prompt, count)


def misplaced(generator: Generator, families: str) -> Failure:
    """What is said of a strategy of another family."""
    message = f"strategy: must be for {generator.family} generators as {generator.model.name}, is for {families}"
    return Failure(message, "Connect a strategy of that family, or none.")


def check_class(generator: Generator, name: str, label: ClassLabel) -> None:
    """Refuse a class that a generator does not know.

    Raises:
        Failure: it does not, or takes words.
    """
    if generator.classes is None:
        message = f"{name}: must be words for {generator.model.name}, is a class"
        raise Failure(message, "Connect Encode prompt in place of Class label.")
    if label.number is not None and label.number >= generator.classes:
        message = f"{name}: must be a class within 0 to {generator.classes - 1} for {generator.model.name}, is {label.number}"
        raise Failure(message, "Choose another class.")


def check_encoder(generator: Generator, name: str, encoder: str) -> None:
    """Refuse words of another encoder, by its digest.

    Raises:
        Failure: they are, or the generator takes no words.
    """
    wanted = generator.text_encoder
    if wanted is None:
        message = f"{name}: must be a class for {generator.model.name}, is words"
        raise Failure(message, "Connect Class label in place of Encode prompt.")
    if encoder != wanted.digest:
        message = f"{name}: must come from {wanted.name} (SHA-256 {wanted.digest[:12]}…), comes from {encoder[:12]}…"
        raise Failure(message, "Connect the text encoder of the same Load generator to Encode prompt.")


def _check_words(generator: Generator, name: str, prompt: Conditioning, count: int) -> None:
    check_encoder(generator, name, prompt.encoder)
    if len(prompt.sequence) not in (1, count):
        raise Failure(f"{name}: must hold 1 prompt or {count} as count says, holds {len(prompt.sequence)}", "Change count.")


def check_kin(name: str, generator: Generator, other: Generator) -> None:
    """Refuse another generator whose predictions are of another kind of thing.

    Raises:
        Failure: they are.
    """
    mine, its = generator.tokenizer, other.tokenizer
    if generator.family != other.family or (mine and mine.digest) != (its and its.digest):
        kind, other_kind = (f"{one.family} with {one.tokenizer.name if one.tokenizer else 'no tokenizer'}" for one in (generator, other))
        message = f"{name}: its generator {other.model.name} must be of the kind {kind}, is of the kind {other_kind}"
        raise Failure(message, "Choose a generator of the same family and tokenizer.")


def for_items(prompt: Ask, items: range) -> Ask:
    """What of a prompt's batch belongs to some items of the pictures'; one prompt belongs to all."""
    if isinstance(prompt, Elsewhere):
        inner = for_items(prompt.prompt, items)
        return replace(prompt, prompt=inner)  # type: ignore[arg-type]
    if not isinstance(prompt, Conditioning) or len(prompt.sequence) == 1:
        return prompt
    chosen = slice(items.start, items.stop)
    parts = {name: one[chosen] for name in ("late", "pooled") if (one := getattr(prompt, name)) is not None}
    return replace(
        prompt,
        sequence=prompt.sequence[chosen],
        mask=prompt.mask[chosen],
        prompts=prompt.prompts[chosen],
        spans=prompt.spans[chosen],
        **parts,
    )


def class_numbers(prompts: Sequence[Ask], classes: int, batch: int, device: torch.device) -> list[Tensor]:
    """Class numbers (batch,) a prompt; the number behind the last class stands for none."""
    numbers = [prompt.number if isinstance(prompt, ClassLabel) and prompt.number is not None else classes for prompt in prompts]
    return [torch.full((batch,), number, device=device) for number in numbers]


def left_padded(prompts: Sequence[Ask], model: Any, batch: int, device: torch.device) -> tuple[list[Tensor], Tensor]:
    """Features (batch, words, width) a prompt for a model of captions, words at the end, and their mask (prompts · batch, words).

    The empty prompt is the model's own, seen through the mask of the first one, as it was trained.
    """
    length, features, masks = model.config.caption_length, [], []
    for prompt in prompts:
        if isinstance(prompt, Conditioning):
            words, seen = _at_the_end(prompt, length)
            features.append(words.expand(batch, -1, -1).to(device))
            masks.append(seen.expand(batch, -1).to(device))
        else:
            features.append(model.unconditional(batch))
            masks.append(masks[0] if masks else torch.ones(batch, length, dtype=torch.bool, device=device))
    return features, torch.cat(masks)


def _at_the_end(prompt: Conditioning, length: int) -> tuple[Tensor, Tensor]:
    """Words moved behind their padding, cut or padded to a length; padding is zero."""
    sequence, mask = prompt.sequence[:, :length], prompt.mask[:, :length]
    order = mask.long().argsort(dim=1, stable=True)
    mask = mask.gather(1, order)
    sequence = sequence.gather(1, order[..., None].expand_as(sequence)) * mask[..., None]
    room = length - sequence.shape[1]
    return F.pad(sequence, (0, 0, room, 0)), F.pad(mask, (room, 0))
