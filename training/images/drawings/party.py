"""Emblems and flags of the Communist Party of China and of its organisations."""

from __future__ import annotations

from training.images.drawings.shapes import (
    GOLD,
    RED,
    arc,
    band,
    disc,
    gear,
    group,
    path,
    picture,
    polygon,
    rectangle,
    star,
    wheat,
)
from training.images.drawings.type import ring_text

PARTY_RULE = "中国共产党党徽党旗条例（2021）附件：党徽制法说明、党旗制法说明"
LEAGUE_FLAG_RULE = "中国共产主义青年团团旗团徽：1950 年公布的团旗图样及制法"
LEAGUE_EMBLEM_RULE = "中国共青团章程：团徽由团旗、齿轮、麦穗、初升的太阳及其光芒、写有“中国共青团”五字的绶带组成"
PIONEERS_RULE = "中国少年先锋队章程：五角星加火炬的红旗是队旗；五角星加火炬和写有“中国少先队”的红色绶带是队徽"


def hammer_and_sickle(fill: str) -> str:
    """Hammer and sickle in a square of 32 units.

    Corners have the rule's coordinates, counted from 0 instead of 1. The head is G I L J H, with the arc L J around
    (12.5, 0). The handle runs along the diagonal. The blade is N O Q W U S, of six arcs. The grip ends in a knob.
    """
    head = "M7.5 17.5L3 13L10.92 5.08A5.315 5.315 0 0 0 16 4L18.5 6.5Z"
    handle = "M10.5 14.5L14.5 10.5L32 28L28 32Z"
    outer = "M16 0A16 16 0 0 1 16 32A18 18 0 0 1 1.02 23.98L3.5 21.5"
    inner = "A16.62 16.62 0 0 0 15.5 26.62A11.12 11.12 0 0 0 26.62 15.5A16.62 16.62 0 0 0 16 0Z"
    grip = "M5 29L3 27L6 24L8 26Z"
    return path(head + handle, fill) + path(outer + inner + grip, fill) + disc(2.5, 29.5, 2.5, fill)


def party_emblem() -> str:
    """The party emblem in gold without a ground, as it hangs on walls."""
    return picture(34, 34, group(hammer_and_sickle(GOLD), move=(1, 1)), rule=PARTY_RULE)


def party_emblem_red() -> str:
    """The party emblem in red, as printed on paper."""
    return picture(34, 34, group(hammer_and_sickle(RED), move=(1, 1)), rule=PARTY_RULE)


def party_emblem_disc() -> str:
    """The party emblem as a badge, gold on a red disc with a gold rim."""
    ground = disc(32, 32, 31, RED, GOLD, 2)
    return picture(64, 64, ground, group(hammer_and_sickle(GOLD), move=(15, 15), scale=1.06), rule=PARTY_RULE)


def party_emblem_square(red: str, margin: float) -> str:
    """The party emblem as avatars show it, gold on a red square.

    Args:
        red: colour of the ground; screens and print show one flag in many reds.
        margin: around the emblem, in 32nds of its side.
    """
    side = 32 + 2 * margin
    ground = rectangle(0, 0, side, side, red)
    return picture(side, side, ground, group(hammer_and_sickle(GOLD), move=(margin, margin)), rule=PARTY_RULE)


def party_emblem_on_red() -> str:
    """The party emblem in the middle of red cloth, as it hangs behind speakers."""
    ground = rectangle(0, 0, 64, 48, RED)
    return picture(64, 48, ground, group(hammer_and_sickle(GOLD), move=(16, 8)), rule=PARTY_RULE)


def party_flag() -> str:
    """The party flag: the emblem is 8 squares wide in a canton of 18 by 12, 3 from the top and 4 from the hoist."""
    ground = rectangle(0, 0, 36, 24, RED)
    return picture(36, 24, ground, group(hammer_and_sickle(GOLD), move=(4, 3), scale=0.25), rule=PARTY_RULE)


def league_flag() -> str:
    """The flag of the Communist Youth League: circles of 3 and 4 twelfths around the middle of the canton."""
    ring = disc(18, 12, 7, "none", GOLD, 2)
    return picture(72, 48, rectangle(0, 0, 72, 48, RED), ring, star(18, 12, 6, GOLD), rule=LEAGUE_FLAG_RULE)


def league_emblem() -> str:
    """The emblem of the Communist Youth League."""
    rays = [band(256, 290, 96, 222 if ray % 2 else 205, -88 + ray * 8, -83 + ray * 8, GOLD) for ray in range(22)]
    cloth = "M176 100C230 70 262 132 336 92L336 246C262 286 230 224 176 254Z"
    flag = path(cloth, RED, GOLD, 6) + disc(244, 160, 36, "none", GOLD, 9) + star(244, 160, 31, GOLD)
    pole = rectangle(166, 84, 9, 230, GOLD, 4)
    sun = path(arc(256, 320, 108, -90, 90) + "Z", "#e8380d", GOLD, 5)
    ears = wheat(256, 262, 204, 202, 322, 34, GOLD, RED) + wheat(256, 262, 204, 158, 38, 34, GOLD, RED)
    ribbon = "M62 392C150 452 362 452 450 392L478 446L452 460L448 486C346 512 166 512 64 486L60 460L34 446Z"
    return picture(
        512,
        520,
        disc(256, 262, 236, RED, GOLD, 8),
        *rays,
        sun,
        pole,
        flag,
        gear(256, 372, 82, 66, 40, 16, GOLD, RED),
        ears,
        path(ribbon, RED, GOLD, 6),
        ring_text("中国共青团", 256, 20, 472, 54, GOLD, "black", step=8.2, foot=True),
        rule=LEAGUE_EMBLEM_RULE,
    )


def torch(fill: str, flame: str) -> str:
    """The Young Pioneers' torch, upright, about 100 units high, standing on (0, 0)."""
    handle = polygon([(-9, -58), (9, -58), (4, 0), (-4, 0)], fill)
    bowl = path("M-22 -62L22 -62L16 -52L-16 -52Z", fill)
    fire = "M-18 -64C-34 -84 -12 -92 -16 -112C2 -104 -2 -92 8 -88C10 -96 8 -102 6 -108C26 -96 28 -78 17 -64Z"
    return handle + bowl + path(fire, flame, fill, 2)


def pioneers_flag() -> str:
    """The Young Pioneers' battalion flag: a star with a torch in the middle of a red field."""
    mark = star(450, 290, 150, GOLD) + group(torch(RED, RED), move=(450, 372), scale=1.35)
    return picture(900, 600, rectangle(0, 0, 900, 600, RED), mark, rule=PIONEERS_RULE)


def pioneers_emblem() -> str:
    """The Young Pioneers' badge: a torch before a gold star, with a red ribbon below."""
    ribbon = "M70 330C150 392 362 392 442 330L470 392L436 398L430 424C340 462 172 462 82 424L76 398L42 392Z"
    return picture(
        512,
        480,
        star(256, 236, 222, GOLD, stroke=RED, width=10),
        group(torch("#c7000b", RED), move=(256, 352), scale=2.1),
        path(ribbon, RED, GOLD, 7),
        ring_text("中国少先队", 256, -60, 486, 52, GOLD, "black", step=7.4, foot=True),
        rule=PIONEERS_RULE,
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "party-emblem": party_emblem(),
        "party-emblem-red": party_emblem_red(),
        "party-emblem-disc": party_emblem_disc(),
        "party-emblem-square": party_emblem_square(RED, 2),
        "party-emblem-bright": party_emblem_square("#ee1c25", 4),
        "party-emblem-dark": party_emblem_square("#b40000", 4),
        "party-emblem-on-red": party_emblem_on_red(),
        "party-flag": party_flag(),
        "league-flag": league_flag(),
        "league-emblem": league_emblem(),
        "pioneers-flag": pioneers_flag(),
        "pioneers-emblem": pioneers_emblem(),
    }
