"""Shield badges in relief: police, the former industry and commerce service, market regulation, armed police."""

from __future__ import annotations

from math import dist

from training.images.drawings.china.emblem import small_emblem
from training.images.drawings.shapes import (
    FLAT,
    METAL,
    RED,
    Palette,
    Point,
    disc,
    gradient,
    group,
    laurel,
    metal,
    n,
    path,
    picture,
    polygon,
    rectangle,
    toward,
)
from training.images.drawings.type import text

POLICE_RULE = "人民警察警徽（1983）：国徽、盾牌、长城、松枝（公安部警徽式样）"
POLICE_FLAG_RULE = "中国人民警察警旗（2020）：红蓝两色，红色为主色调，警徽居左上角，3:2"
CAP_RULE = "人民警察、武警帽徽：国徽、黑底盾牌、长城，外环橄榄枝与松枝"
RED_SHIELD_RULE = "工商行政管理徽标（红盾）：国徽、红色盾牌、长城、松枝"
BLUE, DEEP_BLUE = "#23318f", "#0a0f5c"
PALE = Palette("url(#pale)", "#8a6a2a", "url(#enamel)", "#7d0a0a", "#fffbe0", "#d8bc78")

LEAVES: tuple[tuple[Point, Point, float], ...] = (
    ((74, 262), (32, 126), 58),
    ((100, 316), (3, 200), 78),
    ((152, 362), (3, 276), 84),
    ((214, 398), (24, 364), 60),
)
"""Left pine branch from the top leaf down: foot, tip and width, in a square of 430 units."""

SHIELD_PATH = (
    "M215 6L114 37C110 66 88 88 56 98C50 170 70 258 136 312C164 330 190 346 215 370"
    "C240 346 266 330 294 312C360 258 380 170 374 98C342 88 320 66 316 37Z"
)
"""Outline of the police shield in a square of 430 units: apex, concave shoulders, point below."""


def pine_leaf(foot: Point, tip: Point, width: float, palette: Palette) -> str:
    """A spray of pine needles as badges stamp it: a broad leaf with needles to both sides of a rib."""
    length, half = dist(foot, tip), width / 2
    side = (
        f"C{n(half * 1.1)} {n(-0.2 * length)} {n(half * 1.3)} {n(-0.72 * length)} {n(half * 0.35)} {n(-0.97 * length)}"
    )
    back = f"C{n(-half * 1.3)} {n(-0.72 * length)} {n(-half * 1.1)} {n(-0.2 * length)} 0 0Z"
    tip_curve = f"Q0 {n(-1.03 * length)} {n(-half * 0.35)} {n(-0.97 * length)}"
    needles = f"M0 0V{n(-0.96 * length)}"
    for at in range(12):
        end = 0.2 + 0.062 * at
        reach = 0.9 * half * (4 * end * (1.06 - end)) ** 0.7
        start, end = (end - 0.17) * length, end * length
        needles += f"M{n(-reach)} {n(-end)}L0 {n(-start)}L{n(reach)} {n(-end)}"
    leaf = path("M0 0" + side + tip_curve + back, palette.gold, palette.edge, 2)
    return group(leaf, path(needles, "none", palette.edge, 1.7), move=foot, turn=toward(foot, tip))


def _both(left: str) -> str:
    """The left half of a badge 430 wide and its mirror image."""
    return left + group(left, move=(430, 0), mirror=True)


def pine_branches(palette: Palette) -> str:
    """Pine branches to both sides of a shield, tied to a trunk at its point."""
    cone = path("M84 262C106 250 134 268 140 306C112 318 90 300 84 262Z", palette.gold, palette.edge, 2)
    trunk = path("M215 360L190 376C204 392 208 408 202 426H228C222 408 226 392 240 376Z", palette.gold, palette.edge, 2)
    backing = polygon([(100, 290), (158, 380), (215, 410), (272, 380), (330, 290)], palette.gold, palette.edge, 2)
    return _both("".join(pine_leaf(*leaf, palette) for leaf in LEAVES) + cone) + backing + trunk


def _on_shoulder(at: float) -> Point:
    """A point of the shield's concave left shoulder, at a fraction of its Bezier curve."""
    weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at**2 * (1 - at), at**3)
    x = sum(weight * value for weight, value in zip(weights, (114, 110, 88, 56), strict=True))
    return x, sum(weight * value for weight, value in zip(weights, (37, 66, 88, 98), strict=True))


def shield_body(ground: str, palette: Palette, beads: bool = True) -> str:
    """The police shield with a gold rim, in a square of 430 units; a row of beads runs along its head."""
    body = path(SHIELD_PATH, ground, palette.gold, 13) + path(SHIELD_PATH, "none", palette.edge, 1.5)
    head = [(215 - 101 * at / 11, 6 + 31 * at / 11) for at in range(12)] + [_on_shoulder(at / 9) for at in range(1, 10)]
    rim = "".join(disc(x, y, 5.2, palette.gold, palette.edge, 1.2) for x, y in head) if beads else ""
    return body + _both(rim)


def wall_relief(palette: Palette) -> str:
    """The Great Wall over hills in the foot of the police shield, in relief."""
    hills = "M130 302L140 292V282H146V287H152V282H158V294Q172 288 184 280V262H190V268H198V262H206V268H214V262H220V286"
    hills += "L240 292Q256 284 262 290V282H268V286H274V282H280V294L302 302L294 312"
    hills += "C266 330 240 346 215 370C190 346 164 330 136 312Z"
    lines = "M140 312Q176 288 208 314Q236 334 216 350M158 318Q186 306 200 322M220 290Q250 322 284 308"
    lines += "M184 284V296M220 286V300M232 312Q250 330 232 344M150 304L158 294M262 294V304"
    return path(hills, palette.gold, palette.edge, 2) + path(lines, "none", palette.edge, 2.4)


def police_mark(ground: str, palette: Palette) -> str:
    """The police badge in a square of 430 units."""
    return "".join(
        [
            pine_branches(palette),
            shield_body(ground, palette),
            wall_relief(palette),
            small_emblem(215, 150, 222, palette),
        ]
    )


def _badge(mark: str, rule: str, *definitions: str) -> str:
    return picture(436, 436, *definitions, group(mark, move=(3, 3)), rule=rule)


def police_badge() -> str:
    """The people's police badge in flat colours."""
    return _badge(police_mark(BLUE, FLAT), POLICE_RULE)


def police_badge_metal() -> str:
    """The people's police badge as it hangs over doors: polished gold on deep blue enamel."""
    return _badge(police_mark(DEEP_BLUE, METAL), POLICE_RULE, metal())


def police_flag() -> str:
    """The flag of the people's police: red over a blue foot, the badge in the upper hoist corner."""
    field = rectangle(0, 0, 900, 600, RED) + rectangle(0, 400, 900, 200, "#10308a")
    mark = group(police_mark(BLUE, FLAT), move=(110, 66), scale=0.6)
    return picture(900, 600, field, mark, rule=POLICE_FLAG_RULE)


def _wreath(palette: Palette) -> str:
    """Olive twigs close to a shield's sides, over taller pine leaves, up to the badge's top."""
    outer = (
        ((150, 110), (206, 4), 52),
        ((120, 110), (160, 24), 44),
        ((96, 150), (96, 62), 52),
        ((84, 210), (44, 112), 60),
        ((100, 290), (10, 186), 74),
        ((150, 356), (6, 272), 78),
        ((212, 396), (40, 346), 66),
        ((214, 420), (44, 404), 40),
    )
    backing = disc(215, 214, 150, palette.gold)
    pine = "".join(pine_leaf(*leaf, palette) for leaf in outer)
    twig = laurel(215, 214, 152, 196, 354, 62, palette.gold, palette.edge)
    return backing + _both(pine + twig)


def police_cap_badge() -> str:
    """The cap badge in pale gold: a small black shield deep in olive and pine."""
    shield = group(shield_body("#101010", PALE, beads=False), move=(43, 62), scale=0.8)
    wall = group(wall_relief(PALE), move=(43, 62), scale=0.8)
    trunk = polygon([(192, 360), (238, 360), (250, 424), (180, 424)], PALE.gold, PALE.edge, 2)
    pale = gradient("pale", "#fffbe0", "#f0e0a4", "#cfae62", "#f2e2a8", "#b48f48")
    mark = _wreath(PALE) + trunk + shield + wall + small_emblem(215, 178, 168, PALE)
    return _badge(mark, CAP_RULE, metal(), pale)


def _red_shield(palette: Palette) -> str:
    emblem = small_emblem(215, 118, 168, palette)
    name = text("中国工商", 215, 250, 40, palette.gold, "serif", width=180)
    wall = group(wall_relief(palette), move=(32.3, 55.5), scale=0.85)
    return "".join([pine_branches(palette), shield_body(palette.red, palette), wall, emblem, name])


def red_shield() -> str:
    """The red shield of the former administration for industry and commerce, in flat colours."""
    return _badge(_red_shield(FLAT), RED_SHIELD_RULE)


def red_shield_metal() -> str:
    """The red shield of the former administration for industry and commerce, in gold and enamel."""
    return _badge(_red_shield(METAL), RED_SHIELD_RULE, metal())


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "police-badge": police_badge(),
        "police-badge-metal": police_badge_metal(),
        "police-flag": police_flag(),
        "police-cap-badge": police_cap_badge(),
        "red-shield": red_shield(),
        "red-shield-metal": red_shield_metal(),
    }
