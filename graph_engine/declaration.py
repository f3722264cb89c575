"""A node type is a Python function: its signature declares inputs, parameters and outputs, its docstring the help.

`node` marks the function; `declared` reads it once into a `NodeType`, plain data that crosses to the window as JSON.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import msgspec

from graph_engine.context import Context
from graph_engine.docstring import Docstring, read_docstring
from graph_engine.ends import Input, Lazy, Lines, Output, WrongHint, input_of, output_of
from graph_engine.kinds import (
    LINK_TYPES,
    PLAIN_KINDS,
    SEED_LIMIT,
    STRAIGHT,
    UNPAINTED,
    AnyKind,
    Choice,
    Color,
    Curve,
    File,
    Integer,
    Kind,
    Number,
    Painted,
    Seed,
    Text,
    Toggle,
    broken_rule,
)
from graph_engine.values import OPEN, alternatives

__all__ = [
    "LINK_TYPES", "PLAIN_KINDS", "SEED_LIMIT", "STRAIGHT", "UNPAINTED", "AnyKind", "Choice", "Color", "Curve", "DeclarationError",
    "File", "Input", "Integer", "Kind", "Lazy", "Lines", "NodeType", "Number", "Output", "Painted", "Parameter", "Seed", "Text",
    "Toggle", "declared", "kind_of", "node",
]  # fmt: skip

Function = TypeVar("Function", bound=Callable[..., Any])
Upgrade = Callable[[int, dict[str, Any]], dict[str, Any]]
"""Carries parameters of an older version over: ``upgrade(old_version, parameters) -> parameters``."""
Needs = Callable[..., Collection[str]]
"""Names the lazy inputs that are needed: ``needs(**some of the parameters and other inputs)``."""


Foretells = Callable[..., Any]
"""Makes what is known of the outputs before a run: ``foretells(**some of the parameters and inputs)``; see `foretelling`."""


class DeclarationError(Exception):
    """A node function breaks a rule of declarations."""


class Parameter(msgspec.Struct, frozen=True):
    name: str
    kind: AnyKind
    default: Any
    help: str = ""
    affects_result: bool = True
    title: str = ""
    linkable: bool = True  # a link may drive it

    @property
    def shown(self) -> str:
        return self.title or self.name


class NodeType(msgspec.Struct, frozen=True, dict=True):
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
    uses: str = ""  # what a step has for itself while it runs
    chooses_by: tuple[str, ...] = ()  # parameters and inputs that tell which lazy inputs are needed
    words: tuple[str, ...] = ()  # further words that find it in the palette
    work: tuple[str, ...] = ()  # parameters that what it costs, and what steps that take its outputs cost, grows with

    @cached_property
    def _named(self) -> tuple[dict[str, Input], dict[str, Parameter], dict[str, Output]]:
        return {i.name: i for i in self.inputs}, {p.name: p for p in self.parameters}, {o.name: o for o in self.outputs}

    @cached_property
    def _accepted(self) -> dict[str, tuple[str, ...]]:
        found = {parameter.name: LINK_TYPES[type(parameter.kind)] for parameter in self.parameters if parameter.linkable}
        return {**found, **{wanted.name: alternatives(wanted.type) for wanted in self.inputs}}

    @cached_property
    def resource(self) -> str:
        """What only one step at a time may use; effects on the world come one after the other too."""
        return self.uses or ("the world" if self.effect else "")

    @cached_property
    def only(self) -> str:
        """The name of the output, where there is one alone and it gives no list."""
        return self.outputs[0].name if len(self.outputs) == 1 and not self.outputs[0].listed else ""

    @cached_property
    def required(self) -> tuple[Input, ...]:
        """Inputs that must be linked."""
        return tuple(wanted for wanted in self.inputs if wanted.required)

    @cached_property
    def takes_lists(self) -> frozenset[str]:
        """Names of the inputs that take a list whole; a list at any other runs the node once an item."""
        return frozenset(wanted.name for wanted in self.inputs if wanted.whole or wanted.many)

    @cached_property
    def single(self) -> dict[str, tuple[str, ...]]:
        """The inputs that take one value as it comes, each with the types that it takes; none where that is open."""
        singles = [wanted for wanted in self.inputs if not wanted.whole and not wanted.many]
        return {wanted.name: () if wanted.type.startswith(OPEN) else alternatives(wanted.type) for wanted in singles}

    @cached_property
    def lazy(self) -> frozenset[str]:
        """Names of the inputs that are looked at only where they are needed."""
        return frozenset(wanted.name for wanted in self.inputs if wanted.lazy)

    @cached_property
    def many(self) -> tuple[str, ...]:
        """Names of the inputs that take any number of links."""
        return tuple(wanted.name for wanted in self.inputs if wanted.many)

    @cached_property
    def defaults(self) -> dict[str, Any]:
        """What each parameter is where nobody set it."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Names of the parameters that are numbers, which a function gets as floats."""
        return tuple(parameter.name for parameter in self.parameters if isinstance(parameter.kind, Number))

    @cached_property
    def seeds(self) -> tuple[str, ...]:
        """Names of the parameters that are seeds."""
        return tuple(parameter.name for parameter in self.parameters if isinstance(parameter.kind, Seed))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """Names of the parameters whose file is read and so counts in the key by its content."""
        return tuple(p.name for p in self.parameters if isinstance(p.kind, File) and p.kind.role != "write")

    @cached_property
    def without_result(self) -> tuple[str, ...]:
        """Names of the parameters that do not change the result."""
        return tuple(parameter.name for parameter in self.parameters if not parameter.affects_result)

    def input(self, name: str) -> Input | None:
        return self._named[0].get(name)

    def parameter(self, name: str) -> Parameter | None:
        return self._named[1].get(name)

    def output(self, name: str) -> Output | None:
        return self._named[2].get(name)

    def accepted(self, name: str) -> tuple[str, ...]:
        """Types of outputs that a link into the named input or parameter may come from; empty if there is no such name."""
        return self._accepted.get(name, ())

    def shown(self, name: str) -> str:
        """How an input or parameter is called before people; the name itself where there is none."""
        found = self.input(name) or self.parameter(name)
        return found.shown if found else name


class Marks(msgspec.Struct, frozen=True):
    """What the decorator says beyond the signature."""

    version: int
    title: str
    effect: bool
    without_result: tuple[str, ...]
    uses: str
    needs: Needs | None
    foretells: Foretells | bool
    words: tuple[str, ...]
    work: tuple[str, ...]
    upgrade: Upgrade | None


def node(
    *,
    version: int = 1,
    title: str = "",
    effect: bool = False,
    without_result: tuple[str, ...] = (),
    uses: str = "",
    needs: Needs | None = None,
    foretells: Foretells | bool = False,
    words: tuple[str, ...] = (),
    work: tuple[str, ...] = (),
    upgrade: Upgrade | None = None,
) -> Callable[[Function], Function]:
    """Declare a function as a node type.

    Args:
        version: raised when the same parameters would give another result.
        title: palette name; the function's name with spaces by default.
        effect: the node acts on the world (saves a file): never cached, a target of a headless run.
        without_result: parameters that do not change the result and stay out of its key.
        uses: what a step of this type has for itself, as ``"model device"``; steps that use the same run one at a time.
        needs: names the lazy inputs that a step looks at; its own arguments are those parameters and inputs that it tells by.
        foretells: makes what is known of the outputs before a run, and raises `Failure` where things do not fit; its own arguments are
            those parameters and inputs that it tells by, None where they are not known yet. True = the node's function is quick and acts
            on nothing, so it tells by itself.
        words: further words that find the node in the palette.
        work: parameters that time and memory grow with, as ``("count", "width", "height")``, here and in what takes the outputs.
        upgrade: carries parameters of an older version over: ``upgrade(old_version, parameters) -> parameters``.
    """

    def mark(function: Function) -> Function:
        function.__node__ = Marks(version, title, effect, without_result, uses, needs, foretells, words, work, upgrade)  # type: ignore[attr-defined]
        return function

    return mark


def declared(function: Callable[..., Any], section: str) -> NodeType:
    """Read a marked function into its node type. A plain type without a default is an input: it must be linked.

    Raises:
        DeclarationError: the signature or the docstring breaks a rule; the message names the function, the rule and what came.
    """
    marks: Marks = function.__node__  # type: ignore[attr-defined]
    hints = typing.get_type_hints(function, include_extras=True)
    doc = read_docstring(function)
    if not doc.summary:
        raise _broken(function, "docstring", "must start with a line that says what the node does", "none")
    inputs: list[Input] = []
    parameters: list[Parameter] = []
    takes_context = False
    for name, argument in inspect.signature(function).parameters.items():
        if argument.kind in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            raise _broken(function, name, "every argument must have a name of its own", str(argument))
        if name not in hints:
            raise _broken(function, name, "must be annotated with a value type or a plain type", "no annotation")
        hint = hints[name]
        if hint is Context:
            takes_context = True
        elif (kind := kind_of(hint)) and not (hint in PLAIN_KINDS and argument.default is inspect.Parameter.empty):
            parameters.append(_parameter(function, name, kind, argument.default, doc, marks))
        else:
            inputs.append(_input(function, name, hint, argument.default, doc))
    for mark, named in (("without_result", marks.without_result), ("work", marks.work)):
        if strangers := set(named) - {parameter.name for parameter in parameters}:
            raise _broken(function, mark, "must name parameters", repr(min(strangers)))
    return NodeType(
        id=f"{section}/{function.__name__}",
        version=marks.version,
        title=marks.title or function.__name__.replace("_", " ").capitalize(),
        section=section,
        summary=doc.summary,
        help=doc.body,
        inputs=tuple(inputs),
        parameters=tuple(parameters),
        outputs=_outputs(function, hints, doc),
        effect=marks.effect,
        takes_context=takes_context,
        uses=marks.uses,
        chooses_by=_chooses_by(function, inputs, parameters, marks.needs),
        work=marks.work,
        words=marks.words,
    )


def _chooses_by(function: Callable[..., Any], inputs: list[Input], parameters: list[Parameter], needs: Needs | None) -> tuple[str, ...]:
    lazy = [wanted.name for wanted in inputs if wanted.lazy]
    if bool(lazy) != (needs is not None):
        raise _broken(function, "needs", "must be given where an input is lazy, and only there", f"{len(lazy)} lazy inputs")
    names = tuple(inspect.signature(needs).parameters) if needs else ()
    known = {*(wanted.name for wanted in inputs), *(parameter.name for parameter in parameters)}
    if strangers := [name for name in names if name not in known or name in lazy]:
        raise _broken(function, "needs", "must ask for parameters and for inputs that are not lazy", repr(strangers[0]))
    return names


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
    if rule := broken_rule(kind, default):
        raise DeclarationError(f"{function.__module__}.{function.__name__}: {name}: the default {rule}")
    return Parameter(name, kind, default, doc.arguments[name], name not in marks.without_result)


def _input(function: Callable[..., Any], name: str, hint: Any, default: Any, doc: Docstring) -> Input:
    if not doc.arguments.get(name):
        raise _broken(function, name, "every input must have a line under Args", "none")
    try:
        return input_of(name, hint, doc.arguments[name], default is not inspect.Parameter.empty)
    except WrongHint as rule:
        raise _broken(function, name, str(rule), repr(hint)) from None


def _outputs(function: Callable[..., Any], hints: dict[str, Any], doc: Docstring) -> tuple[Output, ...]:
    if "return" not in hints:
        raise _broken(function, "return", "must be annotated with a value type, a named tuple or None", "no annotation")
    hint = hints["return"]
    if hint is NoneType:
        return ()
    if hasattr(hint, "_fields"):
        fields = typing.get_type_hints(hint, include_extras=True)
        return tuple(_output(function, name, found, doc.returns.get(name)) for name, found in fields.items())
    return (_output(function, "", hint, " ".join(doc.returns.values())),)


def _output(function: Callable[..., Any], name: str, hint: Any, text: str | None) -> Output:
    if text is None:
        raise _broken(function, name, "every output must have a line under Returns", "none")
    try:
        return output_of(name, hint, text)
    except WrongHint as rule:
        raise _broken(function, name or "return", str(rule), repr(hint)) from None
