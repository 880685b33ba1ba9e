"""Loads networks trained on the patch tokens of one encoder, and refuses them for any other."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

from models.images.encoder.encoder import EncoderError
from models.runtime.sessions import session

FINGERPRINT_KEY = "encoder"
"""Key of a graph's metadata that holds the fingerprint of its encoder."""


def open_token_network(path: Path, fingerprint: str) -> onnxruntime.InferenceSession:
    """A session of a network in an encoder's artefact folder.

    Args:
        path: ONNX graph.
        fingerprint: fingerprint of the encoder.

    Raises:
        EncoderError: the graph cannot be run, or was trained for another encoder.
    """
    try:
        network = session(path, 1, keep_memory=False)
        made_for = network.get_modelmeta().custom_metadata_map.get(FINGERPRINT_KEY)
    except Exception as error:  # ONNX Runtime's errors share no narrower class
        raise EncoderError(f"{path} is no network that can be run: {error}") from error
    if made_for != fingerprint:
        raise EncoderError(
            f"{path} was trained on patch tokens of encoder {made_for}, not of {fingerprint}: take the one that was "
            "trained with this encoder, or calibrate the encoder without one"
        )
    return network
