"""The whole script of a workflow: imports, what it exposes, a statement a step, loops as ``for``, groups under a comment."""

from __future__ import annotations

import typing
from collections.abc import Iterator, Mapping
from typing import Any

from app.script.loops import TURN, Rolled, rolled, units_of
from app.script.names import Names, plural, slug
from app.script.spelling import INDENT, assigned, comment
from app.script.statements import Statements
from app.script.steps import Lists, Output, Step, Steps, steps_of
from graph_engine.catalogue import Catalogue
from graph_engine.check import default_targets, errors
from graph_engine.definition import held
from graph_engine.errors import BadWorkflow
from graph_engine.flatten import flattened, problems_of, way_to
from graph_engine.steps import turns
from graph_engine.workflow import Workflow

TOGETHER = '''

def together(*lists):
    """The items of several lists side by side; a list of one item goes with each of the others."""
    count = next((len(items) for items in lists if len(items) != 1), 1)
    return zip(*(list(items) * count if len(items) == 1 else items for items in lists), strict=True)
'''


def python_script(workflow: Workflow, catalogue: Catalogue, where: str, targets: tuple[str, ...] | None = None) -> str:
    """A Python script that calls the functions that a run would call, and gives what it would give.

    Args:
        workflow: of the node versions that are here, its seeds drawn.
        catalogue: with functions.
        where: what the workflow is called in messages.
        targets: nodes whose results are wanted; by default those of a run.

    Raises:
        BadWorkflow: it could not run, or holds what no script can say.
    """
    problems = errors(problems_of(workflow, catalogue, targets))
    if problems:
        at = f"node {problems[0].node}: " if problems[0].node else ""
        raise BadWorkflow(f"{where}: must be able to run before it is a script: {at}{problems[0].message}")
    flat = flattened(workflow, catalogue)
    wanted = default_targets(flat.graph, catalogue) if targets is None else flat.targets(targets)
    return _Script(workflow, catalogue, steps_of(flat, catalogue, wanted), where).text()


class _Script:
    def __init__(self, workflow: Workflow, catalogue: Catalogue, steps: Steps, where: str) -> None:
        self._workflow, self._catalogue, self._steps, self._where = workflow, catalogue, steps, where
        self._lists = Lists(steps)
        self._names = Names()
        self._functions = self._names.functions(step.type.id for step in steps.values())
        tuples = frozenset(identity for identity in self._functions if _gives_tuple(catalogue.function(identity)))
        self._statements = Statements(self._names, self._lists, self._functions, tuples)
        self._used = {(TURN.sub("/", key), output) for step in steps.values() for _, (key, output) in step.sources}
        self._lines: list[str] = []

    def text(self) -> str:
        exposed = self._exposed()
        self._block(list(self._steps), "", "")
        parts = [
            *self._head(),
            *([*exposed, ""] if exposed else []),
            'context = Context(output_folder=Path("output"))',
            "",
            *_in_paragraphs(self._lines),
        ]
        return "\n".join([*parts, "", *self._foot()]) + "\n"

    # around the steps

    def _head(self) -> Iterator[str]:
        yield from comment(self._workflow.name or self._where)
        yield from comment(self._workflow.description)
        yield "#"
        yield "# Written by Tessera from a workflow; it runs wherever Tessera is installed."
        yield ""
        yield "from pathlib import Path"
        yield ""
        lines = {"from graph_engine.context import Context"}
        for identity, name in self._functions.items():
            function = self._catalogue.function(identity)
            alias = "" if name == function.__name__ else f" as {name}"
            lines.add(f"from {function.__module__} import {function.__name__}{alias}")
        yield from sorted(lines)
        if self._statements.needs_together:
            yield from TOGETHER.splitlines()
            yield ""
        yield ""

    def _exposed(self) -> list[str]:
        """What the workflow exposes, as constants on top."""
        lines: list[str] = []
        for name, exposed in self._workflow.exposed.items():
            place = self._inside(exposed.node, exposed.parameter)
            step = self._steps.get(place[0])
            if step is None or place[1] not in step.typed or place in self._statements.expressions:
                continue
            constant = self._names.fresh(slug(name).upper() or "VALUE")
            lines += [*comment(exposed.help), *assigned(constant, step.typed[place[1]])]
            self._statements.expressions[place] = constant
        return lines

    def _inside(self, node: str, parameter: str) -> tuple[str, str]:
        """The step and parameter that a parameter of a node stands for: in groups it is led on."""
        key, graph = node, self._workflow.graph
        while known := graph.nodes.get(node):
            definition = held(self._workflow.definitions, known.type)
            if definition is None or parameter not in definition.parameters:
                break
            led = definition.parameters[parameter]
            node, parameter, graph = led.node, led.parameter, definition.graph
            key = f"{key}/{node}"
        return key, parameter

    def _foot(self) -> list[str]:
        if any(step.type.effect for step in self._steps.values()):
            return ['print(*context.notes, *context.files, sep="\\n")']
        results = [variable for output, variable in self._statements.variables.items() if not self._is_used(output)]
        return ["# Nothing is saved.", f"print({', '.join(results)})"]

    # the steps

    def _block(self, keys: list[str], prefix: str, indent: str) -> None:
        """Statements of some steps, what belongs together side by side, a branch finished before the next begins."""
        units = units_of(keys, prefix)
        order = self._in_turn(units) or self._in_turn(units := {key: [key] for key in keys})
        for unit in order:
            members = units[unit]
            if members == [unit]:
                self._step(self._steps[unit], indent)
            elif all(TURN.match(key, len(unit)) for key in members):
                self._loop(unit, members, indent)
            else:
                self._headed(unit, indent)
                self._block(members, f"{unit}/", indent)
                self._lines.append("")

    def _in_turn(self, units: Mapping[str, list[str]]) -> list[str]:
        """The units in the order in which a run would take them; none where they feed each other in a circle."""
        if any(not _lies_in(key, unit, members) for unit, members in units.items() for key in members):
            return []
        unit_of = {key: unit for unit, members in units.items() for key in members}
        needs = {unit: self._needed(members, unit_of) - {unit} for unit, members in units.items()}
        followers: dict[str, list[str]] = {unit: [] for unit in units}
        for unit, needed in needs.items():
            for source in needed:
                followers[source].append(unit)
        found = turns({unit: len(needed) for unit, needed in needs.items()}, followers.__getitem__)
        return found if len(found) == len(units) else []

    def _needed(self, members: list[str], unit_of: Mapping[str, str]) -> set[str]:
        sources = (source for key in members for _, (source, _) in self._steps[key].sources)
        return {unit_of[source] for source in sources if source in unit_of}

    def _headed(self, unit: str, indent: str) -> None:
        way = way_to(self._workflow, unit)
        definition = held(self._workflow.definitions, way[-1].type) if way else None
        title = (way[-1].title if way else "") or (definition.name if definition else "")
        self._lines += ["", *comment(title or "Group", indent)]

    def _step(self, step: Step, indent: str) -> None:
        if step.undecided and any(source in self._lists for name in step.type.lazy for source in step.into(name)):
            raise BadWorkflow(f"{self._where}: node {step.key}: a script cannot choose between lists by a link: type what is chosen")
        if step.undecided:
            self._lines += comment("Every side is made: which one is taken is only known here.", indent)
        self._lines += [indent + line for line in self._statements.of(step, self._outputs_used(step))]

    def _outputs_used(self, step: Step) -> list[str]:
        used = [output.name for output in step.type.outputs if self._is_used((step.key, output.name))]
        is_end = not used and not step.type.effect
        return [output.name for output in step.type.outputs] if is_end else used

    def _is_used(self, output: Output) -> bool:
        return (TURN.sub("/", output[0]), output[1]) in self._used

    # loops

    def _loop(self, name: str, members: list[str], indent: str) -> None:
        self._headed(name, indent)
        if found := rolled(self._steps, self._lists, name, members):
            self._rolled(found, indent)
        else:
            for turn in sorted({int(TURN.match(key, len(name))[1]) for key in members}):  # type: ignore[index]
                start = f"{name}#{turn}/"
                self._block([key for key in members if key.startswith(start)], start, indent)
        self._lines.append("")

    def _rolled(self, loop: Rolled, indent: str) -> None:
        say = self._statements
        self._block(list(loop.before), f"{loop.name}#0/", indent)
        collected = {inner: self._begin_collecting(loop, inner, indent) for inner in loop.collected}
        carried: list[tuple[str, Output]] = []
        for each in loop.carried:
            variable = self._names.fresh(f"last_{say.wish(self._steps[loop.last(each.inner)], each.output)}")
            self._lines.append(f"{indent}{variable} = {say.spelled(each.first)}")
            carried.append((variable, (loop.last(each.inner), each.output)))
        turn = self._turn(loop)
        self._lines.append(f"{indent}for {turn} in range({f'{loop.first}, ' if loop.first else ''}{loop.count}):")
        with_carried = say.instead.copy()
        for each, (variable, _) in zip(loop.carried, carried, strict=True):
            say.instead[f"{loop.name}#{loop.count - 2}/{each.inner}", each.output] = variable
        self._block(list(loop.body), f"{loop.name}#{loop.count - 1}/", indent + INDENT)
        say.instead = with_carried
        inner_indent = indent + INDENT
        for output, variable in collected.items():
            last = loop.last(output[0]), output[1]
            self._lines.append(f"{inner_indent}{variable}.{'extend' if last in self._lists else 'append'}({say.spelled(last)})")
        self._lines += [f"{inner_indent}{variable} = {say.spelled(output)}" for variable, output in carried]

    def _turn(self, loop: Rolled) -> str:
        """The variable that counts turns, if anything takes it."""
        if not loop.by_turn:
            return "_"
        turn = self._names.fresh("turn")
        for (inner, parameter), shift in loop.by_turn.items():
            told = turn if not shift else f"{turn} {'+' if shift > 0 else '-'} {abs(shift)}"
            value = self._steps[loop.last(inner)].typed[parameter]
            self._statements.expressions[loop.last(inner), parameter] = f"float({told})" if isinstance(value, float) else told
        return turn

    def _begin_collecting(self, loop: Rolled, output: Output, indent: str) -> str:
        """A list for what all turns give."""
        inner, name = output
        say = self._statements
        turns = [(f"{loop.name}#{turn}/{inner}", name) for turn in range(loop.count)]
        variable = self._names.fresh(plural(say.wish(self._steps[loop.last(inner)], name)), f"all_{plural(slug(name))}")
        first = [say.spelled(turn) for turn in turns[: loop.first]]
        self._lines.append(f"{indent}{variable} = [{', '.join(f'*{word}' if turns[0] in self._lists else word for word in first)}]")
        say.collected[turns[0]] = turns, variable
        return variable


def _gives_tuple(function: Any) -> bool:
    return hasattr(typing.get_type_hints(function).get("return"), "_fields")


def _lies_in(key: str, unit: str, members: list[str]) -> bool:
    """Whether an id says what it seems to: ids in a file may hold any character."""
    return members == [unit] if key == unit else key.startswith((f"{unit}/", f"{unit}#"))


def _in_paragraphs(lines: list[str]) -> list[str]:
    """The lines with single blank ones between paragraphs, and none at the beginning of a block."""
    found: list[str] = []
    for line in lines:
        if line or (found and found[-1] and not found[-1].endswith(":")):
            found.append(line)
    return found[: len(found) - (found[-1:] == [""])]
