"""Whatever is done to a document: undoing all is the start, redoing all the end, and its journal knows it."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.aligning import Box
from app.document import Document
from app.journal import replayed
from app.session import Session
from graph_engine import Catalogue, Link, Workflow, discover, read, write

TOYS = Catalogue.from_json(discover("tests.toy").to_json())
EDITS = (
    "add",
    "delete",
    "link",
    "unlink",
    "move",
    "set",
    "rename",
    "describe",
    "duplicate",
    "expose",
    "mute",
    "group",
    "board",
    "settle",
    "undo",
    "redo",
)
steps = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 1000), st.integers(0, 1000)), max_size=30)
thorough = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


def edit(session: Session, name: str, one: int, other: int) -> None:
    """One of the things that hands do, on whatever is there."""
    nodes = list(session.workflow.graph.nodes)
    links = session.workflow.graph.links
    if name in ("undo", "redo", "settle"):
        getattr(session, name)()
    elif name == "add" or not nodes:
        session.add_node(list(TOYS)[one % len(TOYS)], (float(one), float(other)))
    elif name == "unlink":
        _ = links and session.unlink(links[one % len(links)])
    elif name == "describe":
        session.describe(description=f"{one}")
    else:
        _edit_node(session, name, nodes[one % len(nodes)], nodes[other % len(nodes)], other)


def _edit_node(session: Session, name: str, node: str, second: str, number: int) -> None:
    found, known = session.workflow.graph.nodes[node], session.type_of(node)
    session.select({node, second})
    if name == "delete":
        session.delete({node})
    elif name == "link":
        session.link(Link(node, "out", second, "in"))
    elif name == "move":
        session.move_nodes({node: (float(number), 0.0)}, merge="drag")
    elif name == "rename":
        session.rename(node, f"{found.title}{number}")
    elif name == "duplicate":
        session.duplicate()
    elif name == "board":
        _edit_board(session, node, number)
    elif name == "mute":
        session.groups.switch("muted", "Mute")
    elif name == "group":
        session.groups.group()
    elif known and known.parameters and name == "set":
        session.set_parameter(node, known.parameters[0], number)
    elif known and known.parameters:
        session.expose(node, known.parameters[0], number % 2 == 0)


def _edit_board(session: Session, node: str, number: int) -> None:
    links, pieces = session.workflow.graph.links, sorted(session.board.here.pieces)
    todo = (
        lambda: session.board.add_frame([Box(0, 0, 10, 10)]),
        lambda: session.board.add_note((1.0, 2.0), "*words*"),
        lambda: links and session.board.add_dot((float(number), 0.0), {links[number % len(links)]: 0}),
        lambda: session.board.fold(),
        lambda: session.board.color("#ff0000"),
        lambda: pieces and session.move_nodes({pieces[number % len(pieces)]: (5.0, float(number))}),
        lambda: pieces and session.delete({pieces[number % len(pieces)]}),
        lambda: pieces and session.board.write(pieces[number % len(pieces)], f"{number}"),
    )
    todo[number % len(todo)]()


def done(edits) -> Session:
    session = Session(TOYS)
    for name, one, other in edits:
        edit(session, name, one, other)
    return session


@thorough
@given(steps)
def test_undoing_all_is_the_start_and_redoing_all_the_end(edits) -> None:
    session = done(edits)
    while session.document.redo_label:
        session.redo()
    end = session.document.workflow
    while session.document.undo_label:
        session.undo()
    assert session.document.workflow == Workflow() and not session.document.modified
    while session.document.redo_label:
        session.redo()
    assert session.document.workflow is end


@thorough
@given(steps)
def test_what_was_edited_is_saved_and_read_back(edits) -> None:
    workflow = done(edits).document.workflow
    assert write(read(write(workflow))) == write(workflow)


@settings(thorough, max_examples=15)
@given(edits=steps)
def test_the_journal_of_any_edits_leads_to_the_document(edits, tmp_path_factory) -> None:
    session, folder = Session(TOYS), tmp_path_factory.mktemp("data")
    session.folder = folder
    session.show_document(Document())
    for name, one, other in edits:
        edit(session, name, one, other)
    assert session.document.journal.flush()
    kept = [replayed(file.read_bytes())[0] for file in (folder / "journals").glob("*.journal")]
    now = session.document.workflow
    session.document.close()
    assert [write(workflow) for workflow in kept] == ([write(now)] if session.document.modified else [])
