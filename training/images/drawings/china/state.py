"""The national flag and the flags and emblems of the special administrative regions."""

from __future__ import annotations

from training.images.drawings.shapes import (
    GOLD,
    RED,
    Point,
    disc,
    group,
    leaf,
    path,
    picture,
    polar,
    rectangle,
    star,
    toward,
)
from training.images.drawings.type import ring_text

FLAG_RULE = "GB 12982-2004 国旗；国旗制法说明（1949）"
HONG_KONG_RULE = "香港特别行政区区旗、区徽图案；GB 16689"
MACAO_RULE = "澳门特别行政区区旗、区徽图案；GB 17654"

SMALL_STARS: tuple[Point, ...] = ((10, 2), (12, 4), (12, 7), (10, 9))


def flag_stars() -> str:
    """The five stars in the canton's 15 by 10 squares; each small star points at the large one's centre."""
    large: Point = (5, 5)
    return star(*large, 3, GOLD) + "".join(star(*at, 1, GOLD, toward(at, large)) for at in SMALL_STARS)


def national_flag() -> str:
    """The national flag."""
    return picture(30, 20, rectangle(0, 0, 30, 20, RED), flag_stars(), rule=FLAG_RULE)


def national_flag_disc() -> str:
    """The national flag's canton cut to a disc, as badges and avatars show it."""
    return picture(20, 20, disc(10, 10, 10, RED), group(flag_stars(), move=(1.6, 4)), rule=FLAG_RULE)


def _bauhinia(petal: str, mark: str) -> str:
    """Hong Kong's flower of five petals, each with a stamen and a star; its centre is (0, 0), its radius 100."""
    blade = path("M0 -8C-34 -26 -48 -62 -22 -92C-8 -106 20 -102 34 -86C20 -84 12 -76 12 -64C26 -62 26 -34 0 -8Z", petal)
    vein = path("M2 -14C-8 -34 -8 -50 -2 -64", "none", mark, 3)
    return "".join(group(blade, vein, star(-1, -68, 8, mark), turn=72 * at) for at in range(5))


def hong_kong_flag() -> str:
    """The flag of the Hong Kong SAR."""
    return picture(
        900,
        600,
        rectangle(0, 0, 900, 600, RED),
        group(_bauhinia("#fff", RED), move=(450, 300), scale=1.8),
        rule=HONG_KONG_RULE,
    )


def hong_kong_emblem() -> str:
    """The emblem of the Hong Kong SAR."""
    return picture(
        512,
        512,
        disc(256, 256, 250, RED),
        disc(256, 256, 236, "#fff"),
        disc(256, 256, 174, RED),
        group(_bauhinia("#fff", RED), move=(256, 262), scale=1.5),
        ring_text("中华人民共和国香港特别行政区", 256, 256, 190, 34, RED, "serif", step=16),
        ring_text("HONG KONG", 256, 256, 220, 38, RED, "serif", step=9, foot=True),
        rule=HONG_KONG_RULE,
    )


def _lotus(fill: str, line: str) -> str:
    """Macao's lotus over bridge and water, 200 units wide; its centre is (0, 0)."""
    outer = leaf(-10, 30, 104, 50, -62, fill, line) + leaf(10, 30, 104, 50, 62, fill, line)
    petals = outer + leaf(-4, 32, 116, 66, -30, fill, line) + leaf(4, 32, 116, 66, 30, fill, line)
    petals += leaf(0, 34, 128, 74, 0, fill, line)
    bridge = path("M-104 40Q0 14 104 40V50Q0 26 -104 50Z", fill)
    waves = "".join(rectangle(-92 + 14 * at, 58 + 12 * at, 184 - 28 * at, 6, fill) for at in range(4))
    return petals + bridge + waves


def _five_stars(radius: float, large: float, small: float) -> str:
    arc = [polar(0, radius, radius, angle) for angle in (-44, -24, 24, 44)]
    return star(0, 0, large, GOLD) + "".join(star(*at, small, GOLD) for at in arc)


def macao_flag() -> str:
    """The flag of the Macao SAR."""
    ground = rectangle(0, 0, 900, 600, "#067662")
    stars = group(_five_stars(190, 44, 24), move=(450, 130))
    return picture(
        900, 600, ground, stars, group(_lotus("#fff", "#067662"), move=(450, 330), scale=1.5), rule=MACAO_RULE
    )


def macao_emblem() -> str:
    """The emblem of the Macao SAR."""
    stars = group(_five_stars(110, 28, 15), move=(256, 150))
    return picture(
        512,
        512,
        disc(256, 256, 250, "#067662"),
        disc(256, 256, 238, "#fff"),
        disc(256, 256, 176, "#067662"),
        stars,
        group(_lotus("#fff", "#067662"), move=(256, 278), scale=1.05),
        ring_text("中华人民共和国澳门特别行政区", 256, 256, 190, 34, "#067662", "serif", step=16),
        ring_text("MACAU", 256, 256, 220, 38, "#067662", "serif", step=11, foot=True),
        rule=MACAO_RULE,
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "national-flag": national_flag(),
        "national-flag-disc": national_flag_disc(),
        "hong-kong-flag": hong_kong_flag(),
        "hong-kong-emblem": hong_kong_emblem(),
        "macao-flag": macao_flag(),
        "macao-emblem": macao_emblem(),
    }
