"""What leads a picture beside words."""

import torch

from nodes.models.flow_transformer import FlowTransformer, FlowTransformerConfig, Hints
from nodes.training import hints, world

SMALL = FlowTransformerConfig(latent_channels=2, width=32, depth=1, heads=1, text_width=8, hints=True)


def a_model() -> FlowTransformer:
    torch.manual_seed(0)
    model = FlowTransformer(SMALL)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return model.eval()


def made(model: FlowTransformer, given: Hints | None) -> torch.Tensor:
    x = torch.linspace(-1, 1, 2 * 4 * 4).view(1, 2, 4, 4)
    with torch.no_grad():
        return model(x, torch.tensor([0.5]), torch.zeros(1, 1, 8), torch.zeros(1, 1, dtype=torch.bool), given)


def test_a_hint_of_zeros_says_nothing():
    model = a_model()
    nothing = Hints(torch.zeros(1, 3, 4, 4), torch.zeros(1, 2, 32, 32), torch.zeros(1, 10, 4, 4))
    assert torch.equal(made(model, nothing), made(model, None))


def test_every_hint_changes_the_prediction():
    model = a_model()
    for given in (Hints(known=torch.ones(1, 3, 4, 4)), Hints(lines=torch.ones(1, 2, 32, 32)), Hints(regions=torch.ones(1, 10, 4, 4))):
        assert not torch.allclose(made(model, given), made(model, None))


def test_lines_follow_the_outline_of_a_thing():
    batch = world.scenes(torch.arange(8), (1.0, 0.0, 0.0, 0.0))
    drawn = world.draw(batch)
    ink = hints.lines(batch, drawn)
    near = torch.nn.functional.max_pool2d((drawn.owner >= 0).float()[:, None], 7, 1, 3)[:, 0] > 0
    assert 40 < ink.sum((1, 2)).float().mean() < 2000
    assert (ink & ~near).sum() == 0


def test_the_upper_region_covers_the_lower():
    vectors = torch.tensor([[[1.0], [2.0]]])
    areas = torch.tensor([[[0.0, 0.0, 1.0, 1.0], [0.5, 0.5, 1.0, 1.0]]])
    painted = hints.painted_regions(vectors, torch.tensor([[True, True]]), areas, 2)
    assert painted[0, 0].tolist() == [[1, 1], [1, 2]]
    assert painted[0, 2].tolist() == [[0.25, 0.25], [0.25, 0.5]]


def is_rectangle(picture: torch.Tensor) -> bool:
    return torch.equal(picture, picture.amax(1)[:, None] * picture.amax(0)[None])


def test_what_is_known_is_a_rectangle_or_all_but_one():
    for picture in hints.kept_cells(64, 8, torch.Generator().manual_seed(0))[:, 0]:
        assert is_rectangle(picture) or is_rectangle(1 - picture)
