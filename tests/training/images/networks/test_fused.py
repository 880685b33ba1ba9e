"""A fused tower gives the same patch tokens and the same gradients."""

import pytest
import torch

from training.images.networks import tower
from training.images.networks.fused import fused

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def trained(settled_tower):
    made = settled_tower(0)
    tower.freeze(made)
    return made


def learnt(model, pixels):
    """Patch tokens, and the gradient of each learnt weight."""
    grid = model(pixels)
    (grid.square().mean() + grid[..., 0].mean()).backward()
    gradients = {name: weight.grad for name, weight in model.named_parameters() if weight.grad is not None}
    model.zero_grad()
    return grid.detach(), gradients


def test_grid_and_gradients_are_the_same(trained):
    trained.double()  # so that no unit is cut off on one side alone
    pixels = torch.randint(0, 256, (2, 96, 128, 3), dtype=torch.uint8)
    grid, gradients = learnt(trained, pixels)
    with fused(trained):
        fused_grid, fused_gradients = learnt(trained, pixels)
    assert torch.allclose(grid, fused_grid, atol=1e-9 * float(grid.abs().max()))
    assert gradients.keys() == fused_gradients.keys()
    for name, gradient in fused_gradients.items():
        assert torch.allclose(gradients[name], gradient, atol=1e-9 * float(gradient.abs().max())), name


def test_depthwise_gains_and_early_depthwise_filters_are_frozen(trained):
    pairs = [pair for pair in tower.convolutions_of(trained.visual.trunk.net) if pair[0].groups > 1]
    learnt_filters = [convolution.weight.requires_grad for convolution, _ in pairs]
    assert learnt_filters == sorted(learnt_filters) and 0 < sum(learnt_filters) < len(pairs)
    assert not any(norm.weight.requires_grad for _, norm in pairs)


def test_the_tower_is_restored_afterwards_even_after_an_error(trained):
    pixels = torch.randint(0, 256, (1, 64, 64, 3), dtype=torch.uint8)
    names, before = list(trained.state_dict()), trained(pixels)
    with pytest.raises(KeyboardInterrupt), fused(trained):
        assert not torch.equal(trained(pixels), before)  # it is computed in another order
        raise KeyboardInterrupt
    assert list(trained.state_dict()) == names
    assert torch.equal(trained(pixels), before)
