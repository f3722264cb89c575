"""Inputs and outputs of a node type, read from annotations: a value type, a list of it, or any one type."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec

from graph_engine.values import ALTERNATIVE, alternatives, type_name


class Input(msgspec.Struct, frozen=True):
    name: str
    type: str
    help: str = ""
    required: bool = True
    many: bool = False  # takes any number of links, in order, and lists on them too, as one tuple
    title: str = ""  # how it is shown, where that is not its name
    whole: bool = False  # takes a list as a list; where neither this nor `many` is said, the node runs once an item
    lazy: bool = False  # looked at only where the node type's `needs` names it

    @property
    def shown(self) -> str:
        return self.title or self.name


class Output(msgspec.Struct, frozen=True):
    name: str
    type: str  # of each item, where it is a list
    help: str = ""
    title: str = ""
    listed: bool = False  # gives a list
    counts_lines: str = ""  # the text parameter that has a line for each item

    @property
    def shown(self) -> str:
        return self.title or self.name


class Lazy(msgspec.Struct, frozen=True):
    """Marks an input, as ``Annotated[Image | None, Lazy()]``: what feeds it runs only where the node type's `needs` names it."""


class Lines(msgspec.Struct, frozen=True):
    """Marks a list that has an item for each line of a text parameter that is not blank, so that its length is known before a run."""

    parameter: str


def lines_of(text: str) -> list[str]:
    """The lines of a text that are not blank, without the blanks around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class WrongHint(Exception):
    """An annotation that is no input or no output: the rule that it breaks."""


def input_of(name: str, hint: Any, text: str, has_default: bool) -> Input:
    """The input that an annotation declares.

    Raises:
        WrongHint: it is not of a form for inputs.
    """
    hint, marks = _unmarked(hint)
    many = get_origin(hint) is tuple and get_args(hint)[1:] == (Ellipsis,)
    whole = get_origin(hint) is list
    named = _named(get_args(hint)[0] if many or whole else hint)
    if not named:
        raise WrongHint("must be a value type or one of several, that or None, a list of it, or a tuple of any number of it")
    lazy = any(isinstance(mark, Lazy) for mark in marks)
    if lazy and (many or not has_default):
        raise WrongHint("a lazy input must have None as its default, and take one link")
    return Input(name, named, text, not has_default and not many, many, whole=whole, lazy=lazy)


def output_of(name: str, hint: Any, text: str) -> Output:
    """The output that an annotation declares.

    Args:
        name: empty = after the type, or the first of several.
        hint: a value type, one of several, or a list of it.
        text: its help.

    Raises:
        WrongHint: it is not of a form for outputs.
    """
    hint, marks = _unmarked(hint)
    listed = get_origin(hint) is list
    kind = "" if NoneType in get_args(hint) else _named(get_args(hint)[0] if listed else hint)
    if not kind:
        raise WrongHint("an output must be a value type, one of several, or a list of it")
    counted = next((mark.parameter for mark in marks if isinstance(mark, Lines)), "")
    return Output(name or alternatives(kind)[0].strip("*").lower(), kind, text, listed=listed, counts_lines=counted)


def _unmarked(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    if get_origin(hint) is Annotated:
        return get_args(hint)[0], get_args(hint)[1:]
    return hint, ()


def _named(hint: Any) -> str:
    """The name of a value type or of several, None left out; empty for anything else. Several classes may have one name."""
    union = get_origin(hint) in (Union, UnionType)
    options = [option for option in get_args(hint) if option is not NoneType] if union else [hint]
    if any(not isinstance(option, type | TypeVar) or get_origin(option) for option in options):
        return ""
    return ALTERNATIVE.join(dict.fromkeys(type_name(option) for option in options))
