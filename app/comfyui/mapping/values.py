"""Nodes that hold a value, for one or several others."""

from __future__ import annotations

from app.comfyui.mapping.entry import Case, Entry, Piece, number, one_to_one, whole
from app.comfyui.mapping.sampling import seed


def integer(case: Case, piece: Piece) -> None:
    """A whole number; one that changes after each run is a seed."""
    control = case.node.controls.get("value", "fixed")
    if control == "fixed":
        piece.add("main", "source/integer")
        piece.carry("main", "value", case, "value", whole)
        piece.gives = {0: ("main", "integer")}
    else:
        piece.add("main", "source/seed")
        piece.carry("main", "seed", case, "value", lambda value: seed(value, control, piece))
        piece.gives = {0: ("main", "integer")}


def fraction(case: Case, piece: Piece) -> None:
    piece.add("main", "source/number")
    piece.carry("main", "value", case, "value", number)
    piece.gives = {0: ("main", "number")}


TEXT = one_to_one("source/text", ("text",), values={"value": "text"})

ENTRIES = (
    Entry("PrimitiveInt", "Int", integer),
    Entry("PrimitiveFloat", "Float", fraction),
    Entry("PrimitiveString", "String", TEXT),
    Entry("PrimitiveStringMultiline", "String (Multiline)", TEXT),
    Entry("PrimitiveBoolean", "Boolean", one_to_one("source/toggle", ("toggle",), values={"value": "value"})),
)
