"""Which control edits which kind of parameter: the one table that gives parameters their look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.inspector.choice_controls import ChoiceControl, ColorControl, ToggleControl
from app.inspector.control import Control
from app.inspector.curve_control import CurveControl
from app.inspector.file_control import FileControl
from app.inspector.number_control import NumberControl
from app.inspector.painted_control import PaintedControl
from app.inspector.prompt_control import text_control
from app.inspector.seed_control import SeedControl
from app.theme.tokens import Theme
from graph_engine.declaration import AnyKind, Choice, Color, Curve, File, Integer, Kind, Number, Painted, Seed, Text, Toggle

CONTROLS: dict[type[Kind], Callable[[Any, Theme], Control]] = {
    Number: NumberControl,
    Integer: NumberControl,
    Toggle: ToggleControl,
    Choice: ChoiceControl,
    Text: text_control,
    Color: ColorControl,
    Seed: SeedControl,
    File: FileControl,
    Curve: CurveControl,
    Painted: PaintedControl,
}


def control_for(kind: AnyKind, theme: Theme) -> Control:
    return CONTROLS[type(kind)](kind, theme)
