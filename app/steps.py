"""What the window knows of each node's last step: progress, state, results and pictures, folded from the events of runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from app.language import marked
from app.sheet import sheet
from app.worker_link import LOST
from graph_engine.events import (
    AnyEvent,
    Result,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepPreview,
    StepProgress,
    StepStarted,
)
from graph_engine.flatten import TURN_MARK
from graph_engine.graph import Graph
from graph_engine.plan import Plan
from graph_engine.values import Pixels

UNSETTLED = ("waiting", "running")
LOST_WORKER = (marked("The worker ended while this node ran."), marked("Run again: finished nodes are kept."))


class Step(msgspec.Struct, frozen=True):
    """``state`` is "" (never ran), "waiting", "running", "ran", "memory", "disk" or "failed"."""

    state: str = ""
    earlier: str = ""  # the state before it waited, to go back to if its turn never comes
    done: int = 0
    total: int = 0
    part: float = 0.0  # of the next of ``total``
    note: str = ""
    reason: str = ""
    seconds: float = 0.0
    results: tuple[Result, ...] = ()
    looks: Pixels | None = None  # of the results: the first that has any, the items of a list as one sheet
    preview: Pixels | None = None
    message: str = ""
    remedy: str = ""
    detail: str = ""
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    stale: bool = False
    planned: str = ""  # what the next run would do: "memory", "disk" or "run"; unknown while empty
    why: str = ""  # why it would run
    cost: float | None = None  # seconds that it would take, where its type ran before

    @property
    def kept(self) -> str:
        """Where the result of the graph as it is now is held already: "memory", "disk", or nowhere."""
        return self.planned if self.planned in ("memory", "disk") and (self.stale or not self.state) else ""

    @property
    def picture(self) -> Pixels | None:
        """What the node shows: the preview while it samples, its first result with a look afterwards."""
        return self.looks if self.preview is None else self.preview

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1."""
        return min(1.0, (self.done + self.part) / self.total) if self.total > 0 else 0.0


NEVER = Step()


class Steps:
    """Steps by the ids of the flat graph. Every change returns the nodes that look different now.

    A node that stands for several, as a group or what lies in a loop, shows what they do together (`inside`).
    """

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {}
        self._members: dict[str, list[str]] = {}
        self._graph = Graph()
        self._ran_in: dict[str, Graph] = {}

    def __getitem__(self, node: str) -> Step:
        return self._steps.get(node, NEVER)

    def inside(self, prefix: str) -> StepsInside:
        """Steps by the ids of the nodes in one place of the file; ``prefix`` is the way there, as in flat ids."""
        return StepsInside(self, prefix)

    def standing_for(self, node: str) -> Step:
        """The step of a node, named without turns of loops, or of all that it stands for."""
        if node in self._steps:
            return self._steps[node]
        return together([self._steps[member] for member in self._members.get(node, ())])

    def running(self) -> list[str]:
        return [node for node, step in self._steps.items() if step.state == "running"]

    def begin(self, graph: Graph) -> None:
        """Remember what is run: a later edit makes the results of what it touches stale."""
        self._graph = graph

    def take(self, event: AnyEvent) -> set[str]:
        match event:
            case RunStarted():
                return self._wait(event.steps, event.cached)
            case StepStarted():
                return self._change(event.node, state="running", reason=event.reason, done=0, total=0, part=0.0, note="", **_NO_FAILURE)
            case StepProgress():
                return self._change(event.node, done=event.done, total=event.total, part=event.part, note=event.note)
            case StepPreview():
                return self._change(event.node, preview=event.pixels)
            case StepFinished():
                return self._finish(event)
            case StepFailed():
                failure = {"message": event.message, "remedy": event.remedy, "detail": event.detail}
                return self._change(event.node, state="failed", preview=None, **failure)
            case RunFinished():
                return self.settle(*LOST_WORKER) if event.state == LOST else self.settle()
        return set()

    def settle(self, message: str = "", remedy: str = "") -> set[str]:
        """The run is over: nothing waits or runs. With a message, what was running failed by it."""
        changed = set()
        for node, step in list(self._steps.items()):
            if step.state == "running" and message:
                changed |= self._change(node, state="failed", preview=None, message=message, remedy=remedy)
            elif step.state == "waiting":
                changed |= self._change(node, state=step.earlier)
            elif step.state == "running":
                # What was seen so far stays to be looked at, faded.
                changed |= self._change(node, state="", done=0, total=0, stale=step.picture is not None)
        return changed

    def mark_stale(self, graph: Graph) -> set[str]:
        """Compare with what was run; what differs, and all that needs it, is stale. Undo makes it fresh again."""
        stale_since: dict[int, set[str]] = {}
        changed = set()
        for node, ran_in in self._ran_in.items():
            if node not in graph.nodes or self[node].state in UNSETTLED:
                continue
            if id(ran_in) not in stale_since:
                stale_since[id(ran_in)] = graph.downstream(key for key in graph.nodes if _differs(graph, ran_in, key))
            stale = node in stale_since[id(ran_in)]
            if self[node].stale != stale:
                changed |= self._change(node, stale=stale)
        return changed

    def take_plan(self, plan: Plan) -> set[str]:
        """What the next run would do; nodes that the plan does not speak of are not needed or not known."""
        planned = {step.node: (step.state, step.reason, step.seconds) for step in plan.steps}
        changed = set()
        for node in planned.keys() | self._steps.keys():
            state, why, cost = planned.get(node, ("", "", None))
            if (self[node].planned, self[node].why, self[node].cost) != (state, why, cost):
                changed |= self._change(node, planned=state, why=why, cost=cost)
        return changed

    def forget(self) -> None:
        self._steps.clear()
        self._members.clear()
        self._ran_in.clear()
        self._graph = Graph()

    def _wait(self, nodes: Iterable[str], cached: Iterable[str]) -> set[str]:
        changed = set()
        for node in nodes:
            earlier = "" if self[node].state in UNSETTLED else self[node].state
            changed |= self._change(node, state="waiting", earlier=earlier, done=0, total=0, note="", **_NO_FAILURE)
        for node in cached:
            self._ran_in[node] = self._graph
            changed |= self._change(node, stale=False, **_NO_FAILURE)
        return changed

    def _finish(self, event: StepFinished) -> set[str]:
        self._ran_in[event.node] = self._graph
        results = event.results or self[event.node].results
        return self._change(
            event.node,
            state=event.state,
            seconds=event.seconds,
            results=results,
            looks=_looks(results),
            notes=event.notes,
            files=event.files,
            preview=None,
            stale=False,
            **_NO_FAILURE,
        )

    def _change(self, node: str, **changes: object) -> set[str]:
        before = self[node]
        after = msgspec.structs.replace(before, **changes)
        if node not in self._steps:
            for whole in _standing_for(node):
                self._members.setdefault(whole, []).append(node)
        self._steps[node] = after
        return set() if before is after else {node}


class StepsInside:
    """Steps as they are seen in one place of the file."""

    def __init__(self, steps: Steps, prefix: str) -> None:
        self._steps, self._prefix = steps, prefix

    def __getitem__(self, node: str) -> Step:
        return self._steps.standing_for(self._prefix + node)


def _standing_for(flat_id: str) -> list[str]:
    """The nodes of the file that a flat one is a part of: the groups around it, and for a loop's turn what turns."""
    if "/" not in flat_id:
        return []
    parts = TURN_MARK.sub("", flat_id).split("/")
    return [whole for end in range(1, len(parts) + 1) if (whole := "/".join(parts[:end])) != flat_id]


def together(steps: list[Step]) -> Step:
    """Several steps as one: what runs or failed counts most, the last picture and results are shown."""
    if len(steps) < 2:
        return steps[0] if steps else NEVER
    states = [step.state for step in steps]
    now = next((step for step in steps if step.state == "running"), None)
    failed = next((step for step in steps if step.state == "failed"), NEVER)
    begun = [state for state in states if state]
    finished = sum(state not in UNSETTLED for state in begun)
    state = next((state for state in ("failed", "running", "ran", "disk", "memory") if state in states), "")
    if "waiting" in states and state != "failed":
        state = "running" if finished or now else "waiting"
    shown = next((step for step in reversed(steps) if step.picture), steps[-1])
    planned = next((step for name in ("run", "disk", "memory") for step in steps if step.planned == name), NEVER)
    return Step(
        state=state,
        done=finished,
        total=len(begun),
        reason=next((step.reason for step in steps if step.reason), ""),
        seconds=sum(step.seconds for step in steps),
        results=shown.results,
        looks=shown.looks,
        preview=now.preview if now and now.preview else shown.preview,
        message=failed.message,
        remedy=failed.remedy,
        detail=failed.detail,
        notes=tuple(dict.fromkeys(note for step in steps for note in step.notes)),
        files=tuple(file for step in steps for file in step.files),
        stale=any(step.stale for step in steps),
        planned=planned.planned,
        why=planned.why,
        cost=sum(costs) if (costs := [step.cost for step in steps if step.cost is not None]) else None,
    )


def _looks(results: Iterable[Result]) -> Pixels | None:
    for result in results:
        if pictures := [one.pixels for one in (result, *result.items) if one.pixels]:
            return sheet(pictures)
    return None


_NO_FAILURE: Mapping[str, str] = {"message": "", "remedy": "", "detail": ""}


def _differs(now: Graph, before: Graph, node: str) -> bool:
    a, b = now.nodes.get(node), before.nodes.get(node)
    if a is None or b is None:
        return a is not b
    if a is not b and (a.type, a.version, a.parameters) != (b.type, b.version, b.parameters):
        return True
    return now.into(node) != before.into(node)
