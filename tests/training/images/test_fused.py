"""A tower computed in fewer passes gives the same grid and the same gradients."""

import pytest
import torch

from training.images import tower
from training.images.fused import fused

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def trained():
    torch.manual_seed(0)
    made = tower.create(pretrained=False)
    tower.freeze(made)
    return made.eval()


def learnt(model, pixels):
    """The grid, and the gradient of each weight that is learnt."""
    grid = model(pixels)
    (grid.square().mean() + grid[..., 0].mean()).backward()
    gradients = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    model.zero_grad()
    return grid.detach(), gradients


def test_grid_and_gradients_are_the_same(trained):
    pixels = torch.randint(0, 256, (2, 96, 128, 3), dtype=torch.uint8)
    grid, gradients = learnt(trained, pixels)
    with fused(trained):
        fused_grid, fused_gradients = learnt(trained, pixels)
    assert torch.allclose(grid, fused_grid, atol=1e-4 * float(grid.abs().max()))
    for name, gradient in fused_gradients.items():
        assert torch.allclose(gradients[name], gradient, atol=1e-3 * float(gradient.abs().max())), name
    left_out = gradients.keys() - fused_gradients.keys()
    gains = {f"{name}.weight" for name, _ in trained.named_modules() if name.endswith((".bn1", ".bn2"))}
    assert left_out <= gains


def test_afterwards_the_tower_is_as_it_was(trained):
    pixels = torch.randint(0, 256, (1, 64, 64, 3), dtype=torch.uint8)
    names = list(trained.state_dict())
    before = trained(pixels)
    with fused(trained):
        trained(pixels)
    assert list(trained.state_dict()) == names
    assert torch.equal(trained(pixels), before)
