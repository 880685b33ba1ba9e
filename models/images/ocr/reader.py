"""Reads the text in avatars and covers, line by line.

A contact that is forbidden in a bio may be written on the cover. The networks are those of PP-OCRv6, shipped by the
package `rapidocr` (Apache-2.0). Only its function that crops a line is used: importing the rest takes half a second.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import cv2
import numpy as np
from rapidocr.utils.process_img import get_rotate_crop_image

from models.arrays import Float32, Pixels
from models.images.input.decode import Image
from models.images.ocr.lettering import may_hold_text
from models.images.ocr.outlines import aspect, outlines
from models.images.ocr.per_image import PerImage
from models.profile import Box, OcrCost
from models.runtime.sessions import session
from models.settings import ArtifactError, Settings

MODEL_NAME = "PP-OCRv6"
MODEL_SIZE = "small"

DETECTION_SIDE = 320
"""Square root of the detector's input area, in pixels. Reads 94.0% of characters in 60 large pictures; 480 reads 94.7%
in 2.2 times the time."""

LARGE_TEXT_SIDE = 192
"""The same for a picture without thin strokes, whose text can only be large; it takes a third of the time."""

DETECTION_STRIDE = 32
"""Sides of the detector's input are multiples of this, in pixels."""

MIN_LINE_ASPECT, LONG_LINE_ASPECT = 0.9, 1.8
"""Length over height of a line, and of a long one; shorter lines hold one or two characters or an icon."""

LINE_HEIGHT = 48
"""Height of the recogniser's input, in pixels."""

MAX_LINE_LENGTH = 1_536
"""Width of the recogniser's input, in pixels, about 40 characters; longer lines are squeezed, so none takes over
0.15 s."""

MAX_LONG_LINES, MAX_SHORT_LINES = 16, 6
"""Long and short lines read per picture, largest first; a page of small print would take over a second."""


@dataclass(frozen=True)
class Line:
    """A line of text.

    Attributes:
        text: the text as read.
        box: upright bounding box, also of a slanted line.
        confidence: mean probability of its characters, in [0, 1].
        aspect: length over height, at least `MIN_LINE_ASPECT`.
    """

    text: str
    box: Box
    confidence: float
    aspect: float

    @property
    def is_long(self) -> bool:
        """True if the line may be part of a text, not only a letter or two."""
        return self.aspect >= LONG_LINE_ASPECT


@cache
def text_reader() -> TextReader:
    """The reader that all detectors of a process share; its threads come from the settings.

    Raises:
        ArtifactError: as `TextReader`.
    """
    return TextReader(Settings.from_environment().threads)


class TextReader:
    """Reads horizontal and slanted lines of Chinese, Latin and Japanese text, and single letters.

    Vertical and circular text is not read.

    Source: PP-OCRv6; differentiable binarisation (Liao et al. 2020), connectionist temporal classification.

    Args:
        threads: ONNX Runtime threads of one pass.

    Attributes:
        version: version of networks and package, for answers.

    Raises:
        ArtifactError: the package is installed without its networks.
    """

    def __init__(self, threads: int = 1) -> None:
        self.version = f"{MODEL_NAME}-{MODEL_SIZE}@rapidocr-{version('rapidocr')}"
        self._detector, self._recognizer = (
            session(_model(task), threads, keep_memory=False) for task in ("det", "rec")
        )
        characters = self._recognizer.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *characters.splitlines(), " "]  # the first is the CTC blank
        self._likely, self._lines = PerImage(may_hold_text), PerImage(self._read)

    def __call__(self, images: Sequence[Image]) -> list[tuple[list[Line], OcrCost]]:
        """The long lines of every picture, in order, and the cost of reading it.

        A picture in which text is unlikely has no lines, even if another detector had it read.

        Args:
            images: decoded by `decode`.
        """
        return [self._timed(image.pixels) for image in images]

    def is_likely(self, pixels: Pixels) -> bool:
        """True if text detection is worth its cost."""
        return self._likely(pixels)[0]

    def lines(self, pixels: Pixels) -> list[Line]:
        """As `read`, cached per picture."""
        return self._lines(pixels)[0]

    def read(self, pixels: Pixels, side: int = DETECTION_SIDE) -> list[Line]:
        """All lines, without the filter `is_likely`.

        Args:
            pixels: RGB uint8 (height, width, 3).
            side: square root of the detector's input area.
        """
        lines = [self.line(corners, pixels) for corners in self.outlines(pixels, side)]
        return [line for line in lines if line.text]

    def outlines(self, pixels: Pixels, side: int = DETECTION_SIDE) -> list[Float32]:
        """Corners of the largest lines, each float32 (4, 2): x and y in pixels, clockwise from the top left."""
        probabilities = self._detector.run(None, {"x": _whole(pixels, side)})[0]
        found = outlines(probabilities[0, 0], *pixels.shape[:2])
        ordered = sorted(found, key=lambda corners: -cv2.contourArea(corners))
        long = [corners for corners in ordered if aspect(corners) >= LONG_LINE_ASPECT]
        short = [corners for corners in ordered if MIN_LINE_ASPECT <= aspect(corners) < LONG_LINE_ASPECT]
        return [*long[:MAX_LONG_LINES], *short[:MAX_SHORT_LINES]]

    def line(self, corners: Float32, pixels: Pixels) -> Line:
        """Read the line with these corners; its text may be empty."""
        strip = _strip(get_rotate_crop_image(pixels, corners))
        text, confidence = self._decoded(self._recognizer.run(None, {"x": strip})[0][0])
        return Line(text.strip(), _box(corners, pixels.shape), confidence, aspect(corners))

    def _read(self, pixels: Pixels) -> list[Line]:
        # Looked up at each call, so that tests can replace it.
        return self.read(pixels, DETECTION_SIDE if self.is_likely(pixels) else LARGE_TEXT_SIDE)

    def _decoded(self, probabilities: Float32) -> tuple[str, float]:
        """Greedy CTC decoding: the text and its mean character probability, 0 for empty text.

        Args:
            probabilities: float32 (steps, characters); repeated steps make one character.
        """
        likeliest, highest = probabilities.argmax(axis=1), probabilities.max(axis=1)
        begins = (likeliest != 0) & (np.diff(likeliest, prepend=0) != 0)
        text = "".join(self._characters[index] for index in likeliest[begins])
        return text, float(highest[begins].mean()) if text else 0.0

    def _timed(self, pixels: Pixels) -> tuple[list[Line], OcrCost]:
        likely, filter_seconds = self._likely(pixels)
        read = self._lines(pixels) if likely else self._lines.cached(pixels)
        lines, read_seconds = read or ([], 0.0)
        long = [line for line in lines if line.is_long] if likely else []
        return long, OcrCost(read is not None, filter_seconds + read_seconds)


def rows_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines grouped into rows, top to bottom, each from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=_middle):
        if rows and _middle(line) < rows[-1][0].box[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.box[0]) for row in rows]


def _middle(line: Line) -> float:
    return (line.box[1] + line.box[3]) / 2


def _model(task: str) -> bytes:
    file = files("rapidocr") / "models" / f"{MODEL_NAME}_{task}_{MODEL_SIZE}.onnx"
    if not file.is_file():
        raise ArtifactError(f"the package rapidocr {version('rapidocr')} does not hold {file.name}; install it again")
    return file.read_bytes()


def _whole(pixels: Pixels, side: int) -> Float32:
    """The detector's input for a picture, float32 (1, 3, height, width)."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / math.sqrt(height * width))
    size = [max(1, round(edge * scale / DETECTION_STRIDE)) * DETECTION_STRIDE for edge in (width, height)]
    return _input(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _strip(line: Pixels) -> Float32:
    """The recogniser's input for a line, float32 (1, 3, LINE_HEIGHT, width)."""
    width = math.ceil(LINE_HEIGHT * line.shape[1] / line.shape[0])
    return _input(cv2.resize(line, (min(width, MAX_LINE_LENGTH), LINE_HEIGHT)))


def _input(pixels: Pixels) -> Float32:
    """BGR planes scaled to [-1, 1], float32 (1, 3, height, width)."""
    planes = pixels[..., ::-1].transpose(2, 0, 1)[None]
    return np.asarray(planes / np.float32(127.5) - 1, np.float32)


def _box(corners: Float32, shape: tuple[int, ...]) -> Box:
    left, top = corners.min(axis=0) / (shape[1], shape[0])
    right, bottom = corners.max(axis=0) / (shape[1], shape[0])
    return float(left), float(top), float(right), float(bottom)
