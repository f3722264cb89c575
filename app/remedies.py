"""What can be done at once about what is wrong with a node: offered as a button on it."""

from __future__ import annotations

from typing import Any, NamedTuple

from app.language import inside, marked, tr
from app.linking import LooseEnd
from app.wording import label
from graph_engine.check import Problem
from graph_engine.declaration import File

Session = Any  # what is asked here needs no more of it than its problems and types


class Remedy(NamedTuple):
    """``loose`` is the input that waits for a link, ``missing`` what to do about a model that lacks; without both, run again."""

    text: str
    loose: LooseEnd | None = None
    missing: str = ""


RUN_AGAIN = Remedy(marked("Run again"))


def remedies(session: Session) -> dict[str, Remedy]:
    """By node on the screen: what gives an input that holds nothing, or where a model comes from that is not there."""
    found: dict[str, Remedy] = {}
    for problem in session.problems:
        node = session.here(problem.node)
        if node not in session.workflow.graph.nodes or node in found:
            continue
        if remedy := _model_remedy(session, node, problem) or _link_remedy(session, node, problem.where):
            found[node] = remedy
    return found


def _model_remedy(session: Session, node: str, problem: Problem) -> Remedy | None:
    known = session.type_of(node)
    parameter = known.parameter(problem.where) if known else None
    if parameter is None or not isinstance(parameter.kind, File) or parameter.kind.role != "model":
        return None
    return Remedy(tr("Get the model…"), missing=problem.remedy)


def _link_remedy(session: Session, node: str, name: str) -> Remedy | None:
    known = session.type_of(node)
    entry = known.input(name) if known else None
    if entry is None or any(link.input == name for link in session.workflow.graph.into(node)):
        return None
    return Remedy(tr("Add what gives {label}", label=inside(label(entry))), LooseEnd(node, name, False, (entry.type,)))
