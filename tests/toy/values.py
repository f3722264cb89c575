"""A picture type small enough to test with."""

from dataclasses import dataclass

from graph_engine import Pixels, ValueType, digest_of, register_value


@dataclass(frozen=True)
class Swatch:
    """A square of one color."""

    side: int
    rgba: bytes

    @property
    def pixels(self) -> Pixels:
        return Pixels(self.side, self.side, self.rgba * self.side**2)


register_value(
    Swatch,
    ValueType(
        name="Swatch",
        digest=lambda swatch: digest_of(str(swatch.side), swatch.rgba),
        size=lambda swatch: swatch.side**2 * 4,
        store=lambda swatch: swatch.side.to_bytes(4, "little") + swatch.rgba,
        load=lambda data: Swatch(int.from_bytes(data[:4], "little"), data[4:]),
        pixels=lambda swatch: swatch.pixels,
        describe=lambda swatch: f"{swatch.side} × {swatch.side}",
    ),
)
