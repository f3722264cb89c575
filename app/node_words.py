"""The words of node types in the language of the window: they come as data, in English, from the worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from msgspec.structs import replace

from app.language import marked, spoken, tr
from app.wording import label, plain
from graph_engine.catalogue import Catalogue
from graph_engine.declaration import Choice, Curve, Input, NodeType, Output, Parameter

End = TypeVar("End", Input, Parameter, Output)
BORDER_WORDS = (
    marked("What an instance of this group is given."),
    marked("What an instance of this group gives."),
    marked("How many times the loop goes round."),
    marked("Which turn of the loop this is; the first is 0."),
    marked("Link it to an input or parameter inside: the group gets an input for that."),
    marked("Link an output inside to it: the group gives that too."),
    marked("New input"),
    marked("New output"),
)
"""What the engine writes on the border of a group."""
WORDS_OF_KINDS = ("none", "fixed", "random", "increment", "on", "off", "bypassed", "muted")
"""Values that are shown as words, beside the options of choices."""


def catalogue_in_language(catalogue: Catalogue) -> Catalogue:
    return catalogue if spoken().code == "en" else catalogue.with_types(in_language(catalogue))


def in_language(types: Mapping[str, NodeType]) -> Mapping[str, NodeType]:
    """The types with titles, help and labels in the language that is spoken."""
    return types if spoken().code == "en" else {identity: _told(found) for identity, found in types.items()}


def _told(found: NodeType) -> NodeType:
    return replace(
        found,
        title=tr(found.title),
        summary=tr(_line(found.summary)),
        help="\n\n".join(tr(part) for part in paragraphs(found.help)),
        inputs=_ends(found.id, found.inputs),
        parameters=_ends(found.id, found.parameters),
        outputs=_ends(found.id, found.outputs),
        words=(*found.words, found.title),  # who knows the English name finds it too
    )


def _ends(type_id: str, ends: Iterable[End]) -> tuple[End, ...]:
    return tuple(replace(end, title=_label(type_id, end), help=tr(_line(end.help)) if end.help else "") for end in ends)


def _label(type_id: str, end: End) -> str:
    """By an entry of its own, as "editing/rewrite_tokens/scale", where the language has one, else by that of the English label."""
    own = f"{type_id}/{end.name}"
    return told if (told := tr(own)) != own else tr(label(end))


def _line(text: str) -> str:
    return " ".join(text.split())


def paragraphs(text: str) -> list[str]:
    return [_line(part) for part in text.split("\n\n") if part.strip()]


def words_of(found: NodeType) -> Iterator[str]:
    """Every text that a node type brings to the window."""
    yield found.title
    yield plain(found.section)
    yield _line(found.summary)
    yield from paragraphs(found.help)
    for end in (*found.inputs, *found.parameters, *found.outputs):
        yield label(end)
        if end.help:
            yield _line(end.help)
    for parameter in found.parameters:
        if isinstance(parameter.kind, Choice):
            yield from parameter.kind.options
            yield from map(plain, parameter.kind.options)
        elif isinstance(parameter.kind, Curve):
            yield from filter(None, (parameter.kind.across, parameter.kind.up))
