"""From pixels to embeddings of the whole picture and of its regions, in one pass through the network.

An imitated emblem may fill an avatar or sit small in a cover. Running the network once a tile would cost a hundred
times as much; instead its grid of features is pooled over windows of several sizes. Only long strips are cut in a few
parts besides.

The graph itself says how pictures are given to it. One with free sides gets them at a nearly constant area, their
aspect kept. One with fixed sides (a transformer's positions are learnt for one grid) gets them squeezed to those, as
SigLIP and Chinese-CLIP are trained: nothing is cut off or padded, so a window's cells are the same fractions of the
picture, but an emblem in a wide cover is seen narrow.

Source: regional maximum activations, Tolias et al. 2016 (here with means, so that the projection stays linear).
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

from models.boxes import WHOLE_PICTURE, as_box
from models.profile import Box
from models.runtime.artifact_files import ArtifactFile
from models.runtime.sessions import session
from models.settings import SCORING_FILES

INPUT_STRIDE = 32
"""Sides given to the network are multiples of this, its coarsest stride in pixels."""

MAX_INPUT_ASPECT = 4.0
"""Pictures that are longer are squeezed to this ratio of sides, by which small emblems in them lose their shape: those
are looked for in parts of them."""

MAX_TILES = 4
"""Of a picture that is longer, each a pass through the network: enough for a ratio of 13, beyond which they are longer
themselves."""

REGION_SCALES = (0.75, 0.5, 0.375, 0.25)
"""Sides of the square windows as parts of the square root of the area of what is given to the network; 0.25 is an
emblem of 64 pixels."""

GRAPH_OUTPUTS = ("grid", "global")
"""Of the graph; the second is optional."""

MAX_BATCH = 4
"""Pictures per pass: 15 ms each and 80 MB, which ONNX Runtime keeps; with 16 they take 19 ms each and 220 MB."""

Array = np.ndarray


class EncoderError(ValueError):
    """The artefact folder cannot be used; the message says what is missing or wrong."""


@dataclass(frozen=True)
class Embedding:
    """What the encoder sees in one picture.

    Attributes:
        vectors: float32 (windows, dimension), unit length; row 0 is the whole picture.
        boxes: float32 (windows, 4), left, top, right, bottom as fractions of the picture.
        grids: of the picture, or of it and its parts, where each lies in the picture and its grid, float32 (rows,
            columns, dimension); none of a choice of windows.
    """

    vectors: Array
    boxes: Array
    grids: tuple[tuple[Box, Array], ...] = ()


class Encoder:
    """The image tower of an artefact folder (`model.onnx`, `config.json`).

    The graph takes `pixels`, uint8 (batch, height, width, 3), and gives `grid`, float32 (batch, rows, columns,
    dimension). Where it also gives `global`, float32 (batch, dimension), that is the whole picture's embedding instead
    of the mean of the grid: checkpoints with a class token or a pooling head have such a one.

    Args:
        directory: the artefact folder.
        threads: threads that one pass may use.

    Attributes:
        fingerprint: first 12 hexadecimal digits of the SHA-256 of `model.onnx`; a gallery carries it.
        version: name, fingerprint and a digest of the calibration, for answers: what gives another score is another
            version.
        dimension: length of a vector.

    Raises:
        EncoderError: a file is missing or does not fit.
    """

    def __init__(self, directory: Path, threads: int = 1) -> None:
        try:
            config = json.loads((directory / ArtifactFile.CONFIG).read_text(encoding="utf-8"))
            model = (directory / ArtifactFile.MODEL).read_bytes()
            self.dimension = int(config["dimension"])
            self.fingerprint = hashlib.sha256(model).hexdigest()[:12]
            self.version = f"{config['name']}@{self.fingerprint}+{calibration_digest(directory)}"
            self._session = session(model, threads)
            given = {output.name for output in self._session.get_outputs()}
            self._outputs = [name for name in GRAPH_OUTPUTS if name in given]
            self._size = _fixed_size(self._session)
            self._area = 0 if self._size else int(config["area"])
        except Exception as error:  # ONNX Runtime's errors have no other class in common
            raise EncoderError(f"{directory} is not an encoder's artefact folder: {error}") from error
        self.directory = directory

    def __call__(self, images: Sequence[Array], scale: float = 1.0) -> list[Embedding]:
        """One embedding per picture, in order.

        Args:
            images: RGB, uint8 (height, width, 3), any size of at least one pixel.
            scale: factor on the sides of the network's input; without effect on a network with fixed sides.
        """
        return [pool(*grid) for grid in self.grids(images, scale)]

    def embed_tiled(self, images: Sequence[Array]) -> list[Embedding]:
        """The same, but of a picture that is too long the whole and the windows of its parts.

        Its own, squeezed ones are left out: windows of one place have one shape, so that their overlap tells places.
        """
        parts = [tile_corners(*pixels.shape[:2]) for pixels in images]
        pieces = [_crop(pixels, box) for pixels, boxes in zip(images, parts, strict=True) for box in boxes]
        pooled = iter(self(pieces))
        return [_joined_tiles(boxes, [next(pooled) for _ in boxes]) for boxes in parts]

    def grids(self, images: Sequence[Array], scale: float = 1.0) -> list[tuple[Array, ...]]:
        """What windows are pooled from, for `pool`: of each picture its grid, float32 (rows, columns, dimension).

        After it, where the graph gives one, the whole picture's embedding, float32 (dimension,).
        """
        inputs = [self._resized(pixels, scale) for pixels in images]
        grids: dict[int, tuple[Array, ...]] = {}
        for places in _by_shape(inputs):
            outputs = self._session.run(self._outputs, {"pixels": np.stack([inputs[place] for place in places])})
            grids.update({place: tuple(output) for place, *output in zip(places, *outputs, strict=True)})
        return [grids[place] for place in range(len(inputs))]

    def _resized(self, pixels: Array, scale: float) -> Array:
        height, width = self._size or input_size(pixels.shape[0], pixels.shape[1], self._area * scale**2)
        if pixels.shape[:2] == (height, width):
            return np.ascontiguousarray(pixels)
        picture = PillowImage.fromarray(pixels)
        return np.asarray(picture.resize((width, height), PillowImage.Resampling.BILINEAR, reducing_gap=2.0))


def input_size(height: int, width: int, area: float) -> tuple[int, int]:
    """Height and width in pixels that a picture is given to the network at: nearly constant area, aspect kept."""
    aspect = min(max(width / height, 1 / MAX_INPUT_ASPECT), MAX_INPUT_ASPECT)
    return _rounded((area / aspect) ** 0.5), _rounded((area * aspect) ** 0.5)


@lru_cache(maxsize=256)
def grid_regions(rows: int, columns: int) -> Array:
    """Windows of a grid as int64 (windows, 4): left, top, right, bottom in cells, the whole grid first.

    Squares of every scale, half overlapping, spread evenly from edge to edge.
    """
    sides = {min(round(scale * (rows * columns) ** 0.5), rows, columns) for scale in REGION_SCALES}
    squares = [
        (left, top, left + side, top + side)
        for side in sorted(sides - {0}, reverse=True)
        for top in _starts(rows, side)
        for left in _starts(columns, side)
    ]
    whole = (0, 0, columns, rows)
    return np.array([whole, *(square for square in squares if square != whole)], dtype=np.int64)


@lru_cache(maxsize=256)
def pooling_weights(rows: int, columns: int) -> Array:
    """What takes a grid's cells to the means of its windows: float32 (windows, rows * columns)."""
    cells = grid_regions(rows, columns)
    weights = np.zeros((len(cells), rows, columns), np.float32)
    for weight, (left, top, right, bottom) in zip(weights, cells, strict=True):
        weight[top:bottom, left:right] = 1 / ((bottom - top) * (right - left))
    return weights.reshape(len(cells), rows * columns)


def pool(grid: Array, whole: Array | None = None) -> Embedding:
    """Unit vectors of a grid's windows.

    Args:
        grid: float32 (rows, columns, dimension).
        whole: float32 (dimension,), the whole picture's embedding; the mean of the grid if not given.
    """
    rows, columns, dimension = grid.shape
    # One product with a small matrix is ten times faster than an integral image.
    means = pooling_weights(rows, columns) @ grid.reshape(rows * columns, dimension)
    if whole is not None:
        means[0] = whole
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    boxes = grid_regions(rows, columns) / np.array([columns, rows, columns, rows])
    return Embedding(means / np.maximum(lengths, 1e-12), boxes.astype(np.float32), ((WHOLE_PICTURE, grid),))


def tile_corners(height: int, width: int) -> Array:
    """What of a picture is seen by itself, int64 (parts, 4): left, top, right, bottom in pixels, the whole first.

    The whole alone, but where the picture is too long. Parts overlap by a square, so that each square lies within one.
    """
    whole, short, long = (0, 0, width, height), min(height, width), max(height, width)
    if long <= MAX_INPUT_ASPECT * short:
        return np.array([whole])
    count = min(int(np.ceil((long / short - 1) / (MAX_INPUT_ASPECT - 1))), MAX_TILES)
    length = int(np.ceil((long + (count - 1) * short) / count))
    starts = np.linspace(0, long - length, count).astype(int).tolist()
    parts = [(start, 0, start + length, short) for start in starts]
    return np.array([whole, *(parts if width > height else [(part[1], part[0], short, part[2]) for part in parts])])


def _crop(pixels: Array, box: Array) -> Array:
    left, top, right, bottom = box
    return pixels[top:bottom, left:right]


def _joined_tiles(parts: Array, embeddings: Sequence[Embedding]) -> Embedding:
    """A picture and the windows of its parts, as the picture's."""
    whole, *others = embeddings
    if not others:
        return whole
    corners, sides = np.tile(parts[1:, :2], 2), np.tile(parts[1:, 2:] - parts[1:, :2], 2)
    placed = [seen.boxes * side + corner for seen, side, corner in zip(others, sides, corners, strict=True)]
    size = np.tile(parts[0, 2:], 2)
    boxes = (np.concatenate(placed) / size).astype(np.float32)
    vectors = np.concatenate([whole.vectors[:1], *(seen.vectors for seen in others)])
    grids = tuple((as_box(part / size), seen.grids[0][1]) for part, seen in zip(parts, embeddings, strict=True))
    return Embedding(vectors, np.concatenate([whole.boxes[:1], boxes]), grids)


def _starts(length: int, side: int) -> list[int]:
    count = int(np.ceil((length - side) / (side / 2))) + 1
    return list(dict.fromkeys(round(start) for start in np.linspace(0, length - side, count)))


def _rounded(side: float) -> int:
    return max(INPUT_STRIDE, round(side / INPUT_STRIDE) * INPUT_STRIDE)


def _by_shape(inputs: Sequence[Array]) -> list[list[int]]:
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, pixels in enumerate(inputs):
        places[pixels.shape].append(place)
    return [group[start : start + MAX_BATCH] for group in places.values() for start in range(0, len(group), MAX_BATCH)]


def calibration_digest(directory: Path) -> str:
    """Of the files that turn similarities into scores; an encoder that is being made has none yet."""
    files = [directory / name for name in SCORING_FILES]
    content = b"".join(file.read_bytes() for file in files if file.is_file())
    return hashlib.sha256(content).hexdigest()[:8]


def _fixed_size(network: onnxruntime.InferenceSession) -> tuple[int, int] | None:
    """Height and width of a graph that takes no others."""
    _, height, width, _ = network.get_inputs()[0].shape
    return (height, width) if isinstance(height, int) and isinstance(width, int) else None
