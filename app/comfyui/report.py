"""What became of each node of an imported file, as data and as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

MAPPED, APPROXIMATED, UNMAPPED = "mapped", "approximated", "unmapped"
OUTCOMES = (MAPPED, APPROXIMATED, UNMAPPED)
BETWEEN = "; "
"""Stands between the clauses of a sentence."""


class Item(msgspec.Struct, frozen=True):
    """One node of the file: what it was, what became of it (``outcome``), in which nodes of the workflow, and how that differs."""

    id: str
    type: str
    outcome: str
    sentence: str
    title: str = ""
    nodes: tuple[str, ...] = ()

    @property
    def clauses(self) -> list[str]:
        return self.sentence.split(BETWEEN)


class NeededFile(msgspec.Struct, frozen=True):
    """A model or picture that the file names. ``found`` is None where nobody has looked."""

    name: str
    kind: str
    url: str = ""
    digest: str = ""
    found: bool | None = None


class Report(msgspec.Struct, frozen=True):
    form: str
    items: tuple[Item, ...]
    files: tuple[NeededFile, ...] = ()
    notes: tuple[str, ...] = ()

    def of(self, outcome: str) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.outcome == outcome)

    @property
    def summary(self) -> str:
        """The count of each outcome in one line."""
        mapped, approximated, unmapped = (len(self.of(outcome)) for outcome in OUTCOMES)
        counts = f"{mapped} mapped, {approximated} approximated, {unmapped} unmapped"
        return f"ComfyUI workflow ({self.form} form), {len(self.items)} nodes: {counts}"

    @property
    def missing(self) -> tuple[NeededFile, ...]:
        return tuple(file for file in self.files if file.found is False)

    def lines(self) -> Iterator[str]:
        """The whole report as text."""
        yield self.summary
        for outcome in OUTCOMES:
            for item in self.of(outcome):
                yield f"{outcome}: {item.title or item.type} ({item.id}): {item.sentence}"
        for file in self.files:
            state = {True: "is here", False: "is missing", None: "is needed"}[file.found]
            yield f"{file.kind} {file.name}: {state}{f', from {file.url}' if file.url else ''}"
        yield from self.notes
