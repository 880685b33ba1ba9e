"""Keypoints, patch tokens and colours of a gallery's drawings on disk, so that no request has to make them.

Making them takes 24 ms a drawing, and the first requests after a start meet hundreds. `huijian gallery prepare` makes
them once. All workers map the same files, so that they share the memory. Drawings are found by the SHA-256 of their
encoding: those of an older gallery serve a newer one, and those that are missing are made when first needed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
from tqdm import tqdm

from models.arrays import Float16, Float32
from models.images.encoder import variants
from models.images.gallery.gallery import Gallery
from models.images.input import thumbnails, transparency
from models.images.matching import colours as colours_module
from models.images.matching import keypoints as keypoints_module
from models.images.matching import reranker as reranker_module
from models.images.matching.keypoints import Keypoints
from models.images.matching.reranker import Reranker
from models.runtime import versions
from models.runtime.artifact_files import ArtifactFile
from models.runtime.cores import cores
from models.runtime.locks import locked

ARRAYS = ("digests", "sizes", "points", "positions", "histograms", "shapes", "tokens", "samples", "colours")
"""Names of the files. `points` and `samples` count the keypoints and colours of each drawing."""

_MAKERS = (colours_module, keypoints_module, reranker_module, thumbnails, transparency, variants)
"""Modules that decide the content; another version of one makes other files."""


@dataclass(frozen=True)
class DrawingFeatures:
    """What verification compares with crops.

    Attributes:
        keypoints: of the drawing.
        tokens: of the reranker, float16 (rows, columns, width).
        colours: float32 (n, 3) in CIELAB.
    """

    keypoints: Keypoints
    tokens: Float16
    colours: Float32


class PreparedDrawings:
    """Features of drawings, mapped from a folder.

    Args:
        folder: as `write` made it.

    Raises:
        DamagedError: a file is missing, truncated or edited.
    """

    def __init__(self, folder: Path) -> None:
        versions.checked(folder, *map(_file, ARRAYS))
        self._arrays = {name: np.load(folder / _file(name), mmap_mode="r") for name in ARRAYS}
        self._rows = {bytes(digest): row for row, digest in enumerate(self._arrays["digests"])}
        self._points, self._samples = (_limits(self._arrays[name]) for name in ("points", "samples"))

    @classmethod
    def find(cls, root: Path, reranker: Reranker | None) -> PreparedDrawings | None:
        """What was prepared for a reranker's encoder; None without a reranker, or where nothing whole is."""
        if reranker is None:
            return None
        folder = root / maker_of(reranker)
        try:
            return _opened(folder, versions.stamps(folder))
        except (OSError, versions.DamagedError):
            return None

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, drawing: bytes) -> DrawingFeatures | None:
        """The features of an encoded drawing; None if it was not prepared."""
        row = self._rows.get(hashlib.sha256(drawing).digest())
        if row is None:
            return None
        arrays, points, samples = self._arrays, self._points[row : row + 2], self._samples[row : row + 2]
        width, height = arrays["sizes"][row].tolist()
        keypoints = Keypoints(
            arrays["positions"][slice(*points)], arrays["histograms"][slice(*points)], (width, height)
        )
        tokens = arrays["tokens"][row].reshape(*arrays["shapes"][row], -1)
        return DrawingFeatures(keypoints, tokens, arrays["colours"][slice(*samples)])


@lru_cache(maxsize=1)
def _opened(folder: Path, _: versions.Stamps) -> PreparedDrawings:
    return PreparedDrawings(folder)


def prepare(root: Path, gallery: Gallery, reranker: Reranker) -> int:
    """Make the features of all drawings of a gallery, on all cores, and write them; returns how many were new.

    Those prepared before are kept if the gallery still has them.

    Args:
        root: folder of the results; each maker has one within it.
        gallery: of the reranker's encoder.
        reranker: makes the tokens.
    """
    root.mkdir(parents=True, exist_ok=True)
    with locked(root / versions.LOCK):
        known = PreparedDrawings.find(root, reranker)
        drawings = list(dict.fromkeys(entry.drawing for entry in gallery.entries if entry.drawing))
        before = {drawing: features for drawing in drawings if known and (features := known.get(drawing))}
        new = [drawing for drawing in drawings if drawing not in before]
        if not new:
            return 0
        with ThreadPoolExecutor(cores()) as threads:
            made = threads.map(partial(features_of, reranker), new)
            bar = tqdm(zip(new, made, strict=True), "图稿 drawings", len(new), unit="")
            content = before | dict(bar)
        versions.rewrite_version(root, maker_of(reranker), partial(_write, content))
        return len(new)


def features_of(reranker: Reranker, drawing: bytes) -> DrawingFeatures:
    """The features of an encoded drawing, newly made."""
    pixels = thumbnails.decode_thumbnail(drawing)
    picture = PIL.Image.fromarray(pixels)
    keypoints = keypoints_module.drawing_keypoints(transparency.on_clearest_background(picture))
    return DrawingFeatures(keypoints, reranker.drawing_tokens(picture), colours_module.drawing_colours(pixels))


def maker_of(reranker: Reranker) -> str:
    """16 hexadecimal digits of all that decides the features: encoder, token network, code and OpenCV."""
    parts = [reranker.encoder.fingerprint, versions.digest(reranker.encoder.directory / ArtifactFile.RERANKER_TOKENS)]
    parts += [versions.digest(Path(str(module.__file__))) for module in _MAKERS] + [cv2.__version__]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _write(content: Mapping[bytes, DrawingFeatures], folder: Path) -> None:
    for name, array in _arrays_of(content).items():
        np.save(folder / _file(name), array)
    files = {_file(name): versions.digest(folder / _file(name)) for name in ARRAYS}
    (folder / ArtifactFile.CONFIG).write_text(json.dumps({"files": files}, indent=2) + "\n", encoding="utf-8")


def _arrays_of(content: Mapping[bytes, DrawingFeatures]) -> dict[str, np.ndarray[Any, Any]]:
    found: Sequence[DrawingFeatures] = list(content.values())
    keypoints = [one.keypoints for one in found]
    return {
        "digests": np.array([list(hashlib.sha256(drawing).digest()) for drawing in content], np.uint8),
        "sizes": np.array([one.size for one in keypoints], np.int32),
        "points": np.array([len(one.positions) for one in keypoints], np.int64),
        "positions": np.concatenate([one.positions for one in keypoints]),
        "histograms": np.concatenate([one.histograms for one in keypoints]),
        "shapes": np.array([one.tokens.shape[:2] for one in found], np.int64),
        "tokens": np.stack([one.tokens.reshape(-1, one.tokens.shape[2]) for one in found]),
        "samples": np.array([len(one.colours) for one in found], np.int64),
        "colours": np.concatenate([one.colours for one in found]),
    }


def _limits(counts: np.ndarray[Any, Any]) -> list[int]:
    return [0, *np.cumsum(counts).tolist()]


def _file(name: str) -> str:
    return f"{name}.npy"
