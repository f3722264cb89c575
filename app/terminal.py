"""What the commands say in a terminal: answers on standard output, everything else on standard error.

With ``--json`` the object alone is the answer, and the words for people join the rest.

Names and messages may come from a stranger's file, so they are shown as text: no markup, and no control characters.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.comfyui.report import APPROXIMATED, MAPPED, UNMAPPED, Report
from app.wording import seconds_text, type_text
from graph_engine.check import Problem
from graph_engine.declaration import NodeType
from graph_engine.definition import held
from graph_engine.events import AnyEvent, StepFailed, StepFinished, StepProgress, StepStarted
from graph_engine.flatten import way_to
from graph_engine.plan import Plan, PlannedStep
from graph_engine.workflow import Workflow

_said = Console(stderr=True, soft_wrap=True)
_shown = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 160)


COLORS = {MAPPED: "green", APPROXIMATED: "yellow", UNMAPPED: "red"}


def plain(text: str) -> str:
    """The text with everything but printable characters and line ends spelled out."""
    return "".join(char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text)


def say(text: str, style: str = "") -> None:
    _said.print(Text(plain(text), style))


def show(text: str, style: str = "") -> None:
    _shown.print(Text(plain(text), style))


def answer_as_json(asked: bool) -> None:
    """Leave standard output to the one object, or take it back for words."""
    _shown.stderr = asked


def show_table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    names = list(head)
    table = Table(*names, box=None, header_style="bold", show_header=any(names))
    for row in rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    _shown.print(table)


def name_of(workflow: Workflow, key: str) -> str:
    """A node of the file, or one inside a group by all that leads to it."""
    way = [node.title or _type_name(workflow, node.type) for node in way_to(workflow, key)]
    return f"{' › '.join(way)} ({key})".replace("\n", " ") if way else key


def _type_name(workflow: Workflow, type_id: str) -> str:
    definition = held(workflow.definitions, type_id)
    return definition.name or "group" if definition else type_id


class Progress:
    """Events as lines; in a terminal also the running step, as it goes. Within, it is the callable that takes events."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._status = _said.status("") if _said.is_terminal else None

    def __enter__(self) -> Callable[[AnyEvent], None]:
        if self._status:
            self._status.start()
        return self._tell

    def __exit__(self, *error: Any) -> None:
        if self._status:
            self._status.stop()

    def _tell(self, event: AnyEvent) -> None:
        if isinstance(event, StepStarted):
            self._update(name_of(self._workflow, event.node))
        elif isinstance(event, StepProgress):
            self._update(f"{name_of(self._workflow, event.node)}  {event.done} of {event.total} {event.note}")
        elif isinstance(event, StepFinished):
            took = {"memory": "held in memory", "disk": "held on disk"}.get(event.state, f"{event.seconds:.2f} s")
            items = max((len(result.items) for result in event.results), default=0)
            ran = (
                f", {event.items_ran} of {items} items ran" if event.state == "ran" and event.items_ran < items and event.items_ran else ""
            )
            say(f"{name_of(self._workflow, event.node)}: {took}{ran}", "dim")

    def _update(self, text: str) -> None:
        if self._status:
            self._status.update(Text(plain(text)))


def say_problems(workflow: Workflow, problems: Iterable[Problem]) -> None:
    for problem in problems:
        where = f"{name_of(workflow, problem.node)}: " if problem.node else ""
        say(f"{where}{problem.message}", "red" if problem.severity == "error" else "yellow")
        if problem.remedy:
            say(f"  {problem.remedy}", "dim")


def say_failure(workflow: Workflow, failure: StepFailed) -> None:
    say(f"{name_of(workflow, failure.node)}: {failure.message}", "red")
    for line in (failure.remedy, failure.detail):
        if line:
            say(f"  {line}", "dim")


def show_plan(workflow: Workflow, plan: Plan) -> None:
    """A row a node with what it is likely to cost, and what the whole is likely to cost."""
    rows = [
        (
            name_of(workflow, step.node),
            step.state if step.state == "run" else f"held: {step.state}",
            step.reason,
            _seconds(step),
            _megabytes(step.peaks),
        )
        for step in plan.steps
    ]
    show_table(("node", "", "why", "time", "memory"), rows)
    if not plan.problems and not plan.runs:
        show("every result is held: nothing would run", "dim")
    elif plan.runs:
        unknown = sum(step.seconds is None for step in plan.runs)
        said = f"{len(plan.runs)} to run"
        said += f", about {seconds_text(plan.seconds)}" if unknown < len(plan.runs) else ""
        said += f", needing up to {needs}" if (needs := _megabytes(plan.peaks)) else ""
        show(said + (f"; {unknown} never ran, so their cost is not known" if unknown else ""), "dim")


def _seconds(step: PlannedStep) -> str:
    if step.seconds is None:
        return "?" if step.state == "run" else ""
    return seconds_text(step.seconds)


def _megabytes(peaks: Mapping[str, int]) -> str:
    """Peaks of half a megabyte and more."""
    return ", ".join(
        f"{size / 1e6:.0f} MB{'' if pool == 'ram' else f' on the {pool.upper()}'}" for pool, size in peaks.items() if size > 5e5
    )


def show_report(report: Report) -> None:
    """What became of an imported file: what differs first, then what came over as it was."""
    show(report.summary, "bold")
    for outcome in (UNMAPPED, APPROXIMATED, MAPPED):
        if items := report.of(outcome):
            show(f"\n{outcome}", COLORS[outcome])
            show_table(("", "", ""), ((item.id, item.title or item.type, item.sentence) for item in items))
    if report.files:
        show("\nfiles", "bold")
        states = {True: "here", False: "missing", None: ""}
        show_table(("", "", "", ""), ((file.name, file.kind, states[file.found], file.url) for file in report.files))
    for note in report.notes:
        show(note, "dim")


def show_node_type(found: NodeType) -> None:
    show(f"{found.title}  ({found.id}, version {found.version})", "bold")
    show(found.summary + "\n")
    if found.help:
        show(found.help + "\n")
    rows = [(f"input {wanted.name}", type_text(wanted) + ("" if wanted.required else ", optional"), wanted.help) for wanted in found.inputs]
    rows += [(parameter.name, repr(parameter.default), parameter.help) for parameter in found.parameters]
    rows += [(f"output {output.name}", type_text(output), output.help) for output in found.outputs]
    show_table(("", "", ""), rows)
