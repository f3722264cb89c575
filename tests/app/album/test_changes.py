"""What was set otherwise between two graphs."""

from app.album.changes import Change, changes, values_behind
from graph_engine import Catalogue, Graph, Link, Node, discover

TYPES = discover("tests.toy")
SWATCH, FADE = "pictures/swatch", "pictures/fade"


def _graph(**parameters: object) -> Graph:
    return Graph({"1": Node(SWATCH, parameters=parameters), "2": Node(FADE)}, [Link("1", "swatch", "2", "picture")])


def test_a_parameter_is_told_with_both_values_and_a_default_counts() -> None:
    assert changes(_graph(), _graph(side=8), TYPES) == [Change("Swatch", "Side", "16", "8")]
    assert changes(_graph(side=16), _graph(), TYPES) == []


def test_the_policy_of_a_seed_is_no_change_its_number_is() -> None:
    one = _graph().with_parameter("2", "seed", {"value": 3, "policy": "random"})
    two = _graph().with_parameter("2", "seed", {"value": 3, "policy": "fixed"})
    assert changes(one, two, TYPES) == []
    assert changes(one, two.with_parameter("2", "seed", 4), TYPES) == [Change("Fade", "Seed", "3", "4")]


def test_nodes_that_came_and_went_and_links_that_lead_elsewhere_are_told() -> None:
    alone = Graph({"1": Node(SWATCH), "2": Node(FADE)})
    assert changes(_graph(), alone, TYPES) == [Change("Links", "lead elsewhere")]
    assert changes(alone, alone.without(["2"]).with_node("3", Node(SWATCH, title="Red")), TYPES) == [
        Change("Red", "came"),
        Change("Fade", "went"),
    ]


def test_values_behind_a_node_are_those_of_all_that_it_needs() -> None:
    held = values_behind(_graph(side=8).with_parameter("2", "seed", {"value": 3}), "2", Catalogue.from_json(TYPES.to_json()))
    assert held["side"] == (8,) and held["seed"] == (3,)
    assert "seed" not in values_behind(_graph(), "1", TYPES)
