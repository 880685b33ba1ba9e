"""Flags and emblems of the People's Liberation Army and of the Armed Police."""

from __future__ import annotations

from training.images.drawings.shapes import (
    GOLD,
    NAVY,
    RED,
    disc,
    group,
    leaf,
    path,
    picture,
    polygon,
    rectangle,
    star,
    wheat,
)
from training.images.drawings.type import text

FLAG_RULE = "中国人民解放军军旗、军种旗样式（5:4；上五分之三同军旗，下五分之二为军种颜色）"
EMBLEM_RULE = "中国人民解放军军徽样式：镶金黄色边的红五角星，内嵌金黄色“八一”"
POLICE_FLAG_RULE = "中国人民武装警察部队旗（2018）：上半部同军旗，下半部镶三个深橄榄绿条"


def _eight_one(x: float, y: float, size: float, gap: float) -> str:
    """The characters 八 and 一 side by side; (x, y) is the centre of 八, `gap` the distance to the centre of 一."""
    eight = "M-16 -42L-2 -42L-30 40L-50 40ZM4 -42L18 -42L50 40L30 40Z"
    one = f"M{gap / size * 100 - 48} -10H{gap / size * 100 + 48}V12H{gap / size * 100 - 48}Z"
    return group(path(eight + one, GOLD), move=(x, y), scale=size / 100)


def army_flag_top() -> str:
    """Star and 八一 in the upper hoist corner of a flag of 500 by 400 units."""
    return star(98, 100, 66, GOLD) + _eight_one(214, 100, 72, 94)


def _service_flag(*foot: str) -> str:
    return picture(500, 400, rectangle(0, 0, 500, 400, RED), army_flag_top(), *foot, rule=FLAG_RULE)


def army_flag() -> str:
    """The August First flag."""
    return _service_flag()


def ground_force_flag() -> str:
    """The flag of the ground force: grass green below."""
    return _service_flag(rectangle(0, 240, 500, 160, "#1f8a3b"))


def navy_flag() -> str:
    """The navy's flag: three blue and two white stripes below."""
    return _service_flag(
        rectangle(0, 240, 500, 160, "#ffffff"), *(rectangle(0, 240 + 64 * at, 500, 32, "#0b4ea2") for at in range(3))
    )


def air_force_flag() -> str:
    """The air force's flag: sky blue below."""
    return _service_flag(rectangle(0, 240, 500, 160, "#6cb8e6"))


def rocket_force_flag() -> str:
    """The rocket force's flag: golden yellow below."""
    return _service_flag(rectangle(0, 240, 500, 160, "#f6a800"))


def armed_police_flag() -> str:
    """The flag of the People's Armed Police Force."""
    stripes = (rectangle(0, 216 + 64 * at, 500, 40, "#2b4a2b") for at in range(3))
    return picture(500, 400, rectangle(0, 0, 500, 400, RED), army_flag_top(), *stripes, rule=POLICE_FLAG_RULE)


def army_mark(x: float, y: float, radius: float) -> str:
    """The army emblem: a red star with a gold rim and 八一 in gold."""
    eight = group(path("M-22 -46L-6 -46L-36 14L-60 14ZM6 -46L22 -46L60 14L36 14Z", GOLD), move=(0, 4))
    one = rectangle(-52, 30, 104, 20, GOLD)
    mark = star(0, 0, 250, GOLD) + star(0, 0, 218, RED) + group(eight, one, scale=1.05)
    return group(mark, move=(x, y), scale=radius / 250)


def army_emblem() -> str:
    """The emblem of the People's Liberation Army."""
    return picture(512, 490, army_mark(256, 262, 256), rule=EMBLEM_RULE)


def army_emblem_disc() -> str:
    """The army emblem as a cap badge: in a wreath of wheat on a dark disc."""
    ears = wheat(256, 262, 206, 190, 330, 40, GOLD, "#9a7400") + wheat(256, 262, 206, 170, 30, 40, GOLD, "#9a7400")
    return picture(512, 512, disc(256, 256, 252, NAVY, GOLD, 8), ears, army_mark(256, 252, 180), rule=EMBLEM_RULE)


def _anchor(fill: str) -> str:
    """An anchor, 400 units high, centred on (0, 0)."""
    shank = rectangle(-16, -130, 32, 320, fill) + rectangle(-96, -104, 192, 28, fill, 10)
    flukes = "M-176 60L-196 128L-172 122C-150 180 -80 206 0 206C80 206 150 180 172 122L196 128L176 60L120 104L146 110"
    curve = "C120 148 70 170 0 170C-70 170 -120 148 -146 110L-120 104Z"
    return shank + disc(0, -160, 34, "none", fill, 18) + path(flukes + curve, fill)


def navy_emblem() -> str:
    """The navy's emblem: the army emblem before a silver anchor on navy blue."""
    ground = disc(256, 256, 250, NAVY, GOLD, 10)
    return picture(
        512, 512, ground, group(_anchor("#c9d2da"), move=(256, 250)), army_mark(256, 244, 128), rule=EMBLEM_RULE
    )


def _wing(fill: str, line: str) -> str:
    """A wing of two rows of feathers, spread to the right of (0, 0)."""
    feathers = [leaf(10 + 14 * at, 30 - 3 * at, 150 + 9 * at, 30, 128 - 8 * at, fill, line) for at in range(8)]
    coverts = [leaf(10 + 16 * at, 14 - 5 * at, 84, 26, 116 - 8 * at, fill, line) for at in range(7)]
    arm = path("M0 -16C60 -40 120 -40 176 -70C160 -30 100 0 0 30Z", fill, line, 2)
    return "".join(feathers + coverts) + arm


def air_force_emblem() -> str:
    """The air force's emblem: the army emblem between golden wings."""
    wing = _wing("#f2c230", "#8a6508")
    return picture(
        640,
        330,
        group(wing, move=(340, 150)),
        group(wing, move=(300, 150), mirror=True),
        army_mark(320, 160, 150),
        rule=EMBLEM_RULE,
    )


def rocket_force_emblem() -> str:
    """The rocket force's emblem: the army emblem before crossed rockets in a wreath."""
    rocket = path(
        "M0 -190C26 -150 30 -110 30 -60V130L62 190H-62L-30 130V-60C-30 -110 -26 -150 0 -190Z", "#f2c230", "#8a6508", 3
    )
    ears = wheat(256, 262, 216, 190, 330, 38, GOLD, "#9a7400") + wheat(256, 262, 216, 170, 30, 38, GOLD, "#9a7400")
    rockets = group(rocket, move=(256, 250), turn=38, scale=0.98) + group(rocket, move=(256, 250), turn=-38, scale=0.98)
    return picture(512, 512, ears, rockets, army_mark(256, 256, 116), rule=EMBLEM_RULE)


def armed_police_emblem() -> str:
    """The Armed Police's badge: the army emblem over a shield in a wreath of pine."""
    body = polygon([(256, 60), (400, 110), (390, 300), (256, 452), (122, 300), (112, 110)], "#24512c", GOLD, 10)
    ears = wheat(256, 262, 224, 188, 318, 36, GOLD, "#9a7400") + wheat(256, 262, 224, 172, 42, 36, GOLD, "#9a7400")
    return picture(
        512,
        512,
        ears,
        body,
        army_mark(256, 220, 112),
        text("中国武警", 256, 372, 52, GOLD, "serif", width=168),
        rule="中国人民武装警察部队徽章",
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "army-flag": army_flag(),
        "ground-force-flag": ground_force_flag(),
        "navy-flag": navy_flag(),
        "air-force-flag": air_force_flag(),
        "rocket-force-flag": rocket_force_flag(),
        "armed-police-flag": armed_police_flag(),
        "army-emblem": army_emblem(),
        "army-emblem-disc": army_emblem_disc(),
        "navy-emblem": navy_emblem(),
        "air-force-emblem": air_force_emblem(),
        "rocket-force-emblem": rocket_force_emblem(),
        "armed-police-emblem": armed_police_emblem(),
    }
