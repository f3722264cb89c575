"""What the sticker world contains: its things, colors and places, with the words that name them.

Order is identity: a thing's index is its class in the recognizer and its tile in the atlas.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thing:
    """One sticker: ``names`` are its words (the first is canonical), ``code`` its Unicode emoji."""

    names: tuple[str, ...]
    code: int
    plural: str = ""

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def many(self) -> str:
        return self.plural or self.name + "s"


def _things(table: str) -> tuple[Thing, ...]:
    rows = [row.split() for row in table.strip().splitlines()]
    return tuple(Thing(tuple(words[1].split("|")), int(words[0], 16), words[2] if len(words) > 2 else "") for words in rows)


THINGS = _things("""
1F431 cat|kitten
1F436 dog|puppy
1F430 rabbit|bunny
1F98A fox foxes
1F43B bear
1F43C panda
1F42F tiger
1F981 lion
1F42E cow
1F437 pig|piglet
1F438 frog
1F435 monkey
1F414 chicken|hen
1F427 penguin
1F989 owl
1F40E horse|pony
1F422 turtle|tortoise
1F41F fish fish
1F419 octopus octopuses
1F433 whale
1F98B butterfly butterflies
1F41D bee
1F34E apple
1F34C banana
1F34A tangerine|mandarin
1F353 strawberry strawberries
1F347 grapes grapes
1F349 watermelon|melon
1F350 pear
1F34D pineapple
1F34B lemon
1F955 carrot
1F344 mushroom|toadstool
1F355 pizza
1F370 cake
1F369 donut|doughnut
1F366 icecream
1F354 burger|hamburger
1F697 car|automobile
1F68C bus buses
1F69A truck|lorry
1F6B2 bicycle|bike
1F680 rocket|spaceship
2708 airplane|plane
26F5 sailboat|boat
1F682 train|locomotive
1F333 tree
1F334 palm
1F335 cactus cactuses
1F33B sunflower
1F339 rose
1F3E0 house|home
1F3F0 castle
26FA tent
26BD football
1F388 balloon
1F941 drum
1F3B8 guitar
1F31E sun
1F319 moon
2B50 star
2601 cloud
1F308 rainbow
2614 umbrella
23F0 clock
1F381 gift|present
1F451 crown
1F3A9 hat
26C4 snowman snowmen
2615 mug|cup
1F916 robot
1F47B ghost
1F42D mouse mice
1F428 koala
1F984 unicorn
1F986 duck
1F40C snail
1F41E ladybug|ladybird
1F980 crab
1F42C dolphin
1F418 elephant
1F992 giraffe
1F995 dinosaur
1F994 hedgehog
1F987 bat
1F9A9 flamingo
1F352 cherry cherries
1F351 peach peaches
1F95D kiwi
1F951 avocado
1F33D corn corn
1F345 tomato tomatoes
1F346 eggplant|aubergine
1F966 broccoli broccoli
1F36A cookie|biscuit
1F36D lollipop
1F9C0 cheese cheese
1F691 ambulance
1F692 firetruck
1F695 taxi
1F69C tractor
1F681 helicopter
1F6F8 ufo
1F337 tulip
1F340 clover
1F341 leaf leaves
26EA church churches
26F2 fountain
1F9F8 teddy teddies
1F511 key
1F514 bell
1F4D5 book
1F4A1 lightbulb|bulb
1F45F shoe|sneaker
1F3BA trumpet
1F48E diamond|gem
1F3C0 basketball
1F3B2 die dice
2693 anchor
1F525 flame|fire
""")

COLORS: dict[str, tuple[float, float, float]] = {
    "red": (0.90, 0.16, 0.16),
    "orange": (0.98, 0.55, 0.10),
    "yellow": (0.98, 0.83, 0.15),
    "green": (0.20, 0.68, 0.26),
    "blue": (0.16, 0.42, 0.90),
    "purple": (0.55, 0.25, 0.78),
    "pink": (0.97, 0.50, 0.70),
}
COLOR_NAMES = tuple(COLORS)
UNCOLORED = (
    "sun",
    "rainbow",
    "football",
    "drum",
    "grapes",
    "moon",
    "rose",
    "ghost",
    "cloud",
    "snowman",
    "clock",
    "basketball",
    "diamond",
    "lightbulb",
)
"""Things that keep their own colors: a tint would hide what they are, or their word is a color."""


@dataclass(frozen=True)
class Place:
    """A background. ``phrases`` say it in a caption; ``colors`` are sky top, sky bottom, far hills, ground top, ground bottom."""

    name: str
    phrases: tuple[str, ...]
    colors: tuple[str, str, str, str, str] | None = None
    hills: float = 0.0
    decoration: str = ""


TRANSPARENT = Place("transparent", ("on a transparent background", "as a sticker", "with no background"))
PLAIN = tuple(
    Place(f"plain {color}", (f"on a {color} background", f"on plain {color}"), (tint,) * 5)
    for color, tint in {
        "white": "f7f7f5",
        "red": "e26a62",
        "yellow": "f6dc7c",
        "green": "93cf8b",
        "blue": "86b7ee",
        "pink": "f5bcd0",
        "purple": "b79be0",
    }.items()
)
PAINTED = (
    Place("meadow", ("in a meadow", "on the grass"), ("6db9ee", "cfeafa", "8cc768", "7cc04f", "4f9a36"), 0.07, "flowers"),
    Place("beach", ("on a beach", "on the sand"), ("58b4ea", "c4e8f8", "3a93cf", "f3deaa", "e2bf7c"), 0.0),
    Place("sea", ("at sea", "on the water"), ("8fcdf2", "dff2fb", "3b86c6", "2f77b8", "16497f"), 0.0, "waves"),
    Place("desert", ("in the desert", "on the dunes"), ("f3b765", "fbe6b4", "d99a4c", "e6b567", "c98a40"), 0.10),
    Place("snow", ("in the snow", "in winter"), ("a9bfd6", "dde7f0", "c3d3e4", "f4f8fc", "dbe6f2"), 0.08, "snowfall"),
    Place("night", ("at night", "under the stars"), ("0c1238", "27336f", "1d2857", "1a3440", "0e2029"), 0.07, "stars"),
    Place("sunset", ("at sunset", "in the evening"), ("5b3b84", "f58f58", "8a3f66", "6a3357", "3c1f40"), 0.06),
    Place("forest", ("in a forest", "in the woods"), ("b8dcc0", "dcefd5", "2f6b3a", "5b8a46", "3a6531"), 0.0, "firs"),
    Place("city", ("in the city", "in town"), ("9fc6e8", "e3eef7", "8793a6", "8d9096", "63666d"), 0.0, "skyline"),
)
PLACES = (TRANSPARENT, *PLAIN, *PAINTED)

SIZE_WORDS = {"small": ("small", "little", "tiny"), "big": ("big", "large", "huge")}
COUNT_WORDS = {2: "two", 3: "three", 4: "four"}
RELATIONS = {
    "left": ("left of", "to the left of"),
    "right": ("right of", "to the right of"),
    "above": ("above", "over"),
    "below": ("below", "under"),
    "front": ("in front of",),
    "behind": ("behind",),
}
OPENINGS = ("", "", "", "a picture of", "a drawing of", "there is")
