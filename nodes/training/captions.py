"""Captions of scenes, by a small grammar with synonyms and free order; every word said is true of the picture."""

from __future__ import annotations

import random
from dataclasses import dataclass

from nodes.training.vocabulary import (
    COLOR_NAMES,
    COUNT_WORDS,
    OPENINGS,
    PLACES,
    RELATIONS,
    SIZE_WORDS,
    THINGS,
)
from nodes.training.world import Scenes

MAX_WORDS = 24
UNPLACED = 0.15
"""Share of the captions that generators are trained with which do not say the place: who asks for "a red apple" must get one."""


@dataclass(frozen=True)
class Seen:
    """One thing of a scene, as plain numbers (fractions of the canvas)."""

    thing: int
    x: float
    y: float
    size: float
    color: int


@dataclass(frozen=True)
class Facts:
    """What a caption claims: the things, the place, −1 where it says none, and one relation between the first two things, or none."""

    things: tuple[Seen, ...]
    place: int
    relation: str = ""


def rows(batch: Scenes) -> list[tuple[tuple[Seen, ...], int]]:
    """The things (bottom to top) and the place of every scene."""
    thing, center, size, color = batch.thing.tolist(), batch.center.tolist(), batch.size.tolist(), batch.color.tolist()
    place = batch.place.tolist()
    return [
        (
            tuple(Seen(t, c[0], c[1], s, k) for t, c, s, k in zip(thing[i], center[i], size[i], color[i], strict=True) if t >= 0),
            place[i],
        )
        for i in range(len(batch))
    ]


def captions(batch: Scenes, variant: int = 0, unplaced: float = 0.0) -> list[tuple[str, Facts]]:
    """A caption and its facts for every scene; ``variant`` gives other words for the same scenes, a share does not say the place."""
    found = []
    for (things, place), seed in zip(rows(batch), batch.seed.tolist(), strict=True):
        rng = random.Random(seed * 31 + variant)
        text, relation, said = _things(things, rng)
        if unplaced and rng.random() < unplaced:
            found.append((text, Facts(said, -1, relation)))
        else:
            found.append((_placed(text, place, rng), Facts(said, place, relation)))
    return found


def relations(first: Seen, second: Seen, first_is_on_top: bool) -> list[str]:
    """Every relation of RELATIONS that holds from the first thing to the second."""
    dx, dy = first.x - second.x, first.y - second.y
    true = []
    if abs(dx) > 0.16 and abs(dx) > abs(dy) * 1.2:
        true.append("left" if dx < 0 else "right")
    if abs(dy) > 0.16 and abs(dy) > abs(dx) * 1.2:
        true.append("above" if dy < 0 else "below")
    if (dx * dx + dy * dy) ** 0.5 < 0.33 * (first.size + second.size):
        true.append("front" if first_is_on_top else "behind")
    return true


def _things(things: tuple[Seen, ...], rng: random.Random) -> tuple[str, str, tuple[Seen, ...]]:
    """What is said of the things; the relation in it, and the things in its order."""
    order = list(range(len(things)))
    rng.shuffle(order)
    said = tuple(things[i] for i in order)
    relation = ""
    if len(said) > 1 and all(t.thing == said[0].thing for t in said):
        text = f"{COUNT_WORDS[len(said)]} {_adjectives(said[0], len(said), rng)}{THINGS[said[0].thing].many}"
    elif len(said) == 2 and rng.random() < 0.7 and (true := relations(said[0], said[1], order[0] > order[1])):
        relation = rng.choice(true)
        text = f"{_phrase(said[0], 2, rng)} {rng.choice(RELATIONS[relation])} {_phrase(said[1], 2, rng)}"
    else:
        phrases = [_phrase(t, len(said), rng) for t in said]
        text = phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + " and " + phrases[-1]
    return text, relation, said


def _placed(text: str, place: int, rng: random.Random) -> str:
    where = rng.choice((PLACES[place].phrases[0], *PLACES[place].phrases))
    if rng.random() < 0.15:
        return f"{where}, {text}"
    opening = rng.choice(OPENINGS)
    return f"{opening} {text} {where}".strip()


def _phrase(seen: Seen, count: int, rng: random.Random) -> str:
    names = THINGS[seen.thing].names
    words = _adjectives(seen, count, rng) + (names[0] if rng.random() < 0.8 else rng.choice(names))
    article = "" if words.endswith("grapes") else "an " if words[0] in "aeiou" else "a "
    return article + words


def _adjectives(seen: Seen, count: int, rng: random.Random) -> str:
    words = ""
    if count <= 2 and rng.random() < 0.5:
        small, big = (0.50, 0.70) if count == 1 else (0.37, 0.45)
        if seen.size < small:
            words += rng.choice(SIZE_WORDS["small"]) + " "
        elif seen.size > big:
            words += rng.choice(SIZE_WORDS["big"]) + " "
    if seen.color >= 0:
        words += COLOR_NAMES[seen.color] + " "
    return words


def all_words() -> list[str]:
    """Every word that a caption can hold, sorted."""
    phrases = [*OPENINGS, *COUNT_WORDS.values(), *COLOR_NAMES, "a an and"]
    phrases += [word for words in SIZE_WORDS.values() for word in words]
    phrases += [phrase for options in RELATIONS.values() for phrase in options]
    phrases += [phrase for place in PLACES for phrase in place.phrases]
    phrases += [name for thing in THINGS for name in (*thing.names, thing.many)]
    return sorted({word for phrase in phrases for word in phrase.split()})
