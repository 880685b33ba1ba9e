"""The text in avatars and covers, line by line.

Who may not write 加微信 in a bio writes it on the cover. The networks are those of PP-OCRv6, as the package `rapidocr`
ships them (Apache-2.0); of its code only what cuts a line out is called: the rest takes half a second to import.
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
"""Square root of the area that lines are looked for at: 35 ms, and 23 more for each line. On 60 large pictures 94.0% of
the characters are read so; with 400 94.5% and with 480 94.7%, in 1.6 and 2.2 times the time."""

DETECTION_STRIDE = 32
"""Sides given to the detector are multiples of this."""

MIN_LINE_ASPECT, LONG_LINE_ASPECT = 0.9, 1.8
"""Length of a line over its height: what is shorter is no line, and what is not long holds a character or two, or is an
icon, and makes no text."""

LINE_HEIGHT = 48
"""Pixels that the recogniser reads lines at."""

MAX_LINE_LENGTH = 1_536
"""Pixels of a line at that height, some 40 characters; a longer one is squeezed, so that none takes over 0.15 s."""

MAX_LONG_LINES, MAX_SHORT_LINES = 16, 6
"""The largest long and short ones are read: a page of small print would take a second and more."""

Array = np.ndarray


@dataclass(frozen=True)
class Line:
    """A line of text.

    Attributes:
        text: as it was read.
        box: upright, around the line even if that is slanted.
        confidence: mean probability of its characters, in [0, 1].
        aspect: length over height, at least `MIN_LINE_ASPECT`.
    """

    text: str
    box: Box
    confidence: float
    aspect: float

    @property
    def is_long(self) -> bool:
        """Whether it may be part of a text, and is not only a letter or two."""
        return self.aspect >= LONG_LINE_ASPECT


@cache
def text_reader() -> TextReader:
    """The one that all detectors of a process share, with the threads that its settings allow.

    Raises:
        ArtifactError: as `TextReader`.
    """
    return TextReader(Settings.from_environment().threads)


class TextReader:
    """Reads horizontal and slanted lines of Chinese, Latin and Japanese text, and single letters; columns and rings are
    not read.

    Source: PP-OCRv6; differentiable binarisation (Liao et al. 2020), connectionist temporal classification.

    Args:
        threads: threads that one pass may use.

    Attributes:
        version: of the networks and the package, for answers.

    Raises:
        ArtifactError: the package is there, but not its networks.
    """

    def __init__(self, threads: int = 1) -> None:
        self.version = f"{MODEL_NAME}-{MODEL_SIZE}@rapidocr-{version('rapidocr')}"
        self._detector, self._recognizer = (
            session(_model(task), threads, keep_memory=False) for task in ("det", "rec")
        )
        characters = self._recognizer.get_modelmeta().custom_metadata_map["character"]
        self._characters = ["", *characters.splitlines(), " "]  # the first stands for the time between two characters
        self._likely, self._lines = PerImage(may_hold_text), PerImage(self._read)

    def __call__(self, images: Sequence[Image]) -> list[tuple[list[Line], OcrCost]]:
        """The long lines of every picture, in order, and what it took to know them; none where text is unlikely, even
        if another detector had the picture read.

        Args:
            images: from `decode`.
        """
        return [self._timed(image.pixels) for image in images]

    def is_likely(self, pixels: Array) -> bool:
        """Whether looking for text is worth its cost."""
        return self._likely(pixels)[0]

    def lines(self, pixels: Array) -> list[Line]:
        """As `read`, but a picture that was read already is not read again."""
        return self._lines(pixels)[0]

    def read(self, pixels: Array) -> list[Line]:
        """All lines, without asking first whether there are any."""
        lines = [self.line(corners, pixels) for corners in self.outlines(pixels)]
        return [line for line in lines if line.text]

    def outlines(self, pixels: Array) -> list[Array]:
        """Corners of the largest lines, each float32 (4, 2): x and y in pixels, clockwise from the top left."""
        probabilities = self._detector.run(None, {"x": _whole(pixels)})[0]
        found = outlines(probabilities[0, 0], *pixels.shape[:2])
        ordered = sorted(found, key=lambda corners: -cv2.contourArea(corners))
        long = [corners for corners in ordered if aspect(corners) >= LONG_LINE_ASPECT]
        short = [corners for corners in ordered if MIN_LINE_ASPECT <= aspect(corners) < LONG_LINE_ASPECT]
        return [*long[:MAX_LONG_LINES], *short[:MAX_SHORT_LINES]]

    def line(self, corners: Array, pixels: Array) -> Line:
        """The line with these corners; its text may be empty."""
        strip = _strip(get_rotate_crop_image(pixels, corners))
        text, confidence = self._decoded(self._recognizer.run(None, {"x": strip})[0][0])
        return Line(text.strip(), _box(corners, pixels.shape), confidence, aspect(corners))

    def _read(self, pixels: Array) -> list[Line]:
        return self.read(pixels)  # by its name, so that what stands in for it is asked

    def _decoded(self, probabilities: Array) -> tuple[str, float]:
        """What is read, and how surely; nothing is sure of nothing.

        Args:
            probabilities: float32 (steps, characters): one that lasts several steps is written once.
        """
        likeliest, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
        begins = (likeliest != 0) & (np.diff(likeliest, prepend=0) != 0)
        text = "".join(self._characters[place] for place in likeliest[begins])
        return text, float(sure[begins].mean()) if text else 0.0

    def _timed(self, pixels: Array) -> tuple[list[Line], OcrCost]:
        likely, looking = self._likely(pixels)
        read = self._lines(pixels) if likely else self._lines.cached(pixels)
        lines, reading = read or ([], 0.0)
        long = [line for line in lines if line.is_long] if likely else []
        return long, OcrCost(read is not None, looking + reading)


def rows_of(lines: Sequence[Line]) -> list[list[Line]]:
    """Lines side by side together, from left to right; rows from the top down."""
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


def _whole(pixels: Array) -> Array:
    """A picture as the detector takes it, float32 (1, 3, height, width)."""
    height, width = pixels.shape[:2]
    scale = min(1.0, DETECTION_SIDE / math.sqrt(height * width))
    size = [max(1, round(edge * scale / DETECTION_STRIDE)) * DETECTION_STRIDE for edge in (width, height)]
    return _input(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _strip(line: Array) -> Array:
    """A line as the recogniser takes it, float32 (1, 3, LINE_HEIGHT, width)."""
    width = math.ceil(LINE_HEIGHT * line.shape[1] / line.shape[0])
    return _input(cv2.resize(line, (min(width, MAX_LINE_LENGTH), LINE_HEIGHT)))


def _input(pixels: Array) -> Array:
    """Blue, green and red, each from -1 to 1, one plane after the other."""
    planes = pixels[..., ::-1].transpose(2, 0, 1)[None]
    return np.asarray(planes / np.float32(127.5) - 1, np.float32)


def _box(corners: Array, shape: tuple[int, ...]) -> Box:
    left, top = corners.min(axis=0) / (shape[1], shape[0])
    right, bottom = corners.max(axis=0) / (shape[1], shape[0])
    return float(left), float(top), float(right), float(bottom)
