"""Flags and emblems of the People's Liberation Army and of the Armed Police."""

from __future__ import annotations

from training.images.drawings.china.badges import SHIELD_PATH, pine_leaf, wall_relief
from training.images.drawings.china.emblem import gate, small_emblem
from training.images.drawings.shapes import (
    FLAT,
    GOLD,
    METAL,
    NAVY,
    RED,
    Palette,
    disc,
    gear,
    gradient,
    group,
    laurel,
    leaf,
    metal,
    n,
    path,
    picture,
    rectangle,
    star,
    wheat,
)

FLAG_RULE = "中国人民解放军军旗、军种旗样式（5:4；上五分之三同军旗，下五分之二为军种颜色）"
EMBLEM_RULE = "中国人民解放军军徽样式：镶金黄色边的红五角星，内嵌金黄色“八一”"
CAP_RULE = "解放军帽徽：军徽、麦穗环、天安门、齿轮、松枝"
ARMED_POLICE_RULE = "中国人民武装警察部队徽（2021）：国徽、武警部队旗、盾牌、长城、橄榄枝"
POLICE_FLAG_RULE = "中国人民武装警察部队旗（2018）：上半部同军旗，下半部镶三个深橄榄绿条"


def _eight_one(x: float, y: float, size: float, gap: float) -> str:
    """The characters 八 and 一 side by side; (x, y) is the centre of 八, `gap` the distance to the centre of 一."""
    left = "M-24 -30L-8 -30C-14 0 -30 26 -56 42L-62 34C-42 16 -30 -6 -24 -30Z"
    right = "M-18 -46H20L24 -38C28 -8 40 18 64 32L48 44C24 26 10 0 6 -34H-18Z"
    middle = gap / size * 100
    one = f"M{n(middle - 52)} -8H{n(middle + 40)}L{n(middle + 52)} 10H{n(middle - 52)}Z"
    return group(path(left + right + one, GOLD), move=(x, y), scale=size / 100)


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


def army_mark(x: float, y: float, radius: float, palette: Palette = FLAT) -> str:
    """The army emblem: a red star with a gold rim and 八一 in gold."""
    left = "M-26 -30L-8 -30C-16 -6 -32 14 -66 28L-72 20C-46 8 -34 -8 -26 -30Z"
    right = "M-20 -52H26L30 -44C32 -14 46 6 74 20L56 32C26 18 10 -6 8 -40H-20Z"
    one = "M-72 48L-60 44H56L62 40L76 54V60H-72Z"
    words = group(path(left + right + one, palette.gold), move=(0, -4), scale=1.02)
    mark = star(0, 0, 250, palette.gold, stroke=palette.edge, width=2) + star(0, 0, 212, palette.red) + words
    return group(mark, move=(x, y), scale=radius / 250)


def army_emblem() -> str:
    """The emblem of the People's Liberation Army."""
    return picture(512, 490, army_mark(256, 262, 256), rule=EMBLEM_RULE)


def army_emblem_metal() -> str:
    """The emblem of the People's Liberation Army in gold and enamel."""
    return picture(512, 490, metal(), army_mark(256, 262, 256, METAL), rule=EMBLEM_RULE)


def _wreath(size: float, palette: Palette, radius: float = 206) -> str:
    """Ears of wheat around the middle of a picture of 512 units."""
    ears = (wheat(256, 256, radius, *span, size, palette.gold, palette.edge) for span in ((190, 345), (170, 15)))
    return "".join(ears)


def army_emblem_disc() -> str:
    """The army emblem as a round badge: in a wreath of wheat on a dark disc."""
    ground = disc(256, 256, 252, NAVY, GOLD, 8)
    return picture(512, 512, ground, _wreath(40, FLAT), army_mark(256, 252, 180), rule=EMBLEM_RULE)


def _cap_mark(palette: Palette) -> str:
    """The cap badge in 430 units: the star over a blue disc in wheat, gate and gear below, pine to both sides."""
    leaves = (
        ((100, 300), (22, 136), 60),
        ((120, 330), (4, 216), 74),
        ((160, 368), (8, 296), 76),
        ((214, 400), (34, 372), 56),
    )
    pine = "".join(pine_leaf(*leaf, palette) for leaf in leaves)
    ring = disc(215, 178, 162, palette.gold, palette.edge, 2) + disc(215, 178, 124, "#154a94", palette.edge, 3)
    ears = "".join(wheat(215, 178, 143, *span, 30, palette.gold, palette.edge) for span in ((200, 352), (160, 8)))
    base = path("M120 330H310L290 420H140Z", palette.gold, palette.edge, 2)
    foot = gear(215, 392, 42, 34, 14, 14, palette.gold, palette.edge)
    hall = group(gate(palette), move=(215, 370), scale=0.42)
    both = pine + group(pine, move=(430, 0), mirror=True)
    return both + base + ring + ears + foot + hall + army_mark(215, 186, 158, palette)


def army_cap_badge() -> str:
    """The army's cap badge in flat colours."""
    return picture(436, 440, group(_cap_mark(FLAT), move=(3, 3)), rule=CAP_RULE)


def army_cap_badge_metal() -> str:
    """The army's cap badge in gold and enamel."""
    return picture(436, 440, metal(), group(_cap_mark(METAL), move=(3, 3)), rule=CAP_RULE)


def _anchor(fill: str) -> str:
    """An anchor, 400 units high, centred on (0, 0)."""
    shank = rectangle(-16, -130, 32, 320, fill) + rectangle(-96, -104, 192, 28, fill, 10)
    flukes = "M-176 60L-196 128L-172 122C-150 180 -80 206 0 206C80 206 150 180 172 122L196 128L176 60L120 104L146 110"
    curve = "C120 148 70 170 0 170C-70 170 -120 148 -146 110L-120 104Z"
    return shank + disc(0, -160, 34, "none", fill, 18) + path(flukes + curve, fill)


def _navy_mark(palette: Palette, silver: str) -> str:
    """The army emblem before a silver anchor on navy blue, in 512 units."""
    ground = disc(256, 256, 250, NAVY, palette.gold, 10)
    return ground + group(_anchor(silver), move=(256, 250)) + army_mark(256, 244, 128, palette)


def navy_emblem() -> str:
    """The navy's emblem in flat colours."""
    return picture(512, 512, _navy_mark(FLAT, "#c9d2da"), rule=EMBLEM_RULE)


def navy_emblem_metal() -> str:
    """The navy's emblem in gold, silver and enamel."""
    silver = gradient("silver", "#ffffff", "#aeb8c2", "#e8edf2", "#7d8894")
    return picture(512, 512, metal(), silver, _navy_mark(METAL, "url(#silver)"), rule=EMBLEM_RULE)


def _wing(fill: str, line: str) -> str:
    """A wing of two rows of feathers, spread to the right of (0, 0)."""
    feathers = [leaf(10 + 14 * at, 30 - 3 * at, 150 + 9 * at, 30, 128 - 8 * at, fill, line) for at in range(8)]
    coverts = [leaf(10 + 16 * at, 14 - 5 * at, 84, 26, 116 - 8 * at, fill, line) for at in range(7)]
    arm = path("M0 -16C60 -40 120 -40 176 -70C160 -30 100 0 0 30Z", fill, line, 2)
    return "".join(feathers + coverts) + arm


def _air_force_mark(palette: Palette) -> str:
    """The army emblem between spread wings, in 640 by 330 units."""
    wing = _wing(palette.gold, palette.edge)
    wings = group(wing, move=(340, 150)) + group(wing, move=(300, 150), mirror=True)
    return wings + army_mark(320, 160, 150, palette)


def air_force_emblem() -> str:
    """The air force's emblem in flat colours."""
    return picture(640, 330, _air_force_mark(FLAT), rule=EMBLEM_RULE)


def air_force_emblem_metal() -> str:
    """The air force's emblem in gold and enamel."""
    return picture(640, 330, metal(), _air_force_mark(METAL), rule=EMBLEM_RULE)


def _rocket_force_mark(palette: Palette) -> str:
    """The army emblem before crossed rockets in a wreath of wheat, in 512 units."""
    hull = "M0 -196C24 -158 28 -120 28 -70V112L60 150V196L28 178H-28L-60 196V150L-28 112V-70C-28 -120 -24 -158 0 -196Z"
    bands = path("M-28 -70H28M-28 60H28M0 112V178", "none", palette.edge, 5)
    rocket = path(hull, palette.gold, palette.edge, 4) + bands
    rockets = "".join(group(rocket, move=(256, 250), turn=turn, scale=0.92) for turn in (40, -40))
    return _wreath(46, palette, 216) + rockets + army_mark(256, 252, 122, palette)


def rocket_force_emblem() -> str:
    """The rocket force's emblem in flat colours."""
    return picture(512, 512, _rocket_force_mark(FLAT), rule=EMBLEM_RULE)


def rocket_force_emblem_metal() -> str:
    """The rocket force's emblem in gold and enamel."""
    return picture(512, 512, metal(), _rocket_force_mark(METAL), rule=EMBLEM_RULE)


def _armed_police_mark(palette: Palette) -> str:
    """The Armed Police's emblem in 430 units: national emblem and wall before the force's flag in a shield."""
    stripes = "".join(rectangle(30, 214 + 46 * at, 370, 28, "#2f4a24") for at in range(3))
    clip = f'<defs><clipPath id="shield"><path d="{SHIELD_PATH}"/></clipPath></defs>'
    flag = f'{clip}<g clip-path="url(#shield)">{rectangle(0, 0, 430, 430, palette.red)}{stripes}</g>'
    twig = laurel(215, 206, 186, 184, 338, 66, palette.gold, palette.edge)
    rim = path(SHIELD_PATH, "none", palette.edge, 15) + path(SHIELD_PATH, "none", palette.gold, 12)
    body = group(flag, rim, wall_relief(palette), small_emblem(215, 150, 222, palette), move=(26, 12), scale=0.88)
    knot = path("M170 392H260L280 428H150Z", palette.gold, palette.edge, 2)
    return twig + group(twig, move=(430, 0), mirror=True) + knot + body


def armed_police_emblem() -> str:
    """The Armed Police's emblem in flat colours."""
    return picture(436, 440, group(_armed_police_mark(FLAT), move=(3, 3)), rule=ARMED_POLICE_RULE)


def armed_police_emblem_metal() -> str:
    """The Armed Police's emblem in gold and enamel."""
    return picture(436, 440, metal(), group(_armed_police_mark(METAL), move=(3, 3)), rule=ARMED_POLICE_RULE)


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
        "army-emblem-metal": army_emblem_metal(),
        "army-cap-badge": army_cap_badge(),
        "army-cap-badge-metal": army_cap_badge_metal(),
        "navy-emblem": navy_emblem(),
        "navy-emblem-metal": navy_emblem_metal(),
        "air-force-emblem": air_force_emblem(),
        "air-force-emblem-metal": air_force_emblem_metal(),
        "rocket-force-emblem": rocket_force_emblem(),
        "rocket-force-emblem-metal": rocket_force_emblem_metal(),
        "armed-police-emblem": armed_police_emblem(),
        "armed-police-emblem-metal": armed_police_emblem_metal(),
    }
