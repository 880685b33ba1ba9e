"""Emblems of international bodies that no package holds."""

from __future__ import annotations

from training.images.drawings.shapes import (
    arc,
    disc,
    group,
    n,
    path,
    picture,
    rectangle,
)
from training.images.drawings.type import ring_text, text, width_of

RED_CROSS = "#ed1b2e"
GENEVA = "日内瓦公约及其第三附加议定书（2005）"


def _cross(x: float, y: float, arm: float, fill: str) -> str:
    third = arm / 3
    data = f"M{n(x - third)} {n(y - arm)}h{n(2 * third)}v{n(2 * third)}h{n(2 * third)}v{n(2 * third)}h{n(-2 * third)}"
    return path(
        data + f"v{n(2 * third)}h{n(-2 * third)}v{n(-2 * third)}h{n(-2 * third)}v{n(-2 * third)}h{n(2 * third)}Z", fill
    )


def red_cross() -> str:
    """The red cross on a white ground."""
    return picture(400, 400, rectangle(0, 0, 400, 400, "#fff"), _cross(200, 200, 150, RED_CROSS), rule=GENEVA)


def red_cross_committee() -> str:
    """The roundel of the International Committee of the Red Cross."""
    return picture(
        400,
        400,
        disc(200, 200, 196, "#fff"),
        disc(200, 200, 188, "none", "#111", 5),
        disc(200, 200, 126, "none", "#111", 5),
        _cross(200, 200, 92, RED_CROSS),
        ring_text("COMITE INTERNATIONAL", 200, 200, 140, 38, "#111", "sans"),
        ring_text("GENEVE", 200, 200, 172, 38, "#111", "sans", foot=True),
        rule=GENEVA,
    )


def red_crescent() -> str:
    """The red crescent on a white ground."""
    moon = "M262 92A124 124 0 1 0 262 308A100 100 0 1 1 262 92Z"
    return picture(400, 400, rectangle(0, 0, 400, 400, "#fff"), path(moon, RED_CROSS), rule=GENEVA)


def red_crystal() -> str:
    """The red crystal on a white ground."""
    square = 'fill="none" stroke="#ed1b2e" stroke-width="46"'
    crystal = f'<path d="M200 66L334 200L200 334L66 200Z" {square}/>'
    return picture(400, 400, rectangle(0, 0, 400, 400, "#fff"), crystal, rule=GENEVA)


def red_cross_movement() -> str:
    """Red cross and red crescent side by side."""
    moon = group(path("M262 92A124 124 0 1 0 262 308A100 100 0 1 1 262 92Z", RED_CROSS), move=(390, 0))
    return picture(760, 400, rectangle(0, 0, 760, 400, "#fff"), _cross(200, 200, 120, RED_CROSS), moon, rule=GENEVA)


def red_cross_frame() -> str:
    """The red cross in a red frame, as on a door or an app."""
    frame = rectangle(0, 0, 400, 400, RED_CROSS) + rectangle(22, 22, 356, 356, "#fff")
    return picture(400, 400, frame, _cross(200, 200, 100, RED_CROSS), rule=GENEVA)


def red_cross_seal(above: str, below: str) -> str:
    """A national society's seal: the red cross inside a blue ring with words."""
    ring = disc(256, 256, 250, "#0a1f5c") + disc(256, 256, 158, "#fff")
    words = ring_text(above, 256, 256, 182, 58, "#fff", "black") + ring_text(
        below, 256, 256, 222, 58, "#fff", "black", foot=True
    )
    return picture(512, 512, ring, words, _cross(256, 256, 112, RED_CROSS), rule=GENEVA)


def red_cross_name(name: str) -> str:
    """The red cross before a society's name."""
    words = text(name, 230 + width_of(name, 150, "black") / 2, 160, 150, "#222", "black")
    return picture(250 + width_of(name, 150, "black"), 210, _cross(105, 105, 96, RED_CROSS), words, rule=GENEVA)


def olympic_rings_plain(colour: str, ground: str) -> str:
    """The five rings in one colour."""
    rings = "".join(
        disc(x, y, 108, "none", colour, 24) for x, y in ((130, 130), (390, 130), (650, 130), (260, 250), (520, 250))
    )
    return picture(780, 380, rectangle(0, 0, 780, 380, ground), rings, rule="奥林匹克宪章第 8 条：单色五环")


def olympic_rings() -> str:
    """The Olympic rings, interlaced as the Charter shows them."""
    circles = (
        ("#0081c8", 130, 130),
        ("#111111", 390, 130),
        ("#ee334e", 650, 130),
        ("#fcb131", 260, 250),
        ("#00a651", 520, 250),
    )
    rings = [disc(x, y, 108, "none", colour, 24) for colour, x, y in circles]
    over = [
        path(arc(x, y, 108, start, end), "none", colour, 24)
        for colour, x, y, start, end in (
            ("#0081c8", 130, 130, 75, 115),
            ("#111111", 390, 130, 75, 115),
            ("#111111", 390, 130, 165, 205),
            ("#ee334e", 650, 130, 165, 205),
        )
    ]
    return picture(780, 380, *rings, *over, rule="奥林匹克宪章第 8 条：五环从左到右蓝、黑、红，下黄、绿")


def paralympic_agitos() -> str:
    """The three Agitos of the International Paralympic Committee."""
    swoosh = "M0 60C10 -60 110 -150 260 -160C170 -120 110 -50 96 40C60 20 28 28 0 60Z"
    parts = (
        group(path(swoosh, colour), move=place, turn=turn)
        for colour, place, turn in (
            ("#00853e", (60, 330), 0),
            ("#00549f", (330, 120), 88),
            ("#aa272f", (430, 400), 200),
        )
    )
    return picture(520, 520, *parts, rule="国际残奥委会标志 Agitos")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "red-cross": red_cross(),
        "red-cross-committee": red_cross_committee(),
        "red-crescent": red_crescent(),
        "red-crystal": red_crystal(),
        "red-cross-movement": red_cross_movement(),
        "red-cross-frame": red_cross_frame(),
        "red-cross-seal": red_cross_seal("RED CROSS", "SOCIETY"),
        "red-cross-name": red_cross_name("红十字会"),
        "red-cross-name-english": red_cross_name("Red Cross"),
        "olympic-rings": olympic_rings(),
        "olympic-rings-white": olympic_rings_plain("#fff", "#0a4ea2"),
        "olympic-rings-black": olympic_rings_plain("#111", "#fff"),
        "paralympic-agitos": paralympic_agitos(),
    }
