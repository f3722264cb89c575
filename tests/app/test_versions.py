"""What a file held before it was overwritten can be had back."""

import json
from pathlib import Path

from app.places import data_folder
from app.versions import KEPT, save_and_keep, versions
from graph_engine import Graph, Node, Workflow, read, write


def numbered(number):
    return write(Workflow(Graph({str(n): Node("a/b") for n in range(number)}), name=f"version {number}"))


def test_the_last_ten_contents_are_kept_and_each_once(tmp_path):
    path = tmp_path / "a.json"
    for number in (*range(12), 11, 11):
        assert save_and_keep(path, numbered(number), tmp_path / "data") == ""
    found = versions(path, tmp_path / "data")
    assert len(found) == KEPT and {version.workflow.name for version in found} == {f"version {number}" for number in range(2, 12)}


def test_what_another_program_wrote_is_kept_before_it_is_overwritten(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(numbered(7))
    save_and_keep(path, numbered(1), tmp_path / "data")
    assert {version.workflow.name for version in versions(path, tmp_path / "data")} == {"version 7", "version 1"}


def test_a_link_and_the_file_it_leads_to_have_the_same_versions(tmp_path):
    path = tmp_path / "a.json"
    save_and_keep(path, numbered(1), tmp_path / "data")
    (tmp_path / "link.json").symlink_to(path)
    assert versions(tmp_path / "link.json", tmp_path / "data") == versions(path, tmp_path / "data") != []


def test_a_full_shelf_costs_the_versions_and_not_the_file(tmp_path):
    (tmp_path / "data").write_text("in the way")
    assert "could not be kept" in save_and_keep(tmp_path / "a.json", numbered(1), tmp_path / "data")
    assert (tmp_path / "a.json").read_bytes() == numbered(1)


def test_versions_are_listed_and_brought_back_in_a_terminal(tessera, tmp_path):
    path = tmp_path / "a.json"
    for number in (1, 2):
        save_and_keep(path, numbered(number), data_folder())
    said = tessera("versions", path, "--json")
    assert "2 nodes" in said.err and "1 added" in said.err and len(said.json["versions"]) == 2
    older = min(said.json["versions"], key=lambda version: read(Path(version["file"]).read_bytes()).name)
    number = said.json["versions"].index(older) + 1
    assert tessera("versions", path, "--restore", number).code == 0 and path.read_bytes() == numbered(1)
    refused = tessera("versions", path, "--restore", 9)
    assert refused.code == 2 and "must be one of the 2 versions that are kept, got 9" in refused.err
    assert json.loads(path.read_bytes())["name"] == "version 1"
