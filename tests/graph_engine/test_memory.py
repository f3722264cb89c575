"""When memory runs out: a device of small size, and what is done before a step is given up."""

import gc
import sys

from graph_engine import Cache, Catalogue, Context, Graph, History, MemoryCache, Node, execute, node, on_shortage
from graph_engine.cache import entry_of
from graph_engine.ladder import Ladder
from tests.toy.device import Block, Device

gadget = Device(1000)


@node()
def batched(context: Context, items: int = 8, each: int = 300) -> str:
    """Work on items on the device, as many at once as the run allows.

    Args:
        items: how many.
        each: bytes that one takes.
    """
    at_once, made = context.at_once(items), 0
    while made < items:
        with gadget.room(each * min(at_once, items - made)):
            made += min(at_once, items - made)
    return f"{made} made"


@node()
def tiled(context: Context, side: int = 64) -> str:
    """Work on a square on the device, in tiles as large as the run allows.

    Args:
        side: of the square.
    """
    with gadget.room(context.tile(side, 8) ** 2):
        return "done"


@node()
def weighty(context: Context, weights: int = 4000) -> str:
    """Use weights on the device, or leave them where they are.

    Args:
        weights: their bytes.
    """
    with gadget.room(100 if context.offload() else weights):
        return "done"


@node(effect=True)
def acting(context: Context, items: int = 8) -> None:
    """Act on the world for each item.

    Args:
        items: how many.
    """
    with gadget.room(1000 * context.at_once(items)):
        return None


CATALOGUE = Catalogue.of(*[("t", function) for function in (batched, tiled, weighty, acting)])


def outcome(name, cache=None, **parameters):
    return execute(Graph({"1": Node(f"t/{name}", parameters=parameters)}), CATALOGUE, cache or Cache(MemoryCache()))


def test_a_step_that_fits_says_nothing():
    assert outcome("batched", items=3).notes == ()


def test_a_batch_that_does_not_fit_is_made_in_smaller_ones_with_a_note():
    done = outcome("batched")
    assert done.state == "done" and done.results["1"][0].description == "8 made"
    assert done.notes == ("Memory ran out, so this was made 2 of 8 at a time.",) and gadget.peak <= 1000


def test_a_picture_that_does_not_fit_is_made_in_tiles():
    assert outcome("tiled").notes == ("Memory ran out, so this was made in tiles of 16.",)


def test_weights_that_do_not_fit_are_brought_a_part_at_a_time():
    assert outcome("weighty").notes == ("Memory ran out, so this was made with weights brought to the device a part at a time.",)


def test_what_does_not_fit_at_all_fails_as_out_of_memory():
    (failure,) = outcome("batched", each=2000).failures
    assert failure.kind == "out_of_memory" and "toy device" in failure.message


def test_an_effect_is_never_acted_twice():
    assert outcome("acting").failures[0].kind == "out_of_memory"


def test_values_on_the_device_and_models_are_let_go_before_a_step_does_with_less():
    cache, let_go = Cache(MemoryCache()), []
    cache.put("g", entry_of("g", {"block": Block(4000)}, 1.0))
    cache.put("r", entry_of("r", {"text": "stays"}, 1.0))
    with gadget.room(500):
        on_shortage(lambda: let_go.append(True) or 0)
        done = outcome("batched", cache, items=2)
    assert let_go and "g" not in cache.memory and "r" in cache.memory and done.state == "done"


def test_the_note_comes_back_with_the_result_from_the_cache():
    cache = Cache(MemoryCache())
    first = outcome("batched", cache)
    again = outcome("batched", cache)
    assert again.ran == () and again.notes == first.notes != ()


def test_a_ladder_has_only_the_rungs_that_were_asked_for():
    ladder = Ladder()
    assert (ladder.pieces(5), ladder.down(), ladder.pieces(5), ladder.down(), ladder.pieces(5)) == (5, True, 5, True, 3)
    assert (ladder.down(), ladder.pieces(5), ladder.down(), ladder.pieces(5), ladder.down()) == (True, 2, True, 1, False)


def test_progress_of_parts_is_progress_of_the_whole():
    told = []
    context = Context("1", emit=lambda event: told.append((event.done, event.total)))
    for number in range(2):
        with context.part(number, 2):
            context.progress(1, 4)
    assert told == [(1, 8), (5, 8)]


def test_five_hundred_runs_hold_no_more_than_the_first_ones():
    cache, history = Cache(MemoryCache(budget=200_000)), History()
    sizes = []
    for number in range(500):
        graph = Graph({"1": Node("t/batched", parameters={"items": number % 97 + 1, "each": 1 + number % 3})})
        assert execute(graph, CATALOGUE, cache, history=history, scope=f"document {number}").state == "done"
        if number % 100 == 99:
            gc.collect()
            sizes.append((sys.getallocatedblocks(), len(cache.memory), cache.memory.used))
    assert all(used <= 200_000 for _, _, used in sizes)
    assert sizes[-1][0] < sizes[2][0] * 1.01 and sizes[-1][1] <= 200_000 / 1200
