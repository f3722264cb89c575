"""A workflow on standard input, its script on standard output: the window has it written so, as it has no node functions itself."""

from __future__ import annotations

import argparse
import sys

from app.engine_room import NODES
from app.script.writing import python_script
from graph_engine.catalogue import discover
from graph_engine.errors import BadWorkflow
from graph_engine.workflow import read, upgraded


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", help="what the workflow is called")
    parser.add_argument("--nodes", default=NODES, help="package of node sections")
    options = parser.parse_args()
    try:
        catalogue = discover(options.nodes)
        text = python_script(upgraded(read(sys.stdin.buffer.read(), options.name), catalogue), catalogue, options.name)
    except BadWorkflow as error:
        print(error, file=sys.stderr)
        return 2
    sys.stdout.buffer.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
