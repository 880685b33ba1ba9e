"""The emblem and the flag of the Communist Party of China."""

from __future__ import annotations

from training.images.drawings.shapes import GOLD, RED, disc, gradient, group, n, path, picture, rectangle

PARTY_RULE = "中国共产党党徽党旗条例（2021）附件：党徽制法说明、党旗制法说明"
GOLD_RELIEF = ("#fff2a0", "#f6cf4a", "#d9941a", "#f4d35e", "#b06a08")


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


def _outlined(stroke: str, width: float, fill: str) -> str:
    """Hammer and sickle with one outline around the whole figure, in a square of 32 units."""
    rim = f'<g stroke="{stroke}" stroke-width="{n(width)}" stroke-linejoin="round">{hammer_and_sickle(stroke)}</g>'
    return rim + hammer_and_sickle(fill)


def party_emblem_bold() -> str:
    """The party emblem in white with thick rounded limbs on a red tile, as apps draw it."""
    ground = rectangle(0, 0, 48, 48, "#e63a32", 11)
    return picture(
        48, 48, ground, group(_outlined("#fff", 1.5, "#fff"), move=(10.4, 10.4), scale=0.85), rule=PARTY_RULE
    )


def party_emblem_white_disc() -> str:
    """The party emblem in white on a red disc."""
    mark = group(hammer_and_sickle("#fff"), move=(16.6, 16), scale=0.98)
    return picture(64, 64, disc(32, 32, 32, "#f00000"), mark, rule=PARTY_RULE)


def party_emblem_line() -> str:
    """The party emblem as an icon: a red outline around a pale figure."""
    return picture(38, 38, group(_outlined("#d9363e", 3.4, "#fdeaea"), move=(3, 3)), rule=PARTY_RULE)


def party_emblem_relief(*ground: str) -> str:
    """The party emblem as a thick plate of polished gold with a dark side and a bright edge."""
    side = "".join(group(_outlined("#7c4a04", 0.9, "#7c4a04"), move=(0.14 * at, 0.16 * at)) for at in range(9, 0, -1))
    face = _outlined("#fff6c4", 0.9, "url(#gold)")
    gold = gradient("gold", *GOLD_RELIEF, line=(4, 2, 28, 32), absolute=True)
    return picture(48, 48, gold, *ground, group(side, face, move=(8, 7.5), scale=0.95), rule=PARTY_RULE)


def party_emblem_relief_on_red() -> str:
    """The golden plate on a red ground that darkens downwards."""
    red = gradient("red", "#ee2a1e", "#c80c0c", "#8c0404", line=(0, 0, 0.3, 1))
    return party_emblem_relief(red, rectangle(0, 0, 48, 48, "url(#red)"))


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
        "party-emblem-bold": party_emblem_bold(),
        "party-emblem-white-disc": party_emblem_white_disc(),
        "party-emblem-line": party_emblem_line(),
        "party-emblem-relief": party_emblem_relief(),
        "party-emblem-relief-on-red": party_emblem_relief_on_red(),
    }
