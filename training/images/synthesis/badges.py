"""Hard negatives: badges, shields, crests and stars of no institution, and festive decorations in red and gold."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from training.images.drawings import shapes
from training.images.synthesis.scenes import (
    AVATAR,
    NAMESPACE,
    Colour,
    Picture,
    Scene,
    hexadecimal,
    placed,
    rasterised,
    tinted,
)

BADGE_SIDE = 400
"""Width and height of a drawing, in pixels and in the units of its SVG."""

CLUB_NAMES = ("登山协会", "读书会", "羽毛球俱乐部", "同学会", "咖啡研究所", "摄影社", "钓鱼协会", "老街茶馆")
LATIN_CLUB_NAMES = ("HIKING CLUB", "COFFEE LAB", "EST. 1998", "RUNNERS", "BOOK FRIENDS", "GARAGE BAND")
WISHES = ("福", "寿", "春", "发", "旺", "贺", "喜", "财", "吉祥", "开业大吉", "恭贺新禧", "生日快乐")

FESTIVE_COLOURS: tuple[str, ...] = ("#c8141e", "#f4c430", "#e8b923", "#a01018", "#ffde00", "#de2910")
SOBER_COLOURS: tuple[str, ...] = (
    "#0b2a6f",
    "#f4f4f4",
    "#1c6b3a",
    "#d4af37",
    "#222222",
    "#7a1f2b",
    "#4a90c8",
    "#b8bcc4",
)


def _palette(scene: Scene) -> list[str]:
    """Colours of ground, rim and ink; every second badge is red and gold."""
    colours = FESTIVE_COLOURS if scene.chance(0.5) else SOBER_COLOURS
    places = scene.rng.permutation(len(colours))[:3]
    return [colours[place] for place in places]


def badge_round(scene: Scene) -> Picture:
    """A disc with a rim, stars, rays or a wreath along it, and an icon."""
    ground, rim, ink = _palette(scene)
    edge = shapes.gear(200, 200, 196, 182, 150, int(scene.between(20, 40)), rim)
    parts = [edge if scene.chance(0.3) else shapes.disc(200, 200, 194, rim)]
    parts += [shapes.disc(200, 200, 178, ground), shapes.disc(200, 200, 128, "none", ink, 4)]
    parts.append(scene.pick((_ring_of_stars, _wreath, _rays))(scene, ink))
    return _with_icon(scene, _drawing(parts), ink, (200, 200), 170)


def badge_shield(scene: Scene) -> Picture:
    """A shield with three tips, as many services wear, around an icon."""
    ground, rim, ink = _palette(scene)
    parts = [shapes.shield(200, 200, 320, 380, ground, rim, scene.between(8, 20))]
    parts.append(_wreath(scene, ink) if scene.chance(0.5) else shapes.star(200, 90, 34, ink))
    return _with_icon(scene, _drawing(parts), ink, (200, 210), 170)


def crest(scene: Scene) -> Picture:
    """A football club's crest: a divided shield with stars above and a ribbon below."""
    first, second, ink = _palette(scene)
    outline = scene.pick(
        (
            "M60 70H340V220C340 300 270 350 200 385C130 350 60 300 60 220Z",
            "M200 60C250 90 310 90 345 80C345 230 320 330 200 390C80 330 55 230 55 80C90 90 150 90 200 60Z",
        )
    )
    stripes = "".join(shapes.rectangle(60 + 70 * place, 40, 35, 360, second) for place in range(4))
    quarters = shapes.rectangle(200, 40, 160, 170, second) + shapes.rectangle(40, 210, 160, 190, second)
    chevron = shapes.polygon([(40, 120), (200, 240), (360, 120), (360, 190), (200, 310), (40, 190)], second)
    clip = f'<clipPath id="c"><path d="{outline}"/></clipPath>'
    parted = f'<g clip-path="url(#c)">{scene.pick((stripes, quarters, chevron))}</g>'
    stars = "".join(shapes.star(200 + 50 * (place - 1), 30, 20, ink) for place in range(int(scene.rng.integers(0, 4))))
    parts = [clip, shapes.path(outline, first), parted, shapes.path(outline, "none", ink, 10), stars]
    parts.append(shapes.polygon([(30, 300), (370, 300), (350, 325), (370, 350), (30, 350), (50, 325)], ink))
    drawing = _with_icon(scene, _drawing(parts), ink, (200, 190), 130)
    return _pasted(drawing, _word(scene, first, CLUB_NAMES + LATIN_CLUB_NAMES), (200, 325), 250)


def stars(scene: Scene) -> Picture:
    """One to seven stars, flat or in relief, as ratings, sheriffs and champions have them."""
    ground, rim, ink = _palette(scene)
    count = int(scene.rng.integers(1, 8))
    if count == 1:
        whole = shapes.faceted_star(200, 200, 190, ink, rim, scene.between(0, 30))
        return _drawing([shapes.disc(200, 200, 196, ground) if scene.chance(0.5) else "", whole])
    parts = [shapes.rectangle(0, 0, BADGE_SIDE, BADGE_SIDE, ground, scene.pick((0, 60, 200)))]
    for place in range(count):
        angle, radius = 360 * place / count + scene.between(-8, 8), scene.between(90, 140)
        x, y = shapes.polar(200, 200, radius, angle)
        parts.append(shapes.star(x, y, scene.between(20, 55), ink, scene.between(0, 72), rim, 3))
    return _drawing(parts)


BADGES: dict[str, Callable[[Scene], Picture]] = {
    "badge_round": badge_round,
    "badge_shield": badge_shield,
    "crest": crest,
    "stars": stars,
}


def app_icon(scene: Scene) -> Picture:
    """A rounded square with a gradient and a white icon."""
    top, bottom = hexadecimal(scene.colour()), hexadecimal(scene.colour())
    stops = f'<stop stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
    gradient = f'<linearGradient id="g" x2="0" y2="1">{stops}</linearGradient>'
    square = (
        f'{gradient}<rect width="{BADGE_SIDE}" height="{BADGE_SIDE}" rx="{scene.between(60, 120):.0f}" fill="url(#g)"/>'
    )
    return _with_icon(scene, _drawing([square]), "#ffffff", (200, 200), 230)


def red_and_gold(scene: Scene) -> Picture:
    """Festive decorations: rays, lanterns, coins, stars and wishes, gold on red or red on gold."""
    places = scene.rng.permutation(len(FESTIVE_COLOURS))[:3]
    ground, ink, third = (FESTIVE_COLOURS[place] for place in places)
    parts = [shapes.rectangle(0, 0, BADGE_SIDE, BADGE_SIDE, ground)]
    parts += [scene.pick((_fan, _lanterns, _coins, _confetti))(scene, ink) for _ in range(2)]
    picture = _drawing(parts)
    if scene.faces and scene.chance(0.7):
        picture = _pasted(
            picture, _word(scene, third, WISHES), (200, scene.between(150, 250)), int(scene.between(120, 260))
        )
    elif scene.chance(0.6):
        picture = _with_icon(scene, picture, ink, (200, 200), 180)
    return placed(Image.new("RGB", AVATAR), picture, 1.0).picture


def _drawing(parts: list[str]) -> Picture:
    return rasterised(f'<svg {NAMESPACE} viewBox="0 0 {BADGE_SIDE} {BADGE_SIDE}">{"".join(parts)}</svg>', BADGE_SIDE)


def _with_icon(scene: Scene, drawing: Picture, ink: str, center: tuple[float, float], side: int) -> Picture:
    """The drawing with a harmless graphic on it, half of the time in one colour."""
    icon = scene.other()
    if scene.chance(0.5):
        icon = tinted(icon, _colour(ink))
    return _pasted(drawing, icon, center, side)


def _word(scene: Scene, ink: str, words: tuple[str, ...]) -> Picture:
    return scene.letters(scene.pick(words if scene.faces else LATIN_CLUB_NAMES), _colour(ink))


def _pasted(drawing: Picture, overlay: Picture, center: tuple[float, float], side: int) -> Picture:
    """The drawing with an overlay scaled into a square; a line of letters is a quarter as high at most."""
    max_height = side if overlay.width < 2 * overlay.height else side / 4
    scale = min(side / overlay.width, max_height / overlay.height)
    smaller = overlay.resize((max(1, round(overlay.width * scale)), max(1, round(overlay.height * scale))))
    result = drawing.copy()
    result.alpha_composite(smaller, (round(center[0] - smaller.width / 2), round(center[1] - smaller.height / 2)))
    return result


def _colour(ink: str) -> Colour:
    return int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16)


def _ring_of_stars(scene: Scene, ink: str) -> str:
    count = int(scene.rng.integers(5, 20))
    places = (shapes.polar(200, 200, 153, 360 * place / count) for place in range(count))
    return "".join(shapes.star(x, y, scene.between(10, 18), ink) for x, y in places)


def _wreath(scene: Scene, ink: str) -> str:
    if scene.chance(0.5):
        return "".join(shapes.laurel(200, 200, 150, 180, end, 34, ink) for end in (25, 335))
    return "".join(shapes.wheat(200, 200, 150, 180, end, 28, ink, "none") for end in (25, 335))


def _rays(scene: Scene, ink: str) -> str:
    count = int(scene.rng.integers(8, 25))
    step = 360 / count
    return "".join(shapes.band(200, 200, 132, 170, step * place, step * (place + 0.5), ink) for place in range(count))


def _fan(scene: Scene, ink: str) -> str:
    count, x, y = int(scene.rng.integers(6, 18)), scene.between(100, 300), scene.between(150, 420)
    spans = ((360 * place / count, 360 * (place + 0.5) / count) for place in range(count))
    corners = ([(x, y), shapes.polar(x, y, 600, start), shapes.polar(x, y, 600, end)] for start, end in spans)
    return f'<g opacity="0.5">{"".join(shapes.polygon(points, ink) for points in corners)}</g>'


def _lanterns(scene: Scene, ink: str) -> str:
    places = [(x, scene.between(60, 130)) for x in np.linspace(60, 340, int(scene.rng.integers(2, 5)))]
    bodies = (
        shapes.rectangle(x - 1.5, 0, 3, y, ink)
        + shapes.ellipse(x, y + 30, 42, 32, ink)
        + shapes.rectangle(x - 16, y + 62, 32, 6, ink)
        + shapes.rectangle(x - 2, y + 66, 4, 50, ink)
        for x, y in places
    )
    return "".join(bodies)


def _coins(scene: Scene, ink: str) -> str:
    places = scene.rng.uniform(40, 360, (int(scene.rng.integers(2, 7)), 2))
    return "".join(
        shapes.disc(x, y, 34, "none", ink, 14) + shapes.rectangle(x - 10, y - 10, 20, 20, ink) for x, y in places
    )


def _confetti(scene: Scene, ink: str) -> str:
    places = scene.rng.uniform(0, 400, (int(scene.rng.integers(8, 30)), 2))
    return "".join(shapes.star(x, y, scene.between(6, 22), ink, scene.between(0, 72)) for x, y in places)
