"""One document, several places: edits inside a group reach every instance, and undo goes where they were made."""

import pytest

from app.document import Document
from app.groups import Groups
from app.inside import put_back, seen
from app.session import Session
from graph_engine import Catalogue, Definition, End, Exposed, Graph, Link, Node, Workflow, discover, read

TOYS = Catalogue.from_json(discover("tests.toy").to_json())
TWICE = Definition(
    Graph({"8": Node("numbers/add")}, [Link("inputs", "a", "8", "a"), Link("8", "integer", "outputs", "sum")]),
    {"8": (100.0, 0.0)}, "Twice", inputs={"a": End("Integer")}, outputs={"sum": End("Integer")}, parameters={"by": Exposed("8", "b")},
)  # fmt: skip
WHOLE = Workflow(
    Graph({"1": Node("numbers/number"), "2": Node("definition:d"), "3": Node("definition:d")}, [Link("1", "integer", "2", "a")]),
    {"1": (0.0, 0.0), "2": (300.0, 0.0), "3": (300.0, 300.0)}, definitions={"d": TWICE},
)  # fmt: skip


@pytest.fixture
def session():
    made = Session(TOYS)
    made.show_document(Document(WHOLE))
    return made


@pytest.fixture
def groups(session) -> Groups:
    return session.groups


def test_inside_the_border_is_two_nodes_and_putting_back_changes_nothing():
    view = seen(WHOLE, ("2",))
    assert set(view.graph.nodes) == {"8", "inputs", "outputs"} and view.name == "Twice" and view.exposed == TWICE.parameters
    assert put_back(WHOLE, ("2",), view).definitions["d"].graph == TWICE.graph


def test_an_edit_inside_reaches_every_instance(session, groups):
    groups.step_in("3")
    session.set_parameter("8", session.type_of("8").parameter("b"), 5)
    groups.step_out()
    assert [session.type_of(node).parameter("by").default for node in ("2", "3")] == [5, 5]
    assert session.selection == {"3"}


def test_undo_goes_to_the_place_where_the_edit_was_made(session, groups):
    groups.step_in("2")
    session.add_node("numbers/number", (0.0, 300.0))
    groups.step_out()
    session.undo()
    assert session.document.way == ("2",) and session.document.workflow == WHOLE
    session.redo()
    assert len(session.workflow.graph.nodes) == 4


def test_a_group_that_is_undone_while_one_is_inside_leads_out(session, groups):
    session.select({"1"})
    groups.group()
    instance = session.selected_node
    groups.step_in()
    assert session.document.way == (instance,)
    session.undo()
    assert session.document.way == () and session.document.workflow == WHOLE


def test_the_border_is_neither_deleted_nor_copied(session, groups):
    groups.step_in("2")
    session.select_all()
    assert set(read(session.copied().encode()).graph.nodes) == {"8"}
    session.delete(session.selection)
    assert set(session.workflow.graph.nodes) == {"inputs", "outputs"}


def test_a_group_is_not_put_into_itself(session, groups):
    session.select({"2"})
    text = session.copied()
    groups.step_in("2")
    said = []
    session.said.connect(lambda sentence, severity: said.append(sentence))
    session.paste(text)
    assert session.add_node("definition:d", (0.0, 0.0)) == "" and len(session.workflow.graph.nodes) == 3
    assert said == [f"{what}: a definition must not hold itself: Twice → Twice." for what in ("Not added", "Twice was not added")]
    assert "definition:d" not in {found.id for found in groups.addable()}


def test_a_pasted_group_brings_its_definition_under_an_id_that_is_free(session):
    session.select({"2"})
    text = session.copied()
    other = Session(TOYS)
    other.paste(text)
    assert other.document.workflow.definitions == {"d": TWICE}
    other.show_document(Document(Workflow(definitions={"d": Definition(name="Other")})))
    other.paste(text)
    (node,) = other.workflow.graph.nodes.values()
    assert node.type != "definition:d" and other.type_of(other.selected_node).title == "Twice"


def test_a_problem_inside_is_told_with_the_way_and_shown_where_it_lies(session, groups):
    groups.step_in("2")
    session.document.apply("Break", put_parameter(session.workflow, "8", "b", "x"))
    problem = next(problem for problem in session.problems if problem.node == "2/8")
    assert session.problem_text(problem).startswith("Twice › Add: b: must be a whole number")
    groups.step_out()
    groups.show("2/8")
    assert session.document.way == ("2",) and session.selection == {"8"}
    assert session.here("2/8") == "8" and session.here("3/8") == ""


def put_parameter(workflow, node, name, value):
    return Workflow(workflow.graph.with_parameter(node, name, value), workflow.layout, workflow.name, exposed=workflow.exposed,
                    definitions=workflow.definitions)  # fmt: skip
