"""The worker process: owns torch, the models and the cache; takes runs from its standard input, tells events on its standard output.

Started by `app.worker_link`; ends when its input ends, so it never outlives the window.
"""

from __future__ import annotations

import argparse
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import msgspec

from app import wire
from app.engine_room import NODES, EngineRoom
from app.holdings import holdings, let_go, machine_bytes, process_bytes
from app.word_reading import WordReading
from graph_engine.check import Problem
from graph_engine.errors import BadWorkflow
from graph_engine.events import AnyEvent
from graph_engine.plan import Plan
from graph_engine.sweep import Sweep
from graph_engine.workflow import read

END = None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", default=NODES, help="package of node sections")
    parser.add_argument("--cache", type=Path, default=None, help="folder of the disk cache")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt in the terminal is for the window; its end is this one's
    # What nodes print must not get between the frames.
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    Work(sys.stdin.buffer, outgoing, options.nodes, options.cache).serve()


class Work:
    """Runs come in through a queue; a stop takes effect at once. What is held is told by a thread of its own, also while a run goes on."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO, nodes: str, folder: Path | None) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._waiting: queue.Queue[wire.AnyMessage | None] = queue.Queue()
        self._asides: queue.Queue[wire.Aside] = queue.Queue()
        self._sending = threading.Lock()
        self._stops: dict[str, threading.Event] = {}
        self._prefix = f"tessera{os.getpid():x}x"
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        self._room = EngineRoom(nodes, folder)

    def serve(self) -> None:
        self._say(wire.Ready(self._room.catalogue.to_json()))
        threading.Thread(target=self._keep_house, name="keep house", daemon=True).start()
        while (message := self._waiting.get()) is not END:
            match message:
                case wire.Run():
                    self._run(message)
                case wire.AskPlan():
                    self._plan(message)

    def _listen(self) -> None:
        """Thread: everything that comes in. The end of the pipe is the end of the process, whatever runs."""
        try:
            while (message := wire.receive(self._incoming)) is not None:
                if isinstance(message, wire.Stop):
                    self._stops.setdefault(message.run, threading.Event()).set()
                elif isinstance(message, wire.AskHoldings | wire.SetBudget | wire.LetGo | wire.AskWords):
                    self._asides.put(message)
                else:
                    self._waiting.put(message)
        except wire.BrokenWire as error:
            print(f"worker: {error}", file=sys.stderr, flush=True)
            os._exit(2)
        os._exit(0)

    def _keep_house(self) -> None:
        """Thread: what is asked and wished about what is held, and how words would be read."""
        room, reading = self._room, WordReading(self._room)
        while True:
            match self._asides.get():
                case wire.AskWords() as question:
                    self._say(reading.answer(question))
                    continue
                case wire.SetBudget(holding, budget):
                    room.set_budget(holding, budget)
                case wire.LetGo(holding):
                    let_go(room.cache, holding)
            self._say(wire.HoldingsTold(holdings(room.cache), process_bytes(), machine_bytes(), room.trouble))

    def _run(self, message: wire.Run) -> None:
        stop = self._stops.setdefault(message.run, threading.Event())
        if message.sweep:
            self._sweep(message, stop)
            return
        try:
            outcome = self._room.run(
                read(message.workflow, "the workflow"), self._tell, targets=message.targets, stop=stop, run_id=message.run,
                output_folder=Path(message.output_folder) if message.output_folder else None, scope=message.scope, written=message.written,
            )  # fmt: skip
        except BadWorkflow as error:
            self._say(wire.Refused(message.run, (Problem("", "", str(error)),)))
            return
        finally:
            self._stops.pop(message.run, None)
        if outcome.state == "refused":
            self._say(wire.Refused(message.run, outcome.problems))

    def _sweep(self, message: wire.Run, stop: threading.Event) -> None:
        from app.sweeping import run_sweep  # draws pictures: most workers never need it

        try:
            run_sweep(
                self._room, read(message.workflow, "the workflow"), msgspec.json.decode(message.sweep, type=Sweep),
                Path(message.output_folder), source=message.scope, emit=self._tell, stop=stop, targets=message.targets, run_id=message.run,
            )  # fmt: skip
        except (BadWorkflow, OSError) as error:
            self._say(wire.Refused(message.run, (Problem("", "", str(error)),)))
        finally:
            self._stops.pop(message.run, None)

    def _plan(self, message: wire.AskPlan) -> None:
        try:
            planned = self._room.plan(read(message.workflow, "the workflow"), message.targets, message.scope)
        except BadWorkflow as error:
            planned = Plan((), (), (Problem("", "", str(error)),), 0.0)
        self._say(wire.Planned(message.ask, planned))

    def _tell(self, event: AnyEvent) -> None:
        self._say(wire.packed(event, self._prefix))

    def _say(self, message: wire.AnyMessage) -> None:
        with self._sending:
            wire.send(self._outgoing, message)


if __name__ == "__main__":
    main()
