"""Reasons and costs that outlive the process and are shared by several."""

import threading

from graph_engine import FileDigests, Graph, History, Node, keys
from graph_engine.costs import Cost, Work


def made(toys, value):
    return keys(Graph({"1": Node("numbers/number", parameters={"value": value})}), toys, FileDigests())


def test_two_processes_keep_what_each_wrote(toys, tmp_path):
    first, second = History(tmp_path / "h.db"), History(tmp_path / "h.db")
    first.ran("a", made(toys, 1), ["1"])
    second.ran("b", made(toys, 2), ["1"])
    second.took("numbers/number", Cost(2.0, 5), Work())
    first.save()
    second.save()
    third = History(tmp_path / "h.db")
    assert (third.last("a", "1").parameters, third.last("b", "1").parameters) == ({"value": 1}, {"value": 2})
    assert third.cost("numbers/number").seconds == 2.0


def test_a_damaged_file_is_forgotten_and_written_anew(toys, tmp_path):
    path = tmp_path / "h.db"
    path.write_bytes(b"no database at all" * 100)
    history = History(path)
    assert history.last("a", "1") is None
    history.ran("a", made(toys, 1), ["1"])
    history.save()
    assert History(path).last("a", "1").parameters == {"value": 1}


def test_a_folder_that_cannot_be_written_costs_nothing_else(toys, tmp_path):
    (tmp_path / "file").write_text("in the way")
    history = History(tmp_path / "file" / "h.db")
    history.ran("a", made(toys, 1), ["1"])
    history.save()
    assert history.last("a", "1").key


def test_the_oldest_documents_are_forgotten(toys, tmp_path):
    history = History(tmp_path / "h.db")
    for number in range(History.LIMIT + 50):
        history.ran(f"document {number}", made(toys, 1), ["1"])
    history.save()
    fresh = History(tmp_path / "h.db")
    remembered = [bool(fresh.last(f"document {number}", "1")) for number in range(History.LIMIT + 50)]
    assert sum(remembered) == History.LIMIT


def test_threads_may_ask_while_a_run_writes(toys, tmp_path):
    history, found = History(tmp_path / "h.db"), []
    history.ran("a", made(toys, 1), ["1"])
    asking = threading.Thread(target=lambda: found.append(history.last("a", "1")))
    asking.start()
    history.save()
    asking.join()
    assert found[0].parameters == {"value": 1}
