from types import MappingProxyType

import pytest
import torch

from training.precision import mixed_precision


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx2": True}, torch.float32),
        ({"avx512_f": True, "avx512_bf16": False}, torch.float32),
        ({"avx512_f": True, "avx512_bf16": True}, torch.bfloat16),
        ({"neon": True, "bf16": True}, torch.bfloat16),
    ],
)
def test_networks_compute_in_bfloat16_only_where_the_processor_does(
    monkeypatch: pytest.MonkeyPatch, capabilities: dict[str, bool], expected: torch.dtype
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: MappingProxyType(capabilities))
    layer, picture = torch.nn.Linear(8, 4), torch.rand(2, 8)
    with mixed_precision():
        assert layer(picture).dtype == expected
    assert layer(picture).dtype == torch.float32
