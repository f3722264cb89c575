"""Whether a generator's file and a tokenizer's were made for each other, told by their headers."""

from __future__ import annotations

from nodes.models.files import ModelFile
from nodes.runtime.token_coding import kind_of, line_length
from nodes.runtime.token_families import TOKEN_FAMILIES, codebook_of

STUDENT_TOKENIZERS = {"distilled-var": "var-vqvae", "distilled-llamagen": "llamagen-vq"}
"""The layout of the tokenizer of each student that makes a picture at a look."""


def misfit(generator: ModelFile, tokenizer: ModelFile) -> str:
    """Why a tokenizer does not give the tokens that a generator writes; empty where it may."""
    family, kind = TOKEN_FAMILIES[generator.layout], kind_of(tokenizer)
    who = f"tokenizer: {generator.name}"
    if kind not in family.fits:
        return f"{who} writes {' or '.join(family.fits)}, {tokenizer.name} reads {kind}"
    if reason := _other_codes(generator, tokenizer, family.scaled):
        return reason
    if kind == "line" and generator.config["length"] != (its := line_length(tokenizer)):
        return f"{who} writes {generator.config['length']} tokens, {tokenizer.name} reads {its}"
    return ""


def student_misfit(generator: ModelFile, tokenizer: ModelFile) -> str:
    """The same for a student that makes a picture at a look: it says values of codes, so only their own tokenizer will do."""
    wanted = STUDENT_TOKENIZERS[generator.layout]
    if tokenizer.layout != wanted:
        return f"tokenizer: {generator.name} goes with {wanted}, {tokenizer.name} is {tokenizer.layout}"
    return _other_codes(generator, tokenizer, by_value=True)


def _other_codes(generator: ModelFile, tokenizer: ModelFile, by_value: bool) -> str:
    mine, its = codebook_of(generator.config), codebook_of(tokenizer.config)
    if mine != its:
        return f"tokenizer: {generator.name} has {mine} codes, {tokenizer.name} has {its}"
    wide, its_wide = (file.config.get("code_width") for file in (generator, tokenizer))
    if by_value and wide != its_wide:
        return f"tokenizer: {generator.name} reads codes of {wide} numbers, those of {tokenizer.name} have {its_wide}"
    return ""
