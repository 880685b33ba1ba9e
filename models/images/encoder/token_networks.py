"""Networks beside an encoder that know the cells of its grid, and of no other encoder's."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

from models.images.encoder.encoder import EncoderError
from models.runtime.sessions import session

FINGERPRINT_KEY = "encoder"
"""Under this name a graph's metadata hold the fingerprint of the encoder whose cells it knows."""


def open_token_network(path: Path, fingerprint: str) -> onnxruntime.InferenceSession:
    """A network of an encoder's artefact folder.

    Args:
        path: of its graph.
        fingerprint: of the encoder.

    Raises:
        EncoderError: it cannot be run, or knows another encoder's cells.
    """
    try:
        network = session(path, 1, keep_memory=False)
        made_for = network.get_modelmeta().custom_metadata_map.get(FINGERPRINT_KEY)
    except Exception as error:  # ONNX Runtime's errors have no other class in common
        raise EncoderError(f"{path} is no network that can be run: {error}") from error
    if made_for != fingerprint:
        raise EncoderError(
            f"{path} knows cells of encoder {made_for}, not of {fingerprint}: take the one that was trained with "
            "this encoder, or calibrate the encoder without one"
        )
    return network
