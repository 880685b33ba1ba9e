"""Red badges, tiles, rings of words, medals and coins without an emblem, as applications of organisations show them."""

from __future__ import annotations

import cv2
import numpy as np

from models.arrays import Pixels
from training.images.drawings.type import CHINESE_TYPEFACES
from training.images.negatives.canvas import Canvas, Colour, Paint, diagonal, flat, mixed, radial, vertical
from training.images.negatives.finish import METAL_RAMPS, glossed, relief
from training.images.negatives.outlines import (
    Outline,
    circle,
    corners,
    gear,
    moved,
    rays,
    rounded,
    star,
    stroke,
    wavy,
    wreath,
)
from training.images.negatives.palette import (
    BRIGHTS,
    GOLDS,
    GRAND_CHARACTERS,
    LATIN_FACES,
    PLAIN_CHINESE_FACES,
    REDS,
    RING_WORDS,
    SMALL_WORDS,
    WHITE,
    Generator,
    chinese_name,
    latin_words,
    pick,
    varied,
)
from training.images.negatives.pictograms import PICTOGRAMS


def tile(rng: Generator) -> Pixels:
    """An application's icon: a pictogram on a rounded square or disc, mostly red; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(256)
    ground, paint = _ground(rng)
    shape = pick(rng, (rounded(1.9, 1.9, rng.uniform(0.2, 0.7)), circle(), rounded(1.9, 1.9, 0.02)))
    outline = moved(shape, scale=47)
    canvas.fill(outline, paint)
    if rng.random() < 0.2:
        canvas.fill([outline, moved(shape, scale=42)], flat(_ink(rng)))
    size, name = rng.uniform(22, 32), pick(rng, list(PICTOGRAMS))
    ink = WHITE if name == "star_sign" else _ink(rng)  # a golden star on red is a flag
    if rng.random() < 0.35:
        _long_shadow(canvas, outline, size, mixed(ground, (0, 0, 0), 0.25))
    if rng.random() < 0.12:
        word = pick(rng, GRAND_CHARACTERS)
        canvas.words(word, 0, -2, size * 2, flat(ink), pick(rng, list(CHINESE_TYPEFACES)))
    else:
        shade = flat(ink) if rng.random() < 0.7 else vertical(mixed(ink, WHITE, 0.4), mixed(ink, ground, 0.35))
        canvas.figure(PICTOGRAMS[name], 0, 0, size, (shade, flat(ground)))
    drawing = canvas.drawing()
    return glossed(drawing, rng.uniform(0.15, 0.5)) if rng.random() < 0.25 else drawing


def loose_pictogram(rng: Generator) -> Pixels:
    """A pictogram without a ground, in red or gold, at times struck in metal; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(256)
    name = pick(rng, list(PICTOGRAMS))
    is_red = rng.random() < 0.7 and name != "moon"  # a red crescent is a protected emblem
    ink = varied(rng, pick(rng, REDS if is_red else GOLDS))
    detail = WHITE if rng.random() < 0.6 else varied(rng, pick(rng, GOLDS))
    paint = flat(ink) if rng.random() < 0.6 else diagonal(mixed(ink, WHITE, 0.3), mixed(ink, (60, 0, 0), 0.4))
    edge = flat(mixed(ink, (30, 0, 0), 0.6)) if rng.random() < 0.25 else None
    turn = rng.uniform(-15, 15) if rng.random() < 0.3 else 0
    canvas.figure(PICTOGRAMS[name], 0, 0, 44, (paint, flat(detail)), turn=turn, edge=edge, width=0.8)
    drawing = canvas.drawing()
    return relief(rng, drawing) if rng.random() < 0.25 else drawing


def ring_badge(rng: Generator) -> Pixels:
    """A red disc with a ring of words around a pictogram, star or character; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ground, paint = _ground(rng)
    ink = _ink(rng)
    rim = pick(rng, (circle(), circle(), gear(24, 0.08), wavy(24, 0.08), wavy(16, 0.1)))
    canvas.fill(moved(rim, scale=48), flat(ink))
    inverse = rng.random() < 0.35
    canvas.fill(moved(circle(), scale=rng.uniform(42, 45)), flat(ink) if inverse else paint)
    inner = rng.uniform(25, 30)
    canvas.fill(moved(circle(), scale=inner), paint if inverse or rng.random() < 0.4 else flat(ink))
    canvas.fill(moved(circle(), scale=inner - 1.2), paint)
    letters = flat(ground) if inverse else flat(ink)
    face = pick(rng, PLAIN_CHINESE_FACES)
    radius = (43 + inner) / 2
    canvas.ring(pick(rng, RING_WORDS), radius, 43 - inner - 5, letters, face, span=220)
    below = pick(rng, ("", "VOLUNTEER", "SERVICE", "2024", "STAR", "HONOR", pick(rng, RING_WORDS), latin_words(rng)))
    is_chinese = any(ord(character) > 255 for character in below)
    canvas.ring(
        below, radius, 43 - inner - 8, letters, face if is_chinese else pick(rng, LATIN_FACES), foot=True, span=110
    )
    if rng.random() < 0.3:
        canvas.each(wreath(inner * 0.72, inner * 0.3), flat(ink))
        inner *= 0.72
    if rng.random() < 0.2:
        canvas.words(pick(rng, GRAND_CHARACTERS), 0, -1, inner * 1.2, flat(ink), pick(rng, list(CHINESE_TYPEFACES)))
    else:
        canvas.figure(PICTOGRAMS[pick(rng, list(PICTOGRAMS))], 0, 0, inner * 0.62, (flat(ink), flat(ground)))
    drawing = canvas.drawing()
    return relief(rng, drawing) if rng.random() < 0.15 else drawing


def medal(rng: Generator) -> Pixels:
    """A medal or coin in gold, silver or bronze, at times on a ribbon; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ramp = pick(rng, METAL_RAMPS)
    light, dark = flat(ramp[4]), flat(ramp[1])
    y = 10 if rng.random() < 0.5 else 0
    size = 36 if y else 46
    if y:
        _ribbon(rng, canvas)
    body = pick(rng, (circle(), gear(40, 0.06), wavy(20, 0.08), star(12, 0.85), circle(8)))
    canvas.fill(moved(body, 0, y, size), flat(ramp[2]))
    canvas.fill([moved(circle(), 0, y, size * 0.88), moved(circle(), 0, y, size * 0.82)], light)
    kind = rng.random()
    if kind < 0.2:
        canvas.each([moved(ray, 0, y, size * 0.78) for ray in rays(24, 0.3)], dark)
    elif kind < 0.5:
        canvas.each([moved(leaf, 0, y) for leaf in wreath(size * 0.62, size * 0.24)], light)
    elif kind < 0.7:
        words = pick(rng, RING_WORDS)
        canvas.ring(words, size * 0.66, size * 0.22, light, pick(rng, PLAIN_CHINESE_FACES), span=240)
    if rng.random() < 0.25:
        word = pick(rng, ("1", "2", "3", "10", *GRAND_CHARACTERS[:6]))
        canvas.words(word, 0, y, size * 0.7, light, pick(rng, PLAIN_CHINESE_FACES))
    else:
        canvas.figure(PICTOGRAMS[pick(rng, list(PICTOGRAMS))], 0, y, size * 0.42, (light, dark))
    drawing = canvas.drawing()
    if rng.random() < 0.7:
        struck = relief(rng, drawing)
        return _with_upper(struck, drawing, 0.36) if y and rng.random() < 0.8 else struck
    return drawing


def company_stamp(rng: Generator) -> Pixels:
    """A round or oval stamp in red with a company's name and often a star, worn; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(288)
    ink = flat(varied(rng, pick(rng, REDS)))
    rim = rng.uniform(1.5, 3)
    canvas.fill([moved(circle(), scale=48), moved(circle(), scale=48 - rim)], ink)
    if rng.random() < 0.3:
        canvas.fill([moved(circle(), scale=45 - rim), moved(circle(), scale=44.2 - rim)], ink)
    name = chinese_name(rng) + pick(rng, ("有限公司", "专用章", "委员会", "工作室", "服务站", ""))
    canvas.ring(name, 37, 12, ink, pick(rng, ("serif", "sans")), span=250)
    if rng.random() < 0.75:
        canvas.fill(moved(star(), 0, 0, rng.uniform(11, 17)), ink)
    else:
        canvas.figure(PICTOGRAMS[pick(rng, list(PICTOGRAMS))], 0, 0, 15, (ink, flat(WHITE)))
    if rng.random() < 0.6:
        below = pick(
            rng, ("合同专用章", "财务专用章", "业务专用章", "已审核", "纪念章", str(rng.integers(10**9, 10**10)))
        )
        canvas.words(below, 0, 27, 8, ink, "sans", width=46)
    drawing = canvas.drawing()
    wear = cv2.resize(
        rng.integers(60, 256, (24, 24), dtype=np.uint8), drawing.shape[1::-1], interpolation=cv2.INTER_CUBIC
    )
    drawing[..., 3] = cv2.min(drawing[..., 3], cv2.add(wear, int(rng.integers(40, 160))))
    return drawing


def ribbon_badge(rng: Generator) -> Pixels:
    """A red rosette, pennant or shield with a ribbon of words; RGBA uint8 (height, width, 4)."""
    canvas = Canvas(320)
    ground, paint = _ground(rng)
    ink = _ink(rng)
    shape = pick(rng, (wavy(18, 0.12), star(16, 0.86), circle(6), circle(8), rounded(1.6, 1.7, 0.3)))
    if rng.random() < 0.5:
        for side in (1, -1):
            tail = corners((4, 10), (20, 4), (28, 44), (19, 38), (12, 46))
            canvas.fill(moved(tail, stretch=side), flat(mixed(ground, (40, 0, 0), 0.3)))
    canvas.fill(moved(shape, 0, -8, 38), paint)
    canvas.line(moved(shape, 0, -8, 33), flat(ink), 1)
    canvas.figure(PICTOGRAMS[pick(rng, list(PICTOGRAMS))], 0, -12, 17, (flat(ink), flat(ground)))
    line = [(float(x), 18 - 5 * np.cos(x / 22)) for x in np.linspace(-42, 42, 13)]
    band = _ink(rng) if rng.random() < 0.6 else ground
    canvas.each([stroke(line, 13)], flat(band), flat(mixed(band, (60, 0, 0), 0.5)), 0.6)
    letters = ground if band != ground else ink
    words = pick(rng, RING_WORDS if rng.random() < 0.8 else SMALL_WORDS)
    canvas.words(words, 0, 15, 9, flat(letters), pick(rng, PLAIN_CHINESE_FACES), width=70)
    return canvas.drawing()


def _ground(rng: Generator) -> tuple[Colour, Paint]:
    """A colour, mostly red, and a paint near it."""
    colour = varied(rng, pick(rng, REDS if rng.random() < 0.72 else BRIGHTS))
    other = varied(rng, pick(rng, (mixed(colour, (255, 150, 40), 0.5), mixed(colour, (70, 0, 0), 0.45))), 10)
    kind = rng.random()
    if kind < 0.35:
        return colour, flat(colour)
    paints = (vertical(colour, other), diagonal(other, colour), radial(mixed(colour, WHITE, 0.25), other))
    return colour, paints[int(rng.integers(3))]


def _ink(rng: Generator) -> Colour:
    return WHITE if rng.random() < 0.5 else varied(rng, pick(rng, GOLDS))


def _long_shadow(canvas: Canvas, outline: Outline, size: float, shade: Colour) -> None:
    """A flat shadow towards the lower right, within the tile."""
    half = size * 0.6
    shadow = corners((half, -half), (100 + half, 100 - half), (100 - half, 100 + half), (-half, half))
    canvas.fill(shadow, flat(shade), canvas.mask(outline))


def _ribbon(rng: Generator, canvas: Canvas) -> None:
    """Two crossed bands from the top to the medal."""
    first, second = varied(rng, pick(rng, REDS)), varied(rng, pick(rng, (*BRIGHTS, *GOLDS, WHITE)))
    for side in (1, -1):
        for colour, left, right in ((first, -20, -2), (second, -14, -8)):
            canvas.fill(
                moved(corners((left, -50), (right, -50), (right + 14, -14), (left + 14, -14)), stretch=side),
                flat(colour),
            )


def _with_upper(struck: Pixels, drawing: Pixels, share: float) -> Pixels:
    """The struck medal, with its ribbon in the drawing's own colours."""
    result = struck.copy()
    result[: int(len(drawing) * share * 0.72)] = drawing[: int(len(drawing) * share * 0.72)]
    return result
