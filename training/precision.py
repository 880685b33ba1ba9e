"""Mixed precision for training: bfloat16 where the processor has instructions for it."""

from __future__ import annotations

import torch

BFLOAT16_CAPABILITIES = ("avx512_bf16", "amx_bf16", "bf16")
"""Names of processors' bfloat16 instructions, the last of ARM."""


def mixed_precision() -> torch.autocast:
    """A context in which networks compute in bfloat16 if the processor has instructions for it, else in float32.

    Otherwise it is emulated. On two cores with AVX2 the image tower then takes 4.2 s for 32 pictures of 160 x 160
    pixels, and 0.4 s in float32.
    """
    known = torch.cpu.get_capabilities()
    return torch.autocast("cpu", torch.bfloat16, enabled=any(known.get(name) for name in BFLOAT16_CAPABILITIES))
