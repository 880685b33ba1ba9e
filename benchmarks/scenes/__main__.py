"""Writes a folder of scenes that no training draws, with and without core emblems.

Materials and places are code of their own, apart from the scenes that the core detector is trained on; photographs and
harmless graphics are of the test fold. So it tells how far training carries beyond its own generator.

    .venv/bin/python -m benchmarks.scenes build/scenes --emblems 600 --harmless 600
    .venv/bin/huijian evaluate images --wild build/scenes
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
from tqdm import tqdm

from benchmarks.scenes import materials, places
from models.arrays import Pixels
from training.images.common.split import Fold
from training.images.core.classes import class_drawings, core_classes
from training.images.core.sources import harmless_rows
from training.images.sources.backgrounds import BENCHMARK_PHOTOS, Backgrounds
from training.images.sources.catalogue import CATALOGUE, read_catalogue
from training.images.sources.graphics import load_graphics

Generator = np.random.Generator
Material = Callable[[Generator, Pixels], Pixels]
Place = Callable[[Generator, Pixels, Backgrounds], Pixels]

MATERIALS: dict[str, Material] = {
    "embroidered": materials.embroidered,
    "carved": materials.carved,
    "neon": materials.neon,
    "chalked": materials.chalked,
    "stamped": materials.stamped,
    "halftoned": materials.halftoned,
    "mosaic": materials.mosaic,
    "painted": materials.painted,
    "pixelated": materials.pixelated,
}
"""Materials, each shown on paper."""

PLACES: dict[str, Place] = {
    "cover": places.on_cover,
    "mug": places.on_mug,
    "press wall": places.on_press_wall,
    "pin": places.on_pin,
    "corner": places.at_corner,
    "see-through": places.see_through,
    "cropped": places.cropped,
    "screen": places.on_screen,
}
"""Places, each with the figure as it is drawn."""

KINDS: dict[str, tuple[Material, Place]] = {name: (made, places.on_paper) for name, made in MATERIALS.items()} | {
    name: (materials.plain, place) for name, place in PLACES.items()
}
"""Material and place of each kind of scene."""

JPEG_QUALITY = (60, 92)
"""Range of Pillow's quality."""


def main() -> None:
    """Write the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="new folder to write")
    parser.add_argument("--emblems", type=int, default=600, help="scenes with an emblem")
    parser.add_argument("--harmless", type=int, default=600, help="scenes with a harmless graphic in the same ways")
    parser.add_argument("--seed", type=int, default=36)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    write(options.folder, options.emblems, options.harmless, options.seed)


def write(folder: Path, emblems: int, harmless: int, seed: int, limit: int | None = None) -> None:
    """Write the pictures and `manifest.jsonl`, whose lines `training.images.evaluation.real_pictures` reads.

    Args:
        folder: is made; must not exist.
        emblems: number of scenes with an emblem; classes take turns, and so do kinds.
        harmless: number of scenes without one.
        seed: of the scenes.
        limit: at most this many drawings of each package, for tests.
    """
    folder.mkdir(parents=True)
    photos = Backgrounds.load(BENCHMARK_PHOTOS, limit)
    figures = [*_emblems(emblems, seed, limit), *_harmless(harmless, seed, limit)]
    lines = []
    for number, (figure, answer) in enumerate(tqdm(figures, "scenes", unit="")):
        rng = np.random.default_rng((seed, number))
        kind = list(KINDS)[number % len(KINDS)]
        material, place = KINDS[kind]
        scene = place(rng, material(rng, _scaled(figure)), photos)
        path = f"{number:05}.jpg"
        PIL.Image.fromarray(scene).save(folder / path, quality=int(rng.integers(*JPEG_QUALITY)))
        lines.append(json.dumps({"path": path, "kind": kind, **answer}, ensure_ascii=False))
    (folder / "manifest.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _emblems(count: int, seed: int, limit: int | None) -> Iterator[tuple[Pixels, dict[str, Any]]]:
    """Drawings of core emblems with what is right to answer; classes in random order, each as often as others."""
    labels = {entry.reference_id: entry.label for entry in read_catalogue(CATALOGUE)}
    rng, classes, drawings = np.random.default_rng(seed), core_classes().references, class_drawings(limit)
    turns = np.concatenate([rng.permutation(len(classes)) for _ in range(1 + count // len(classes))])[:count]
    for number in turns.tolist():
        choices = drawings[number].drawings
        answer = {"positive": True, "label": labels[classes[number][0]], "reference_ids": classes[number]}
        yield choices[int(rng.integers(len(choices)))], answer


def _harmless(count: int, seed: int, limit: int | None) -> Iterator[tuple[Pixels, dict[str, Any]]]:
    """Harmless graphics of the test fold."""
    rng, graphics = np.random.default_rng((seed, 1)), load_graphics(limit)
    rows = harmless_rows(graphics, Fold.TEST)
    for row in rng.choice(rows, count).tolist() if len(rows) else ():
        yield graphics.drawing(row), {"positive": False}


def _scaled(figure: Pixels) -> Pixels:
    scale = materials.SIDE / max(figure.shape[:2])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(figure, None, fx=scale, fy=scale, interpolation=method))


if __name__ == "__main__":
    main()
