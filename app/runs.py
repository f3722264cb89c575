"""The run that goes on or went last: how it stands, in words and as a share, and the steps of its nodes."""

from __future__ import annotations

from app.language import tr
from app.pace import Pace, Title
from app.steps import Steps
from app.wording import seconds_text
from graph_engine.events import AnyEvent, RunFinished, StepFinished, StepPreview
from graph_engine.graph import Graph
from graph_engine.plan import Plan


class Runs:
    """Every change returns the nodes that look different now."""

    def __init__(self) -> None:
        self.steps = Steps()
        self.running = False
        self.pace = Pace()
        self.said = ""  # of the run as a whole: that it starts, is to stop, how it ended
        self.forecast = ""  # what the next run would cost
        self.latest_picture = ""  # the node that showed one last
        self._run = ""

    def text(self, title: Title) -> str:
        """How the run stands, or how the last one ended."""
        return self.said or (self.pace.standing(title) or tr("Starting") if self.running else "")

    def begin(self, graph: Graph) -> None:
        self.running, self.said = True, ""
        self.steps.begin(graph)

    def follow(self, run: str, pace: Pace) -> None:
        """Events of this run count from now on."""
        self._run, self.pace = run, pace

    def follows(self, run: str) -> bool:
        """Whether a run is the one that goes on here."""
        return self.running and run == self._run

    def ask_to_stop(self) -> None:
        if self.running:
            self.said = tr("Stopping")

    def refuse(self, run: str) -> bool:
        """A run did not start; whether it was the one that is followed."""
        if run == self._run:
            self.running, self.said = False, tr("Did not run")
        return run == self._run

    def leave(self) -> None:
        """Another document: what is known belongs to the one before, and so does a run that still goes on."""
        self.steps.forget()
        self.running, self.said, self.latest_picture, self._run = False, "", "", ""
        self.forecast, self.pace = "", Pace()

    def take(self, event: AnyEvent, graph: Graph) -> set[str]:
        if event.run != self._run:
            return set()
        changed = self.steps.take(event)
        match event:
            case StepPreview():
                self.latest_picture = event.node
            case StepFinished():
                if self.steps[event.node].picture:
                    self.latest_picture = event.node
            case RunFinished():
                self.running = False
                self.said = _summary(event)
                changed |= self.steps.mark_stale(graph)  # there may have been edits while it ran
        return changed

    def take_plan(self, plan: Plan) -> set[str]:
        """What the next run would do and cost; asked for while nothing runs."""
        if self.running:
            return set()
        self.forecast = _forecast(plan)
        return self.steps.take_plan(plan)


def _summary(event: RunFinished) -> str:
    time = seconds_text(event.seconds)
    match event.state:
        case "done":
            return tr("Done in {time}", time=time) if event.ran else tr("Nothing to do: every result was kept")
        case "stopped":
            return tr("Stopped after {time}", time=time) if event.seconds else tr("Stopped")
    return tr("Failed after {time}", time=time) if event.seconds else tr("Failed")


def _forecast(plan: Plan) -> str:
    count = len(plan.runs)
    if not plan.steps:
        return ""
    nodes = tr("1 node") if count == 1 else tr("{count} nodes", count=count)
    unknown = any(step.seconds is None for step in plan.runs)
    cost = tr(", at least {time}", time=seconds_text(plan.seconds)) if unknown else tr(", about {time}", time=seconds_text(plan.seconds))
    return (
        tr("Run will take {nodes}", nodes=nodes) + (cost if plan.seconds else "")
        if count
        else tr("Every result is held: nothing would run")
    )
