"""What the worker process and the headless run share: the node catalogue, the cache and the running of a workflow."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from msgspec.structs import replace

from app.files_by_digest import remember
from app.holdings import keep_budget, kept_budgets, resize
from app.places import cache_folder, config_folder, data_folder
from graph_engine.cache import Cache, MemoryCache
from graph_engine.catalogue import Catalogue, discover
from graph_engine.check import Problem, default_targets, errors
from graph_engine.declaration import File
from graph_engine.disk import DiskCache
from graph_engine.events import AnyEvent
from graph_engine.execute import Outcome, execute
from graph_engine.files import MISSING, FileDigests
from graph_engine.flatten import Flat, flattened, problems_of
from graph_engine.foretelling import Foretelling
from graph_engine.graph import Graph
from graph_engine.history import History
from graph_engine.plan import Plan, plan
from graph_engine.sharing import with_digests
from graph_engine.workflow import Workflow, upgraded, write

NODES = "nodes.library"
BUDGETS = "budgets.json"

# Threads of torch that wait by spinning take the processor from the window, and from each other where something else runs: twenty times
# slower, measured beside one busy process. Read when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


class EngineRoom:
    """Owns what outlives a run: functions, results, history. One run at a time."""

    def __init__(self, nodes: str = NODES, folder: Path | None = None) -> None:
        folder = folder or cache_folder()
        self.catalogue: Catalogue = discover(nodes)
        gc.freeze()  # what was imported stays: looking through it for garbage takes longer than many a run
        self.cache = Cache(MemoryCache(), DiskCache(folder / "results"))
        self.trouble = self._set_budgets()
        self.history = History(folder / "history.db")
        self._find, self._how_to_get = _finder(nodes), _getter(nodes)
        self._digests_file = folder / "digests.json"
        self.digests = self.own_digests()
        self._foretelling = Foretelling()

    def own_digests(self) -> FileDigests:
        """Digests of files for one thread."""
        return FileDigests(self._find, self._digests_file)

    def _set_budgets(self) -> str:
        """Set the budgets that the user chose; what is wrong with them, if anything."""
        try:
            for name, budget in kept_budgets(config_folder() / BUDGETS).items():
                resize(self.cache, name, budget)
        except ValueError as error:
            return str(error)
        return ""

    def set_budget(self, name: str, budget: int) -> None:
        """Set the budget of a holding, from now on and for every process that starts later."""
        resize(self.cache, name, budget)
        try:
            keep_budget(config_folder() / BUDGETS, name, budget)
            self.trouble = ""
        except OSError as error:
            self.trouble = f"{config_folder()}: budgets are not remembered: {error.strerror}"

    def run(
        self,
        workflow: Workflow,
        emit: Callable[[AnyEvent], None],
        *,
        targets: tuple[str, ...] | None = None,
        stop: threading.Event | None = None,
        output_folder: Path | None = None,
        run_id: str = "",
        scope: str = "",
        written: Collection[str] = (),
    ) -> Outcome:
        """Run a workflow whose seeds are drawn. Targets that are ``written`` already are left out."""
        current = upgraded(workflow, self.catalogue)
        problems = tuple(problems_of(current, self.catalogue, targets))
        if errors(problems):
            return Outcome("refused", 0.0, problems=problems)
        flat = flattened(current, self.catalogue)
        wanted = default_targets(flat.graph, self.catalogue) if targets is None else flat.targets(targets)
        if misfits := tuple(self.misfits(flat, wanted)):
            return Outcome("refused", 0.0, problems=(*problems, *misfits))
        carried = self._carried(current, flat.graph, wanted)
        outcome = execute(
            flat.graph, self.catalogue, self.cache, emit, targets=[node for node in wanted if node not in written], stop=stop,
            output_folder=output_folder, workflow=carried, run_id=run_id, scope=scope, digests=self.digests, history=self.history,
        )  # fmt: skip
        return outcome if outcome.state == "refused" else replace(outcome, problems=problems)

    def _carried(self, workflow: Workflow, flat: Graph, targets: Iterable[str]) -> bytes:
        """The workflow as nodes that save pictures are given it: with the digests of the files that this run reads."""
        digests = {}
        for node in map(flat.nodes.__getitem__, flat.upstream(targets)):
            for parameter in node_type.files if (node_type := self.catalogue.get(node.type)) else ():
                name = node.parameters.get(parameter)
                if isinstance(name, str) and name and (digest := self.digests(name)) != MISSING:
                    digests[name] = digest
        remember(digests, data_folder())
        return write(with_digests(workflow, digests))

    def finds(self, name: str) -> bool:
        """Whether a file is there, by its path or by a model's name."""
        return bool(self._find(name) if self._find else Path(name).is_file())

    def missing_models(self, workflow: Workflow) -> list[Problem]:
        """Models that nodes name and that are not here."""
        flat = flattened(workflow, self.catalogue)
        problems = []
        for key, node in flat.graph.nodes.items():
            for parameter in node_type.parameters if (node_type := self.catalogue.get(node.type)) else ():
                name = node.parameters.get(parameter.name, parameter.default)
                if isinstance(parameter.kind, File) and parameter.kind.role == "model" and isinstance(name, str) and not self.finds(name):
                    message = f"{parameter.name}: no such model: {name or 'none is named'}"
                    remedy = self._how_to_get(name) or "put the file into a model folder, or choose another"
                    problems.append(Problem(flat.owner(key), parameter.name, message, remedy, "warning"))
        return problems

    def plan(self, workflow: Workflow, targets: tuple[str, ...] | None = None, scope: str = "") -> Plan:
        current = upgraded(workflow, self.catalogue)
        problems = tuple(problems_of(current, self.catalogue, targets))
        flat = flattened(current, self.catalogue)
        wanted = default_targets(flat.graph, self.catalogue) if targets is None else flat.targets(targets)
        if errors(problems):
            return Plan(wanted, (), problems, 0.0, tuple(self.missing_models(current)))
        planned = plan(flat.graph, self.catalogue, self.cache, self.digests, targets=wanted, history=self.history, scope=scope)
        missing = (*self.missing_models(current), *self.misfits(flat, wanted))
        return replace(planned, problems=problems, missing=missing)

    def problems(self, workflow: Workflow) -> list[Problem]:
        """All that is wrong with a workflow as far as it can be told before a run."""
        current = upgraded(workflow, self.catalogue)
        found = problems_of(current, self.catalogue)
        if errors(found):
            return found
        flat = flattened(current, self.catalogue)
        return found + self.misfits(flat, default_targets(flat.graph, self.catalogue))

    def misfits(self, flat: Flat, targets: Iterable[str]) -> list[Problem]:
        """What files and settings say does not go together; the graph has no errors otherwise."""
        found = self._foretelling.problems(flat.graph, self.catalogue, targets, self.digests)
        return [replace(problem, node=flat.owner(problem.node)) for problem in found]


def _finder(nodes: str) -> Callable[[str], Path | None] | None:
    """How file parameters find files: the model folders of the real nodes, plain paths for any other package."""
    if nodes != NODES:
        return None
    from nodes.models.folders import existing_file

    return existing_file


def _getter(nodes: str) -> Callable[[str], str]:
    """What to do about a model that is not there, empty where nothing is known of it."""
    if nodes != NODES:
        return lambda name: ""
    from nodes.models.published_files import how_to_get

    return how_to_get
