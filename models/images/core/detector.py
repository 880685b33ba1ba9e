"""Core detector: finds the emblems that carry the law's weight, wherever they are and whatever they are made of.

Retrieval knows an emblem from its drawings and needs no training. Real party and state emblems are cast in gold, sewn
on cloth and drawn as pictograms of a few pixels. So these have a network of their own, trained on synthetic scenes.

Source: dense detection without anchors (FCOS, Tian et al. 2019).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple, cast

import numpy as np
import onnxruntime

from models.arrays import Float32, Float64, Pixels
from models.images.core.calibration import CoreCalibration
from models.images.encoder.encoder import Encoder, EncoderError, input_size, resized, tile_corners
from models.images.encoder.token_networks import open_token_network
from models.runtime.artifact_files import ArtifactFile

CLASSES_KEY = "classes"
"""Key of the graph's metadata that holds the reference ids of each class, JSON."""

FIRST_AREA, SECOND_AREA = 256 * 256, 448 * 448
"""Pixels of the network's input in the first pass, and in the second, which sees smaller emblems."""


class Detections(NamedTuple):
    """The likeliest place of every class in a picture.

    Attributes:
        logits: the network's log odds there, not calibrated, float64 (classes,).
        boxes: float32 (classes, 4), left, top, right, bottom as fractions of the picture.
    """

    logits: Float64
    boxes: Float32


class CoreDetector:
    """Finds core emblems in pictures.

    Args:
        network: maps `pixels`, uint8 (n, h, w, 3), to `logits`, float32 (n, h/16, w/16, classes), and `boxes`, float32
            (n, h/16, w/16, 4), in pixels.
        classes: reference ids of each class, the likeliest first.
        calibration: from log odds to probabilities.

    Attributes:
        classes, calibration: as given.
    """

    def __init__(
        self, network: onnxruntime.InferenceSession, classes: Sequence[Sequence[str]], calibration: CoreCalibration
    ) -> None:
        self._network, self.classes, self.calibration = network, classes, calibration

    @classmethod
    def load(cls, encoder: Encoder) -> CoreDetector | None:
        """The core detector in an encoder's artefact folder; None if there is none.

        Raises:
            EncoderError: a file cannot be used, or belongs to another encoder.
        """
        path = encoder.directory / ArtifactFile.CORE
        if not path.exists():
            return None
        network = open_token_network(path, encoder.fingerprint)
        classes = read_classes(network)
        calibration = CoreCalibration.load(encoder.directory / ArtifactFile.CORE_CALIBRATION)
        if len(calibration.biases) != len(classes):
            raise EncoderError(f"{path} has {len(classes)} classes, its calibration {len(calibration.biases)}")
        return cls(network, classes, calibration)

    def __call__(self, pixels: Pixels) -> Detections:
        """The best place of every class, in the classes' order.

        Args:
            pixels: RGB, uint8 (height, width, 3), any size of at least one pixel.
        """
        logits, boxes = self.scan(pixels, FIRST_AREA)
        if bool(logits.max() >= self.calibration.second_pass_from):
            again, others = self.scan(pixels, SECOND_AREA)
            is_better = again > logits
            logits = np.where(is_better, again, logits)
            boxes = np.where(is_better[:, None], others, boxes)
        return Detections(logits.astype(np.float64), boxes.clip(0, 1))

    def scan(self, pixels: Pixels, area: float) -> tuple[Float32, Float32]:
        """Greatest log odds of each class, float32 (classes,), and its box as fractions, float32 (classes, 4).

        Args:
            pixels: RGB, uint8 (height, width, 3).
            area: pixels of the network's input; long pictures are scanned in tiles of this area.
        """
        height, width = pixels.shape[:2]
        tiles = tile_corners(height, width)
        found = [self._scan(pixels[top:bottom, left:right], area) for left, top, right, bottom in tiles]
        logits = np.stack([part for part, _ in found])
        best = logits.argmax(axis=0)
        corners = [
            boxes * np.tile([right - left, bottom - top], 2) + np.tile([left, top], 2)
            for (_, boxes), (left, top, right, bottom) in zip(found, tiles, strict=True)
        ]
        chosen = np.stack(corners)[best, np.arange(len(best))] / np.tile([width, height], 2)
        return logits.max(axis=0), cast(Float32, chosen.astype(np.float32))

    def _scan(self, pixels: Pixels, area: float) -> tuple[Float32, Float32]:
        height, width = input_size(pixels.shape[0], pixels.shape[1], area)
        logits, boxes = self._network.run(["logits", "boxes"], {"pixels": resized(pixels, height, width)[None]})
        flat = logits[0].reshape(-1, logits.shape[-1])
        cells = flat.argmax(axis=0)
        return flat.max(axis=0), boxes[0].reshape(-1, 4)[cells] / np.tile([width, height], 2).astype(np.float32)


def read_classes(network: onnxruntime.InferenceSession) -> list[list[str]]:
    """Reference ids of each class, from a graph's metadata.

    Raises:
        EncoderError: the graph names none.
    """
    try:
        names = json.loads(network.get_modelmeta().custom_metadata_map[CLASSES_KEY])
        return [[str(name) for name in members] for members in names]
    except (KeyError, TypeError, ValueError) as error:
        raise EncoderError(f"{ArtifactFile.CORE} names no classes: train it again") from error
