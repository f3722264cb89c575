"""The graph engine: declared nodes, frozen graphs, keys, plans, a cache in two tiers, runs. It knows of no tensor and no window."""

from graph_engine.cache import Cache, MemoryCache
from graph_engine.catalogue import Catalogue, discover
from graph_engine.check import Problem, check, default_targets, link_refusal
from graph_engine.context import Context
from graph_engine.declaration import (
    Choice,
    Color,
    DeclarationError,
    File,
    Integer,
    Lazy,
    Lines,
    NodeType,
    Number,
    Seed,
    Text,
    Toggle,
    declared,
    node,
)
from graph_engine.definition import Definition, End, Exposed, Loop
from graph_engine.disk import DiskCache
from graph_engine.errors import BadWorkflow, Failure, MissingModel, OutOfMemory, Stopped
from graph_engine.execute import Outcome, execute
from graph_engine.files import FileDigests
from graph_engine.flatten import Flat, flattened, problems_of
from graph_engine.graph import Graph, Link, Node
from graph_engine.history import History
from graph_engine.keys import keys
from graph_engine.memory import on_shortage, register_gauge, register_holder
from graph_engine.plan import Plan, PlannedStep, plan
from graph_engine.values import (
    Pixels,
    ValueType,
    digest_of,
    register_value,
    type_name,
    value_type_of,
    value_types,
)
from graph_engine.workflow import (
    Workflow,
    read,
    save,
    schema,
    with_values,
    write,
)

__all__ = [
    "BadWorkflow", "Cache", "Catalogue", "Choice", "Color", "Context", "DeclarationError", "Definition", "DiskCache", "End",
    "Exposed", "Failure", "File", "FileDigests", "Flat", "Graph", "History", "Integer", "Lazy", "Lines", "Link", "Loop",
    "MemoryCache", "MissingModel", "Node", "NodeType", "Number", "OutOfMemory", "Outcome", "Pixels", "Plan", "PlannedStep",
    "Problem", "Seed", "Stopped", "Text", "Toggle", "ValueType", "Workflow", "check", "declared", "default_targets", "digest_of",
    "discover", "execute", "flattened", "keys", "link_refusal", "node", "on_shortage", "plan", "problems_of", "read",
    "register_gauge", "register_holder", "register_value", "save", "schema", "type_name", "value_type_of", "value_types",
    "with_values", "write",
]  # fmt: skip
