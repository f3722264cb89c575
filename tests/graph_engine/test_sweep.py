"""What the cells of a sweep are."""

import pytest

from graph_engine import BadWorkflow, Choice, Integer, Number, Seed, Text, Toggle
from graph_engine.sweep import Axis, cells, csv_table, drawn, grid, json_table, swept, zipped

KINDS = {
    "steps": Integer(soft=(1, 50), hard=(1, 1000)), "cfg": Number(soft=(0.0, 10.0), step=0.1), "prompt": Text(), "seed": Seed(),
    "solver": Choice(("euler", "heun")), "tile": Toggle(),
}  # fmt: skip


def values(*axes: Axis) -> list[dict]:
    return [dict(cell.values) for cell in cells(swept(axes))]


def test_a_grid_crosses_its_values_the_last_fastest():
    assert values(grid("steps=10,20", KINDS), grid("cfg=1:2:0.5", KINDS)) == [
        {"steps": steps, "cfg": cfg} for steps in (10, 20) for cfg in (1.0, 1.5, 2.0)
    ]


def test_a_range_holds_its_end_and_no_rounding():
    assert [row[0] for row in grid("cfg=0:0.6:0.1", KINDS).rows] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert [row[0] for row in grid("cfg=1:8:2", KINDS).rows] == [1.0, 3.0, 5.0, 7.0]
    assert [row[0] for row in grid("steps=3:1:-1", KINDS).rows] == [3, 2, 1]


def test_a_text_with_a_comma_stands_in_quotes():
    assert values(grid('prompt="a cat, red", a dog: blue', KINDS)) == [{"prompt": "a cat, red"}, {"prompt": "a dog: blue"}]


def test_zipped_values_vary_together():
    together = zipped([grid("steps=10,20", KINDS), grid("solver=euler,heun", KINDS)])
    assert values(together, grid("seed=1,2", KINDS))[::2] == [
        {"steps": 10, "solver": "euler", "seed": 1}, {"steps": 20, "solver": "heun", "seed": 1},
    ]  # fmt: skip


def test_a_table_gives_a_cell_a_row():
    rows = [{"prompt": "a, b", "steps": 5, "tile": True}, {"prompt": "c", "steps": 6, "tile": False}]
    assert values(csv_table('prompt,steps,tile\n"a, b",5,true\n\nc,6,False\n', "t.csv", KINDS)) == rows
    assert values(json_table(b'[{"prompt":"a, b","steps":5,"tile":true},{"steps":6,"prompt":"c","tile":false}]', "t.json", KINDS)) == rows


def test_a_random_sweep_is_the_same_for_the_same_seed_and_a_longer_one_begins_alike():
    wanted = ["steps", "cfg=1:3", "prompt=a,b", "seed", "solver", "tile"]
    short, long = drawn(3, 7, wanted, KINDS), drawn(9, 7, wanted, KINDS)
    assert long.rows[:3] == short.rows and drawn(3, 8, wanted, KINDS) != short
    assert all(1 <= row[0] <= 50 and 1 <= row[1] <= 3 and row[2] in "ab" and row[4] in ("euler", "heun") for row in long.rows)
    assert drawn(3, 7, ["seed", "steps"], KINDS).rows == tuple((row[3], row[0]) for row in short.rows)


def test_a_cell_is_named_by_its_values_alone():
    first, second = (next(cells(swept([grid(f"steps={steps}", KINDS), grid("cfg=2.5", KINDS)]))) for steps in ("10", "10,20"))
    assert first.name == second.name == "steps-10_cfg-2.5"
    long = [cell.name for cell in cells(swept([grid(f'prompt="{"x" * 90}/../a","{"x" * 90}/../b"', KINDS)]))]
    assert len(set(long)) == 2 and all(len(name) < 80 and "/" not in name for name in long)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: grid("steps", KINDS), "--grid steps: must be name=value,value"),
        (lambda: grid("speed=1", KINDS), "--grid speed: must be one of the values that the workflow exposes (steps, cfg,"),
        (lambda: grid("steps=1,x", KINDS), "--grid steps: value 2: must be a whole number, got 'x'"),
        (lambda: grid("steps=0", KINDS), "--grid steps: value 1: must be within 1 to 1000, got 0"),
        (lambda: grid("cfg=1:8:0", KINDS), "--grid cfg: must be start:stop:step, got '1:8:0'"),
        (lambda: grid("cfg=8:1:1", KINDS), "--grid cfg: must step from start to stop"),
        (lambda: zipped([grid("steps=1,2", KINDS), grid("cfg=1", KINDS)]), "each name, got 2 of steps, 1 of cfg"),
        (lambda: swept([grid("steps=1", KINDS), grid("steps=2", KINDS)]), "steps: must vary in one way only"),
        (lambda: swept([]), "sweep: must vary at least one value"),
        (lambda: swept([grid("steps=1:1000", KINDS), grid("seed=1:1000", KINDS)]), "at most 10,000 cells, got 1,000,000"),
        (lambda: csv_table("steps,cfg\n1,2\n3,x\n", "t.csv", KINDS), "t.csv: row 3, column cfg: must be a number, got 'x'"),
        (lambda: csv_table("steps,cfg\n1\n", "t.csv", KINDS), "t.csv: row 2: must have 2 columns, got 1"),
        (lambda: csv_table("steps,speed\n1,2\n", "t.csv", KINDS), "t.csv: row 1, column 2: must be one of the values"),
        (lambda: json_table(b'[{"steps":1},{"steps":"1"}]', "t.json", KINDS), "row 2, column steps: must be a whole number, got '1'"),
        (lambda: json_table(b'[{"steps":1},{"cfg":1}]', "t.json", KINDS), "t.json: row 2: must have the columns steps, got cfg"),
        (lambda: json_table(b'{"steps":1}', "t.json", KINDS), "t.json: must be a list of objects"),
        (lambda: drawn(2, 0, ["prompt"], KINDS), "--draw prompt: must be told what to draw from"),
        (lambda: drawn(2, 0, ["cfg=3:1"], KINDS), "--draw cfg: must be low:high, got '3:1'"),
        (lambda: drawn(2, 0, [], KINDS), "--random: must be told what to draw"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(make, message):
    with pytest.raises(BadWorkflow) as caught:
        make()
    assert message in str(caught.value)
