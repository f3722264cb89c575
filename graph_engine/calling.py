"""One call of a node's function: from its recipe and what its sources gave to checked values by output, or to a failure in words."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from graph_engine.cache import Entry, Held
from graph_engine.context import Context
from graph_engine.declaration import NodeType, Output, Parameter
from graph_engine.entry import RAM, held_of
from graph_engine.errors import Failure
from graph_engine.events import Result, StepFailed
from graph_engine.keys import Recipe
from graph_engine.kinds import Number, broken_rule
from graph_engine.values import OPEN, Items, ValueType, alternatives, items_of, value_type_of, whole_text


class Given(msgspec.Struct, frozen=True, gc=False):
    """What came from each of a recipe's sources, in their order."""

    values: list[Any]
    digests: list[str]


Results = tuple[Result, ...]


def called(function: Callable[..., Any], recipe: Recipe, values: Sequence[Any], context: Context | None) -> dict[str, Any]:
    """What a node's function gives, by output.

    Args:
        function: of the recipe's node type.
        recipe: its arguments are those that are typed.
        values: what came from each of the recipe's sources, in their order.
        context: for functions that take one.
    """
    arguments = arguments_of(recipe, values)
    if context is not None:
        arguments["context"] = context
    returned = function(**arguments)
    if (only := recipe.node_type.only) and not isinstance(returned, tuple):
        return {only: returned}
    return _by_output(recipe.node_type, returned)


def arguments_of(recipe: Recipe, values: Sequence[Any]) -> dict[str, Any]:
    """What a node's function gets: what is typed, and what came from the recipe's sources.

    Raises:
        Failure: a value breaks the rule of the parameter that it drives, or is of a type that the input does not take.
    """
    node_type = recipe.node_type
    arguments, single = recipe.arguments.copy(), node_type.single
    many: dict[str, list[Any]] = {name: [] for name in node_type.many} if node_type.many else {}
    for number, (taken, source, _) in enumerate(recipe.sources):
        value = values[number]
        if (types := single.get(taken)) is not None:
            if types and (came := value_type_of(value).name) not in types:
                raise _unfit(taken, types, came, source)
            arguments[taken] = value
        elif taken in many:
            many[taken] += value if isinstance(value, Items) else (value,)
        elif taken in node_type.takes_lists:
            arguments[taken] = list(value) if isinstance(value, Items) else [value]
        elif parameter := node_type.parameter(taken):
            arguments[taken] = _fitting(parameter, value, source)
    for name, values in many.items():
        arguments[name] = tuple(values)
    return arguments


def _fitting(parameter: Parameter, value: Any, source: str) -> Any:
    """The value as the function gets it; one that drives a parameter has to keep the parameter's rule."""
    if rule := broken_rule(parameter.kind, value):
        raise Failure(f"{parameter.name}: {rule} from node {source}", "link a value that fits")
    return float(value) if isinstance(parameter.kind, Number) else value


def _unfit(taken: str, types: tuple[str, ...], came: str, source: str) -> Failure:
    """A value of a type that an input does not take: an output may give one of several, and which one came is known only now."""
    takes = " or ".join(types)
    return Failure(f"{taken}: takes {takes}, got {came} from node {source}", f"link a node that gives {takes}")


def _by_output(node_type: NodeType, returned: Any) -> dict[str, Any]:
    outputs = node_type.outputs
    if not outputs:
        return {}
    if len(outputs) == 1 and not hasattr(returned, "_fields"):
        if not outputs[0].listed:
            return {outputs[0].name: returned}
        returned = (returned,)
    return {output.name: _listed(output, value) if output.listed else value for output, value in zip(outputs, returned, strict=True)}


def _listed(output: Output, value: Any) -> Items:
    if not isinstance(value, list | tuple):
        raise TypeError(f"output {output.name}: must be a list, got {type(value).__name__}")
    return items_of(output.type, value)


def entry_and_results(
    node_type: NodeType, content_key: str, values: Mapping[str, Any], seconds: float, notes: tuple[str, ...]
) -> tuple[Entry, Results]:
    """The entry of fresh values, and what events tell of it.

    Raises:
        TypeError: an output is of another type than was declared, or of one that nobody registered.
    """
    held: dict[str, Held] = {}
    results, size, pool = [], 0, RAM
    for output in node_type.outputs:
        name = output.name
        value = values[name]
        known = value_type_of(value)
        if known.name != output.type:
            _check_type(output, known.name)
        held[name] = found = held_of(value, known)
        size += found.size
        results.append(_result(name, found, value, known))
        if (of_value := known.pool(value)) != RAM:
            pool = of_value
    return Entry(content_key, values, held, size, seconds, notes, pool), tuple(results)


def _check_type(output: Output, came: str) -> None:
    of_items, wanted = came.removeprefix("list[").removesuffix("]"), output.type
    if of_items not in alternatives(wanted) and not wanted.startswith(OPEN):
        raise TypeError(f"output {output.name}: must be {wanted}, got {came}")


def results_of(entry: Entry) -> Results:
    """What events tell of an entry."""
    values = entry.values
    return tuple([_result(name, held, values[name], value_type_of(values[name])) for name, held in entry.held.items()])


def _result(output: str, held: Held, value: Any, known: ValueType) -> Result:
    if isinstance(value, Items):
        return _of_items(output, held, value)
    pixels, cells = known.pixels(value) if known.pixels else None, known.cells(value) if known.cells else None
    return Result(output, held.type, held.digest, held.description, pixels, (), cells)


def _of_items(output: str, held: Held, value: Items) -> Result:
    items = tuple([_of_item(output, value.type, digest, item) for digest, item in zip(value.digests, value, strict=True)])
    return Result(output, held.type, held.digest, held.description, None, items)


def _of_item(output: str, kind: str, digest: str, item: Any) -> Result:
    known = value_type_of(item)
    described = known.describe(item) if known.describe else ""
    pixels, cells = known.pixels(item) if known.pixels else None, known.cells(item) if known.cells else None
    return Result(output, kind, digest, described, pixels, (), cells)


def failure_of(run: str, node: str, error: Exception) -> StepFailed:
    """What is told of a step whose function raised: what, where, what to try."""
    kind = _kind(error)
    remedy, detail = "", ""
    if isinstance(error, Failure):
        remedy = error.remedy
    else:
        detail = "".join(traceback.format_exception(error))
        remedy = "use a smaller picture or fewer at a time, or close other programs" if kind == "out_of_memory" else ""
    return StepFailed(run, node, kind, whole_text(str(error) or type(error).__name__), whole_text(remedy), whole_text(detail))


def _kind(error: Exception) -> str:
    if isinstance(error, Failure):
        return error.kind
    spoken = str(error).lower()
    memory = isinstance(error, MemoryError) or "out of memory" in spoken or "allocate memory" in spoken or "not enough memory" in spoken
    return "out_of_memory" if memory else "bug"
