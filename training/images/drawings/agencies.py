"""Emblems of the United Nations' agencies: a figure, most often inside the wreath of olive."""

from __future__ import annotations

from training.images.drawings.shapes import (
    arc,
    disc,
    ellipse,
    gear,
    group,
    leaf,
    n,
    path,
    picture,
    polar,
    polygon,
    rectangle,
)
from training.images.drawings.type import ring_text, text
from training.images.drawings.united_nations import UN_BLUE, world_map, wreath


def _badge(*middle: str, rule: str, colour: str = UN_BLUE) -> str:
    """An agency's figure inside the wreath."""
    return picture(512, 512, wreath(colour), *middle, rule=rule)


def _lifted_child(colour: str) -> str:
    """UNICEF's figure: a parent and a child, face to face, in a globe."""
    child = (
        "M125 112C120 70 150 50 180 52C215 55 225 85 216 110L220 124L210 132L206 150C195 150 188 148 186 152H158"
        "L166 212L200 216C215 208 228 210 226 222L212 240L180 232L148 242C128 245 108 220 95 190"
        "C85 150 100 135 125 112Z"
    )
    parent = (
        "M245 125C265 100 300 92 330 100C372 115 380 160 368 190C355 215 335 228 312 228C306 236 308 250 320 262"
        "C300 285 270 297 240 298C200 298 170 285 148 262C180 268 220 265 242 245C250 230 248 215 235 205L222 190"
        "L220 178L228 170L218 160L232 140L230 126Z"
    )
    lines = "".join(path(f"M238 4Q{238 + bend} 40 {238 + reach} {low}", "none", colour, 7) for bend, reach, low in
        ((-30, -62, 44), (-16, -22, 62), (0, 0, 118), (26, 48, 92), (44, 90, 92)))  # fmt: skip
    lines += path("M178 28Q238 52 304 24M212 70Q280 78 346 56M236 104Q260 104 276 98", "none", colour, 7)
    ring = disc(238, 150, 147, "none", colour, 7)
    return group(ring, path(child + parent, colour), lines, move=(-18, 48), scale=1.15)


def children_fund(word: bool) -> str:
    """UNICEF: parent and child in a globe, in the wreath; with the word before it or alone."""
    blue = "#00aeef"
    emblem = wreath(blue) + _lifted_child(blue)
    if not word:
        return picture(512, 512, emblem, rule="联合国儿童基金会徽：地球、母与子、橄榄枝")
    name = text("unicef", 560, 400, 400, blue, "sans", width=1060)
    return picture(1640, 512, name, group(emblem, move=(1130, 6)), rule="联合国儿童基金会标识：unicef 与徽")


def refugee_agency() -> str:
    """UNHCR: two hands shelter a person."""
    blue = "#0072bc"
    hand = path("M150 330C140 230 170 150 252 92L256 108C206 160 190 210 196 262L226 330Q190 360 150 330Z", blue)
    person = disc(256, 206, 26, blue) + path("M256 240C290 240 296 270 292 340H220C216 270 222 240 256 240Z", blue)
    return _badge(hand, group(hand, move=(512, 0), mirror=True), person, rule="联合国难民署徽：双手护人", colour=blue)


def food_programme() -> str:
    """WFP: a hand that holds ears of grain."""
    blue = "#0a6eb4"
    hand = path("M186 330C176 280 196 240 236 236L300 220Q316 226 304 240L262 254H312Q326 262 312 274L300 330Z", blue)
    ears = "".join(
        leaf(*polar(256, 250, 30 + 26 * at, turn), 44, 18, turn + side * 26, blue)
        for turn in (-24, 0, 24) for at in range(4) for side in (-1, 1)
    )  # fmt: skip
    letters = text("WFP", 256, 392, 64, blue, "black")
    return _badge(hand, ears, letters, rule="世界粮食计划署徽：手握谷物", colour=blue)


def telecommunication_union() -> str:
    """ITU: a globe with a flash of lightning and the letters."""
    blue = "#009cd6"
    globe = disc(256, 256, 200, "none", blue, 16) + "".join(
        ellipse(256, 256, rx, 200, extra=f'stroke="{blue}" stroke-width="12"') for rx in (74, 146)
    )
    lines = "".join(path(f"M{256 - w} {y}H{256 + w}", "none", blue, 12) for y, w in ((150, 168), (362, 168)))
    flash = polygon([(150, 60), (300, 210), (250, 226), (380, 452), (196, 282), (258, 262)], "#e6231e")
    letters = rectangle(96, 196, 320, 128, "#fff") + text("ITU", 256, 306, 140, blue, "black", width=270)
    return picture(512, 512, globe, lines, letters, flash, rule="国际电信联盟标志：地球与闪电")


def development_programme() -> str:
    """UNDP: the emblem above four blue boxes with its letters."""
    blue = "#0468b1"
    top = rectangle(0, 0, 240, 240, blue) + group(
        world_map(256, 226, 166, "#fff", blue), wreath("#fff"), move=(10, 16), scale=0.43
    )
    boxes = "".join(
        rectangle(124 * (at % 2), 248 + 124 * (at // 2), 116, 116, blue)
        + text(letter, 58 + 124 * (at % 2), 340 + 124 * (at // 2), 96, "#fff", "sans")
        for at, letter in enumerate("UNDP")
    )
    return picture(240, 488, top, boxes, rule="联合国开发计划署标识：徽与四格字母")


def globe_grid(x: float, y: float, radius: float, colour: str) -> str:
    """A globe's meridians and parallels seen from the pole, without land."""
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


def unesco() -> str:
    """UNESCO's temple."""
    roof = polygon([(40, 150), (300, 30), (560, 150)], "#0077d4") + rectangle(40, 162, 520, 24, "#0077d4")
    letters = "".join(
        text(letter, 96 + 82 * at, 358, 226, "#0077d4", "black", width=62) for at, letter in enumerate("UNESCO")
    )
    steps = "".join(rectangle(60 - 20 * at, 372 + 26 * at, 480 + 40 * at, 18, "#0077d4") for at in range(3))
    return picture(600, 460, roof, letters, steps, rule="联合国教科文组织标志：神庙与字母 UNESCO")


def atomic_energy_agency() -> str:
    """The atom of the International Atomic Energy Agency."""
    orbits = "".join(
        ellipse(256, 250, 150, 56, turn=turn, extra=f'stroke="{UN_BLUE}" stroke-width="11"') for turn in (0, 60, 120)
    )
    electrons = "".join(disc(*polar(256, 250, 150, angle), 17, UN_BLUE) for angle in (90, 150, 330))
    return _badge(orbits, electrons, disc(256, 250, 26, UN_BLUE), rule="国际原子能机构徽：原子与橄榄枝")


def labour_organization() -> str:
    """The International Labour Organization's gear."""
    wheel = gear(256, 244, 150, 126, 100, 12, "#1e2dbe")
    return _badge(
        wheel, text("ILO", 256, 278, 96, "#1e2dbe", "black"), rule="国际劳工组织徽：齿轮与橄榄枝", colour="#1e2dbe"
    )


def civil_aviation_organization() -> str:
    """The wings of the International Civil Aviation Organization."""
    wing = "".join(leaf(30, 10 + 10 * at, 220 - 36 * at, 34, 78 + 10 * at, "#0072bc") for at in range(5))
    wings = group(wing, move=(256, 214)) + group(wing, move=(256, 214), mirror=True)
    return _badge(
        globe_grid(256, 236, 130, "#0072bc"), wings, rule="国际民航组织徽：地球、翼与橄榄枝", colour="#0072bc"
    )


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
    return _badge(globe_grid(256, 236, 130, UN_BLUE), rose, rule="世界气象组织徽：风玫瑰、地球与橄榄枝")


def maritime_organization() -> str:
    """The anchors of the International Maritime Organization."""
    anchor = (
        rectangle(-9, -150, 18, 300, "#0060a9")
        + rectangle(-50, -126, 100, 16, "#0060a9", 6)
        + disc(0, -164, 20, "none", "#0060a9", 10)
        + path("M-96 70C-90 130 -40 152 0 152C40 152 90 130 96 70", "none", "#0060a9", 18)
    )
    crossed = group(anchor, move=(256, 250), turn=40) + group(anchor, move=(256, 250), turn=-40)
    return _badge(
        globe_grid(256, 240, 130, "#0060a9"), crossed, rule="国际海事组织徽：双锚、地球与橄榄枝", colour="#0060a9"
    )


def food_organization(colour: str, ground: str) -> str:
    """FAO: an ear of wheat with long awns between its letters, in a ring with its motto."""
    grains = (
        "M0 96C-34 90 -40 62 -34 44C-12 50 0 68 0 96ZM0 52C-24 46 -28 26 -24 14C-8 18 0 32 0 52Z"
        "M0 8C-18 0 -18 -16 0 -34Z"
    )
    awns = "".join(
        path(f"M{foot} {low}L{tip} {top}", "none", colour, 5)
        for foot, low, tip, top in ((-34, 44, -84, -98), (-28, 30, -70, -106), (-22, 18, -56, -112))
    )
    side = path(grains, colour) + awns
    ear = group(side, move=(156, 148)) + group(side, move=(156, 148), mirror=True) + rectangle(151, 240, 10, 58, colour)
    ring = disc(156, 153, 138, ground or "none", colour, 15)
    letters = (
        text("F", 62, 162, 92, colour, "sans")
        + text("O", 250, 162, 92, colour, "sans")
        + text("A", 156, 92, 80, colour, "sans")
    )
    motto = ring_text("FIAT  PANIS", 156, 153, 122, 36, colour, "sans", step=13.6, foot=True)
    return picture(312, 306, ring, ear, letters, motto, rule="联合国粮农组织徽：麦穗、FAO、FIAT PANIS")


def migration_organization() -> str:
    """The International Organization for Migration: people as knots of a net round the globe."""
    blue = "#0033a0"
    net = path(arc(156, 160, 122, 128, 408), "none", blue, 9)
    net += path("M30 100Q130 80 236 96Q210 200 164 236Q60 190 30 100ZM126 40L166 96L236 256", "none", blue, 8)
    knots = "".join(
        disc(x, y, r, blue)
        for x, y, r in ((34, 116, 28), (246, 102, 28), (172, 238, 28), (166, 96, 11), (214, 186, 11))
    )
    return picture(312, 312, net, knots, rule="国际移民组织标志：人群联成的地球")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "children-fund": children_fund(word=False),
        "children-fund-word": children_fund(word=True),
        "refugee-agency": refugee_agency(),
        "food-programme": food_programme(),
        "telecommunication-union": telecommunication_union(),
        "development-programme": development_programme(),
        "unesco": unesco(),
        "atomic-energy-agency": atomic_energy_agency(),
        "labour-organization": labour_organization(),
        "civil-aviation-organization": civil_aviation_organization(),
        "meteorological-organization": meteorological_organization(),
        "maritime-organization": maritime_organization(),
        "food-organization": food_organization("#009fe3", ""),
        "food-organization-navy": food_organization("#116aab", "#fff"),
        "migration-organization": migration_organization(),
    }
