"""Emblems of political parties outside the mainland that no package holds."""

from __future__ import annotations

from training.images.drawings.shapes import GOLD, disc, group, path, picture, polar, polygon, rectangle, star


def slender_hammer_and_sickle(fill: str) -> str:
    """The Soviet hammer and sickle in a square of 32 units: a thin crescent and a hammer with a wedge."""
    blade = path("M11 1.2A14 14 0 1 1 6.6 26.8L8.6 24.6A12 12 0 1 0 11 1.2Z", fill)
    grip = path("M9.4 27.4L6 24L1.8 28.4A2.3 2.3 0 0 0 5 31.6Z", fill)
    haft = path("M8 11L11 8L30.2 27.2A2 2 0 0 1 27.4 30Z", fill)
    head = path("M2.6 12L6.2 15.6L13 8.8L16.2 3.2L14 1.6L9.6 5Z", fill)
    return blade + grip + haft + head


def kuomintang_emblem() -> str:
    """The white sun on a blue sky, as a disc."""
    sun = "".join(
        polygon(
            [polar(256, 256, 224, angle), polar(256, 256, 132, angle - 15), polar(256, 256, 132, angle + 15)], "#fff"
        )
        for angle in range(0, 360, 30)
    )
    return picture(
        512,
        512,
        disc(256, 256, 250, "#000095"),
        sun,
        disc(256, 256, 132, "#000095"),
        disc(256, 256, 118, "#fff"),
        rule="青天白日徽：十二道光芒",
    )


def vietnam_party_flag() -> str:
    """The flag of the Communist Party of Vietnam: hammer and sickle in the middle of a red field."""
    mark = group(slender_hammer_and_sickle(GOLD), move=(18, 8), scale=1)
    return picture(72, 48, rectangle(0, 0, 72, 48, "#da251d"), mark, rule="越南共产党党旗：红底中央金色锤子镰刀")


def soviet_party_emblem() -> str:
    """Hammer and sickle with an outlined star above, as on the Soviet flag."""
    outline = star(256, 84, 58, GOLD) + star(256, 84, 38, "#cc0000")
    mark = group(slender_hammer_and_sickle(GOLD), move=(120, 160), scale=9.4)
    return picture(
        512, 512, rectangle(0, 0, 512, 512, "#cc0000"), mark, outline, rule="苏联国旗与苏共标志：锤子镰刀与五角星"
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "kuomintang-emblem": kuomintang_emblem(),
        "vietnam-party-flag": vietnam_party_flag(),
        "soviet-party-emblem": soviet_party_emblem(),
    }
