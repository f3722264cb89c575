"""Parameters edited by their controls."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.edits import exposed_name
from app.inspector.controls import CONTROLS, control_for
from app.theme.tokens import DARK
from graph_engine.declaration import AnyKind, Choice, Color, Curve, File, Integer, Number, Painted, Seed, Text, Toggle
from tests.app.window.hands import LEFT, Hands

A = QPoint(120, 160)


def _scrub(hands: Hands, name: str, *xs: int) -> None:
    field = hands.row(name).control.field
    QTest.mousePress(field, LEFT, pos=QPoint(xs[0], 10))
    for x in xs[1:]:
        QTest.mouseMove(field, QPoint(x, 10))
    QTest.mouseRelease(field, LEFT, pos=QPoint(xs[-1], 10))


def _type(hands: Hands, name: str, text: str) -> None:
    """Click a number, type another, press Enter."""
    field = hands.row(name).control.field
    QTest.mouseClick(field, LEFT, pos=QPoint(20, 10))
    QTest.keyClicks(field.edit, text)
    QTest.keyClick(field.edit, Qt.Key.Key_Return)


def test_every_kind_has_a_control(qapp) -> None:  # type: ignore[no-untyped-def]
    kinds: list[tuple[AnyKind, object]] = [
        (Number(), 0.5), (Integer(), 3), (Toggle(), True), (Text(), "a"), (Text(multiline=True), "a\nb"), (Choice(("a", "b")), "b"),
        (Color(), "#10203040"), (Seed(), {"value": 2**63, "policy": "random"}), (File((".png",)), "a.png"),
        (Choice(tuple("abcdefghij")), "j"), (Curve(), [[0, 0.5], [0.5, 1], [1, 0]]), (Painted("mask"), {"shapes": []}),
    ]  # fmt: skip
    assert {type(kind) for kind, _ in kinds} == set(CONTROLS)
    for kind, value in kinds:
        control = control_for(kind, DARK)
        told: list[object] = []
        control.changed.connect(told.append)
        control.show_value(value)
        assert not told, kind


def test_a_drag_over_a_number_is_one_edit(hands: Hands) -> None:
    node = hands.add("fade", A)
    before = hands.session.workflow
    _scrub(hands, "steps", 20, 40, 60, 90)
    value = hands.graph.nodes[node].parameters["steps"]
    assert isinstance(value, int) and 10 < value <= 50
    hands.undo()
    assert hands.session.workflow == before
    assert hands.row("steps").control.field.value == 4


def test_a_drag_stays_in_the_soft_range_and_typing_goes_to_the_hard_limit(hands: Hands) -> None:
    node = hands.add("fade", A)
    _scrub(hands, "steps", 20, 400, 900)
    assert hands.graph.nodes[node].parameters["steps"] == 50
    _type(hands, "steps", "600")
    assert hands.graph.nodes[node].parameters["steps"] == 600


def test_a_number_beyond_the_hard_limit_is_not_taken_and_the_rule_is_told(hands: Hands) -> None:
    node = hands.add("fade", A)
    _type(hands, "steps", "5000")
    edit = hands.row("steps").control.field.edit
    assert edit.isVisible() and edit.toolTip() == "must be within 1 to 1000, got 5000"
    QTest.keyClick(edit, Qt.Key.Key_Escape)
    assert not edit.isVisible() and "steps" not in hands.graph.nodes[node].parameters


def test_a_value_goes_back_to_the_default(hands: Hands) -> None:
    node = hands.add("fade", A)
    assert not hands.row("steps").reset.isVisible()
    _type(hands, "steps", "9")
    row = hands.row("steps")
    QTest.mouseClick(row.reset, LEFT)
    assert "steps" not in hands.graph.nodes[node].parameters and not row.reset.isVisible()


def test_the_die_rolls_a_seed_and_keeps_its_policy(hands: Hands) -> None:
    node = hands.add("fade", A)
    control = hands.row("seed").control
    QTest.mouseClick(control.dice, LEFT)
    first = hands.graph.nodes[node].parameters["seed"]
    assert first["policy"] == "fixed" and 0 <= first["value"] < 2**32
    control.policy.setCurrentIndex(1)
    control.policy.activated.emit(1)
    assert hands.graph.nodes[node].parameters["seed"] == {"value": first["value"], "policy": "random"}


def test_a_color_is_typed_and_a_wrong_one_is_not_taken(hands: Hands) -> None:
    node = hands.add("swatch", A)
    field = hands.row("color").control.field
    for text in ("#ff8800", "orange-ish"):
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert hands.graph.nodes[node].parameters["color"] == "#ff8800" == field.text()


def test_an_exposed_parameter_is_offered_with_nothing_selected(hands: Hands) -> None:
    node = hands.add("fade", A)
    QTest.mouseClick(hands.row("steps").exposed, LEFT)
    assert exposed_name(hands.session.workflow, node, "steps") == "steps"
    hands.click(QPoint(40, 700))
    _type(hands, "steps", "7")
    assert hands.graph.nodes[node].parameters["steps"] == 7
    QTest.mouseClick(hands.row("steps").exposed, LEFT)
    assert not hands.session.workflow.exposed


def test_the_title_is_changed_by_f2_and_shown_on_the_node(hands: Hands) -> None:
    node = hands.add("fade", A)
    hands.key(Qt.Key.Key_F2)
    title = hands.window.inspector.form.title
    assert title.hasFocus()
    QTest.keyClicks(title, "Dusk")
    QTest.keyClick(title, Qt.Key.Key_Return)
    assert hands.graph.nodes[node].title == "Dusk"


def test_tooltips_are_the_help_of_the_declaration(hands: Hands) -> None:
    hands.add("fade", A)
    row = hands.row("steps")
    assert row.label.toolTip() == row.control.toolTip() == "how many steps."


def test_a_double_click_on_a_value_of_a_node_focuses_its_control(hands: Hands) -> None:
    node = hands.add("fade", A)
    hands.session.select(())
    item = hands.canvas.graph_scene.nodes[node]
    (row,) = [row for row in item.geometry.rows if row.parameter.name == "seed"]
    hands.double_click(hands.canvas.mapFromScene(item.pos() + row.field.center()))
    assert hands.session.selection == {node}
    assert hands.row("seed").control.field.hasFocus()


def test_typing_is_undone_by_words_from_within_the_field(hands: Hands) -> None:
    node = hands.add("caption", A)
    field = hands.row("text").control.field
    field.setFocus()
    QTest.keyClicks(field, "a red car")
    assert hands.graph.nodes[node].parameters["text"] == "a red car"
    for expected in ("a red ", "a ", ""):
        QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert field.toPlainText() == expected == hands.graph.nodes[node].parameters.get("text", "")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not hands.graph.nodes


def test_one_line_of_text_is_an_edit_too(hands: Hands) -> None:
    node = hands.add("caption", A)
    field = hands.row("name").control.field
    field.setFocus()
    QTest.keyClicks(field, "Ada")
    assert hands.graph.nodes[node].parameters["name"] == "Ada"
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "" and "name" not in hands.graph.nodes[node].parameters


def test_delete_in_a_text_field_deletes_letters_not_nodes(hands: Hands) -> None:
    hands.add("caption", A)
    field = hands.row("name").control.field
    field.setFocus()
    QTest.keyClicks(field, "Ada")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    QTest.keyClick(field, Qt.Key.Key_Home)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    assert field.text() == "d" and len(hands.graph.nodes) == 1
