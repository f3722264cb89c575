"""What steps are likely to cost, from what others cost."""

import mmap

from graph_engine import Cache, Catalogue, FileDigests, Graph, History, Link, MemoryCache, Node, execute, node, plan
from graph_engine.costs import Cost, Costs, Sample, Work, likely


def sample(seconds, amount=1.0, of="", peak=0):
    return Sample(Work(of, amount), Cost(seconds, int(seconds * 100), {"ram": peak}))


def test_one_slow_step_does_not_spoil_the_estimate():
    assert likely([sample(1.0), sample(1.1), sample(60.0), sample(0.9), sample(1.0)], Work()).seconds == 1.0


def test_cost_grows_with_the_work_that_is_declared():
    known = [sample(1.0, 4, "count"), sample(1.2, 4, "count"), sample(1.1, 4, "count", peak=100)]
    assert likely(known, Work("count", 40)).seconds == 11.0
    assert likely([sample(1.0, 4, "count", peak=100)], Work("count", 8)).peaks == {"ram": 200}


def test_steps_of_about_as_much_work_are_asked_first():
    known = [sample(1.0, 1, "count"), sample(1.0, 1, "count"), sample(2.0, 100, "count")]
    assert likely(known, Work("count", 90)).seconds == 1.8


def test_work_of_another_kind_does_not_scale():
    assert likely([sample(3.0, 1, "count")], Work("count width", 1000)).seconds == 3.0


def test_only_the_last_steps_count_and_no_more_are_kept():
    costs = Costs()
    for number in range(5000):
        costs.took("t", sample(1.0 if number < 4000 else 2.0))
    assert costs.typical("t").seconds == 2.0 and len(costs._samples["t"]) < 40


@node(work=("steps",))
def recipe(steps: int = 10) -> str:
    """Say how.

    Args:
        steps: how many.
    """
    return "x" * steps


@node(work=("count",))
def made(how: str, count: int = 1) -> str:
    """Make as it was said.

    Args:
        how: the way.
        count: how many.
    """
    return how * count


def test_a_plan_scales_by_the_parameters_of_a_step_and_of_its_sources():
    catalogue, cache, history = Catalogue.of(("t", recipe), ("t", made)), Cache(MemoryCache()), History()
    graph = Graph({"1": Node("t/recipe"), "2": Node("t/made", parameters={"count": 2})}, [Link("1", "text", "2", "how")])
    history.took("t/made", Cost(3.0, 600, {"ram": 1000}), Work("count how.steps", 20.0))
    larger = graph.with_parameter("1", "steps", 100)
    first, second = (plan(one, catalogue, cache, FileDigests(), history=history) for one in (graph, larger))
    assert (first.seconds, second.seconds, second.steps[1].bytes, second.peaks) == (3.0, 30.0, 6000, {"ram": 10000})


@node()
def hungry(megabytes: int = 64) -> int:
    """Hold memory for a moment, fresh from the system: what a process freed before may be had again without growing.

    Args:
        megabytes: how much.
    """
    with mmap.mmap(-1, megabytes << 20) as room:
        for page in range(0, len(room), mmap.PAGESIZE):
            room[page] = 1
        return len(room)


def test_a_plan_says_what_memory_a_step_needed_before():
    catalogue, history = Catalogue.of(("t", hungry)), History()
    graph = Graph({"1": Node("t/hungry")})
    execute(graph, catalogue, Cache(MemoryCache()), history=history)
    planned = plan(graph, catalogue, Cache(MemoryCache()), FileDigests(), history=history)
    assert 60 << 20 < planned.peaks["ram"] < 90 << 20 and planned.steps[0].bytes < 1000
