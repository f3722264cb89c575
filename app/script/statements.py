"""A step as Python statements: the call, its arguments, and what its results are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.script.names import Names, plural, slug
from app.script.spelling import INDENT, WIDTH, call, literal
from app.script.steps import Lists, Output, Step
from graph_engine.declaration import NodeType, Number
from graph_engine.graph import Node
from graph_engine.parameters import resolved

Spelled = Callable[[Output], str]


class Statements:
    """``functions`` are names by node type, ``gives_tuple`` the types whose function gives a named tuple."""

    def __init__(self, names: Names, lists: Lists, functions: Mapping[str, str], gives_tuple: frozenset[str]) -> None:
        self._names, self._lists, self._functions, self._gives_tuple = names, lists, functions, gives_tuple
        self.variables: dict[Output, str] = {}
        self.instead: dict[Output, str] = {}
        """What stands for the output of a turn that is not written out."""
        self.collected: dict[Output, tuple[list[Output], str]] = {}
        """By the first turn's output, those of all turns and the list that holds them."""
        self.expressions: dict[tuple[str, str], str] = {}
        """Parameters whose value has a name, or is worked out from the number of a turn."""
        self.needs_together = False

    def of(self, step: Step, used: Sequence[str]) -> list[str]:
        """The lines of a step of whose outputs some are used."""
        mapped = self._lists.mapped(step)
        items = dict(zip(mapped, self._item_names(mapped), strict=True))
        lines = call(self._functions[step.type.id], self._arguments(step, lambda source: items.get(source) or self.spelled(source)))
        if not mapped:
            return self._assigned(step, used, lines)
        return self._mapped(step, used, lines, self._over(mapped, list(items.values())))

    def spelled(self, source: Output) -> str:
        return self.instead.get(source) or self.variables[source]

    def wish(self, step: Step, output: str) -> str:
        """What a result would be called if the name were free: after the title that somebody gave the node, else after the output."""
        titled = slug(step.title)
        if titled and len(step.type.outputs) > 1:
            titled = f"{titled}_{output}"
        return self._numbered((step.key, output), titled or slug(output) or "result")

    def name(self, step: Step, output: str) -> str:
        """A variable for a result, from here on."""
        wish = self.wish(step, output)
        variable = self.variables[step.key, output] = self._names.fresh(wish, f"{wish}_value" if wish in self._functions.values() else wish)
        return variable

    def _numbered(self, output: Output, name: str) -> str:
        return plural(name) if output in self._lists else name

    # arguments

    def _arguments(self, step: Step, spelled: Spelled) -> list[str]:
        """The required inputs come by position, whatever else by name."""
        words = ["context"] if step.type.takes_context else []
        by_position = True
        for wanted in step.type.inputs:
            by_position = by_position and wanted.required and not wanted.many
            if word := self._given(step, wanted.name, spelled):
                words.append(word if by_position else f"{wanted.name}={word}")
        return words + [f"{name}={word}" for name, word in self._set(step, spelled)]

    def _given(self, step: Step, name: str, spelled: Spelled) -> str:
        sources = step.into(name)
        if name in step.type.many:
            words = self._together(sources, spelled)
            return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"
        if not sources:
            return ""
        word = spelled(sources[0])
        return f"[{word}]" if name in step.type.takes_lists and sources[0] not in self._lists else word

    def _together(self, sources: list[Output], spelled: Spelled) -> list[str]:
        """What many links bring, lists item by item."""
        words, at = [], 0
        while at < len(sources):
            turns, name = self.collected.get(sources[at], ([], ""))
            if turns and sources[at : at + len(turns)] == turns:
                words.append(f"*{name}")
                at += len(turns)
            else:
                words.append(f"{'*' if sources[at] in self._lists else ''}{spelled(sources[at])}")
                at += 1
        return words

    def _set(self, step: Step, spelled: Spelled) -> list[tuple[str, str]]:
        """Parameters that are linked, or set to something else than their default."""
        defaults = resolved(step.type, Node(step.type.id))
        found = []
        for parameter in step.type.parameters:
            name = parameter.name
            if name not in step.typed:
                (source,) = step.into(name)[-1:]
                found.append((name, f"float({spelled(source)})" if isinstance(parameter.kind, Number) else spelled(source)))
            elif expression := self.expressions.get((step.key, name)):
                found.append((name, expression))
            elif not _same(step.typed[name], defaults[name]):
                found.append((name, literal(step.typed[name])))
        return found

    # what is done with the results

    def _assigned(self, step: Step, used: Sequence[str], lines: list[str]) -> list[str]:
        if not used:
            return lines
        if step.type.id not in self._gives_tuple:
            return _led(f"{self.name(step, used[0])} = ", lines)
        if len(used) == 1:
            lines = [*lines[:-1], f"{lines[-1]}.{used[0]}"]
            return _led(f"{self.name(step, used[0])} = ", lines)
        names = [self.name(step, output.name) if output.name in used else "_" for output in step.type.outputs]
        return _led(f"{', '.join(names)} = ", lines)

    def _mapped(self, step: Step, used: Sequence[str], lines: list[str], over: str) -> list[str]:
        if not used:
            return [f"{over}:", *(f"{INDENT}{line}" for line in lines)]
        if step.type.id not in self._gives_tuple:
            listed = _listed(step.type, used[0])
            return _comprehension(self.name(step, used[0]), lines, over, listed)
        whole = self._names.fresh(plural(slug(step.title) or "results"))
        made = _comprehension(whole, lines, over, False)
        for output in used:
            item = f"each.{output}"
            name = self.name(step, output)
            made.append(
                f"{name} = [item for each in {whole} for item in {item}]"
                if _listed(step.type, output)
                else f"{name} = [{item} for each in {whole}]"
            )
        return made

    def _item_names(self, mapped: list[Output]) -> list[str]:
        """What one item of each list is called; the names are free again after the statement."""
        found: list[str] = []
        for source in mapped:
            single = _singular(self.spelled(source))
            found.append(self._names.free([single, f"one_{single}", f"{single}_item"], found))
        return found

    def _over(self, mapped: list[Output], items: list[str]) -> str:
        lists = [self.spelled(source) for source in mapped]
        if len(lists) == 1:
            return f"for {items[0]} in {lists[0]}"
        if self._lists.in_step(mapped):
            return f"for {', '.join(items)} in zip({', '.join(lists)}, strict=True)"
        self.needs_together = True
        return f"for {', '.join(items)} in together({', '.join(lists)})"


def _listed(node_type: NodeType, name: str) -> bool:
    output = node_type.output(name)
    return bool(output and output.listed)


def _same(value: Any, default: Any) -> bool:
    return type(value) is type(default) and bool(value == default)


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return f"{name[:-3]}y"
    return name[:-1] if len(name) > 1 and name.endswith("s") and not name.endswith("ss") else f"one_{name}"


def _led(start: str, lines: list[str]) -> list[str]:
    return [start + lines[0], *lines[1:]]


def _comprehension(name: str, lines: list[str], over: str, flat: bool) -> list[str]:
    """A list of what calls give; ``flat`` = put end to end, as each gives a list."""
    if len(lines) == 1:
        inner = f"item {over} for item in {lines[0]}" if flat else f"{lines[0]} {over}"
        if len(name) + len(inner) + 5 <= WIDTH:
            return [f"{name} = [{inner}]"]
    body = ["item", over, *_led("for item in ", lines)] if flat else [*lines, over]
    return [f"{name} = [", *(f"{INDENT}{line}" for line in body), "]"]
