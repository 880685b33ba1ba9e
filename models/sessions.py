"""How every network is run here: on the processor, with as many threads as the settings allow, waiting quietly."""

from __future__ import annotations

from pathlib import Path

import onnxruntime


def session(model: Path | bytes, threads: int, *, keep_memory: bool = True) -> onnxruntime.InferenceSession:
    """A session of ONNX Runtime.

    Args:
        model: an ONNX file, or its content.
        threads: threads that one pass may use.
        keep_memory: keep what a pass needed for the next; without, a network whose inputs differ in size takes a third
            less memory and no more time.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = keep_memory
    # Threads that spin while they wait take the core from the other detectors.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
