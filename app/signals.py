"""Signals whose listeners fail each by themselves: a fault in one panel keeps nothing from the others, nor from the document."""

from __future__ import annotations

import sys
from typing import Any

import psygnal


class _Instance(psygnal.SignalInstance):
    def emit(self, *args: Any, **options: Any) -> None:
        """Tell every listener. What one raises goes to ``sys.excepthook`` if somebody takes it there, else it is raised in the end.

        Raises:
            Exception: what the first of them raised that failed.
        """
        failed: list[Exception] = []
        for listener in list(self._slots):
            try:
                listener.cb(args)
            except ReferenceError:
                continue  # what it belonged to is gone
            except Exception as error:  # a panel's fault is not the document's
                failed.append(error)
        taken = sys.excepthook is not sys.__excepthook__
        for error in failed:
            if not taken:
                raise error
            sys.excepthook(type(error), error, error.__traceback__)


def Signal(*types: Any) -> psygnal.Signal:  # as the class that it makes one of
    return psygnal.Signal(*types, signal_instance_class=_Instance)
