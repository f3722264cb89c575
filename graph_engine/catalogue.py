"""Every node type that is known, found by scanning a package: one file, one function, the folder is the section."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from graph_engine.declaration import DeclarationError, Foretells, Needs, NodeType, Upgrade, declared


class BrokenFile(msgspec.Struct, frozen=True):
    """A node file that could not be read, and why; the rest of the catalogue loads."""

    module: str
    message: str


class _Stored(msgspec.Struct, frozen=True):
    types: tuple[NodeType, ...]
    broken: tuple[BrokenFile, ...]


class Catalogue(Mapping[str, NodeType]):
    """Node types by id. In the process that discovered them, their functions too."""

    def __init__(
        self,
        types: Mapping[str, NodeType] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        broken: tuple[BrokenFile, ...] = (),
    ) -> None:
        self._types = dict(sorted((types or {}).items()))
        self.get = self._types.get  # type: ignore[method-assign]  # asked for every node of a graph: Mapping's own is slow
        self._functions = dict(functions or {})
        self.broken = broken

    def __getitem__(self, identity: str) -> NodeType:
        return self._types[identity]

    def __iter__(self) -> Iterator[str]:
        return iter(self._types)

    def __len__(self) -> int:
        return len(self._types)

    def runs(self, identity: str) -> bool:
        """Whether this process has the function of a node type."""
        return identity in self._functions

    def function(self, identity: str) -> Callable[..., Any]:
        """The function of a node type that this process discovered."""
        return self._functions[identity]

    def needs(self, identity: str) -> Needs:
        """What names the lazy inputs that are needed; in the process that discovered the node type."""
        needs: Needs = self._functions[identity].__node__.needs  # type: ignore[attr-defined]
        return needs

    def foretells(self, identity: str) -> Foretells | None:
        """What tells of a node type's results before a run, in the process that discovered it; None where nothing does."""
        function = self._functions.get(identity)
        marked = function.__node__.foretells if function else False  # type: ignore[attr-defined]
        return function if marked is True else marked or None

    def upgrade(self, identity: str) -> Upgrade | None:
        function = self._functions.get(identity)
        return function.__node__.upgrade if function else None  # type: ignore[attr-defined]

    def with_types(self, types: Mapping[str, NodeType]) -> Catalogue:
        """The catalogue with further types, such as those of a file's definitions, that have no function."""
        return Catalogue({**self._types, **types}, self._functions, self.broken)

    def to_json(self) -> bytes:
        return msgspec.json.encode(_Stored(tuple(self._types.values()), self.broken))

    @classmethod
    def from_json(cls, data: bytes) -> Catalogue:
        """A catalogue without functions.

        Raises:
            msgspec.DecodeError: the data is not a catalogue of this version of the program.
        """
        stored = msgspec.json.decode(data, type=_Stored)
        return cls({found.id: found for found in stored.types}, broken=stored.broken)

    @classmethod
    def of(cls, *functions: tuple[str, Callable[..., Any]]) -> Catalogue:
        """A catalogue of (section, marked function) pairs, for tests and scripts."""
        found = {(known := declared(function, section)).id: (known, function) for section, function in functions}
        return cls({key: pair[0] for key, pair in found.items()}, {key: pair[1] for key, pair in found.items()})


def discover(package: str) -> Catalogue:
    """Import every ``<package>/<section>/<name>.py`` and read the function of the file's name."""
    types: dict[str, NodeType] = {}
    functions: dict[str, Callable[..., Any]] = {}
    broken: list[BrokenFile] = []
    for section, name in _files(package):
        module = f"{package}.{section}.{name}"
        try:
            function = getattr(importlib.import_module(module), name, None)
            if function is None or not hasattr(function, "__node__"):
                raise DeclarationError(f"{module}: must hold a function {name}() marked with @node, got none")
            found = declared(function, section)
        except Exception as error:  # a node's file is anyone's code, when it is read as when it runs
            broken.append(BrokenFile(module, f"{type(error).__name__}: {error}"))
        else:
            types[found.id], functions[found.id] = found, function
    return Catalogue(types, functions, tuple(broken))


def _files(package: str) -> Iterator[tuple[str, str]]:
    for section in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if section.ispkg:
            folder = importlib.import_module(f"{package}.{section.name}")
            for file in pkgutil.iter_modules(folder.__path__):
                if not file.name.startswith("_"):
                    yield section.name, file.name
