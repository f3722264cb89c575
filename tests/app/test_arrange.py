"""Places for nodes that have none."""

from itertools import combinations

from app.arrange import COLUMN, PICTURE, height_of, with_places
from graph_engine import Graph, Link, Node, Workflow, discover

TYPES = discover("nodes.library")
GRAPH = Graph(
    {
        "open": Node("image/load_image"),
        "mask": Node("mask/mask_from_picture"),
        "also": Node("mask/mask_from_picture"),
        "refine": Node("mask/refine_mask"),
        "strange": Node("someone/else"),
    },
    [Link("open", "image", "mask", "image"), Link("open", "image", "also", "image"), Link("mask", "mask", "refine", "mask")],
)


def test_nodes_without_a_place_lie_in_columns_with_room_for_their_pictures():
    layout = with_places(Workflow(GRAPH), TYPES).layout
    assert {name: x / COLUMN for name, (x, _) in layout.items()} == {"open": 0, "strange": 0, "mask": 1, "also": 1, "refine": 2}
    for one, other in combinations(layout, 2):
        (x, y), (other_x, other_y) = sorted((layout[one], layout[other]))
        upper = one if layout[one] <= layout[other] else other
        assert x < other_x or other_y - y > height_of(GRAPH, upper, TYPES) + (PICTURE if upper != "strange" else 0)


def test_nodes_with_a_place_stay_and_the_others_come_below():
    layout = with_places(Workflow(GRAPH, {"open": (40.0, 400.0)}), TYPES).layout
    assert layout["open"] == (40.0, 400.0)
    assert min(y for name, (_, y) in layout.items() if name != "open") > 400 + height_of(GRAPH, "open", TYPES) + PICTURE
