"""What a session does with groups: make and dissolve them, step in and out; and which node types there are in a place."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from app import edits
from app.document import Document
from app.grouping import dissolve_refusal, dissolved, group_refusal, grouped, made_unique, with_new_end, without_end
from app.inside import definition_at
from app.language import inside, tr
from app.node_words import in_language
from app.wording import plain
from graph_engine.catalogue import Catalogue
from graph_engine.declaration import NodeType
from graph_engine.definition import INPUTS, OUTPUTS, Definition, Definitions, Loop, definition_of, held
from graph_engine.flatten import TURN_MARK
from graph_engine.graph import Link
from graph_engine.interface import INSIDE, NEW, OUTSIDE, border_types, types_with, would_hold_itself
from graph_engine.workflow import Workflow

Session = Any  # the session owns what is here; naming its class would close a circle


def new_definition_id() -> str:
    """An id that no other file uses either: fragments are pasted from one into another."""
    return uuid.uuid4().hex[:12]


class PlaceTypes:
    """The node types of a place, worked out again only when the file's definitions or the place changed."""

    def __init__(self) -> None:
        self._made_from: tuple[Catalogue, Definitions, str] | None = None
        self._found = Catalogue()
        self._shown: Mapping[str, NodeType | None] = {}

    def of(self, installed: Catalogue, document: Document) -> Catalogue:
        definitions = document.workflow.definitions
        if not definitions:
            return installed
        identity = definition_at(document.workflow, document.way)
        made = self._made_from
        if made is None or made[0] is not installed or made[1] is not definitions or made[2] != identity:
            self._made_from = installed, definitions, identity
            definition = definitions.get(identity)
            border = border_types(definition, growing=True) if isinstance(definition, Definition) else {}
            self._found = installed.with_types({**types_with(definitions, installed), **in_language(border)})
        return self._found

    def changed(self, installed: Catalogue, document: Document) -> bool:
        """Whether groups that are on the screen look otherwise than when this was asked before."""
        before, types = self._shown, self.of(installed, document)
        names = {node.type for node in document.view.graph.nodes.values() if node.type not in installed}
        self._shown = {name: types.get(name) for name in names}
        return any(name in before and before[name] != found for name, found in self._shown.items())


class Groups:
    """What can be done with groups. Each is one edit; what cannot be done is said."""

    def __init__(self, session: Session) -> None:
        self._session = session

    # make and dissolve

    def group(self) -> None:
        """The selected nodes become one."""
        session = self._session
        nodes = session.selection - session.document.border
        titles = {node: session.title(node) for node in session.workflow.graph.nodes}
        if reason := group_refusal(session.workflow, nodes, titles):
            session.said.emit(reason, "warning")
            return
        (instance,) = session.document.fresh_ids(1)
        made = grouped(session.workflow, nodes, session.catalogue, new_definition_id(), instance, self._free_name())
        session.document.apply(tr("Group"), made)
        session.select({instance})

    def _free_name(self) -> str:
        names = {found.name for found in self._session.workflow.definitions.values() if isinstance(found, Definition)}
        number, name = 1, tr("Group")
        while name in names:
            number += 1
            name = tr("Group {number}", number=number)
        return name

    def dissolve(self) -> None:
        """The selected group becomes its nodes again."""
        session, instance = self._session, self._session.selected_node
        if reason := dissolve_refusal(session.workflow, instance):
            session.said.emit(reason, "warning")
            return
        definition = held(session.workflow.definitions, session.workflow.graph.nodes[instance].type)
        fresh = session.document.fresh_ids(len(definition.graph.nodes) if definition else 0)
        before = session.workflow.graph.nodes.keys()
        session.document.apply(tr("Dissolve group"), dissolved(session.workflow, instance, fresh, drop=self._uses(instance) < 2))
        session.select(session.workflow.graph.nodes.keys() - before)

    def _uses(self, instance: str) -> int:
        """How many nodes of the file are instances of the same definition."""
        whole, type_id = self._session.document.workflow, self._session.workflow.graph.nodes[instance].type
        graphs = [whole.graph, *(found.graph for found in whole.definitions.values() if isinstance(found, Definition))]
        return sum(node.type == type_id for graph in graphs for node in graph.nodes.values())

    def make_unique(self) -> None:
        """The selected instance gets a definition of its own."""
        session = self._session
        session.document.apply(tr("Make unique"), made_unique(session.workflow, session.selected_node, new_definition_id()))

    def switch(self, state: str, label: str) -> None:
        """Bypass or mute the selected nodes, or let them run again."""
        session = self._session
        if nodes := session.selection - session.document.border:
            session.document.apply(label, edits.with_state(session.workflow, nodes, state))

    # the interface of the group one is in

    @property
    def here(self) -> Definition | None:
        """The definition whose inside is on the screen."""
        document = self._session.document
        found = document.workflow.definitions.get(definition_at(document.workflow, document.way))
        return found if isinstance(found, Definition) else None

    @property
    def _identity(self) -> str:
        return definition_at(self._session.document.workflow, self._session.document.way)

    def grown(self, link: Link) -> tuple[Workflow, Link]:
        """What is on the screen, with a new end of the group's border if the link leads to where there is none yet."""
        workflow = self._session.workflow
        new = (link.source, link.output) == (INPUTS, NEW) or (link.target, link.input) == (OUTPUTS, NEW)
        return with_new_end(workflow, self._identity, link, self._session.catalogue) if new and self.here else (workflow, link)

    def rename_end(self, side: str, key: str, name: str) -> None:
        """Another name for an input or output; what is linked to it stays."""
        if definition := self.here:
            ends = definition.inputs if side == INPUTS else definition.outputs
            renamed = {**ends, key: replace(ends[key], name="" if name == plain(key) else name)}
            changed = replace(definition, inputs=renamed) if side == INPUTS else replace(definition, outputs=renamed)
            self._change(tr("Rename"), changed, f"{side} {key}")

    def remove_end(self, side: str, key: str) -> None:
        if self.here:
            whole = self._session.document.workflow
            self._session.document.apply_whole(tr("Remove {name}", name=inside(plain(key))), without_end(whole, self._identity, side, key))

    def change_loop(self, loop: Loop | None) -> None:
        """Let the group go round, or round in another way, or not at all."""
        if definition := self.here:
            self._change(tr("Change loop"), replace(definition, loop=loop))

    def first_loop(self) -> Loop:
        """A loop as one would begin it: each input takes the first output of its type from the turn before."""
        definition = self.here or Definition()
        carried: dict[str, str] = {}
        for entry, end in definition.inputs.items():
            fitting = (key for key, out in definition.outputs.items() if out.type == end.type and key not in carried.values())
            if output := next(fitting, ""):
                carried[entry] = output
        return Loop(carried=carried)

    def _change(self, label: str, definition: Definition, merge: str = "") -> None:
        document = self._session.document
        after = replace(document.view, definitions={**document.view.definitions, self._identity: definition})
        document.apply(label, after, merge)

    # in and out

    def is_group(self, node: str) -> bool:
        """Whether one can step into a node."""
        known = self._session.workflow.graph.nodes.get(node)
        return known is not None and held(self._session.workflow.definitions, known.type) is not None

    def step_in(self, node: str = "") -> None:
        """Show the inside of a group, by default of the selected one."""
        node = node or self._session.selected_node
        if self.is_group(node):
            self._session.document.go((*self._session.document.way, node))

    def step_out(self, levels: int = 1) -> None:
        """Show what lies around, with the group that was left selected."""
        session = self._session
        way = session.document.way
        if levels > 0 and way:
            session.document.go(way[: max(0, len(way) - levels)])
            session.select({way[len(session.document.way)]})

    def names_on_the_way(self) -> list[str]:
        """What the places are called that lie between the file's own graph and what is on the screen, both included."""
        document = self._session.document
        steps = ["/".join(document.way[: level + 1]) for level in range(len(document.way))]
        return [document.name, *(self._session.title_of_step(step).rpartition(" › ")[2] for step in steps)]

    def show(self, step: str) -> None:
        """Go where a node of the flat graph lies, and select it."""
        session = self._session
        way = [step] if step in session.document.workflow.graph.nodes else TURN_MARK.sub("", step).split("/")
        session.document.go(tuple(way[:-1]))
        session.select({way[-1]})

    # what may be put where one is

    def addable(self) -> list[NodeType]:
        """The node types that can be added here."""
        session = self._session
        return [found for found in session.catalogue.values() if found.id not in (INSIDE, OUTSIDE) and not self.refusal(found.id)]

    def refusal(self, type_id: str, piece: Workflow | None = None) -> str:
        """Why a node of this type cannot be added here; empty where it can. ``piece`` brings definitions of its own."""
        inner, whole = definition_of(type_id), self._session.document.workflow
        outer = definition_at(whole, self._session.document.way) if inner else ""
        definitions = {**whole.definitions, **piece.definitions} if piece else whole.definitions
        return would_hold_itself(definitions, outer, inner) if outer else ""
