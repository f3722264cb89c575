"""Names of variables and functions in a script: after the nodes, readable, each once."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

RESERVED = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "Context", "Path", "context", "together"}


def slug(text: str) -> str:
    """Words of any kind as a name in small letters; empty where no letter of it can stand in one."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")[:40].strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def plural(name: str) -> str:
    if name.endswith(("s", "x", "ch", "sh")):
        return name if name.endswith("s") else f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else f"{name}s"


class Names:
    """Hands out names, none twice."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)

    def fresh(self, *wishes: str) -> str:
        """The first of some names that is free; else the last with a number."""
        name = next((wish for wish in wishes if wish and wish not in self._taken), "")
        number = 2
        while not name or name in self._taken:
            name, number = f"{wishes[-1]}_{number}", number + 1
        self._taken.add(name)
        return name

    def functions(self, types: Iterable[str]) -> dict[str, str]:
        """A name for the function of each node type: its own, with the section before it where two have the same."""
        return {identity: self.fresh(identity.partition("/")[2], identity.replace("/", "_")) for identity in sorted(set(types))}

    def free(self, wishes: Iterable[str], besides: Iterable[str] = ()) -> str:
        """A free name that stays free, as for the variable of a comprehension."""
        taken = {*self._taken, *besides}
        wanted = list(wishes)
        numbered = (f"{wanted[-1]}_{number}" for number in range(2, 10_000))
        return next(wish for wish in (*wanted, *numbered) if wish not in taken)
