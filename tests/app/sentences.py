"""Every sentence that is put together for the window, found in the code: ``python -m tests.app.sentences de`` prints what it lacks.

A sentence is what `SAYING` is given: a text, an f-string, the sides of a condition, or a name or function that leads to them. What is put
into it becomes a place, ``{}``; where that leads to many texts, or to a list of them, each is a sentence of its own.
"""

from __future__ import annotations

import ast
import builtins
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from app.translating import Retelling, Texts, sentences_of
from graph_engine import discover
from nodes.decoding.strategies import TokenStrategy, described

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("nodes", "graph_engine", "app")
SAYING = {
    "Failure": 0,
    "MissingModel": 0,
    "OutOfMemory": 0,
    "Refused": 0,
    "BadWorkflow": 0,
    "note": 0,
    "Problem": 2,
    "PlannedStep": 2,
    "StepFailed": 3,
    "StepProgress": 4,
    "NoCounterpart": 0,
    "differs": 0,
    "folded": 0,
    "_placeholder": 1,
    "Item": 3,
    "Named": 3,
    "Regrouped": 3,
}
"""What takes sentences that a person reads, and which argument is the first of them. ValueError and TypeError speak to programmers."""
NAMED = {"message", "remedy", "reason", "differs", "doubt", "describe"}
"""Arguments that are such sentences, whatever is called with them."""
GIVING = {"notes", "_notes", "link_refusal", "summary"}
"""Functions that give such sentences to whoever shows them."""
KEEPING = {"became", "says"}
"""What such sentences are put into, to be shown later."""
APART = (
    "nodes/training/",
    "nodes/models/converting.py",
    "graph_engine/sweep.py",
    "graph_engine/declaration.py",
    "app/cli.py",
    "app/headless.py",
    "app/sweep",
    "app/versions.py",
)
"""Nothing of this is heard in the window: scripts, what only the command line does, what the writer of a node reads."""
PLACE = "{}"
TOGETHER = {"{} has {}", "item {}", "{} of {}"}
"""Parts of a list that the pattern of their sentence tells together: alone they would tell too much."""
TECHNICAL = (
    PLACE,
    " px",
    "RGBA",
    "RGB",
    "tessera-workflow",
    "config.",
    "float32",
    "cuda",
    "cpu",
    "workflow.py",
    "workflow_script.py",
    ".tessera.json",
)
"""The same in every language."""
MOST = 4
"""More sides than these are sentences of their own, which stand in a place."""
DEEPEST = 8
"""So far a name is followed from name to name."""


class Module:
    """The names of a module, by what they can be."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.constants = _assignments(tree.body)
        self.functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        self.imported = {
            entry.asname or entry.name: (node.module, entry.name)
            for node in tree.body
            if isinstance(node, ast.ImportFrom) and node.module
            for entry in node.names
        }


class Reader:
    """Reads the texts that an expression can be, in a function of a module."""

    def __init__(self, module: Module, function: ast.FunctionDef | None, depth: int = 0) -> None:
        self.module, self.depth = module, depth
        self.local = _assignments(ast.walk(function)) if function else {}
        self.added = _added(function) if function else {}
        self.apart: set[str] = set()
        """Sentences that stand in the places of others."""

    def texts(self, found: ast.expr) -> list[str]:
        """The patterns that an expression can be; none where it leads to no text."""
        match found:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr():
                return self._joined([self.texts(part) if isinstance(part, ast.Constant) else self._place(part) for part in found.values])
            case ast.IfExp():
                return self.texts(found.body) + self.texts(found.orelse)
            case ast.BoolOp():
                return [text for value in found.values for text in self.texts(value)]
            case ast.BinOp(op=ast.Add()) if self.texts(found.left) or self.texts(found.right):
                return self._joined([self._put(found.left), self._put(found.right)])
            case ast.BinOp(op=ast.Mult(), left=ast.Constant(value=str(text))):
                return ["", text]
            case ast.Call(func=ast.Attribute(attr="join")):
                self.apart |= {text for item in found.args for text in self._items(item)}
                return []
            case ast.Call(func=ast.Name(id=name)) if not hasattr(builtins, name):
                return self._followed(name, returned=True) or [text for value in found.args for text in self.texts(value)]
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)):
                return self._followed(name, returned=True, of=module)
            case ast.Subscript(value=ast.Name(id=name)):
                return self._followed(name)
            case ast.Lambda(body=body):
                return self.texts(body)
            case ast.Dict(values=values):
                return [text for value in values for text in self.texts(value)]
            case ast.Name(id=name):
                return self._followed(name)
        return []

    def _items(self, found: ast.expr) -> list[str]:
        """The texts of a list: of one that is written, or of a name that leads to some."""
        match found:
            case ast.List() | ast.Tuple():
                return [text for item in found.elts for text in self._item(item)]
            case ast.BoolOp():
                return [text for value in found.values for text in self._items(value)]
            case ast.ListComp() | ast.GeneratorExp():
                return self.texts(found.elt)
            case ast.IfExp():
                return self._items(found.body) + self._items(found.orelse)
            case ast.Name(id=name) if self.depth < DEEPEST:
                written = [text for value in self.local.get(name, ()) for text in self._items(value)]
                return written + [text for value in self.added.get(name, ()) for text in self.texts(value)]
            case ast.Call(args=[*_, last]):  # a filter, a list of it
                return self._items(last)
        return []

    def _item(self, item: ast.expr) -> list[str]:
        return self._items(item.value) if isinstance(item, ast.Starred) else self.texts(item)

    def _place(self, part: ast.expr) -> list[str]:
        return self._put(part.value if isinstance(part, ast.FormattedValue) else part)

    def _put(self, found: ast.expr) -> list[str]:
        """A few texts stand in the sentence itself; of many there is only the place, and they are told apart."""
        texts = list(dict.fromkeys(self.texts(found)))
        if len(texts) > MOST:
            self.apart |= set(texts)
            return [PLACE]
        return texts if texts and self._always(found) else [*texts, PLACE]

    def _always(self, found: ast.expr) -> bool:
        """Whether an expression leads to nothing but texts."""
        match found:
            case ast.Name(id=name):
                reader, values = self, self.local.get(name) or self.module.constants.get(name, [])
            case ast.Call(func=ast.Name(id=name)) if function := self.module.functions.get(name):
                reader = Reader(self.module, function, self.depth + 1)
                values = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value]
            case ast.Call() | ast.BoolOp():
                return False
            case _:
                return True
        return bool(values) and all(reader.texts(value) for value in values)

    def _joined(self, parts: Iterable[list[str]]) -> list[str]:
        return ["".join(one) for one in itertools.product(*parts)]

    def _followed(self, name: str, returned: bool = False, of: str = "") -> list[str]:
        """What a name leads to, or what a function gives: of this module or, as ``of``, another."""
        if self.depth >= DEEPEST or (of and of not in self.module.imported):
            return []
        if not returned and name in self.local:
            return [text for value in self.local[name] for text in self._deeper(self, value)]
        module: Module | None = self.module
        if of:
            module = _module_named(".".join(self.module.imported[of]))
        elif name in self.module.imported:
            where, name = self.module.imported[name]
            module = _module_named(where)
        if module is None:
            return []
        if not returned:
            return [text for value in module.constants.get(name, ()) for text in self._deeper(Reader(module, None), value)]
        function = module.functions.get(name)
        values = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value] if function else []
        return [text for value in values for text in self._deeper(Reader(module, function), value)]

    def _deeper(self, reader: Reader, value: ast.expr) -> list[str]:
        before, reader.depth = reader.depth, self.depth + 1
        found = reader.texts(value)
        reader.depth = before
        self.apart |= reader.apart
        return found


def _assignments(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        pairs: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            for target in node.targets:
                match target, node.value:
                    case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
                        pairs += zip(names, values, strict=True)
                    case _:
                        pairs.append((target, node.value))
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            pairs.append((node.target, node.value))
        for target, value in pairs:
            if isinstance(target, ast.Name) and value is not None:
                found.setdefault(target.id, []).append(value)
    return found


def _added(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """What is appended to lists, by their names."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
                found.setdefault(name, []).append(value)
    return found


@cache
def _module_named(name: str) -> Module | None:
    path = ROOT / f"{name.replace('.', '/')}.py"
    return Module(ast.parse(path.read_text("utf-8"))) if path.exists() else None


def sentences_in(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The sentences of a module as patterns, each with the line of what says it."""
    module = Module(tree)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if given := list(_given(node)):
            at = given[0].lineno
            around = [one for one in functions if one.lineno <= at <= (one.end_lineno or 0)]
            reader = Reader(module, max(around, key=lambda one: one.lineno, default=None))
            found = {text for argument in given for text in reader.texts(argument)} | reader.apart
            yield from ((at, text) for text in sorted(found) if _is_said(text))


def _given(node: ast.AST) -> Iterator[ast.expr]:
    """What is said somewhere: given to what takes sentences, given back by what gives them, kept among notes."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="_notes"), attr="append"), args=[said]):
            yield said
        case ast.Call():
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield from (item for argument in node.args[SAYING.get(name, len(node.args)) :] for item in _each(argument))
            yield from (keyword.value for keyword in node.keywords if keyword.arg in NAMED)
        case ast.FunctionDef(name=name) if name in GIVING:
            values = [one.value for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield) and one.value]
            yield from (item for value in values for item in _each(value))
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="notes"), slice=said)]):
            yield said
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(attr=name)], value=said) if name in KEEPING:
            yield said


def _each(found: ast.expr) -> list[ast.expr]:
    return found.elts if isinstance(found, ast.Tuple) else [found]


def _is_said(text: str) -> bool:
    return _speaks(text) and text not in ("error", "warning")


def all_sentences() -> dict[str, str]:
    """Where each sentence stands, by the sentence."""
    discover("nodes.library")  # with the nodes come all strategies, which are described by their docstrings
    found = {described(strategy): strategy.__module__ for strategy in TokenStrategy.__subclasses__()}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if not where.startswith(APART):
            for line, text in sentences_in(ast.parse(path.read_text("utf-8"))):
                found.setdefault(text, f"{where}:{line}")
    return found


def retelling_of(language: str) -> Retelling:
    return Retelling(sentences_of(language), Texts(language))


def is_told(sentence: str, retelling: Retelling) -> bool:
    """Whether a sentence has a counterpart as a whole: a pattern, with nothing in its places that speaks and is not told itself."""
    if not _speaks(sentence) or sentence in TOGETHER or retelling.known(sentence):
        return True
    pattern, parts = retelling.found(sentence) or (None, {})
    return pattern is not None and all(retelling.word(name, part) or is_told(part, retelling) for name, part in parts.items())


def _speaks(text: str) -> bool:
    for word in TECHNICAL:
        text = text.replace(word, "")
    return any(letter.isalpha() for letter in text)


def untold_sentences(language: str, sentences: Mapping[str, str]) -> list[str]:
    """Those sentences that a language lacks, each with its place."""
    retelling = retelling_of(language)
    return [f"{where}: {text}" for text, where in sentences.items() if not is_told(text, retelling)]


if __name__ == "__main__":
    print(json.dumps(untold_sentences(sys.argv[1], all_sentences()), indent=1, ensure_ascii=False))
