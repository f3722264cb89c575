"""Whether a generator's file and a tokenizer's were made for each other, told by their headers."""

from __future__ import annotations

from nodes.models.files import ModelFile
from nodes.runtime.token_coding import kind_of, line_length
from nodes.runtime.token_families import TOKEN_FAMILIES, codebook_of


def misfit(generator: ModelFile, tokenizer: ModelFile) -> str:
    """Why a tokenizer does not give the tokens that a generator writes; empty where it may."""
    family, kind = TOKEN_FAMILIES[generator.layout], kind_of(tokenizer)
    who = f"tokenizer: {generator.name}"
    if kind not in family.fits:
        return f"{who} writes {' or '.join(family.fits)}, {tokenizer.name} reads {kind}"
    mine, its = codebook_of(generator.config), codebook_of(tokenizer.config)
    if mine != its:
        return f"{who} has {mine} codes, {tokenizer.name} has {its}"
    wide, its_wide = (file.config.get("code_width") for file in (generator, tokenizer))
    if family.scaled and wide != its_wide:
        return f"{who} reads codes of {wide} numbers, those of {tokenizer.name} have {its_wide}"
    if kind == "line" and generator.config["length"] != (its := line_length(tokenizer)):
        return f"{who} writes {generator.config['length']} tokens, {tokenizer.name} reads {its}"
    return ""
