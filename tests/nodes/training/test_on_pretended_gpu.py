"""Every script of the pack trains for two steps on a GPU that is none, and exports; the report comes to its end there too."""

import importlib
import shutil
import sys

import pytest
import torch

from nodes.training import report
from nodes.training.loop import STARTER
from nodes.training.pack import ORDER
from tests.nodes.runtime.pretended_gpu import pretended_gpu

pytestmark = pytest.mark.slow
FEW = {"flow": "--fresh 4 --first 64", "few_step": "--fresh 4 --first 64", "dual_encoder": "--fresh 4 --first 64"}
FEW |= dict.fromkeys(("next_token", "masked", "next_scale"), "--pool 2048")


@pytest.fixture
def gpu(monkeypatch, tmp_path):
    threads = torch.get_num_threads()
    with pretended_gpu(monkeypatch):
        yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("row", ORDER, ids=lambda row: row.name)
def test_a_script_trains_on_a_gpu(row, gpu, monkeypatch, tmp_path):
    shutil.copytree(STARTER, tmp_path / "into")
    where = ["--device", "cuda", "--runs", str(tmp_path), "--into", str(tmp_path / "into"), "--export"]
    few = f"--steps 2 --batch 6 --judged 4 --threads 1 {FEW.get(row.script, '')}".split()
    monkeypatch.setattr(sys, "argv", [row.script, *row.on_cpu.split(), *where, *few])
    importlib.import_module(f"nodes.training.{row.script}").main()


def test_the_report_is_made_on_a_gpu(gpu, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", f"report --prompts 4 --effects 0 --device cuda --threads 1 --runs {tmp_path}".split())
    report.main()
    assert "accuracy" in capsys.readouterr().out
