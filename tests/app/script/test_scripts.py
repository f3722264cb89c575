"""Scripts of workflows: they read well, and give what a run gives."""

import ast
import inspect
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from app.grouping import grouped
from app.script.writing import python_script
from graph_engine import Cache, Definition, End, Exposed, Graph, Link, Loop, MemoryCache, Node, Workflow, discover, execute, flattened
from graph_engine.check import errors
from graph_engine.errors import BadWorkflow
from graph_engine.flatten import problems_of
from tests.app.script.sums import SUMS


def sums(*links, titles=None, **nodes):
    """A workflow: nodes as ``a=("add", {"b": 2})``, links as "a.integer b.a"."""
    ends = [[end.split(".") for end in link.split()] for link in links]
    made = {
        key: Node(type_id if ":" in type_id else f"sums/{type_id}", parameters=parameters, title=(titles or {}).get(key, ""))
        for key, (type_id, parameters) in nodes.items()
    }
    return Workflow(Graph(made, [Link(*source, *target) for source, target in ends]))


def ran(workflow):
    """What a run tells, in order."""
    outcome = execute(flattened(workflow, SUMS).graph, SUMS, Cache(MemoryCache()), threads=1)
    assert outcome.state == "done", outcome
    return [file.removeprefix("told ") for file in outcome.files]


def script(workflow):
    return python_script(workflow, SUMS, "it.json")


def said(text):
    """What the nodes of a script tell, in order."""
    words: list[object] = []
    exec(compile(text, "script", "exec"), {"print": lambda *told, sep=" ": words.extend(told)})
    return [str(word).removeprefix("told ") for word in words if str(word).startswith("told ")]


def body(text):
    return text.split('Path("output"))\n\n')[1].split("\nprint")[0].strip().splitlines()


def test_a_chain_reads_as_one_would_write_it():
    made = sums("a.integer b.a", "b.integer c.a", a=("number", {"value": 4}), b=("add", {"b": 2}), c=("tell", {}), titles={"b": "Bigger"})
    assert body(script(made)) == ["integer = number(value=4)", "bigger = add(context, integer, b=2)", "tell(context, bigger)"]
    assert said(script(made)) == ran(made) == ["14"]


def test_what_is_exposed_stands_on_top():
    made = sums("a.integer b.a", a=("number", {"value": 4}), b=("tell", {}))
    made = Workflow(made.graph, exposed={"How many": Exposed("a", "value", "of what\nis told")})
    assert "# of what\n# is told\nHOW_MANY = 4\n" in script(made) and "integer = number(value=HOW_MANY)" in script(made)


def test_lists_go_through_item_by_item():
    made = sums("l.integer a.a", "a.integer t.a", l=("lengths", {}), a=("add", {}), t=("tell", {}))
    assert body(script(made)) == [
        "integers = lengths()",
        "integers_2 = [add(context, integer) for integer in integers]",
        "for integer in integers_2:",
        "    tell(context, integer)",
    ] or body(script(made))[1].startswith("integers_2 = [add(context, ")
    assert said(script(made)) == ran(made) == ["4", "7"]


def test_lists_of_one_origin_are_zipped_and_others_may_have_one_item():
    links = ("l.integer a.a", "l.integer b.a", "a.integer b.b", "b.integer t.a")
    made = sums(*links, l=("lengths", {}), a=("add", {}), b=("add", {}), t=("tell", {}))
    assert "zip(" in script(made) and "together" not in script(made) and said(script(made)) == ran(made)
    other = sums(
        "l.integer a.a", "m.integer a.b", "a.integer t.a", l=("lengths", {}), m=("lengths", {"text": "x"}), a=("add", {}), t=("tell", {})
    )
    assert "in together(" in script(other) and said(script(other)) == ran(other) == ["4", "7"]


def test_several_outputs_are_taken_apart_and_items_come_end_to_end():
    made = sums(
        "l.integer b.a",
        "b.more t.numbers",
        "b.others t.numbers",
        "t.integer s.a",
        l=("lengths", {}),
        b=("both", {}),
        t=("total", {}),
        s=("tell", {}),
    )
    assert "for item in each.others" in script(made) and said(script(made)) == ran(made)
    one = sums("n.integer b.a", "b.more s.a", n=("number", {}), b=("both", {}), s=("tell", {}))
    assert "more = both(integer).more" in script(one) and said(script(one)) == ran(one) == ["2"]


def test_only_the_side_that_is_chosen_is_made_and_a_linked_choice_makes_both():
    links = ("n.integer a.a", "n.integer e.left", "a.integer e.right", "e.integer t.a")
    nodes = {"n": ("number", {}), "a": ("add", {}), "t": ("tell", {})}
    typed = sums(*links, e=("either", {"on": True}), **nodes)
    assert "add(" not in script(typed) and said(script(typed)) == ran(typed) == ["1"]
    linked = sums(*links, "n.integer o.a", "o.toggle e.on", e=("either", {}), o=("odd", {}), **nodes)
    assert "Every side is made" in script(linked) and said(script(linked)) == ran(linked) == ["1"]


def test_a_choice_between_lists_by_a_link_is_refused_with_a_sentence():
    links = ("n.integer o.a", "o.toggle e.on", "l.integer e.left", "n.integer e.right", "e.integer t.a")
    made = sums(*links, n=("number", {}), o=("odd", {}), l=("lengths", {}), e=("either", {}), t=("tell", {}))
    with pytest.raises(BadWorkflow, match="it.json: node e: a script cannot choose between lists by a link"):
        script(made)


def test_a_whole_number_that_drives_a_number_becomes_one():
    made = sums("n.integer h.share", "h.integer t.a", n=("number", {"value": 3}), h=("half", {}), t=("tell", {}))
    assert "half(share=float(integer))" in script(made) and said(script(made)) == ran(made) == ["6"]


def test_a_group_is_a_paragraph_under_its_name():
    made = sums("n.integer a.a", "a.integer b.a", "b.integer t.a", n=("number", {}), a=("add", {}), b=("add", {"b": 7}), t=("tell", {}))
    made = grouped(made, {"a", "b"}, SUMS, "d", "g", "Grow a little")
    assert "# Grow a little\n" in script(made) and said(script(made)) == ran(made) == ["19"]


Y = Link("c", "integer", "outputs", "y")
GROW = Definition(
    Graph(
        {"a": Node("sums/add", parameters={"b": 2}), "k": Node("sums/number", parameters={"value": 9}), "c": Node("sums/add")},
        [Link("inputs", "x", "a", "a"), Link("a", "integer", "c", "a"), Link("k", "integer", "c", "b"), Y],
    ),
    name="Grow",
    inputs={"x": End("Integer")},
    outputs={"y": End("Integer")},
    loop=Loop(5, {"x": "y"}),
)  # fmt: skip


def looped(definition, *links, taken=("t", "a"), **nodes):
    made = sums("n.integer g.x", *links, n=("number", {}), g=("definition:d", {}), t=("tell", {}), **nodes)
    return Workflow(made.graph.with_link(Link("g", "y", *taken), many=True), definitions={"d": definition})


def test_turns_that_are_alike_become_a_for_and_what_is_equal_in_all_stands_before_it():
    text = script(looped(GROW))
    assert text.count("add(") == 2 and text.count("number(") == 2 and "for _ in range(5):" in text
    assert text.index("number(value=9)") < text.index("for _") and said(text) == ran(looped(GROW))


def test_the_number_of_the_turn_drives_parameters():
    graph = Graph(
        {"a": Node("sums/add")},
        [Link("inputs", "x", "a", "a"), Link("inputs", "turn", "a", "b"), Link("a", "integer", "outputs", "y")],
    )
    made = looped(replace(GROW, graph=graph, loop=Loop(4, {"x": "y"})))
    assert "for turn in range(4):" in script(made) and "b=turn" in script(made) and said(script(made)) == ran(made)


def test_what_a_loop_collects_goes_into_a_list():
    collecting = replace(GROW, loop=Loop(3, {"x": "y"}, ("y",)))
    made = looped(collecting, "s.integer t.a", s=("total", {}), taken=("s", "numbers"))
    assert ".append(" in script(made) and "total(numbers=(*" in script(made) and said(script(made)) == ran(made)


def test_a_loop_in_a_loop_is_a_for_in_a_for():
    outer = Definition(
        Graph({"g": Node("definition:e")}, [Link("inputs", "x", "g", "x"), Link("g", "y", "outputs", "y")]),
        name="Outer", inputs=GROW.inputs, outputs=GROW.outputs, loop=Loop(3, {"x": "y"}),
    )  # fmt: skip
    made = looped(outer)
    made = Workflow(made.graph, definitions={"d": outer, "e": GROW})
    assert script(made).count("for _ in range(") == 2 and said(script(made)) == ran(made)


def test_turns_that_are_not_alike_are_written_out():
    links = [Link("inputs", "x", "z", "numbers"), Link("z", "integer", "c", "a"), Y]
    graph = Graph({"c": Node("sums/add"), "z": Node("sums/total")}, links)
    lonely = replace(GROW, graph=graph, loop=Loop(2, {"x": "y"}))
    assert "for _" not in script(looped(lonely)) and said(script(looped(lonely))) == ran(looped(lonely))
    unlinked = looped(replace(lonely, loop=Loop(4, {"x": "y"})))
    unlinked = Workflow(unlinked.graph.without(["n"]), definitions=unlinked.definitions)
    assert "for _ in range(1, 4)" in script(unlinked) and said(script(unlinked)) == ran(unlinked)


def test_what_cannot_run_is_no_script():
    with pytest.raises(BadWorkflow, match="it.json: must be able to run before it is a script: node t: "):
        script(sums(t=("tell", {})))
    with pytest.raises(BadWorkflow, match="the graph has nothing to run"):
        script(Workflow())


def test_every_node_takes_its_context_first_as_scripts_write_it():
    for found in (library := discover("nodes.library")).values():
        if found.takes_context:
            assert next(iter(inspect.signature(library.function(found.id)).parameters)) == "context", found.id


@settings(max_examples=100, deadline=None)
@given(st.text(), st.text(), st.text(min_size=1), st.text(), st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_no_text_of_a_file_becomes_code(name, title, key, note, exposed):
    links = [Link(key, "integer", "end", "a")]
    nodes = {key: Node("sums/lengths", title=title, parameters={"text": note}), "end": Node("sums/tell", title=note)}
    shown = {each: Exposed(key, "text", help) for each, help in exposed.items()}
    if key != "end":
        text = script(Workflow(Graph(nodes, links), name=name, description=note, exposed=shown))
        calls = {node.func.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
        assert calls == {"Context", "Path", "lengths", "tell", "print"} and text.isascii() or text.replace("\n", "").isprintable()
        assert said(text) == [str(len(line.strip())) for line in note.splitlines() if line.strip()]


NAMES = [name.partition("/")[2] for name in SUMS]


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_the_script_of_any_graph_says_what_a_run_says(seed):
    workflow = random_workflow(random.Random(seed))
    if errors(problems_of(workflow, SUMS)):
        return
    outcome = execute(flattened(workflow, SUMS).graph, SUMS, Cache(MemoryCache()), threads=1)
    if outcome.state == "done":
        try:
            text = script(workflow)
        except BadWorkflow as error:
            assert "cannot choose between lists" in str(error)
        else:
            assert sorted(said(text)) == sorted(file.removeprefix("told ") for file in outcome.files)


def random_workflow(chance):
    """A graph of up to 14 nodes with everything linked that must be, and parts of it in groups and loops."""
    nodes, links = {"0": Node("sums/number", parameters={"value": chance.randrange(9)})}, []
    for key in map(str, range(1, chance.randrange(2, 14))):
        node_type = SUMS[f"sums/{chance.choice(NAMES)}"]
        nodes[key] = Node(node_type.id, title=chance.choice(("", "", "add", "the sum", "ünïcode")))
        for wanted in node_type.inputs:
            for _ in range(chance.randrange(3) if wanted.many else 1):
                source = SUMS[nodes[before := str(chance.randrange(int(key)))].type]
                if outputs := [output.name for output in source.outputs if output.type == wanted.type]:
                    links.append(Link(before, chance.choice(outputs), key, wanted.name))
        if node_type.parameter("b") and chance.random() < 0.5:
            nodes[key] = Node(node_type.id, parameters={"b": chance.randrange(4)})
    links.append(
        Link(chance.choice([key for key in nodes if "Integer" in [o.type for o in SUMS[nodes[key].type].outputs]]), "integer", "end", "a")
    )
    nodes["end"] = Node("sums/tell")
    workflow = Workflow(Graph(nodes, links))
    for number in range(chance.randrange(3)):
        inside = set(chance.sample(list(workflow.graph.nodes), min(len(workflow.graph.nodes), chance.randrange(1, 4))))
        try:
            workflow = grouped(workflow, inside, SUMS, f"d{number}", f"g{number}", "Some")
        except (ValueError, BadWorkflow):
            continue
    return with_loops(workflow, chance)


def with_loops(workflow, chance):
    """Groups that take and give a whole number turned into loops."""
    made = {}
    for key, definition in workflow.definitions.items():
        entries = [name for name, end in definition.inputs.items() if end.type == "Integer"]
        outputs = [name for name, end in definition.outputs.items() if end.type == "Integer"]
        carried = {chance.choice(entries): chance.choice(outputs)} if entries and outputs else {}
        loop = Loop(chance.randrange(1, 6), carried) if chance.random() < 0.6 else None
        made[key] = replace(definition, loop=loop)
    return Workflow(workflow.graph, definitions=made)
