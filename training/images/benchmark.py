"""A held-out test of emblem matching: imitations of owners never trained on, and harmless pictures never seen.

The pictures are made with Pillow, by kind, with other parameters than the trainer's generator (`imitations.py`, OpenCV,
combined effects): a test by the trainer's own generator would measure how well it was learnt by heart. The whole
gallery is enrolled, but for the drawings of two artists, which become the redrawn imitations.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps
from tqdm import tqdm

from training.images import graphics
from training.images.backgrounds import BENCHMARK_PHOTOS, Backgrounds
from training.images.split import Fold, fold_of

AVATAR, COVER = (400, 400), (900, 300)
"""Widths and heights in pixels of the pictures made."""

REDRAWERS = ("Twemoji", "OpenMoji")
"""Sources whose drawings of test owners are not enrolled where others are: the redrawn imitations."""

HARMLESS = 3_000
WORDS = ("老王小店", "平安喜乐", "Hello", "旅行日记", "VIP", "客服", "2026", "Lucky", "官方", "招商")

Picture = Image.Image
Generator = np.random.Generator


@dataclass(frozen=True)
class Scene:
    """What a picture is made with.

    Attributes:
        draw: the source of everything random.
        backgrounds: photographs that training never saw.
        other: draws another graphic, a harmless one, so that one answer is right.
    """

    draw: Generator
    backgrounds: Backgrounds
    other: Callable[[], Picture]

    def photo(self, size: tuple[int, int]) -> Picture:
        """A random part of a photograph."""
        return Image.fromarray(self.backgrounds.photo(self.draw, size[::-1]))

    def plain(self, size: tuple[int, int] = AVATAR) -> Picture:
        """White or a random colour."""
        white = self.draw.random() < 0.4
        return Image.new("RGB", size, "white" if white else self.colour())

    def colour(self) -> tuple[int, int, int]:
        """Any colour."""
        red, green, blue = map(int, self.draw.integers(0, 256, 3))
        return red, green, blue

    def between(self, low: float, high: float) -> float:
        """A uniform number."""
        return float(self.draw.uniform(low, high))


def write_benchmark(references: Path, output: Path, *, seed: int = 7, limit: int | None = None) -> Path:
    """Make the pictures and the manifest.

    Args:
        references: the gallery's source (the contract's References, images beside it).
        output: gets `references.jsonl` to enrol, `manifest.jsonl` and `pictures/`.
        limit: at most this many test references and harmless pictures.

    Returns:
        The manifest.
    """
    (output / "pictures").mkdir(parents=True, exist_ok=True)
    lines = [json.loads(line) for line in references.read_text("utf-8").splitlines() if line.strip()]
    lines = [{**line, "image": str((references.parent / line["image"]).resolve())} for line in lines]
    held, enrolled = _hold_out(lines)
    _write_lines(output / "references.jsonl", enrolled)
    rows = chain(_positives(enrolled, held, seed, limit), _negatives(seed, limit))
    manifest = []
    for number, (picture, row) in enumerate(tqdm(rows, "benchmark", unit="")):
        name = f"pictures/{number:05d}.jpg"
        picture.save(output / name, quality=int(np.random.default_rng((seed, number)).integers(60, 95)))
        manifest.append({"path": name, **row})
    _write_lines(output / "manifest.jsonl", manifest)
    return output / "manifest.jsonl"


def _hold_out(lines: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    kept_ids = {line["reference_id"] for line in lines if line["source"] not in REDRAWERS}
    held = [
        line for line in lines if _is_test(line) and line["source"] in REDRAWERS and line["reference_id"] in kept_ids
    ]
    names = {line["image"] for line in held}
    return held, [line for line in lines if line["image"] not in names]


def _is_test(line: dict[str, Any]) -> bool:
    return fold_of(line["owner_id"]) is Fold.TEST


Row = tuple[Picture, dict[str, Any]]


def _positives(
    enrolled: list[dict[str, Any]], held: list[dict[str, Any]], seed: int, limit: int | None
) -> Iterator[Row]:
    by_id: dict[str, list[dict[str, Any]]] = {}
    for line in filter(_is_test, enrolled):
        by_id.setdefault(line["reference_id"], []).append(line)
    backgrounds = Backgrounds.load(BENCHMARK_PHOTOS)
    rendered = graphics.load(limit)
    others = rendered.rows(_is_harmless_test)
    for number, reference_id in enumerate(sorted(by_id)[:limit]):
        draw = np.random.default_rng((seed, 1, number))
        scene = Scene(draw, backgrounds, partial(_any_drawing, rendered, others, draw))
        drawings = by_id[reference_id]
        for kind, make in KINDS.items():
            drawing = _open(drawings[int(draw.integers(len(drawings)))])
            yield make(scene, drawing), _row(drawings[0], kind)
    for number, line in enumerate(held[:limit]):
        scene = Scene(np.random.default_rng((seed, 2, number)), backgrounds, _no_other)
        yield _placed(scene, scene.plain(), _open(line), 0.85), _row(line, "redrawn")


def _row(line: dict[str, Any], kind: str) -> dict[str, Any]:
    field = "cover" if kind in COVERS else "avatar"
    return {"label": "pos", "reference_id": line["reference_id"], "kind": kind, "field": field}


def _any_drawing(rendered: graphics.Graphics, rows: list[int], draw: Generator) -> Picture:
    return Image.fromarray(rendered.drawing(rows[int(draw.integers(len(rows)))]))


def _is_harmless_test(item: graphics.Graphic) -> bool:
    return item.harmless and item.fold is Fold.TEST


def _no_other() -> Picture:
    raise LookupError("this scene has no other emblem")


def _open(line: dict[str, Any]) -> Picture:
    with Image.open(line["image"]) as file:
        picture = file.convert("RGBA")
    return picture.crop(picture.getbbox() or (0, 0, *picture.size))


def _placed(
    scene: Scene, ground: Picture, drawing: Picture, share: float, center: tuple[float, float] | None = None
) -> Picture:
    """The drawing on the ground, its longer side a share of the ground's shorter one."""
    side = share * min(ground.size)
    scale = side / max(drawing.size)
    size = (max(1, round(drawing.width * scale)), max(1, round(drawing.height * scale)))
    smaller = drawing.resize(size, Image.Resampling.LANCZOS)
    x, y = center or (ground.width / 2, ground.height / 2)
    result = ground.convert("RGB")
    result.paste(smaller, (round(x - size[0] / 2), round(y - size[1] / 2)), smaller)
    return result


def _filled(scene: Scene, drawing: Picture) -> Picture:
    return _placed(scene, scene.plain(), drawing, scene.between(0.75, 0.98))


def _copy(scene: Scene, drawing: Picture) -> Picture:
    picture = _filled(scene, drawing)
    side = int(scene.between(96, 400))
    return _jpeg(picture.resize((side, side), Image.Resampling.BICUBIC), int(scene.between(25, 90)))


def _circle(scene: Scene, drawing: Picture) -> Picture:
    inner = _placed(scene, scene.plain(), drawing, scene.between(0.8, 1.15))
    mask = Image.new("L", AVATAR, 0)
    ImageDraw.Draw(mask).ellipse((4, 4, AVATAR[0] - 5, AVATAR[1] - 5), fill=255)
    return Image.composite(inner, scene.plain(), mask)


def _recoloured(scene: Scene, drawing: Picture) -> Picture:
    red, green, blue = drawing.convert("RGB").split()
    turned = Image.merge(
        "RGB", [(green, blue, red), (blue, red, green), (red, blue, green)][int(scene.draw.integers(3))]
    )
    changed = Image.blend(drawing.convert("RGB"), turned, scene.between(0.5, 1.0)).convert("RGBA")
    changed.putalpha(drawing.getchannel("A"))
    return _filled(scene, changed)


def _one_colour(scene: Scene, drawing: Picture) -> Picture:
    grey = ImageOps.autocontrast(drawing.convert("L"))
    dark, light = sorted((scene.colour(), scene.colour()), key=sum)
    tinted = ImageOps.colorize(grey, dark, light).convert("RGBA")
    tinted.putalpha(drawing.getchannel("A"))
    return _filled(scene, tinted)


def _rotated(scene: Scene, drawing: Picture) -> Picture:
    angle = scene.between(8, 40) * (1 if scene.draw.random() < 0.5 else -1)
    return _filled(scene, drawing.rotate(angle, Image.Resampling.BICUBIC, expand=True))


def _perspective(scene: Scene, drawing: Picture) -> Picture:
    width, height = drawing.size
    corners = [(0, 0), (0, height), (width, height), (width, 0)]
    pulled = [
        value + scene.between(-0.18, 0.05) * side for x, y in corners for value, side in ((x, width), (y, height))
    ]
    return _filled(scene, drawing.transform(drawing.size, Image.Transform.QUAD, pulled, Image.Resampling.BICUBIC))


def _mirrored(scene: Scene, drawing: Picture) -> Picture:
    return _filled(scene, ImageOps.mirror(drawing))


def _noisy(scene: Scene, drawing: Picture) -> Picture:
    blurred = _filled(scene, drawing).filter(ImageFilter.GaussianBlur(scene.between(2, 6)))
    grain = scene.draw.normal(128, scene.between(20, 70), (*AVATAR, 1)).clip(0, 255).astype(np.uint8)
    return Image.blend(blurred, Image.fromarray(grain.repeat(3, axis=2)), 0.25)


def _cropped(scene: Scene, drawing: Picture) -> Picture:
    picture = _placed(scene, scene.plain(), drawing, 1.0)
    part = scene.between(0.55, 0.8)
    side = round(part * AVATAR[0])
    left, top = (int(scene.draw.integers(0, AVATAR[0] - side + 1)) for _ in range(2))
    return picture.crop((left, top, left + side, top + side))


def _lettered(scene: Scene, drawing: Picture) -> Picture:
    picture = _filled(scene, drawing)
    word = WORDS[int(scene.draw.integers(len(WORDS)))]
    place = (scene.between(0, 0.4) * AVATAR[0], scene.between(0.2, 0.7) * AVATAR[1])
    _letters(picture, place, word, round(scene.between(40, 110)), scene.colour())
    return picture


def _letters(picture: Picture, place: tuple[float, float], word: str, size: int, colour: tuple[int, int, int]) -> None:
    # Pillow's own face has no Chinese; it draws boxes for it, which cover as well.
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text(place, word, colour, font, stroke_width=2, stroke_fill="white")


def _stickered(scene: Scene, drawing: Picture) -> Picture:
    picture = _filled(scene, drawing)
    size = scene.between(0.25, 0.45) * AVATAR[0]
    x, y = scene.between(0.1, 0.7) * AVATAR[0], scene.between(0.1, 0.7) * AVATAR[1]
    pen = ImageDraw.Draw(picture)
    pen.ellipse((x, y, x + size, y + size), fill=scene.colour(), outline="black", width=4)
    for eye in (0.3, 0.62):
        pen.ellipse((x + eye * size, y + 0.3 * size, x + (eye + 0.1) * size, y + 0.42 * size), fill="black")
    return picture


def _bordered(scene: Scene, drawing: Picture) -> Picture:
    return ImageOps.expand(_filled(scene, drawing), border=int(scene.between(20, 70)), fill=scene.colour())


def _filmed(scene: Scene, drawing: Picture) -> Picture:
    """A screen photographed: a slanted pixel raster, glare and a warm or cold cast."""
    picture = np.asarray(_filled(scene, drawing), dtype=np.float32)
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    period, slant = scene.between(3, 9), scene.between(-0.4, 0.4)
    raster = 0.5 + 0.5 * np.cos(2 * np.pi * (x + slant * y) / period) * np.cos(2 * np.pi * (y - slant * x) / period)
    glare = np.exp(-((x - scene.between(0, 400)) ** 2 + (y - scene.between(0, 400)) ** 2) / 2e4) * scene.between(0, 120)
    cast = np.array([scene.between(0.8, 1.1) for _ in range(3)])
    filmed = picture * (1 - scene.between(0.15, 0.45) * raster[..., None]) * cast + glare[..., None]
    return Image.fromarray(np.clip(filmed, 0, 255).astype(np.uint8))


def _small_plain(scene: Scene, drawing: Picture) -> Picture:
    return _somewhere(scene, scene.plain(COVER), drawing, scene.between(0.4, 0.7))


def _small_photo(scene: Scene, drawing: Picture) -> Picture:
    return _somewhere(scene, scene.photo(COVER), drawing, scene.between(0.4, 0.7))


def _corner(scene: Scene, drawing: Picture) -> Picture:
    """In the corner of a photograph, as a badge of a portrait."""
    share = scene.between(0.22, 0.35)
    near = share * AVATAR[0] * 0.6
    x = near if scene.draw.random() < 0.5 else AVATAR[0] - near
    return _placed(scene, scene.photo(AVATAR), drawing, share, (x, AVATAR[1] - near))


def _somewhere(scene: Scene, ground: Picture, drawing: Picture, share: float) -> Picture:
    half = share * min(ground.size) / 2
    center = (scene.between(half, ground.width - half), scene.between(half, ground.height - half))
    return _placed(scene, ground, drawing, share, center)


def _beside(scene: Scene, drawing: Picture) -> Picture:
    both = _placed(scene, scene.plain((600, 300)), drawing, 0.85, (150, 150))
    return _placed(scene, both, scene.other(), 0.85, (450, 150))


def _several(scene: Scene, drawing: Picture) -> Picture:
    """Turned, on a photograph, with words over it, cut round and compressed."""
    turned = drawing.rotate(scene.between(-20, 20), Image.Resampling.BICUBIC, expand=True)
    picture = _placed(scene, scene.photo(AVATAR), turned, scene.between(0.55, 0.8))
    _letters(picture, (40, scene.between(150, 300)), "NEWS 24", 50, scene.colour())
    mask = Image.new("L", AVATAR, 0)
    ImageDraw.Draw(mask).ellipse((0, 0, *AVATAR), fill=255)
    return _jpeg(Image.composite(picture, Image.new("RGB", AVATAR, "white"), mask), int(scene.between(20, 50)))


def _by_hand(scene: Scene, drawing: Picture) -> Picture:
    """Few flat colours, wavering edges, drawn outlines."""
    picture = _filled(scene, drawing).quantize(int(scene.draw.integers(3, 8))).convert("RGB")
    field = scene.draw.normal(0, 1, (2, 9, 9))
    shift = [
        np.asarray(Image.fromarray(part.astype(np.float32)).resize(AVATAR, Image.Resampling.BICUBIC)) for part in field
    ]
    y, x = np.mgrid[0 : AVATAR[1], 0 : AVATAR[0]]
    rows = np.clip(y + 9 * shift[0], 0, AVATAR[1] - 1).astype(int)
    columns = np.clip(x + 9 * shift[1], 0, AVATAR[0] - 1).astype(int)
    wavering = Image.fromarray(np.asarray(picture)[rows, columns]).filter(ImageFilter.ModeFilter(7))
    edges = wavering.convert("L").filter(ImageFilter.FIND_EDGES).point(lambda value: 255 * (value < 40))
    return ImageChops.multiply(wavering, edges.convert("RGB"))


def _jpeg(picture: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


KINDS: dict[str, Callable[[Scene, Picture], Picture]] = {
    "copy": _copy,
    "circle": _circle,
    "recoloured": _recoloured,
    "one_colour": _one_colour,
    "rotated": _rotated,
    "perspective": _perspective,
    "mirrored": _mirrored,
    "blur_noise": _noisy,
    "crop": _cropped,
    "text_over": _lettered,
    "sticker": _stickered,
    "border": _bordered,
    "moire": _filmed,
    "small_plain": _small_plain,
    "small_photo": _small_photo,
    "corner": _corner,
    "beside": _beside,
    "several": _several,
    "by_hand": _by_hand,
}
COVERS = {"small_plain", "small_photo"}


def _negatives(seed: int, limit: int | None) -> Iterator[Row]:
    count = min(HARMLESS, limit or HARMLESS)
    rendered = graphics.load(limit)
    rows = rendered.rows(_is_harmless_test)
    backgrounds = Backgrounds.load(BENCHMARK_PHOTOS)
    for number in range(count):
        draw = np.random.default_rng((seed, 3, number))
        drawing = Image.fromarray(rendered.drawing(rows[int(draw.integers(len(rows)))]))
        scene = Scene(draw, backgrounds, _no_other)
        kind = list(HARMLESS_KINDS)[number % len(HARMLESS_KINDS)]
        yield (
            HARMLESS_KINDS[kind](scene, drawing),
            {"label": "neg", "reference_id": None, "kind": kind, "field": "avatar"},
        )


def _harmless_graphic(scene: Scene, drawing: Picture) -> Picture:
    return _filled(scene, drawing)


def _harmless_photo(scene: Scene, drawing: Picture) -> Picture:
    return scene.photo(AVATAR if scene.draw.random() < 0.7 else COVER)


def _harmless_badge(scene: Scene, drawing: Picture) -> Picture:
    return _somewhere(scene, scene.photo(AVATAR), drawing, scene.between(0.25, 0.6))


def _harmless_initials(scene: Scene, drawing: Picture) -> Picture:
    """A letter on a colour, as many sites give to accounts without a picture."""
    picture = Image.new("RGB", AVATAR, scene.colour())
    letter = chr(int(scene.draw.integers(ord("A"), ord("Z") + 1)))
    _letters(picture, (120, 60), letter, 260, scene.colour())
    return picture


def _harmless_bands(scene: Scene, drawing: Picture) -> Picture:
    """Wallpaper of bands: four and more colours, so that no flag is among them by chance."""
    picture = Image.new("RGB", AVATAR)
    pen, edges = ImageDraw.Draw(picture), np.linspace(0, AVATAR[0], int(scene.draw.integers(5, 12)))
    for left, right in pairwise(edges):
        pen.rectangle((left, 0, right, AVATAR[1]), fill=scene.colour())
    return picture.rotate(int(scene.draw.choice([0, 90, 45])))


HARMLESS_KINDS: dict[str, Callable[[Scene, Picture], Picture]] = {
    "graphic": _harmless_graphic,
    "photo": _harmless_photo,
    "graphic_again": _harmless_graphic,
    "graphic_on_photo": _harmless_badge,
    "initials": _harmless_initials,
    "bands": _harmless_bands,
}


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
