"""A node type is a Python function: its signature declares inputs, parameters and outputs, its docstring the help.

`node` marks the function; `declared` reads it once into a `NodeType`, plain data that crosses to the window as JSON.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from graph_engine.docstring import Docstring, read_docstring
from graph_engine.values import PLAIN_TYPES, type_name

Function = TypeVar("Function", bound=Callable[..., Any])
Upgrade = Callable[[int, dict[str, Any]], dict[str, Any]]

SEED_LIMIT = 2**64


class Kind(msgspec.Struct, frozen=True, tag_field="kind"):
    """How a parameter is edited and what it may hold. The soft range is what a slider spans, the hard range what is accepted."""


class Number(Kind, frozen=True, tag="number"):
    soft: tuple[float, float] = (0.0, 1.0)
    hard: tuple[float | None, float | None] = (None, None)
    step: float = 0.01
    unit: str = ""


class Integer(Kind, frozen=True, tag="integer"):
    soft: tuple[int, int] = (0, 100)
    hard: tuple[int | None, int | None] = (None, None)
    step: int = 1
    unit: str = ""


class Toggle(Kind, frozen=True, tag="toggle"):
    pass


class Text(Kind, frozen=True, tag="text"):
    multiline: bool = False
    placeholder: str = ""


class Choice(Kind, frozen=True, tag="choice"):
    options: tuple[str, ...] = ()


class Color(Kind, frozen=True, tag="color"):
    """``#rrggbb`` or ``#rrggbbaa``."""


class Seed(Kind, frozen=True, tag="seed"):
    """A 64-bit seed. In a graph it is ``{"value": int, "policy": "fixed" | "random" | "increment"}``; the function gets the integer."""


class File(Kind, frozen=True, tag="file"):
    """A path. Files that are read count in the node's key by their content."""

    suffixes: tuple[str, ...] = ()
    role: str = "read"  # "read", "model" (looked up in the model folders too) or "write"


class DeclarationError(Exception):
    """A node function breaks a rule of declarations."""


AnyKind = Number | Integer | Toggle | Text | Choice | Color | Seed | File

PLAIN_KINDS: dict[type, type[Kind]] = {float: Number, int: Integer, bool: Toggle, str: Text}
"""Kinds that an unadorned annotation stands for."""

LINK_TYPES: dict[type[Kind], tuple[str, ...]] = {
    Number: ("Number", "Integer"),
    Integer: ("Integer",),
    Seed: ("Integer",),
    Toggle: ("Toggle",),
    Text: ("Text",),
    Choice: ("Text",),
    Color: ("Text",),
    File: ("Text",),
}
"""The types of outputs that may drive a parameter of a kind by a link."""


class Input(msgspec.Struct, frozen=True):
    name: str
    type: str
    help: str = ""
    required: bool = True
    many: bool = False  # takes any number of links, in order, as a tuple


class Parameter(msgspec.Struct, frozen=True):
    name: str
    kind: AnyKind
    default: Any
    help: str = ""
    affects_result: bool = True


class Output(msgspec.Struct, frozen=True):
    name: str
    type: str
    help: str = ""


class NodeType(msgspec.Struct, frozen=True):
    """Everything that is known of a node type without its code. ``id`` is section and file name, as ``sampling/generate``."""

    id: str
    version: int
    title: str
    section: str
    summary: str
    help: str
    inputs: tuple[Input, ...]
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    effect: bool = False
    takes_context: bool = False
    words: tuple[str, ...] = ()  # further words that find it in the palette

    def input(self, name: str) -> Input | None:
        return next((found for found in self.inputs if found.name == name), None)

    def parameter(self, name: str) -> Parameter | None:
        return next((found for found in self.parameters if found.name == name), None)

    def output(self, name: str) -> Output | None:
        return next((found for found in self.outputs if found.name == name), None)

    def accepted(self, name: str) -> tuple[str, ...]:
        """Types of outputs that a link into the named input or parameter may come from; empty if there is no such name."""
        if found := self.input(name):
            return (found.type,)
        parameter = self.parameter(name)
        return LINK_TYPES[type(parameter.kind)] if parameter else ()


class Marks(msgspec.Struct, frozen=True):
    """What the decorator says beyond the signature."""

    version: int
    title: str
    effect: bool
    without_result: tuple[str, ...]
    words: tuple[str, ...]
    upgrade: Upgrade | None


def node(
    *,
    version: int = 1,
    title: str = "",
    effect: bool = False,
    without_result: tuple[str, ...] = (),
    words: tuple[str, ...] = (),
    upgrade: Upgrade | None = None,
) -> Callable[[Function], Function]:
    """Declare a function as a node type.

    Args:
        version: raised when the same parameters would give another result.
        title: palette name; the function's name with spaces by default.
        effect: the node acts on the world (saves a file): never cached, a target of a headless run.
        without_result: parameters that do not change the result and stay out of its key.
        words: further words that find the node in the palette.
        upgrade: carries parameters of an older version over: ``upgrade(old_version, parameters) -> parameters``.
    """

    def mark(function: Function) -> Function:
        function.__node__ = Marks(version, title, effect, without_result, words, upgrade)  # type: ignore[attr-defined]
        return function

    return mark


def declared(function: Callable[..., Any], section: str) -> NodeType:
    """Read a marked function into its node type. A plain type without a default is an input: it must be linked.

    Raises:
        DeclarationError: the signature or the docstring breaks a rule; the message names the function, the rule and what came.
    """
    marks: Marks = function.__node__  # type: ignore[attr-defined]
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function, include_extras=True)
    doc = read_docstring(function)
    inputs: list[Input] = []
    parameters: list[Parameter] = []
    takes_context = False
    for name, argument in signature.parameters.items():
        hint = hints[name]
        if getattr(hint, "__name__", "") == "Context":
            takes_context = True
        elif (kind := kind_of(hint)) and not (hint in PLAIN_KINDS and argument.default is inspect.Parameter.empty):
            parameters.append(_parameter(function, name, kind, argument.default, doc, marks))
        else:
            inputs.append(_input(function, name, hint, argument.default, doc))
    if not doc.summary:
        raise _broken(function, "docstring", "must start with a line that says what the node does", "none")
    return NodeType(
        id=f"{section}/{function.__name__}",
        version=marks.version,
        title=marks.title or function.__name__.replace("_", " ").capitalize(),
        section=section,
        summary=doc.summary,
        help=doc.body,
        inputs=tuple(inputs),
        parameters=tuple(parameters),
        outputs=_outputs(function, hints.get("return"), doc),
        effect=marks.effect,
        takes_context=takes_context,
        words=marks.words,
    )


def kind_of(hint: Any) -> AnyKind | None:
    """The kind that an annotation declares, or None where it names a value type (an input)."""
    if get_origin(hint) is Annotated:
        return next((mark for mark in get_args(hint)[1:] if isinstance(mark, Kind)), None)  # type: ignore[return-value]
    if get_origin(hint) is Literal:
        return Choice(get_args(hint))
    return PLAIN_KINDS[hint]() if hint in PLAIN_KINDS else None  # type: ignore[return-value]


def _broken(function: Callable[..., Any], where: str, rule: str, came: str) -> DeclarationError:
    return DeclarationError(f"{function.__module__}.{function.__name__}: {where}: {rule}, got {came}")


def _parameter(function: Callable[..., Any], name: str, kind: AnyKind, default: Any, doc: Docstring, marks: Marks) -> Parameter:
    if default is inspect.Parameter.empty:
        raise _broken(function, name, "a parameter must have a default", "none")
    if not doc.arguments.get(name):
        raise _broken(function, name, "every parameter must have a line under Args", "none")
    return Parameter(name, kind, default, doc.arguments[name], name not in marks.without_result)


def _input(function: Callable[..., Any], name: str, hint: Any, default: Any, doc: Docstring) -> Input:
    if not doc.arguments.get(name):
        raise _broken(function, name, "every input must have a line under Args", "none")
    many = get_origin(hint) is tuple
    if many:
        hint = get_args(hint)[0]
    elif get_origin(hint) in (Union, UnionType):
        hint = next(option for option in get_args(hint) if option is not NoneType)
    if not isinstance(hint, type):
        raise _broken(function, name, "must be annotated with a value type or a plain type with a kind", repr(hint))
    return Input(name, type_name(hint), doc.arguments[name], default is inspect.Parameter.empty and not many, many)


def _outputs(function: Callable[..., Any], hint: Any, doc: Docstring) -> tuple[Output, ...]:
    if hint is None or hint is NoneType:
        return ()
    if hasattr(hint, "_fields"):
        fields = typing.get_type_hints(hint)
        for name in hint._fields:
            if not doc.returns.get(name):
                raise _broken(function, name, "every output must have a line under Returns", "none")
        return tuple(Output(name, type_name(fields[name]), doc.returns[name]) for name in hint._fields)
    return (Output(PLAIN_TYPES.get(hint, hint.__name__).lower(), type_name(hint), " ".join(doc.returns.values())),)
