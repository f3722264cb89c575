"""The node that makes a whole picture at a look."""

from __future__ import annotations

from typing import Annotated

from graph_engine.declaration import Integer, node
from nodes.decoding.few_looks import FewLooks
from nodes.decoding.strategies import TokenStrategy


@node(foretells=True, work=("looks",), words=("distilled decoding", "one step", "few steps", "student", "distillation", "fast"))
def few_looks(
    looks: Annotated[int, Integer(soft=(1, 2), hard=(1, 2))] = 1,
    kept: Annotated[int, Integer(soft=(0, 256), hard=(0, 65536))] = 0,
    codes: Annotated[int, Integer(soft=(0, 256), hard=(0, 65536))] = 0,
) -> TokenStrategy:
    """Make the whole picture at a look, or at two: for students that learned to do at once what others do token by token.

    Such a student was taught which picture its model comes to from which noise, and says it in one pass (Liu et al. 2024,
    "Distilled Decoding 1: one-step sampling of image auto-regressive models with flow matching"). A second look keeps the
    beginning of the first one, some scales or rows, and makes the rest again in the light of it: better, in twice the time.

    The beginning is made of codes of the tokenizer, the rest of vectors between them. So what comes is a latent: it can be
    decoded, but not edited as tokens are. A class leads a student, and no guidance.

    Args:
        looks: One pass, or a second one for what comes later in the picture.
        kept: How many scales, or tokens, of the first look the second one keeps; 0 is as the model was trained.
        codes: How many scales, or tokens, are made of codes; 0 is as the model was trained.

    Returns:
        The strategy, for Generate.
    """
    return FewLooks(count=looks, kept=kept, split=codes)
