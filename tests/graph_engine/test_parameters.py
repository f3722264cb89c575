"""Defaults, seeds and the rules of kinds."""

import random

import pytest

from graph_engine import Color, Graph, Integer, Node, Number, Seed, Text, Toggle
from graph_engine.kinds import broken_rule
from graph_engine.parameters import drawn_seeds, resolved, seeds, with_seed


def seeded(policy, value=7):
    return Graph({"1": Node("pictures/fade", parameters={"seed": {"value": value, "policy": policy}})})


def seed_of(graph):
    return graph.nodes["1"].parameters["seed"]


def test_absent_parameters_have_their_default_and_seeds_become_numbers(toys):
    node = seeded("random").nodes["1"]
    assert resolved(toys["pictures/fade"], node) == {"steps": 4, "seed": 7}
    assert resolved(toys["pictures/fade"], node, driven=["steps"]) == {"seed": 7}


def test_seeds_are_drawn_by_their_policy(toys):
    assert drawn_seeds(seeded("fixed"), toys) == seeded("fixed")
    assert seed_of(drawn_seeds(seeded("increment"), toys)) == {"value": 8, "policy": "increment"}
    assert seed_of(drawn_seeds(seeded("increment", 2**64 - 1), toys))["value"] == 0
    drawn = seed_of(drawn_seeds(seeded("random"), toys, random.Random(1)))
    assert drawn == seed_of(drawn_seeds(seeded("random"), toys, random.Random(1))) and drawn["value"] != 7


def test_one_seed_can_be_set_everywhere(toys):
    assert seeds(with_seed(seeded("random"), toys, 5), toys) == {"1": 5}


def test_a_seed_that_breaks_its_rule_is_left_for_the_check(toys):
    graph = seeded("increment", "seven")
    assert drawn_seeds(graph, toys) == graph and seeds(graph, toys) == {}


@pytest.mark.parametrize(
    ("kind", "value", "rule"),
    [
        (Number(hard=(0, 1)), 1, None),
        (Number(hard=(0, 1)), 1.5, "must be within 0 to 1, got 1.5"),
        (Number(hard=(None, 1), unit="px"), 2, "must be at most 1 px, got 2"),
        (Number(), float("nan"), "must be a number, got nan"),
        (Number(), 10**400, "must be a number, got 100000000000000000000000"),
        (Number(), True, "must be a number, got True"),
        (Integer(hard=(1, None)), 0, "must be at least 1, got 0"),
        (Integer(), 1.0, "must be a whole number, got 1.0"),
        (Toggle(), 1, "must be true or false, got 1"),
        (Text(), None, "must be text, got None"),
        (Color(), "#12345", "must be a color as #rrggbb or #rrggbbaa, got '#12345'"),
        (Seed(), {"value": {"value": 1}}, "must be a whole number from 0 to 2^64"),
        (Seed(), 2**64, "must be a whole number from 0 to 2^64"),
    ],
)
def test_a_kind_says_the_rule_and_what_came(kind, value, rule):
    found = broken_rule(kind, value)
    assert found == rule or (rule and found and found.startswith(rule))
