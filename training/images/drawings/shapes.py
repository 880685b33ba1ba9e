"""Shapes that emblems share: stars, gears, ears of wheat, laurels, walls and shields.

Most functions return SVG markup. Lengths are in the drawing's units, angles in degrees clockwise from the top.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, pi, radians, sin
from zlib import crc32

RED, GOLD, DARK_GOLD = "#de2910", "#ffde00", "#c8960c"
NAVY = "#0b2a6f"

TILE = 400
"""Side of a square sign, in the drawing's units."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Palette:
    """Colours of an emblem in gold and enamel.

    Attributes:
        gold: fill of metal parts.
        edge: outlines and ribs on metal.
        red: fill of enamel and cloth.
        fold: lines on enamel and cloth.
        light, shade: the two halves of a faceted star's points.
        ribbon: fill of cloth; empty takes `red`.
    """

    gold: str
    edge: str
    red: str
    fold: str
    light: str
    shade: str
    ribbon: str = ""


FLAT = Palette(GOLD, DARK_GOLD, RED, "#8f1409", GOLD, "#e0b000")
METAL = Palette("url(#gold)", "#7a540c", "url(#enamel)", "#7d0a0a", "#fff0a0", "#d09a30")


def picture(width: float, height: float, *parts: str, rule: str) -> str:
    """A whole SVG of `parts`, with its construction rule as a comment."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {n(width)} {n(height)}">'
    return f"{head}\n<!-- {rule} -->\n" + "\n".join(part for part in parts if part) + "\n</svg>\n"


def gradient(name: str, *colours: str, line: Box = (0, 0, 1, 1), absolute: bool = False) -> str:
    """The definition of a linear gradient; `url(#name)` is its colour.

    Args:
        name: identifier.
        colours: evenly spaced stops.
        line: start and end, as fractions of each filled shape.
        absolute: `line` is in the drawing's units instead, so that one gradient runs across several shapes.
    """
    units = ' gradientUnits="userSpaceOnUse"' if absolute else ""
    x1, y1, x2, y2 = map(n, line)
    ends = f'x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
    return f'<defs><linearGradient id="{name}" {ends}{units}>{_stops(colours)}</linearGradient></defs>'


def glow(name: str, *colours: str) -> str:
    """A radial gradient for `fill="url(#name)"`, lit from the upper left, its first colour in the middle."""
    return f'<radialGradient id="{name}" cx=".4" cy=".35" r=".7">{_stops(colours)}</radialGradient>'


def _stops(colours: Sequence[str]) -> str:
    last = len(colours) - 1
    return "".join(f'<stop offset="{n(at / last)}" stop-color="{colour}"/>' for at, colour in enumerate(colours))


def metal() -> str:
    """Definitions of the gradients that `METAL` names: polished gold and red enamel, lit from the upper left."""
    gold = gradient("gold", "#fff0a8", "#f2cc58", "#c98f22", "#edc656", "#9c6c14")
    return gold + gradient("enamel", "#f2352b", "#d6121a", "#a80a12", line=(0, 0, 0.4, 1))


def tile(name: str, ground: str, *parts: str, corner: float = 72) -> str:
    """A square sign with round corners, like an app's icon, after the real one; parts are cut at its edge.

    Args:
        name: the owner, for the comment.
        ground: colour, or `url(#NAME)` with that `gradient` among the parts.
        parts: on a square with sides of `TILE`.
        corner: radius of the corners; half of `TILE` makes a disc.
    """
    back = rectangle(0, 0, TILE, TILE, ground, corner)
    edge = f'<defs><clipPath id="edge">{rectangle(0, 0, TILE, TILE, "#000", corner)}</clipPath></defs>'
    inside = f'<g clip-path="url(#edge)">{"".join(parts)}</g>'
    return picture(TILE, TILE, edge, back, inside, rule=f"{name}: drawn after its sign")


def n(value: float) -> str:
    """A number for SVG, rounded to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"


def polar(x: float, y: float, radius: float, angle: float) -> Point:
    """The point at `radius` from (x, y), `angle` clockwise from the top."""
    return x + radius * sin(radians(angle)), y - radius * cos(radians(angle))


def d(points: Iterable[Point]) -> str:
    """Path data of a closed polygon."""
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) + "Z"


def path(data: str, fill: str = "none", stroke: str = "", width: float = 0, extra: str = "") -> str:
    """A path, filled, outlined or both."""
    outline = f' stroke="{stroke}" stroke-width="{n(width)}" stroke-linejoin="round"' if stroke else ""
    return f'<path d="{data}" fill="{fill}"{outline}{" " + extra if extra else ""}/>'


def polygon(points: Iterable[Point], fill: str, stroke: str = "", width: float = 0) -> str:
    """A closed polygon."""
    return path(d(points), fill, stroke, width)


def rectangle(x: float, y: float, width: float, height: float, fill: str, corner: float = 0) -> str:
    """An upright rectangle."""
    rounded = f' rx="{n(corner)}"' if corner else ""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"{rounded} fill="{fill}"/>'


def disc(x: float, y: float, radius: float, fill: str = "none", stroke: str = "", width: float = 0) -> str:
    """A circle, filled, outlined or both."""
    outline = f' stroke="{stroke}" stroke-width="{n(width)}"' if stroke else ""
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{fill}"{outline}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str = "none", turn: float = 0, extra: str = "") -> str:
    """An ellipse turned about its centre."""
    turned = f' transform="rotate({n(turn)} {n(x)} {n(y)})"' if turn else ""
    return f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(rx)}" ry="{n(ry)}" fill="{fill}"{turned} {extra}/>'


def group(*parts: str, move: Point = (0, 0), scale: float = 1, turn: float = 0, mirror: bool = False) -> str:
    """Parts moved, scaled and turned together; mirrored left to right first."""
    across = -scale if mirror else scale
    steps = f"translate({n(move[0])} {n(move[1])}) rotate({n(turn)}) scale({across:.4g} {scale:.4g})"
    return f'<g transform="{steps}">{"".join(parts)}</g>'


def clipped(name: str, outline: str, *parts: str) -> str:
    """Parts that show only inside `outline`, a shape's markup; `name` must be the drawing's own."""
    return f'<clipPath id="{name}">{outline}</clipPath><g clip-path="url(#{name})">{"".join(parts)}</g>'


def star_points(x: float, y: float, radius: float, turn: float = 0) -> list[Point]:
    """Corners of a regular five-pointed star: five points on the circle, joined every second one."""
    inner = radius * sin(radians(18)) / sin(radians(54))
    return [polar(x, y, inner if corner % 2 else radius, turn + 36 * corner) for corner in range(10)]


def star(x: float, y: float, radius: float, fill: str, turn: float = 0, stroke: str = "", width: float = 0) -> str:
    """A regular five-pointed star, one point up unless turned."""
    return polygon(star_points(x, y, radius, turn), fill, stroke, width)


def faceted_star(x: float, y: float, radius: float, light: str, dark: str, turn: float = 0) -> str:
    """A star in relief: each point has a light and a dark half."""
    corners = star_points(x, y, radius, turn)
    halves = [
        polygon([(x, y), corners[at], corners[(at + 1) % 10]], dark if at % 2 else light) for at in range(len(corners))
    ]
    return "".join(halves)


def toward(point: Point, target: Point) -> float:
    """Direction from `point` to `target`, in degrees clockwise from the top."""
    return degrees(atan2(target[0] - point[0], point[1] - target[1]))


def gear(x: float, y: float, outer: float, root: float, hole: float, teeth: int, fill: str, stroke: str = "") -> str:
    """A cogwheel with straight teeth and a round hole."""
    step = 360 / teeth
    corners: list[Point] = []
    for tooth in range(teeth):
        for part, radius in ((-0.28, root), (-0.2, outer), (0.2, outer), (0.28, root)):
            corners.append(polar(x, y, radius, step * (tooth + part)))
    left, right, bend = f"{n(x - hole)} {n(y)}", f"{n(x + hole)} {n(y)}", f"A{n(hole)} {n(hole)} 0 1 0"
    ring = f"M{right}{bend} {left}{bend} {right}Z"
    return path(d(corners) + ring, fill, stroke, 1 if stroke else 0, 'fill-rule="evenodd"')


def leaf(x: float, y: float, length: float, width: float, turn: float, fill: str, stroke: str = "") -> str:
    """A pointed leaf or grain from (x, y) outwards in direction `turn`."""
    half = width / 2
    data = f"M0 0C{n(half)} {n(-length * 0.3)} {n(half)} {n(-length * 0.65)} 0 {n(-length)}"
    data += f"C{n(-half)} {n(-length * 0.65)} {n(-half)} {n(-length * 0.3)} 0 0Z"
    outline = f' stroke="{stroke}" stroke-width="{n(width / 14)}"' if stroke else ""
    return f'<path transform="translate({n(x)} {n(y)}) rotate({n(turn)})" d="{data}" fill="{fill}"{outline}/>'


def _leaves(places: Sequence[tuple[Point, float]], length: float, width: float, fill: str, edge: str) -> str:
    """Copies of one leaf at points and in directions; the SVG states its outline once."""
    name = f"leaf-{crc32(f'{length:.2f} {width:.2f} {fill} {edge}'.encode()):08x}"
    shape = leaf(0, 0, length, width, 0, fill, edge).replace("<path", f'<path id="{name}"', 1)
    uses = (f'<use href="#{name}" transform="translate({n(x)} {n(y)}) rotate({n(turn)})"/>' for (x, y), turn in places)
    return f"<defs>{shape}</defs>{''.join(uses)}"


def wheat(x: float, y: float, radius: float, start: float, end: float, size: float, fill: str, edge: str) -> str:
    """Half a wreath of wheat: a stalk along a circle, with grains that point along it.

    Args:
        x, y, radius: the circle of the stalk.
        start, end: angles where the stalk begins and the ear ends.
        size: length of a grain.
        fill, edge: colours of grains and of their outlines.
    """
    direction = 1 if end > start else -1
    step = size * 0.52 / radius * 180 / pi
    places = []
    for at in range(int(abs(end - start) / step) + 1):
        angle = start + direction * step * at
        places += [(polar(x, y, radius, angle), angle + 90 * direction + side * 24) for side in (-1, 1)]
    stalk = path(arc(x, y, radius, start, end), "none", fill, size * 0.14)
    tip = leaf(*polar(x, y, radius, end), size * 1.2, size * 0.46, end + 90 * direction, fill, edge)
    return stalk + _leaves(places, size, size * 0.46, fill, edge) + tip


def laurel(x: float, y: float, radius: float, start: float, end: float, size: float, fill: str, edge: str = "") -> str:
    """Half a wreath of olive or laurel: single leaves on both sides of a bent twig."""
    direction = 1 if end > start else -1
    step = size * 0.62 / radius * 180 / pi
    places = []
    for at in range(int(abs(end - start) / step) + 1):
        angle = start + direction * step * at
        places += [(polar(x, y, radius, angle), angle + 90 * direction + side * 38) for side in (-1, 1)]
    places.append((polar(x, y, radius, end), end + 90 * direction))
    twig = path(arc(x, y, radius, start, end), "none", fill, size * 0.1)
    return twig + _leaves(places, size, size * 0.36, fill, edge)


def arc(x: float, y: float, radius: float, start: float, end: float) -> str:
    """Path data of an arc of a circle between two angles."""
    (x0, y0), (x1, y1) = polar(x, y, radius, start), polar(x, y, radius, end)
    large, sweep = int(abs(end - start) > 180), int(end > start)
    return f"M{n(x0)} {n(y0)}A{n(radius)} {n(radius)} 0 {large} {sweep} {n(x1)} {n(y1)}"


def band(x: float, y: float, inner: float, outer: float, start: float, end: float, fill: str, stroke: str = "") -> str:
    """A segment of a ring between two radii and two angles."""
    back = arc(x, y, inner, end, start)
    return path(arc(x, y, outer, start, end) + "L" + back[1:] + "Z", fill, stroke, 1 if stroke else 0)


def great_wall(x: float, y: float, width: float, height: float, fill: str, line: str) -> str:
    """A section of the Great Wall with three towers; (x, y) is the middle of its foot."""
    unit_x, unit_y = width / 100, height / 40

    def at(points: Sequence[Point]) -> list[Point]:
        return [(x + px * unit_x, y - py * unit_y) for px, py in points]

    wall = [(-50.0, 0.0), (-50, 12), (-30, 16), (-14, 13), (0, 20), (14, 13), (30, 16), (50, 12), (50, 0)]
    parts = [polygon(at(wall), fill, line, unit_x)]
    for centre, foot, half, top in ((-33.0, 0.0, 8.0, 26.0), (33, 0, 8, 26), (0, 0, 12, 38)):
        tower = [(centre - half, foot), (centre - half * 0.85, top - 5), (centre - half, top - 5), (centre - half, top)]
        merlons: list[Point] = []
        for notch in range(5):
            left = centre - half + notch * half * 2 / 5
            level = top if notch % 2 == 0 else top - 3
            merlons += [(left, level), (left + half * 2 / 5, level)]
        rest = [(centre + half, top - 5), (centre + half * 0.85, top - 5), (centre + half, foot)]
        parts.append(polygon(at([*tower[:3], *merlons, *rest]), fill, line, unit_x))
        gate = [(centre - half * 0.25, foot), (centre - half * 0.25, top * 0.3), (centre, top * 0.4)]
        parts.append(polygon(at([*gate, (centre + half * 0.25, top * 0.3), (centre + half * 0.25, foot)]), line))
    return "".join(parts)


SHIELD: tuple[Point, ...] = (
    (0, 0), (0.2, 0.06), (0.5, 0.08), (0.72, 0.03), (0.8, 0.12), (0.9, 0.16), (1, 0.17),
    (0.86, 0.45), (1.1, 0.78), (0, 1),
)  # fmt: skip
"""Right half of a badge's shield: a start and three Bezier curves, x in half widths, y in heights from the top."""


def shield(x: float, y: float, width: float, height: float, fill: str, stroke: str, line: float) -> str:
    """A badge's shield with three tips at the top and a point below; (x, y) is its centre."""
    outline = [*SHIELD, *((-across, down) for across, down in SHIELD[-2::-1])]
    points = [f"{n(x + across * width / 2)} {n(y + (down - 0.5) * height)}" for across, down in outline]
    return path(f"M{points[0]}C{' '.join(points[1:])}Z", fill, stroke, line)
