"""What can be done at once about what is wrong with a node: offered as a button on it."""

from __future__ import annotations

from typing import Any, NamedTuple

from app.language import inside, marked, tr
from app.linking import LooseEnd
from app.wording import label

Session = Any  # what is asked here needs no more of it than its problems and types


class Remedy(NamedTuple):
    """``loose`` is the input that waits for a link; without one, the remedy is to run the node again."""

    text: str
    loose: LooseEnd | None = None


RUN_AGAIN = Remedy(marked("Run again"))


def remedies(session: Session) -> dict[str, Remedy]:
    """By node on the screen: what gives an input that holds nothing."""
    found: dict[str, Remedy] = {}
    for problem in session.problems:
        node = session.here(problem.node)
        if node in session.workflow.graph.nodes and node not in found and (remedy := _link_remedy(session, node, problem.where)):
            found[node] = remedy
    return found


def _link_remedy(session: Session, node: str, name: str) -> Remedy | None:
    known = session.type_of(node)
    entry = known.input(name) if known else None
    if entry is None or any(link.input == name for link in session.workflow.graph.into(node)):
        return None
    return Remedy(tr("Add what gives {label}", label=inside(label(entry))), LooseEnd(node, name, False, (entry.type,)))
