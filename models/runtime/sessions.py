"""How every network is run: on what the operator chose, with as many threads as the settings allow, waiting quietly.

The same artefacts run on a processor and on a graphics card. Which of them is used is configuration, not code:
HUIJIAN_PROVIDERS lists what may be used, the first that ONNX Runtime offers here is taken, and where none is offered
the service does not start, rather than run at a speed that nobody planned for.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import onnxruntime

from models.settings import ArtifactError

PROVIDERS: Final[Mapping[str, str]] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
"""ONNX Runtime's name of each; it offers `cuda` where onnxruntime-gpu is installed instead of onnxruntime."""

SLOWER_FUSIONS: Final = ("SkipLayerNormFusion",)
"""Of a sum and a norm: the fused kernel is not vectorised on a processor and takes a tenth more of a transformer's
time (ONNX Runtime 1.32)."""


def providers() -> list[str]:
    """What the networks may run on, in ONNX Runtime's names, the preferred one first.

    HUIJIAN_PROVIDERS is `cpu` unless set; `cuda` is a card or nothing; `cuda,cpu` is a card where there is one.

    Raises:
        ArtifactError: a name that is none, or nothing of what is asked for is offered.
    """
    names = [name.strip().lower() for name in (os.environ.get("HUIJIAN_PROVIDERS") or "cpu").split(",")]
    if not set(names) <= set(PROVIDERS):
        raise ArtifactError(f"HUIJIAN_PROVIDERS must list {' and '.join(PROVIDERS)}, not {','.join(names)!r}")
    offered = onnxruntime.get_available_providers()
    usable = [PROVIDERS[name] for name in names if PROVIDERS[name] in offered]
    if not usable:
        raise ArtifactError(
            f"HUIJIAN_PROVIDERS asks for {','.join(names)}, which the ONNX Runtime installed here does not offer: "
            "install onnxruntime-gpu instead of onnxruntime, or add cpu"
        )
    return usable


def session(model: Path | bytes, threads: int, *, keep_memory: bool = True) -> onnxruntime.InferenceSession:
    """A session of ONNX Runtime.

    Args:
        model: an ONNX file, or its content.
        threads: threads that one pass may use on a processor.
        keep_memory: keep what a pass needed for the next; without, a network whose inputs differ in size takes a third
            less memory and no more time.

    Raises:
        ArtifactError: as `providers`, or the only one allowed cannot be started.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = keep_memory
    # Threads that spin while they wait take the core from the other detectors.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    allowed = providers()
    made = onnxruntime.InferenceSession(model, options, providers=allowed, disabled_optimizers=SLOWER_FUSIONS)
    # ONNX Runtime only warns where a card's libraries are missing, and takes the processor.
    if made.get_providers()[0] not in allowed:
        raise ArtifactError(f"{allowed[0]} cannot be started here; add cpu to HUIJIAN_PROVIDERS to do without")
    return made
