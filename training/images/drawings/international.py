"""Emblems of international bodies and of political parties abroad that no package holds."""

from __future__ import annotations

from training.images.drawings.china.party import hammer_and_sickle
from training.images.drawings.shapes import (
    DARK_GOLD,
    GOLD,
    RED,
    arc,
    disc,
    ellipse,
    gear,
    group,
    laurel,
    leaf,
    n,
    path,
    picture,
    polar,
    polygon,
    rectangle,
    star,
    wheat,
)
from training.images.drawings.type import ring_text, text

UN_BLUE = "#009edb"
GENEVA = "日内瓦公约及其第三附加议定书（2005）"


def _cross(x: float, y: float, arm: float, fill: str) -> str:
    third = arm / 3
    data = f"M{n(x - third)} {n(y - arm)}h{n(2 * third)}v{n(2 * third)}h{n(2 * third)}v{n(2 * third)}h{n(-2 * third)}"
    return path(
        data + f"v{n(2 * third)}h{n(-2 * third)}v{n(-2 * third)}h{n(-2 * third)}v{n(-2 * third)}h{n(2 * third)}Z", fill
    )


def red_cross() -> str:
    """The red cross on a white ground."""
    return picture(400, 400, rectangle(0, 0, 400, 400, "#fff"), _cross(200, 200, 150, "#ed1b2e"), rule=GENEVA)


def red_cross_committee() -> str:
    """The roundel of the International Committee of the Red Cross."""
    return picture(
        400,
        400,
        disc(200, 200, 196, "#fff"),
        disc(200, 200, 188, "none", "#111", 5),
        disc(200, 200, 126, "none", "#111", 5),
        _cross(200, 200, 92, "#ed1b2e"),
        ring_text("COMITE INTERNATIONAL", 200, 200, 140, 38, "#111", "sans"),
        ring_text("GENEVE", 200, 200, 172, 38, "#111", "sans", foot=True),
        rule=GENEVA,
    )


def red_crescent() -> str:
    """The red crescent on a white ground."""
    moon = "M262 92A124 124 0 1 0 262 308A100 100 0 1 1 262 92Z"
    return picture(400, 400, rectangle(0, 0, 400, 400, "#fff"), path(moon, "#ed1b2e"), rule=GENEVA)


def red_crystal() -> str:
    """The red crystal on a white ground."""
    square = 'fill="none" stroke="#ed1b2e" stroke-width="46"'
    crystal = f'<path d="M200 66L334 200L200 334L66 200Z" {square}/>'
    return picture(400, 400, rectangle(0, 0, 400, 400, "#fff"), crystal, rule=GENEVA)


def red_cross_movement() -> str:
    """Red cross and red crescent side by side."""
    moon = group(path("M262 92A124 124 0 1 0 262 308A100 100 0 1 1 262 92Z", "#ed1b2e"), move=(390, 0))
    return picture(760, 400, rectangle(0, 0, 760, 400, "#fff"), _cross(200, 200, 120, "#ed1b2e"), moon, rule=GENEVA)


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


def unesco() -> str:
    """UNESCO's temple."""
    roof = polygon([(40, 150), (300, 30), (560, 150)], "#0077d4") + rectangle(40, 162, 520, 24, "#0077d4")
    letters = "".join(
        text(letter, 96 + 82 * at, 356, 170, "#0077d4", "black", width=52) for at, letter in enumerate("UNESCO")
    )
    steps = "".join(rectangle(60 - 20 * at, 372 + 26 * at, 480 + 40 * at, 18, "#0077d4") for at in range(3))
    return picture(600, 460, roof, letters, steps, rule="联合国教科文组织标志：神庙与字母 UNESCO")


def _un_wreath(*middle: str, rule: str, colour: str = UN_BLUE) -> str:
    """A body's mark inside the wreath of olive of the United Nations family."""
    branch = laurel(256, 240, 214, 196, 318, 58, colour)
    return picture(512, 512, branch, group(branch, move=(512, 0), mirror=True), *middle, rule=rule)


def _grid(x: float, y: float, radius: float, colour: str) -> str:
    """A globe's meridians and parallels seen from the pole."""
    circles = "".join(disc(x, y, radius * at / 4, "none", colour, 4) for at in (1, 2, 3, 4))
    spokes = "".join(
        path(
            "M{} {}L{} {}".format(*map(n, (*polar(x, y, radius, angle), *polar(x, y, radius, angle + 180)))),
            "none",
            colour,
            4,
        )
        for angle in range(0, 180, 45)
    )
    return circles + spokes


def atomic_energy_agency() -> str:
    """The atom of the International Atomic Energy Agency."""
    orbits = "".join(
        ellipse(256, 250, 150, 56, turn=turn, extra=f'stroke="{UN_BLUE}" stroke-width="11"') for turn in (0, 60, 120)
    )
    electrons = "".join(disc(*polar(256, 250, 150, angle), 17, UN_BLUE) for angle in (90, 150, 330))
    return _un_wreath(orbits, electrons, disc(256, 250, 26, UN_BLUE), rule="国际原子能机构徽：原子与橄榄枝")


def labour_organization() -> str:
    """The International Labour Organization's gear."""
    wheel = gear(256, 244, 150, 126, 100, 12, "#1e2dbe")
    return _un_wreath(
        wheel, text("ILO", 256, 278, 96, "#1e2dbe", "black"), rule="国际劳工组织徽：齿轮与橄榄枝", colour="#1e2dbe"
    )


def civil_aviation_organization() -> str:
    """The wings of the International Civil Aviation Organization."""
    wing = "".join(leaf(30, 10 + 10 * at, 220 - 36 * at, 34, 78 + 10 * at, "#0072bc") for at in range(5))
    wings = group(wing, move=(256, 214)) + group(wing, move=(256, 214), mirror=True)
    return _un_wreath(_grid(256, 236, 130, "#0072bc"), wings, rule="国际民航组织徽：地球、翼与橄榄枝", colour="#0072bc")


def meteorological_organization() -> str:
    """The compass rose of the World Meteorological Organization."""
    rose = "".join(
        polygon(
            [
                polar(256, 236, 176 if angle % 90 == 0 else 130, angle),
                polar(256, 236, 22, angle + 45),
                (256, 236),
                polar(256, 236, 22, angle - 45),
            ],
            UN_BLUE,
        )
        for angle in range(0, 360, 45)
    )
    return _un_wreath(_grid(256, 236, 130, UN_BLUE), rose, rule="世界气象组织徽：风玫瑰、地球与橄榄枝")


def maritime_organization() -> str:
    """The anchors of the International Maritime Organization."""
    anchor = (
        rectangle(-9, -150, 18, 300, "#0060a9")
        + rectangle(-50, -126, 100, 16, "#0060a9", 6)
        + disc(0, -164, 20, "none", "#0060a9", 10)
        + path("M-96 70C-90 130 -40 152 0 152C40 152 90 130 96 70", "none", "#0060a9", 18)
    )
    crossed = group(anchor, move=(256, 250), turn=40) + group(anchor, move=(256, 250), turn=-40)
    return _un_wreath(
        _grid(256, 240, 130, "#0060a9"), crossed, rule="国际海事组织徽：双锚、地球与橄榄枝", colour="#0060a9"
    )


def food_organization() -> str:
    """The ear of wheat of the Food and Agriculture Organization."""
    ear = "".join(leaf(0, 130 - 30 * at, 62, 26, side * 34, "#fff") for at in range(9) for side in (-1, 1))
    letters = "".join(text(letter, 146 + 110 * at, 300, 110, "#fff", "serif") for at, letter in enumerate("FAO"))
    motto = ring_text("FIAT PANIS", 256, 256, 218, 46, "#fff", "serif", foot=True)
    ground = disc(256, 256, 250, "#116aab") + disc(256, 256, 236, "none", "#fff", 5)
    return picture(
        512,
        512,
        ground,
        group(ear, rectangle(-4, -120, 8, 290, "#fff"), move=(256, 220), scale=0.9),
        letters,
        motto,
        rule="联合国粮农组织徽：麦穗、FAO、FIAT PANIS",
    )


def world_bank() -> str:
    """The World Bank's globe of squares."""
    globe = disc(256, 256, 240, "#002244") + "".join(
        ellipse(256, 256, rx, 240, extra='stroke="#fff" stroke-width="9"') for rx in (80, 160)
    )
    lines = "".join(
        path(f"M{256 - w} {y}Q256 {y + bend} {256 + w} {y}", "none", "#fff", 9)
        for y, w, bend in ((140, 210, -44), (256, 240, 0), (372, 210, 44))
    )
    axis = rectangle(251, 16, 10, 480, "#fff")
    return picture(512, 512, group(globe, lines, axis, move=(0, 0)), rule="世界银行标志：经纬网格的地球")


def shanghai_cooperation() -> str:
    """The Shanghai Cooperation Organisation: a globe in a wreath between its two languages."""
    globe = disc(256, 256, 112, "#2a7fc1") + _grid(256, 256, 112, "#fff")
    ears = wheat(256, 256, 150, 196, 344, 26, GOLD, DARK_GOLD) + wheat(256, 256, 150, 164, 16, 26, GOLD, DARK_GOLD)
    names = ring_text("上海合作组织", 256, 256, 190, 42, "#0b4ea2", "serif", step=16)
    russian = ring_text("ШАНХАЙСКАЯ ОРГАНИЗАЦИЯ СОТРУДНИЧЕСТВА", 256, 256, 216, 25, "#0b4ea2", "sans", foot=True)
    ground = disc(256, 256, 250, "#fff", "#0b4ea2", 7)
    return picture(512, 512, ground, globe, ears, names, russian, rule="上海合作组织徽：中俄文名称、橄榄枝与地球")


def african_union() -> str:
    """The African Union's flag: rays and stars about the continent."""
    rays = "".join(star(*polar(450, 300, 230, 360 / 55 * at), 13, GOLD) for at in range(55))
    africa = (
        "M396 150C436 138 480 146 506 168C520 206 540 232 572 240C560 286 520 318 516 350"
        "C520 392 500 440 462 466C440 452 432 400 436 360C420 330 424 312 400 300"
        "C360 304 336 280 330 252C340 206 366 172 396 150Z"
    )
    return picture(
        900,
        600,
        rectangle(0, 0, 900, 600, "#036a38"),
        disc(450, 300, 196, "#fff"),
        path(africa, "#036a38"),
        rays,
        rule="非洲联盟旗：55 颗金星环绕非洲大陆",
    )


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
    """The flag of the Communist Party of Vietnam."""
    mark = group(hammer_and_sickle("#ffff00"), move=(274, 124), scale=11)
    return picture(900, 600, rectangle(0, 0, 900, 600, "#da251d"), mark, rule="越南共产党党旗：红地中央金色锤子镰刀")


def soviet_party_emblem() -> str:
    """Hammer and sickle with a star, as on the Soviet flag."""
    mark = group(hammer_and_sickle(GOLD), move=(130, 190), scale=8) + star(256, 110, 62, GOLD) + star(256, 110, 44, RED)
    return picture(512, 512, rectangle(0, 0, 512, 512, RED), mark, rule="苏联国旗与苏共标志：锤子镰刀与五角星")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "red-cross": red_cross(),
        "red-cross-committee": red_cross_committee(),
        "red-crescent": red_crescent(),
        "red-crystal": red_crystal(),
        "red-cross-movement": red_cross_movement(),
        "olympic-rings": olympic_rings(),
        "paralympic-agitos": paralympic_agitos(),
        "unesco": unesco(),
        "atomic-energy-agency": atomic_energy_agency(),
        "labour-organization": labour_organization(),
        "civil-aviation-organization": civil_aviation_organization(),
        "meteorological-organization": meteorological_organization(),
        "maritime-organization": maritime_organization(),
        "food-organization": food_organization(),
        "world-bank": world_bank(),
        "shanghai-cooperation": shanghai_cooperation(),
        "african-union": african_union(),
        "kuomintang-emblem": kuomintang_emblem(),
        "vietnam-party-flag": vietnam_party_flag(),
        "soviet-party-emblem": soviet_party_emblem(),
    }
