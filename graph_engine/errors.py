"""What can go wrong in a run, as exceptions that carry the three lines a user reads: what, where, what to try."""

from __future__ import annotations


class Failure(Exception):
    """A node cannot do its work. The message says where, the rule and what came; ``remedy`` says what to try."""

    kind = "failed"

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class MissingModel(Failure):
    """A model file that a node names is not there, or is not what it should be."""

    kind = "missing_model"


class OutOfMemory(Failure):
    """The device or the machine has no room for the step."""

    kind = "out_of_memory"


class Stopped(BaseException):
    """Raised inside a node by its `Context` when the user asked the run to stop. Not an `Exception`: no node swallows it by accident."""


class BadWorkflow(Exception):
    """A workflow file that cannot be read: the message says where in the file, the rule and what came."""
