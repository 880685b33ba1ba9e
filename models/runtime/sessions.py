"""ONNX Runtime sessions: the execution provider, threads and memory of every network.

The same artefacts run on a CPU and on a GPU. HUIJIAN_PROVIDERS lists the allowed providers; the first one that ONNX
Runtime offers is used. If none is offered the service does not start, rather than run at an unplanned speed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import onnxruntime

from models.settings import ArtifactError

PROVIDERS: Final[Mapping[str, str]] = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
"""ONNX Runtime's names; `cuda` needs onnxruntime-gpu instead of onnxruntime."""

SLOWER_FUSIONS: Final = ("SkipLayerNormFusion",)
"""Disabled: on a CPU its kernel is not vectorised and slows a transformer by a tenth (ONNX Runtime 1.32)."""


def providers() -> list[str]:
    """Allowed providers in ONNX Runtime's names, the preferred one first.

    HUIJIAN_PROVIDERS is `cpu` by default. `cuda` requires a GPU; `cuda,cpu` uses a GPU if there is one.

    Raises:
        ArtifactError: a name is unknown, or ONNX Runtime offers none of them.
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
        threads: per pass, on a CPU.
        keep_memory: reuse memory between passes. Without it, a network with inputs of varying size takes a third less
            memory and the same time.

    Raises:
        ArtifactError: as `providers`, or the only allowed provider cannot be started.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = keep_memory
    # Spinning threads would take cores from the other detectors.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    allowed = providers()
    made = onnxruntime.InferenceSession(model, options, providers=allowed, disabled_optimizers=SLOWER_FUSIONS)
    # If a GPU's libraries are missing, ONNX Runtime only warns and uses the CPU.
    if made.get_providers()[0] not in allowed:
        raise ArtifactError(f"{allowed[0]} cannot be started here; add cpu to HUIJIAN_PROVIDERS to do without")
    return made
