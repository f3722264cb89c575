"""Types that a declaration leaves open, and lists whose lengths are known before a run."""

from typing import Annotated, TypeVar

from graph_engine import Cache, Catalogue, Graph, Lines, Link, MemoryCache, Node, check, execute, link_refusal, node

Value = TypeVar("Value")


@node()
def text(words: str = "") -> Annotated[list[str], Lines("words")]:
    """Give lines.

    Args:
        words: the lines.
    """
    return words.splitlines()


@node()
def number(value: int = 0) -> int:
    """Give a number.

    Args:
        value: the number.
    """
    return value


@node()
def either(one: Value, other: Value | None = None) -> Value:
    """Pass one on.

    Args:
        one: what is passed on.
        other: what is not.
    """
    return one


@node()
def shout(word: str, times: int = 1, mark: str = "!") -> str:
    """Say it loud.

    Args:
        word: what is said.
        times: how often.
        mark: what ends it.
    """
    return word.upper() * times + mark


@node()
def parsed(words: str = "") -> int | str:
    """Give a number where the words are one, else the words.

    Args:
        words: the words.

    Returns:
        parsed: what they say.
    """
    return int(words) if words.isdecimal() else words


@node()
def doubled(what: str | int) -> str:
    """Say it twice.

    Args:
        what: words or a number.
    """
    return f"{what}{what}"


@node()
def halved(flag: bool) -> bool:
    """Take nothing but a flag.

    Args:
        flag: on or off.
    """
    return flag


TYPES = Catalogue.of(("t", text), ("t", number), ("t", either), ("t", shout), ("t", parsed), ("t", doubled), ("t", halved))


def graph(*links, **nodes):
    made = {name: Node(f"t/{kind}") for name, kind in nodes.items()}
    return Graph(made, [Link(*link.split()) for link in links])


def messages(found):
    return [problem.message for problem in check(found, TYPES, found.nodes)]


def test_an_open_type_is_what_leads_into_it():
    through = graph("n integer e one", "e value f one", n="number", e="either", f="either", s="shout")
    assert link_refusal(through, TYPES, Link("f", "value", "s", "times")) is None
    assert link_refusal(through, TYPES, Link("f", "value", "s", "word")) == "input word of Shout takes Text, got Integer from Either"


def test_what_is_settled_by_one_link_holds_for_the_others():
    one = graph("n integer e one", n="number", e="either", w="text")
    assert link_refusal(one, TYPES, Link("w", "text", "e", "other")) == "input other of Either takes Integer, got Text from Text"


def test_an_edit_before_an_open_node_is_seen_behind_it():
    before = graph("w text e one", "e value f one", "f value s word", w="text", n="number", e="either", f="either", s="shout")
    assert messages(before) == []
    after = before.with_link(Link("n", "integer", "e", "one"))
    assert messages(after) == ["input word of Shout takes Text, got Integer from Either"]
    assert messages(after.with_link(Link("w", "text", "e", "one"))) == []


def test_lists_that_are_known_to_differ_are_a_problem_with_a_remedy():
    meeting = graph("a text s word", "b text s mark", a="text", b="text", s="shout")
    unequal = meeting.with_parameter("a", "words", "x\ny").with_parameter("b", "words", "x\n\ny\nz")
    (problem,) = check(unequal, TYPES, ["s"])
    assert (problem.node, problem.where, problem.severity) == ("s", "word", "error")
    assert problem.message == "lists that meet must be equally long, or one item: word has 2, mark has 3"
    assert "Combine" in problem.remedy
    assert check(unequal.with_parameter("a", "words", "x\ny\nz"), TYPES, ["s"]) == []
    assert check(unequal.with_parameter("a", "words", "x"), TYPES, ["s"]) == []


def test_lengths_are_known_through_nodes_that_run_once_an_item():
    chain = graph("a text e one", "e value s word", "b text s mark", a="text", b="text", e="either", s="shout")
    unequal = chain.with_parameter("a", "words", "x\ny").with_parameter("b", "words", "1\n2\n3")
    assert [problem.node for problem in check(unequal, TYPES, ["s"])] == ["s"]
    assert check(unequal, TYPES, ["e"])[0].severity == "warning"


def test_one_of_several_types_goes_where_one_of_them_is_taken():
    wired = graph(n="number", p="parsed", d="doubled", h="halved", s="shout", w="text")
    for link in ("n integer d what", "w text d what", "p integer d what", "p integer s word", "p integer s times"):
        assert link_refusal(wired, TYPES, Link(*link.split())) is None
    refused = link_refusal(wired, TYPES, Link("p", "integer", "h", "flag"))
    assert refused == "input flag of Halved takes Toggle, got Integer or Text from Parsed"


def test_the_run_tells_which_of_several_types_came():
    wired = graph("p integer s word", p="parsed", s="shout")
    good, bad = (execute(wired.with_parameter("p", "words", words), TYPES, Cache(MemoryCache()), targets=["s"]) for words in ("ab", "12"))
    assert good.state == "done"
    assert bad.failures[0].message == "word: takes Text, got Integer from node p"
