"""Signs of broadcasters in Hong Kong and Taiwan, and of news agencies that are known by a figure."""

from __future__ import annotations

from math import cos, radians

from training.images.drawings.shapes import (
    clipped,
    disc,
    ellipse,
    gradient,
    path,
    picture,
    polar,
    polygon,
    rectangle,
)
from training.images.drawings.type import text

INK, WHITE, RED = "#1b1b1b", "#fff", "#e4002b"


def reuters(words: bool) -> str:
    """Reuters: six rings of 24 orange dots, largest along two arms that turn with each ring."""
    dots = []
    for ring, radius in enumerate((226, 182, 146, 118, 95, 76)):
        for at in range(24):
            angle = 15 * at + 7.5 * (ring % 2)
            swell = 0.62 + 0.38 * cos(radians(2 * (angle - 90 + 24 * ring)))
            dots.append(disc(*polar(256, 256, radius, angle), swell * radius / 9.6, "#ff8000"))
    name = text("Reuters", 860, 326, 210, "#444", "sans", width=640) if words else ""
    return picture(1200 if words else 512, 512, *dots, name, rule="路透社：圆点组成的球")


def bloomberg() -> str:
    """Bloomberg: a white B on black."""
    return picture(
        512, 512, rectangle(0, 0, 512, 512, "#000"), text("B", 256, 430, 480, WHITE, "black"), rule="彭博社：黑底 B"
    )


def formosa_television() -> str:
    """Formosa Television: a blue eye before its name."""
    blue = "#0a2f8c"
    eye = disc(130, 130, 124, blue) + disc(130, 130, 106, WHITE) + disc(130, 130, 72, blue) + disc(156, 104, 26, WHITE)
    name = f'<g transform="skewX(-8)">{text("民視", 440, 206, 200, blue, "black")}</g>'
    return picture(640, 260, eye, name, rule="民视台标：眼睛与台名")


def tvbs(news: bool) -> str:
    """TVBS: slanted blue letters, the bar of T drawn out to the right."""
    blue = "#0b3ba0"
    letters = f'<g transform="skewX(-16)">{text("TVBS", 310, 180, 200, blue, "black", width=480)}</g>'
    bar = polygon([(60, 36), (330, 36), (320, 62), (52, 62)], blue)
    name = text("新聞台", 760, 176, 150, INK, "sans") if news else ""
    return picture(1000 if news else 560, 220, letters, bar, name, rule="TVBS 台标")


def sanlih() -> str:
    """Sanlih: SET in a silver ellipse."""
    silver = gradient("silver", "#f4f4f4", "#9a9fa6", "#e6e8ea", line=(0, 0, 0, 1))
    oval = ellipse(210, 110, 190, 96, "url(#silver)")
    letters = f'<g transform="skewX(-10)">{text("SET", 232, 162, 150, "#16181c", "black", width=330)}</g>'
    return picture(760, 220, silver, oval, letters, text("三立", 576, 166, 160, INK, "black"), rule="三立台标")


def taiwan_television() -> str:
    """Taiwan Television: a blue orbit around a red drop."""
    orbit = path(
        "M150 12C60 40 10 120 30 180C50 236 130 226 190 160C140 196 80 204 66 160C50 110 90 50 150 12Z", "#1446b4"
    )
    drop = polygon([(112, 72), (146, 142), (80, 142)], RED)
    return picture(620, 240, orbit, drop, text("台視", 410, 190, 190, INK, "black"), rule="台视台标")


def radio_hong_kong() -> str:
    """Radio Television Hong Kong: white letters across a brick-red disc."""
    ball = disc(160, 160, 156, "#bb3722")
    letters = text("RTHK", 160, 204, 122, WHITE, "sans", width=270)
    return picture(320, 320, ball, clipped("ball", disc(160, 160, 156, "#000"), letters), rule="香港电台台标")


def cable_news() -> str:
    """i-Cable: a red disc with three white rings that touch at its right."""
    red = "#f6102a"
    rings = disc(120, 120, 116, red) + "".join(
        disc(120 + shift, 120 - shift / 4, r, "none", WHITE, 9) for shift, r in ((24, 84), (44, 60))
    )
    inside = clipped("ball", disc(120, 120, 116, "#000"), rings, disc(172, 116, 46, red))
    return picture(240, 240, inside, rule="香港有线新闻台标")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "media-reuters-dots": reuters(words=False),
        "media-reuters-dots-name": reuters(words=True),
        "media-bloomberg-b": bloomberg(),
        "media-ftv-eye": formosa_television(),
        "media-tvbs-letters": tvbs(news=False),
        "media-tvbs-news": tvbs(news=True),
        "media-set-oval": sanlih(),
        "media-ttv-orbit": taiwan_television(),
        "media-rthk-disc": radio_hong_kong(),
        "media-i-cable-disc": cable_news(),
    }
