"""Embeds a picture and its windows in one pass through the image tower.

An imitated emblem may fill an avatar or be small in a cover. One pass per crop would cost a hundred times as much, so
the grid of patch tokens is pooled over windows of several sizes. Only long strips are also cut into a few tiles.

The graph determines the input size. A graph with free sides gets pictures at a nearly constant area, aspect kept. A
graph with fixed sides (learnt position embeddings) gets them squeezed to those, as SigLIP and Chinese-CLIP are trained.
Nothing is cropped or padded then, but an emblem in a wide cover becomes narrow.

Source: regional maximum activations (R-MAC), Tolias et al. 2016; mean-pooled here, so that the projection is linear.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image as PillowImage

from models.arrays import Float32, Int64, Pixels
from models.boxes import WHOLE_PICTURE, as_box
from models.profile import Box
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session
from models.settings import SCORING_FILES

INPUT_STRIDE = 32
"""Coarsest stride of the network, in pixels; input sides are multiples of it."""

MAX_INPUT_ASPECT = 4.0
"""Ratio of sides to which longer pictures are squeezed; tiles find the small emblems that this distorts."""

MAX_TILES = 4
"""Tiles of a longer picture, one pass each; up to a ratio of 13 each tile is within `MAX_INPUT_ASPECT`."""

WINDOW_SCALES = (0.75, 0.5, 0.375, 0.25)
"""Sides of the square windows, as fractions of the square root of the input area; 0.25 is 64 pixels."""

GRAPH_OUTPUTS = ("grid", "global")
"""Outputs of the graph; the second is optional."""

FINGERPRINT_DIGITS = 12
"""Hexadecimal digits of a network's SHA-256 that name an encoder."""

MAX_BATCH = 4
"""Pictures per pass: 15 ms each and 80 MB of arena; a batch of 16 takes 19 ms each and 220 MB."""


class EncoderError(ValueError):
    """The artefact folder cannot be used; the message names the fault."""


@dataclass(frozen=True)
class Embedding:
    """Embeddings of one picture and its windows.

    Attributes:
        vectors: float32 (windows, dimension), unit length; row 0 is the whole picture.
        boxes: float32 (windows, 4), left, top, right, bottom as fractions of the picture.
        grids: box and patch tokens, float32 (rows, columns, dimension), of the picture and then of each tile. Empty
            for a subset of the windows.
    """

    vectors: Float32
    boxes: Float32
    grids: tuple[tuple[Box, Float32], ...] = ()


class Encoder:
    """The image tower of an artefact folder (`model.onnx`, `config.json`).

    The graph takes `pixels`, uint8 (batch, height, width, 3), and returns `grid`, float32 (batch, rows, columns,
    dimension). A checkpoint with a class token or a pooling head also returns `global`, float32 (batch, dimension). It
    then embeds the whole picture, in place of the mean of the grid.

    Args:
        directory: the artefact folder.
        threads: ONNX Runtime threads of one pass.

    Attributes:
        fingerprint: first 12 hexadecimal digits of the SHA-256 of `model.onnx`; galleries store it.
        version: name, fingerprint and calibration digest, for answers; it changes whenever scores may change.
        dimension: length of a vector.

    Raises:
        EncoderError: a file is missing or does not fit.
    """

    def __init__(self, directory: Path, threads: int = 1) -> None:
        try:
            config = json.loads((directory / ArtifactFile.CONFIG).read_text(encoding="utf-8"))
            model = (directory / ArtifactFile.MODEL).read_bytes()
            self.dimension = int(config["dimension"])
            self.fingerprint = hashlib.sha256(model).hexdigest()[:FINGERPRINT_DIGITS]
            self.version = f"{config['name']}@{self.fingerprint}+{calibration_digest(directory)}"
            self._session = session(model, threads)
            given = {output.name for output in self._session.get_outputs()}
            self._outputs = [name for name in GRAPH_OUTPUTS if name in given]
            self._size = _fixed_size(self._session)
            self._area = 0 if self._size else int(config["area"])
        except Exception as error:  # ONNX Runtime's errors share no narrower class
            raise EncoderError(f"{directory} is not an encoder's artefact folder: {error}") from error
        self.directory = directory

    def __call__(self, images: Sequence[Pixels], scale: float = 1.0) -> list[Embedding]:
        """One embedding per picture, in order.

        Args:
            images: RGB, uint8 (height, width, 3), any size of at least one pixel.
            scale: factor on the sides of the network's input; ignored by a network with fixed sides.
        """
        return [pool(*grid) for grid in self.grids(images, scale)]

    def embed_tiled(self, images: Sequence[Pixels]) -> list[Embedding]:
        """One embedding per picture, in order; a picture longer than `MAX_INPUT_ASPECT` gets the windows of its tiles.

        The squeezed windows of the long picture itself are dropped. Windows at one location then have one shape, so
        their overlap shows that they cover the same thing.

        Args:
            images: RGB, uint8 (height, width, 3), any size of at least one pixel.
        """
        tiles = [tile_corners(*pixels.shape[:2]) for pixels in images]
        crops = [_crop(pixels, box) for pixels, boxes in zip(images, tiles, strict=True) for box in boxes]
        pooled = iter(self(crops))
        return [_joined_tiles(boxes, [next(pooled) for _ in boxes]) for boxes in tiles]

    def grids(self, images: Sequence[Pixels], scale: float = 1.0) -> list[tuple[Float32, ...]]:
        """The arguments of `pool` for each picture: its patch tokens, float32 (rows, columns, dimension).

        The embedding of the whole picture, float32 (dimension,), follows where the graph returns one.
        """
        inputs = [self._resized(pixels, scale) for pixels in images]
        grids: dict[int, tuple[Float32, ...]] = {}
        for batch in _by_shape(inputs):
            outputs = self._session.run(self._outputs, {"pixels": np.stack([inputs[index] for index in batch])})
            grids.update({index: tuple(output) for index, *output in zip(batch, *outputs, strict=True)})
        return [grids[index] for index in range(len(inputs))]

    def _resized(self, pixels: Pixels, scale: float) -> Pixels:
        height, width = self._size or input_size(pixels.shape[0], pixels.shape[1], self._area * scale**2)
        return resized(pixels, height, width)


def resized(pixels: Pixels, height: int, width: int) -> Pixels:
    """A picture, RGB, uint8 (height, width, 3), at the size of a network's input."""
    if pixels.shape[:2] == (height, width):
        return np.ascontiguousarray(pixels)
    picture = PillowImage.fromarray(pixels)
    return np.asarray(picture.resize((width, height), PillowImage.Resampling.BILINEAR, reducing_gap=2.0))


def input_size(height: int, width: int, area: float) -> tuple[int, int]:
    """Height and width, in pixels, of the network's input for a picture: nearly constant area, aspect kept."""
    aspect = min(max(width / height, 1 / MAX_INPUT_ASPECT), MAX_INPUT_ASPECT)
    return _rounded((area / aspect) ** 0.5), _rounded((area * aspect) ** 0.5)


@lru_cache(maxsize=256)
def grid_windows(rows: int, columns: int) -> Int64:
    """Windows of a token grid, int64 (windows, 4): left, top, right, bottom in tokens, the whole grid first.

    Squares of every scale overlap by half and are spaced evenly from edge to edge.
    """
    sides = {min(round(scale * (rows * columns) ** 0.5), rows, columns) for scale in WINDOW_SCALES}
    squares = [
        (left, top, left + side, top + side)
        for side in sorted(sides - {0}, reverse=True)
        for top in _starts(rows, side)
        for left in _starts(columns, side)
    ]
    whole = (0, 0, columns, rows)
    return np.array([whole, *(square for square in squares if square != whole)], dtype=np.int64)


@lru_cache(maxsize=256)
def pooling_weights(rows: int, columns: int) -> Float32:
    """Matrix that averages patch tokens over each window: float32 (windows, rows * columns)."""
    windows = grid_windows(rows, columns)
    weights = np.zeros((len(windows), rows, columns), np.float32)
    for weight, (left, top, right, bottom) in zip(weights, windows, strict=True):
        weight[top:bottom, left:right] = 1 / ((bottom - top) * (right - left))
    return weights.reshape(len(windows), rows * columns)


def pool(grid: Float32, whole: Float32 | None = None) -> Embedding:
    """Embeddings of the windows of a token grid, mean-pooled and scaled to unit length.

    Args:
        grid: patch tokens, float32 (rows, columns, dimension).
        whole: embedding of the whole picture, float32 (dimension,); the mean of the grid if None.
    """
    rows, columns, dimension = grid.shape
    # A product with this small matrix is ten times faster than an integral image.
    means = pooling_weights(rows, columns) @ grid.reshape(rows * columns, dimension)
    if whole is not None:
        means[0] = whole
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    boxes = grid_windows(rows, columns) / np.array([columns, rows, columns, rows])
    return Embedding(means / np.maximum(lengths, 1e-12), boxes.astype(np.float32), ((WHOLE_PICTURE, grid),))


def tile_corners(height: int, width: int) -> Int64:
    """The picture and its tiles, int64 (1 + tiles, 4): left, top, right, bottom in pixels.

    Only pictures longer than `MAX_INPUT_ASPECT` have tiles. Tiles overlap by a square, so that every square window lies
    within one.
    """
    whole, short, long = (0, 0, width, height), min(height, width), max(height, width)
    if long <= MAX_INPUT_ASPECT * short:
        return np.array([whole])
    count = min(int(np.ceil((long / short - 1) / (MAX_INPUT_ASPECT - 1))), MAX_TILES)
    length = int(np.ceil((long + (count - 1) * short) / count))
    starts = np.linspace(0, long - length, count).astype(int).tolist()
    if width > height:
        return np.array([whole, *((start, 0, start + length, short) for start in starts)])
    return np.array([whole, *((0, start, short, start + length) for start in starts)])


def _crop(pixels: Pixels, box: Int64) -> Pixels:
    left, top, right, bottom = box
    return pixels[top:bottom, left:right]


def _joined_tiles(tiles: Int64, embeddings: Sequence[Embedding]) -> Embedding:
    """One embedding of the whole picture and the windows of its tiles, with boxes as fractions of the picture."""
    whole, *others = embeddings
    if not others:
        return whole
    corners, sides = np.tile(tiles[1:, :2], 2), np.tile(tiles[1:, 2:] - tiles[1:, :2], 2)
    in_pixels = [tile.boxes * side + corner for tile, side, corner in zip(others, sides, corners, strict=True)]
    size = np.tile(tiles[0, 2:], 2)
    boxes = (np.concatenate(in_pixels) / size).astype(np.float32)
    vectors = np.concatenate([whole.vectors[:1], *(tile.vectors for tile in others)])
    grids = tuple((as_box(box / size), tile.grids[0][1]) for box, tile in zip(tiles, embeddings, strict=True))
    return Embedding(vectors, np.concatenate([whole.boxes[:1], boxes]), grids)


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil((length - side) / (side / 2))) + 1
    return list(dict.fromkeys(round(start) for start in np.linspace(0, length - side, count)))


def _rounded(side: float) -> int:
    return max(INPUT_STRIDE, round(side / INPUT_STRIDE) * INPUT_STRIDE)


def _by_shape(inputs: Sequence[Pixels]) -> list[list[int]]:
    """Batches of indices of inputs that have one shape."""
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, pixels in enumerate(inputs):
        groups[pixels.shape].append(index)
    return [group[start : start + MAX_BATCH] for group in groups.values() for start in range(0, len(group), MAX_BATCH)]


def calibration_digest(directory: Path) -> str:
    """First 8 hexadecimal digits of the SHA-256 of the files that turn similarities into scores.

    Absent files are skipped: an encoder in training has none yet.
    """
    files = [directory / name for name in SCORING_FILES]
    content = b"".join(file.read_bytes() for file in files if file.is_file())
    return hashlib.sha256(content).hexdigest()[:8]


def _fixed_size(network: onnxruntime.InferenceSession) -> tuple[int, int] | None:
    """Height and width of a graph with fixed sides, else None."""
    _, height, width, _ = network.get_inputs()[0].shape
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None
