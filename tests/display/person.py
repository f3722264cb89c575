"""A person at the display: xdotool makes the keys and the mouse, the program tells where things are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

State = dict[str, Any]
Point = tuple[int, int]
PATIENCE = 60.0
STEPS = 8


class Person:
    """Starts the program in a home of its own; ``cache`` holds the catalogue of node types and results."""

    def __init__(self, display: str, home: Path, cache: Path) -> None:
        self._environment = os.environ | {
            "DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
            "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data"), "TESSERA_CACHE": str(cache),
        }  # fmt: skip
        self.program: subprocess.Popen[str] | None = None

    def start(self, *words: str) -> Person:
        command = [sys.executable, "-m", "tests.display.program", *words]
        self.program = subprocess.Popen(command, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.until(lambda state: True)
        self._tool("search", "--sync", "--onlyvisible", "--name", "Tessera$", "windowactivate", "--sync", "windowmove", "--sync", "0", "0")
        return self

    def end(self) -> None:
        """As a crash would."""
        if self.program:
            self.program.kill()
            self.program.communicate()

    # what is asked

    def ask(self, what: str, **more: Any) -> Any:
        assert self.program and self.program.stdin and self.program.stdout
        print(json.dumps({"ask": what, **more}), file=self.program.stdin, flush=True)
        line = self.program.stdout.readline()
        assert line, f"the program ended with {self.program.wait()}"
        return json.loads(line)

    @property
    def state(self) -> State:
        return self.ask("state")

    def until(self, fits: Callable[[State], object], patience: float = PATIENCE) -> State:
        """The state as soon as it fits; every answer takes its time, so this waits without a sleep."""
        end = time.monotonic() + patience
        while not fits(state := self.state):
            assert time.monotonic() < end, state
        return state

    def find(self, what: str, **more: Any) -> Point:
        end = time.monotonic() + PATIENCE
        while (found := self.ask(what, **more)) is None:
            assert time.monotonic() < end, (what, more)
        return tuple(found)

    # what is done

    def key(self, *keys: str) -> None:
        self._tool(*(word for key in keys for word in ("key", "--clearmodifiers", key)))

    def type(self, words: str) -> None:
        self._tool("type", "--delay", "12", words)

    def point(self, at: Point) -> None:
        self._tool(*self._to(at))

    def click(self, at: Point, button: int = 1, times: int = 1) -> None:
        self._tool(*self._to(at), "click", "--repeat", str(times), "--delay", "60", str(button))

    def drag(self, start: Point, end: Point, button: int = 1) -> None:
        steps = [(start[0] + (end[0] - start[0]) * n // STEPS, start[1] + (end[1] - start[1]) * n // STEPS) for n in range(1, STEPS + 1)]
        moves = [word for step in steps for word in ("sleep", "0.02", *self._to(step))]
        self._tool(*self._to(start), "mousedown", str(button), *moves, "mouseup", str(button))

    def add(self, words: str) -> str:
        """A node through the palette, by keys; its id."""
        before = set(self.state["nodes"])
        self.key("Tab")
        self.until(lambda state: state["palette"])
        self.type(words)
        self.until(lambda state: state["palette"] and state["palette"][0].lower().startswith(words.lower()))
        self.key("Return")
        (made,) = set(self.until(lambda state: len(state["nodes"]) > len(before))["nodes"]) - before
        return made

    def port(self, node: str, name: str, gives: bool) -> Point:
        return self.find("port", node=node, name=name, gives=gives)

    @staticmethod
    def _to(at: Point) -> tuple[str, ...]:
        return "mousemove", str(at[0]), str(at[1])

    def _tool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._environment, check=True, timeout=PATIENCE, stdout=subprocess.DEVNULL)
