"""The one owner of state: the open document, the catalogue, the worker and what is known of its runs. Panels meet in its signals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from app import edits, rewiring
from app.album.items import other_items
from app.boards import Boards
from app.comfyui.report import Report
from app.document import Document
from app.groups import Groups, PlaceTypes, new_definition_id
from app.housekeeping import Housekeeping
from app.language import inside, large, retold, tr
from app.linking import LooseEnd, fitting_ends
from app.opening import Opening
from app.prompt_reading import PromptReading
from app.queueing import Queueing, Worker
from app.redraws import Redraws
from app.rewires import Rewires
from app.running import Running
from app.runs import Runs
from app.signals import Signal
from app.steps import StepsInside
from app.walking import Walking
from app.wording import plain, title_of, title_of_step
from graph_engine.catalogue import Catalogue
from graph_engine.check import Problem
from graph_engine.declaration import NodeType, Parameter
from graph_engine.errors import BadWorkflow
from graph_engine.flatten import TURN_MARK, flattened, problems_of, way_to
from graph_engine.graph import Graph, Link
from graph_engine.parameters import seeds
from graph_engine.values import Pixels
from graph_engine.workflow import Workflow, read, write

Place = tuple[float, float]
PASTE_SHIFT = (32.0, 32.0)


class Look(NamedTuple):
    """A picture that the viewer shows instead of the node's, until a node is selected or a run shows another."""

    name: str
    pixels: Pixels


class Session:
    document_changed = Signal()
    workflow_changed = Signal(object, object)
    modified_changed = Signal()
    selection_changed = Signal(object, object)
    pieces_changed = Signal(object, object)
    """The frames, notes and dots that were and are selected."""
    catalogue_changed = Signal()
    problems_changed = Signal()
    step_changed = Signal(str)
    run_changed = Signal()
    run_ended = Signal()
    picture_changed = Signal()
    parameter_requested = Signal(str, str)
    editor_requested = Signal(str)
    """A node that is to be painted by hand."""
    report_changed = Signal()
    said = Signal(str, str)
    """A sentence for the user, and "note", "warning" or "error"; an empty one takes back what was said."""

    def __init__(self, catalogue: Catalogue, worker: Worker | None = None, folder: Path | None = None) -> None:
        """``folder`` is where unsaved edits and earlier versions of files are kept; without it they are not."""
        self.installed = catalogue
        self.queueing = Queueing(lambda: self.installed)
        self.housekeeping = Housekeeping(lambda: self.worker)
        self.reading = PromptReading(lambda: self.worker)
        self.worker = worker
        self.folder = folder
        self.document = Document()
        self.documents = [self.document]
        """All that are open; the shown one is among them."""
        self.types = PlaceTypes()
        self.groups = Groups(self)
        self.rewires = Rewires(self)
        self.redraws = Redraws(self)
        self.walking = Walking(self)
        self.board = Boards(self)
        self.pieces: frozenset[str] = frozenset()
        """What is selected of frames, notes and dots."""
        self.watched = ""
        """The node that the viewer keeps to, whatever is selected."""
        self.selection: frozenset[str] = frozenset()
        self.problems: tuple[Problem, ...] = ()
        self.running = Running(self)
        self.opening = Opening(self)
        self.look: Look | None = None
        self.report: Report | None = None
        """What became of the nodes of the open document, if it was imported."""
        self._told_trouble = ""
        self._hear(self.document)
        if folder:
            self.document.keep_in(folder)

    @property
    def worker(self) -> Worker | None:
        return self.queueing.worker

    @worker.setter
    def worker(self, worker: Worker | None) -> None:
        self.queueing.worker = worker

    @property
    def runs(self) -> Runs:
        """The run of this document that goes on or went last."""
        return self.running.runs

    @property
    def steps(self) -> StepsInside:
        """Steps of the nodes that are on the screen."""
        return self.runs.steps.inside(self.document.prefix)

    @property
    def catalogue(self) -> Catalogue:
        """The node types that are installed, those of the file's groups, and inside a group those of its border."""
        return self.types.of(self.installed, self.document)

    # documents

    @property
    def workflow(self) -> Workflow:
        """What is on the screen: the file's own graph, or the inside of a group."""
        return self.document.view

    @property
    def flat(self) -> Graph:
        """The graph that runs."""
        return flattened(self.document.workflow, self.installed).graph

    def show_document(self, document: Document) -> None:
        """In the place of the one that is shown, which is left."""
        left = self.document
        left.close()
        self.running.forget(left)
        self.documents[self.documents.index(left)] = document
        self._open(document)

    def add_document(self, document: Document | None = None) -> None:
        """Beside those that are open."""
        made = document or Document()
        self.documents.append(made)
        self._open(made)

    def close_document(self) -> None:
        """Leave the shown one; its neighbor is shown, or where there is none an empty one."""
        if len(self.documents) == 1:
            self.show_document(Document())
            return
        left = self.document
        at = self.documents.index(left)
        self.documents.remove(left)
        self.turn_to(self.documents[min(at, len(self.documents) - 1)])
        left.close()
        self.running.forget(left)

    def _open(self, document: Document) -> None:
        if self.folder:
            document.keep_in(self.folder)
        self.turn_to(document)

    def turn_to(self, document: Document) -> None:
        """Show a document that is open. What is known of its runs is still there."""
        if document is self.document:
            return
        self.document.changed.disconnect(self._take_change)
        self.document.place_changed.disconnect(self._take_place)
        self.document.modified_changed.disconnect(self.modified_changed.emit)
        self.document = document
        self._hear(document)
        self.selection, self.pieces, self.watched, self.look = frozenset(), frozenset(), "", None
        self.report = None
        self.opening.forget_waiting()
        self.running.turn_to(document)
        self.check()
        self.document_changed.emit()
        self.modified_changed.emit()
        self.picture_changed.emit()
        self.run_changed.emit()
        self.report_changed.emit()

    def _hear(self, document: Document) -> None:
        document.changed.connect(self._take_change)
        document.place_changed.connect(self._take_place)
        document.modified_changed.connect(self.modified_changed.emit)

    def new(self) -> None:
        self.show_document(Document())

    def show_catalogue(self, catalogue: Catalogue) -> None:
        self.installed = catalogue
        self.check()
        self.catalogue_changed.emit()
        self.opening.take_catalogue()

    def _tell_trouble(self) -> None:
        """Once, that edits would not survive the window."""
        trouble = self.document.journal.trouble if self.document.journal else ""
        if trouble != self._told_trouble:
            self._told_trouble = trouble
            self.said.emit(f"{large(retold(trouble))}." if trouble else "", "warning")

    def _take_change(self, before: Workflow, after: Workflow) -> None:
        self._tell_trouble()
        if self.selection - after.graph.nodes.keys() or self.pieces - after.board.pieces:
            self.select(self.chosen)
        self.workflow_changed.emit(before, after)
        if self.types.changed(self.installed, self.document):
            self.catalogue_changed.emit()
        if before.graph != after.graph or before.definitions is not after.definitions:
            self.check()
            self.tell_of_steps(self.runs.steps.mark_stale(self.flat))
        self.picture_changed.emit()

    def _take_place(self) -> None:
        """Another place of the document is shown, after an edit perhaps."""
        self.selection, self.pieces = frozenset(), frozenset()
        self.types.changed(self.installed, self.document)
        self.check()
        self.runs.steps.mark_stale(self.flat)
        self.document_changed.emit()
        self.picture_changed.emit()

    def check(self) -> None:
        """Look for what is wrong with the document, or lacks on this machine."""
        whole = self.document.workflow
        problems = tuple(problems_of(whole, self.installed)) if whole.graph.nodes else ()
        problems += tuple(problem for problem in self.running.missing if problem.node in whole.graph.nodes)
        if problems != self.problems:
            self.problems = problems
            self.problems_changed.emit()

    # selection

    @property
    def chosen(self) -> frozenset[str]:
        """All that is selected: nodes and pieces of the board."""
        return self.selection | self.pieces

    def select(self, found: Iterable[str]) -> None:
        """Select nodes, and frames, notes and dots, and nothing else."""
        wanted = frozenset(found)
        pieces, self.pieces = self.pieces, wanted & self.workflow.board.pieces
        if pieces != self.pieces:
            self.pieces_changed.emit(pieces, self.pieces)
        before, self.selection = self.selection, wanted & self.workflow.graph.nodes.keys()
        looked, self.look = self.look, None
        if before != self.selection:
            self.selection_changed.emit(before, self.selection)
        if before != self.selection or looked:
            self.picture_changed.emit()

    def select_all(self) -> None:
        self.select({*self.workflow.graph.nodes, *self.workflow.board.pieces})

    @property
    def selected_node(self) -> str:
        """The one selected node, or nothing."""
        return next(iter(self.selection)) if len(self.selection) == 1 else ""

    def title(self, node: str) -> str:
        known = self.workflow.graph.nodes.get(node)
        return title_of(known, self.catalogue.get(known.type)) if known else node

    def here(self, step: str) -> str:
        """The node on the screen that a step of the flat graph belongs to; empty where it lies elsewhere."""
        prefix = self.document.prefix
        if not prefix and step in self.workflow.graph.nodes:
            return step
        way = TURN_MARK.sub("", step)
        return way[len(prefix) :].partition("/")[0] if way.startswith(prefix) else ""

    def title_of_step(self, step: str) -> str:
        """The titles that lead to a step, as "Group › Blur"."""
        return title_of_step(self.document.workflow, self.catalogue, step)

    def type_of(self, node: str) -> NodeType | None:
        return self.catalogue.get(self.workflow.graph.nodes[node].type)

    # edits

    def add_node(self, type_id: str, at: Place, loose: LooseEnd | None = None, behind: str = "") -> str:
        """Add a node, and link it to the loose end if one waits for it, or behind a node if types match."""
        node_type = self.catalogue.get(type_id)
        if node_type is None:
            raise KeyError(f"{type_id}: must be a node type of the catalogue")
        if reason := self.groups.refusal(type_id):
            self.said.emit(tr("{title} was not added: {reason}.", title=node_type.title, reason=reason), "warning")
            return ""
        (identity,) = self.document.fresh_ids(1)
        after = edits.with_node(self.workflow, identity, node_type, at)
        ends = fitting_ends(node_type, loose) if loose else []
        if loose and ends:
            link = loose.link_to(identity, ends[0])
            after = edits.with_link(after, link, edits.takes_many(after.graph, self.catalogue, link))
        elif behind and (link := rewiring.best_link(after, self.catalogue, behind, identity)):
            after = edits.with_link(after, link, many=False)
        self.document.apply(tr("Add {title}", title=node_type.title), after)
        self.select({identity})
        return identity

    def delete(self, nodes: Iterable[str]) -> None:
        """Nodes with their links, and pieces of the board."""
        gone = frozenset(nodes) - self.document.border
        if gone:
            after = edits.without_nodes(self.workflow, gone)
            self.document.apply(tr("Delete {count}", count=_count(len(gone))), replace(after, board=after.board.without(gone)))

    def move_nodes(self, places: Mapping[str, Place], merge: str = "", label: str = "") -> None:
        self.document.apply(label or tr("Move {count}", count=_count(len(places))), edits.moved(self.workflow, places), merge)

    def link(self, link: Link, instead_of: Link | None = None) -> None:
        grown, link = self.groups.grown(link)
        many = edits.takes_many(grown.graph, self.catalogue, link)
        self.document.apply(tr("Link"), edits.with_link(grown, link, many, instead_of))

    def unlink(self, link: Link) -> None:
        self.document.apply(tr("Unlink"), edits.without_link(self.workflow, link))

    def set_parameter(self, node: str, parameter: Parameter, value: Any, label: str = "") -> None:
        """Set a value. A drag or typing is one edit until `settle`."""
        after = edits.with_parameter(self.workflow, node, parameter, value)
        name = inside(parameter.title or tr(plain(parameter.name)))
        self.document.apply(label or tr("Change {name}", name=name), after, merge=f"{node} {parameter.name}")

    def settle(self) -> None:
        self.document.settle()

    def rename(self, node: str, title: str) -> None:
        self.document.apply(tr("Rename"), edits.with_title(self.workflow, node, title))

    def describe(self, **changes: str) -> None:
        """Change the name or the description of the workflow."""
        (field,) = changes
        self.document.apply(
            tr("Rename workflow") if field == "name" else tr("Describe workflow"), edits.described(self.workflow, **changes), merge=field
        )

    def expose(self, node: str, parameter: Parameter, on: bool) -> None:
        if on:
            self.document.apply(tr("Expose parameter"), edits.with_exposed(self.workflow, node, parameter))
        else:
            self.document.apply(tr("Hide parameter"), edits.without_exposed(self.workflow, node, parameter.name))

    def use_seeds(self, workflow: bytes, node: str) -> None:
        """Fix the seeds behind a node to those of a workflow that ran; of an item of a batch, make that item alone."""
        ran = flattened(read(workflow), self.installed).graph
        wanted = seeds(ran, self.installed, ran.upstream([node]))
        after, told = edits.with_seeds(self.workflow, wanted, self.catalogue)
        if not told:
            self.said.emit(tr("No node here has a seed of that picture."), "warning")
            return
        self.document.apply(tr("Use seed"), edits.with_parameters(after, other_items(ran, node, self.workflow.graph, self.installed)))
        self.said.emit(tr("Seed {seeds}, fixed.", seeds=", ".join(map(str, told))), "note")

    def undo(self) -> None:
        self.document.undo()

    def redo(self) -> None:
        self.document.redo()

    # copy and paste

    def copied(self) -> str:
        """The selected nodes as the text of a workflow file."""
        return write(self._fragment()).decode() if self.chosen else ""

    def _fragment(self) -> Workflow:
        return edits.fragment(self.workflow, self.selection - self.document.border, self.pieces)

    def paste(self, text: str, at: Place | None = None, keep_inputs: bool = False) -> None:
        """Add the nodes of a workflow's text, around a place or beside where they were; perhaps linked as what they are copies of."""
        try:
            piece = read(text.encode(), "clipboard")
        except BadWorkflow as error:
            self.said.emit(retold(str(error)), "warning")
            return
        if piece.graph.nodes or piece.board.pieces:
            self._add_piece(tr("Paste"), piece, _shift_to(piece, at) if at else PASTE_SHIFT, keep_inputs)

    def duplicate(self, shift: Place = PASTE_SHIFT, keep_inputs: bool = False) -> None:
        if self.chosen:
            self._add_piece(tr("Duplicate"), self._fragment(), shift, keep_inputs)

    def _add_piece(self, label: str, piece: Workflow, shift: Place, keep_inputs: bool) -> None:
        piece = edits.with_definitions_known(piece, self.workflow.definitions, new_definition_id)
        if reason := next((reason for node in piece.graph.nodes.values() if (reason := self.groups.refusal(node.type, piece))), ""):
            self.said.emit(tr("Not added: {reason}.", reason=reason), "warning")
            return
        known = [*piece.graph.nodes, *sorted(piece.board.pieces)]
        fresh = self.document.fresh_ids(len(known))
        names = dict(zip(known, fresh, strict=True))
        made = edits.pasted(self.workflow, piece, names, shift)
        self.document.apply(label, rewiring.with_links_copied(made, self.workflow, names) if keep_inputs else made)
        self.select(fresh)

    # words

    def ask_reading(self, node: str, parameter: str, texts: tuple[str, ...]) -> None:
        """Ask how texts of a node would be read."""
        self.reading.ask((node, parameter), self.flat, self.installed, self.document.prefix + node, texts)

    def reason_text(self, reason: str) -> str:
        """A reason of the engine with the titles of nodes instead of their ids."""
        words = (
            self.title_of_step(word) if before in ("source", "switch") else word for before, word in pairwise(["", *reason.split(" ")])
        )
        return retold(" ".join(words))

    def problem_text(self, problem: Problem) -> str:
        """A problem in one line, with the node's title and the remedy."""
        where = f"{self.title_of_step(problem.node)}: " if way_to(self.document.workflow, problem.node) else ""
        return f"{where}{retold(problem.message)}{f' — {retold(problem.remedy)}' if problem.remedy else ''}"

    def tell_of_steps(self, nodes: set[str]) -> None:
        """Steps of the flat graph look different now."""
        for node in {self.here(step) for step in nodes}:
            self.step_changed.emit(node)
        if nodes:
            self.picture_changed.emit()

    # what the viewer shows

    def watch(self, node: str) -> None:
        """Let the viewer keep to a node; once more, let it follow the selection again."""
        self.watched = "" if node == self.watched else node
        self.said.emit(
            tr("The viewer keeps to {title}. Press 1 on it again to let go.", title=self.title(node)) if self.watched else "", "note"
        )
        self.picture_changed.emit()

    def look_at(self, look: Look | None) -> None:
        self.look = look
        self.picture_changed.emit()

    @property
    def viewed_node(self) -> str:
        """The watched node or the selected one if it has a picture, else the one that is being made, else the latest."""
        candidates = [self.watched, self.selected_node, *map(self.here, self.runs.steps.running()), self.here(self.runs.latest_picture)]
        return next((node for node in candidates if node and self.steps[node].picture), "")

    @property
    def viewed_picture(self) -> Pixels | None:
        return self.look.pixels if self.look else self.steps[self.viewed_node].picture


def _count(number: int) -> str:
    return tr("node") if number == 1 else tr("{count} nodes", count=number)


def _shift_to(piece: Workflow, at: Place) -> Place:
    """How far to move a fragment so that its corner lies at a place."""
    others = [found.at for found in (*piece.board.frames.values(), *piece.board.notes.values())]
    left = min((x for x, _ in (*piece.layout.values(), *others)), default=0.0)
    top = min((y for _, y in (*piece.layout.values(), *others)), default=0.0)
    return at[0] - left, at[1] - top
