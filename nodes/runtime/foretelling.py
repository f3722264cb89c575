"""What can be told of results before a run: stand-ins for words, latents and tokens, and whether they go together."""

from __future__ import annotations

from dataclasses import dataclass

from graph_engine.errors import Failure
from nodes.decoding.nested import Nested
from nodes.decoding.strategies import TokenStrategy
from nodes.models.files import ModelFile
from nodes.runtime.few_look_generation import STUDENTS, check_looks
from nodes.runtime.leading import LEVELS
from nodes.runtime.prompting import check_class, check_encoder, check_kin, misplaced
from nodes.runtime.token_coding import Grids, check_grids, check_maker, kind_of, line_length
from nodes.runtime.token_families import TOKEN_FAMILIES
from nodes.runtime.token_generation import check_size, needed_tokenizer
from nodes.values import ClassLabel, Elsewhere, Generator, Guidance, Strategy, TextEncoder, Tokenizer


@dataclass(frozen=True)
class Words:
    """Stands for the conditioning that an encoder will make."""

    encoder: str


@dataclass(frozen=True)
class Coded:
    """Stands for latents or tokens that will be made.

    Attributes:
        maker: digest of their tokenizer.
        grids: what tokens fill; None for latents, and where it follows from a picture.
    """

    maker: str
    grids: Grids | None = None


def words(text_encoder: TextEncoder) -> Words:
    """Of *Encode prompt*."""
    if text_encoder.model is None:
        raise Failure("text_encoder: this generator takes a class, no words", "Connect Class label in place of Encode prompt.")
    return Words(text_encoder.model.digest)


def generated(
    generator: Generator,
    positive: object = None,
    guidance: Guidance | None = None,
    strategy: Strategy | TokenStrategy | None = None,
    tokens: object = None,
    width: int = 0,
    height: int = 0,
) -> Coded:
    """Of *Generate*; what is None is not known or not there."""
    families = strategy.families if strategy else (generator.family,)
    if generator.family not in families:
        raise misplaced(generator, " or ".join(families))
    if generator.model.layout in STUDENTS:
        check_looks(generator, strategy, guidance, positive)
    if isinstance(strategy, Nested):
        check_kin("strategy", generator, strategy.other)
    _check_prompt(generator, "positive", positive)
    for level in LEVELS if guidance else ():
        assert guidance is not None
        for name, ask in guidance.asks(positive, level).items():  # type: ignore[arg-type]
            _check_prompt(generator, name, ask)
    if generator.model.layout not in TOKEN_FAMILIES:
        if generator.multiple == generator.size:
            check_size(generator, width, height)
        return Coded(needed_tokenizer(generator).digest)
    tokenizer = needed_tokenizer(generator)
    check_size(generator, width, height)
    grids = TOKEN_FAMILIES[generator.model.layout].grids(generator.model.config, kind_of(tokenizer))
    if isinstance(tokens, Coded):
        check_maker("tokens", tokenizer, tokens.maker)
        if tokens.grids:
            check_grids(tokens.grids, grids)
    return Coded(tokenizer.digest, grids)


def _check_prompt(generator: Generator, name: str, prompt: object) -> None:
    if isinstance(prompt, Elsewhere):
        check_kin("guidance", generator, prompt.generator)
        _check_prompt(prompt.generator, name, prompt.prompt)
    elif isinstance(prompt, ClassLabel):
        check_class(generator, name, prompt)
    elif isinstance(prompt, Words):
        check_encoder(generator, name, prompt.encoder)


def decoded(latent: object, tokenizer: Tokenizer) -> None:
    """Of *Decode*."""
    if isinstance(latent, Coded):
        check_maker("latent", tokenizer.model, latent.maker)


def encoded(tokenizer: Tokenizer) -> Coded:
    """Of *Encode*."""
    return Coded(tokenizer.model.digest, _grids(tokenizer.model))


def _grids(tokenizer: ModelFile) -> Grids | None:
    """What a picture becomes, where its size plays no part."""
    kind = kind_of(tokenizer)
    if kind == "scales":
        return tuple((side, side) for side in tokenizer.config["scales"])
    return ((1, line_length(tokenizer)),) if kind == "line" else None
