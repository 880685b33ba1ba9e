"""Emblems and flags of the Communist Youth League and of the Young Pioneers."""

from __future__ import annotations

from math import cos, radians

from training.images.drawings.shapes import (
    FLAT,
    GOLD,
    METAL,
    RED,
    Palette,
    Point,
    arc,
    disc,
    faceted_star,
    gear,
    group,
    metal,
    path,
    picture,
    polar,
    polygon,
    rectangle,
    star,
    wheat,
)
from training.images.drawings.type import ring_text

LEAGUE_FLAG_RULE = "中国共产主义青年团团旗团徽：1950 年公布的团旗图样及制法"
LEAGUE_EMBLEM_RULE = (
    "中国共青团章程：团徽由团旗、齿轮、麦穗、初升的太阳及其光芒、写有“中国共青团”五字的绶带组成，涂金红二色"
)
PIONEERS_RULE = "中国少年先锋队标志礼仪基本规范：五角星加火炬；火焰和绶带正红镶金边，星、字和火炬柄金色，字为黑体"


def league_flag() -> str:
    """The flag of the Communist Youth League: circles of 3 and 4 twelfths around the middle of the canton."""
    ring = disc(18, 12, 7, "none", GOLD, 2)
    return picture(72, 48, rectangle(0, 0, 72, 48, RED), ring, star(18, 12, 6, GOLD), rule=LEAGUE_FLAG_RULE)


def _league_cloth(palette: Palette) -> str:
    """The League's flag on its pole, waving over the upper half of the emblem."""
    cloth = (
        "M140 84C190 44 246 58 288 88S380 112 436 74C428 132 424 196 432 258C380 296 324 284 282 256S186 234 140 272Z"
    )
    spear = path("M133 30L143 56L133 70L123 56Z", palette.gold, palette.edge, 2)
    pole = path("M127 66H139V430H127Z", palette.gold, palette.edge, 2)
    ring = disc(232, 152, 54, "none", palette.edge, 17) + disc(232, 152, 54, "none", palette.gold, 13)
    folds = path("M316 104C308 160 310 220 318 274M386 100C378 150 378 220 386 278", "none", palette.fold, 3)
    mark = faceted_star(232, 152, 45, palette.light, palette.shade)
    return spear + pole + path(cloth, palette.red, palette.gold, 9) + folds + ring + mark


def _ray(angle: float) -> list[Point]:
    """A ray of the League's rising sun, from near the sun to the rim of the emblem's disc."""
    drop = 94 * cos(radians(angle))
    reach = drop + (218**2 - 94**2 + drop**2) ** 0.5
    return [polar(256, 352, 60, angle), polar(256, 352, reach, angle - 2.6), polar(256, 352, reach, angle + 2.6)]


def league_mark(palette: Palette) -> str:
    """The emblem of the Communist Youth League in 512 by 540 units."""
    rays = "".join(polygon(_ray(angle), palette.gold) for angle in range(-80, 81, 8))
    sun = path(arc(256, 352, 92, -90, 90) + "Z", palette.red, palette.gold, 7)
    ears = "".join(wheat(256, 258, 214, *span, 44, palette.gold, palette.edge) for span in ((205, 322), (155, 38)))
    wheel = gear(256, 388, 92, 72, 44, 16, palette.gold, palette.edge) + disc(256, 388, 56, "none", palette.edge, 4)
    ribbon = (
        "M36 372C60 380 84 396 106 414C176 462 336 462 406 414C428 396 452 380 476 372L500 426C462 438 446 452 424 470"
    )
    ribbon += "C330 536 182 536 88 470C66 452 50 438 12 426Z"
    words = ring_text("中国共青团", 256, 226, 286, 66, palette.gold, "brush", step=14, foot=True)
    return "".join(
        [
            disc(256, 258, 222, palette.red, palette.gold, 10),
            rays,
            sun,
            ears,
            wheel,
            _league_cloth(palette),
            path(ribbon, palette.red, palette.gold, 7),
            words,
        ]
    )


def league_emblem() -> str:
    """The emblem of the Communist Youth League in flat gold and red."""
    return picture(512, 530, league_mark(FLAT), rule=LEAGUE_EMBLEM_RULE)


def league_emblem_metal() -> str:
    """The emblem of the Communist Youth League as a badge of gold and enamel."""
    return picture(512, 530, metal(), league_mark(METAL), rule=LEAGUE_EMBLEM_RULE)


def torch(palette: Palette) -> str:
    """The Young Pioneers' torch, 208 units high, standing on (0, 0): gold handle, red flame with a gold rim."""
    handle = polygon([(-15, -104), (15, -104), (6, 0), (-6, 0)], palette.gold, palette.red, 3)
    bowl = path("M-36 -122H36C34 -108 26 -98 14 -96H-14C-26 -98 -34 -108 -36 -122Z", palette.gold, palette.red, 3)
    flame = "M-32 -124C-52 -150 -40 -172 -22 -188C-22 -178 -18 -172 -10 -168C-10 -186 2 -200 22 -208"
    flame += "C16 -194 22 -184 32 -174C44 -160 44 -140 32 -124Z"
    return handle + bowl + path(flame, palette.red, palette.gold, 7)


def pioneers_flag() -> str:
    """The Young Pioneers' large flag: a star with an outlined torch in the middle of a red field, 4 by 3."""
    mark = star(400, 300, 164, GOLD) + group(torch(FLAT), move=(400, 386), scale=1.06)
    return picture(800, 600, rectangle(0, 0, 800, 600, RED), mark, rule=PIONEERS_RULE)


def pioneers_unit_flag() -> str:
    """The Young Pioneers' small flag: the same mark on a flag whose fly end has a triangular notch."""
    field = polygon([(0, 0), (800, 0), (600, 300), (800, 600), (0, 600)], RED)
    mark = star(300, 300, 164, GOLD) + group(torch(FLAT), move=(300, 386), scale=1.06)
    return picture(800, 600, field, mark, rule=PIONEERS_RULE)


def pioneers_mark(palette: Palette) -> str:
    """The Young Pioneers' badge in 512 by 520 units: a torch before a star, a red ribbon across its foot."""
    ribbon = "M24 366C80 372 106 392 134 404C206 436 306 436 378 404C406 392 432 372 488 366L472 416L496 456"
    ribbon += "C448 458 424 470 394 484C308 522 204 522 118 484C88 470 64 458 16 456L40 416Z"
    body = _framed_star(palette)
    words = ring_text("中国少先队", 256, 74, 412, 62, palette.gold, "black", step=10, foot=True)
    return body + group(torch(palette), move=(256, 404), scale=1.5) + path(ribbon, palette.red, palette.gold, 8) + words


def _framed_star(palette: Palette) -> str:
    """The badge's gold star with a red line inside its rim."""
    return star(256, 252, 246, palette.gold, stroke=palette.edge, width=3) + star(
        256, 252, 216, "none", stroke=palette.red, width=5
    )


def pioneers_emblem() -> str:
    """The Young Pioneers' badge in flat gold and red."""
    return picture(512, 520, pioneers_mark(FLAT), rule=PIONEERS_RULE)


def pioneers_emblem_metal() -> str:
    """The Young Pioneers' badge in polished gold and enamel."""
    return picture(512, 520, metal(), pioneers_mark(METAL), rule=PIONEERS_RULE)


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "league-flag": league_flag(),
        "league-emblem": league_emblem(),
        "league-emblem-metal": league_emblem_metal(),
        "pioneers-flag": pioneers_flag(),
        "pioneers-unit-flag": pioneers_unit_flag(),
        "pioneers-emblem": pioneers_emblem(),
        "pioneers-emblem-metal": pioneers_emblem_metal(),
    }
