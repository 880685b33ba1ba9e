"""Emblems of the United Nations and of the World Health Organization, which share a map and a wreath of olive.

The map is an azimuthal projection from the North Pole (resolution 92 (I) of the General Assembly, 1946).
"""

from __future__ import annotations

from collections.abc import Sequence

from training.images.drawings.earth import polar_land
from training.images.drawings.shapes import disc, gradient, group, laurel, n, path, picture, polar, rectangle
from training.images.drawings.type import text, width_of

UN_BLUE = "#009edb"
UN_MAP = "联合国大会第 92(I) 号决议：北极方位等距投影地图与橄榄枝"


def wreath(colour: str) -> str:
    """The United Nations' two branches of olive, crossed below; 512 wide about (256, 240)."""
    branch = laurel(256, 232, 214, 190, 318, 78, colour)
    stem = path("M206 446Q262 436 322 478Q258 452 206 456Z", colour)
    return branch + group(branch, move=(512, 0), mirror=True) + stem + group(stem, move=(512, 0), mirror=True)


def world_map(x: float, y: float, radius: float, colour: str, ground: str) -> str:
    """The emblem's map: land over five parallels and eight meridians, apart from them where there is a ground."""
    line = radius / 36
    circles = "".join(disc(x, y, radius * at / 5, "none", colour, line) for at in (1, 2, 3, 4, 5))
    spokes = "".join(
        path(
            "M{} {}L{} {}".format(*map(n, (*polar(x, y, radius / 5, angle), *polar(x, y, radius, angle)))),
            "none",
            colour,
            line,
        )
        for angle in range(0, 360, 45)
    )
    land = f'<defs><path id="land" d="{polar_land(x, y, radius)}"/></defs>'
    gap = f'<use href="#land" stroke="{ground}" stroke-width="{n(3 * line)}"/>' if ground else ""
    return circles + spokes + land + gap + f'<use href="#land" fill="{colour}"/>'


def united_nations(colour: str, ground: str, shape: str = "square") -> str:
    """The United Nations' emblem in one colour on a ground.

    Args:
        colour: of map and wreath.
        ground: behind them; empty for a transparent one.
        shape: of the ground: "square", "disc" or "flag".
    """
    emblem = world_map(256, 226, 166, colour, ground) + wreath(colour)
    return _on_ground(emblem, ground, shape, UN_MAP)


def _on_ground(emblem: str, ground: str, shape: str, rule: str) -> str:
    if not ground:
        return picture(512, 512, emblem, rule=rule)
    if shape == "flag":
        place = group(emblem, move=(242, 40), scale=1.02)
        return picture(1000, 600, rectangle(0, 0, 1000, 600, ground), place, rule=rule)
    back = disc(310, 310, 306, ground) if shape == "disc" else rectangle(0, 0, 620, 620, ground)
    return picture(620, 620, back, group(emblem, move=(54, 62)), rule=rule)


def golden_nations() -> str:
    """The United Nations' emblem in gold, as on the wall behind the General Assembly's rostrum."""
    gold = gradient("gold", "#f4e09a", "#c8962e", "#efd27a", "#a8761c", line=(90, 40, 420, 470), absolute=True)
    return picture(512, 512, gold, world_map(256, 226, 166, "url(#gold)", ""), wreath("#cfa03e"), rule=UN_MAP)


def world_health(colour: str, ground: str, names: Sequence[str] = ()) -> str:
    """The World Health Organization: staff and serpent before the United Nations' emblem.

    Args:
        colour: of the emblem.
        ground: behind it; empty for a transparent one.
        names: lines of words on the right, or none.
    """
    staff = path("M256 16C268 16 272 30 268 44L262 470Q256 490 250 470L244 44C240 30 244 16 256 16Z", colour)
    serpent = (
        "M214 108C222 84 262 82 286 98C316 120 300 150 256 168C206 188 196 222 256 246"
        "C306 266 308 300 256 322C214 340 222 370 256 384C284 398 280 420 258 432"
    )
    gap = path("M256 16V480" + serpent, "none", "#000", 36)
    mask = f'<mask id="gap">{rectangle(0, 0, 512, 512, "#fff")}{gap}</mask>'
    behind = world_map(256, 226, 166, colour, ground) + wreath(colour)
    figure = staff + path(serpent, "none", ground or "#fff", 28) + path(serpent, "none", colour, 20)
    emblem = f'{mask}<g mask="url(#gap)">{behind}</g>{figure}'
    if not names:
        return _on_ground(emblem, ground, "square", "世界卫生组织徽：联合国徽与蛇杖")
    across = max(width_of(line, 112, "sans") for line in names)
    words = "".join(text(line, 540 + across / 2, 236 + 130 * at, 112, colour, "sans") for at, line in enumerate(names))
    back = rectangle(0, 0, 570 + across, 512, ground)
    return picture(570 + across, 512, back, emblem, words, rule="世界卫生组织标识：徽与名称")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "united-nations": united_nations(UN_BLUE, ""),
        "united-nations-white": united_nations("#fff", UN_BLUE),
        "united-nations-disc": united_nations("#fff", "#4b92db", "disc"),
        "united-nations-flag": united_nations("#fff", "#5b92e5", "flag"),
        "united-nations-black": united_nations("#12202c", "#fff"),
        "united-nations-gold": golden_nations(),
        "world-health": world_health("#0093d5", ""),
        "world-health-navy": world_health("#00529b", "#fff"),
        "world-health-white": world_health("#fff", "#0093d5"),
        "world-health-name": world_health("#0093d5", "#fff", ("World Health", "Organization")),
        "world-health-chinese": world_health("#0093d5", "#fff", ("世界卫生", "组织")),
    }
