"""The node that puts the things of a layout where its regions are."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from graph_engine.context import Context
from graph_engine.declaration import Number, Text, node
from nodes.runtime.controlling import listed, placed
from nodes.values import Control, Layout, TextEncoder


class Followed(NamedTuple):
    control: Control
    prompt: str


@node(uses="model device", words=("regional prompt", "region", "box", "attention couple", "composition", "gligen", "multidiffusion"))
def follow_layout(
    context: Context,
    layout: Layout,
    text_encoder: TextEncoder,
    around: Annotated[str, Text(placeholder="in a meadow")] = "",
    end: Annotated[float, Number(soft=(0, 1), hard=(0, 1), step=0.05)] = 0.7,
) -> Followed:
    """Put each thing of a layout where its region is.

    While the composition is settled, at high noise, each region is predicted by its own words in a view of its own, and the
    views are joined into one picture (Bar-Tal et al. 2023, "MultiDiffusion"). Then the prompt of all takes over and makes
    one scene of it. A model that was trained with regions gets them as a hint instead, at every level.

    Regions in front cover those behind. Things come best where a region is about as large as the model draws them, from a
    third of the picture on; say *a small cat* in a small region.

    Args:
        layout: The regions with their words, as "a cat".
        text_encoder: The encoder that came with the generator.
        around: The place, said behind the words of every region and between them, as "in a meadow".
        end: The noise level where the prompt of all takes over; lower holds things to their regions longer.

    Returns:
        control: What leads Generate.
        prompt: All that the picture shows, for *Encode prompt*.
    """
    return Followed(placed(context, layout, text_encoder, around, end), listed(layout, around))
