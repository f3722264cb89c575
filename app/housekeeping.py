"""What the worker holds, as the window sees it; asked only while somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from app import wire
from app.signals import Signal


class Keeper(Protocol):
    """Who is asked; answers come as `HoldingsTold`."""

    def say(self, message: wire.AboutHoldings) -> None: ...


class Housekeeping:
    changed = Signal()
    altered = Signal()
    """A budget was set or something let go: plans are other ones now."""

    def __init__(self, keeper: Callable[[], Keeper | None]) -> None:
        self._keeper = keeper
        self.told: wire.HoldingsTold | None = None
        self._watched = self._asked = False

    def watch(self, on: bool) -> None:
        """Somebody looks from now on, or no more."""
        self._watched = on
        self.ask()

    def ask(self) -> None:
        """Ask how it stands, if somebody looks and no answer is under way."""
        if self._watched and not self._asked:
            self._asked = self._say(wire.AskHoldings())

    def set_budget(self, name: str, budget: int) -> None:
        if self._say(wire.SetBudget(name, budget)):
            self.altered.emit()

    def let_go(self, name: str) -> None:
        if self._say(wire.LetGo(name)):
            self.altered.emit()

    def take(self, told: wire.HoldingsTold) -> None:
        self._asked = False
        self.told = told
        self.changed.emit()

    def begin_anew(self) -> None:
        """Another worker started: what the one before was asked is never answered."""
        self._asked = False
        self.ask()

    def _say(self, message: wire.AboutHoldings) -> bool:
        keeper = self._keeper()
        if keeper:
            keeper.say(message)
        return keeper is not None
