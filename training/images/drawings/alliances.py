"""Emblems of regional, economic and security bodies outside the United Nations."""

from __future__ import annotations

from training.images.drawings.agencies import globe_grid
from training.images.drawings.earth import africa, flat_land
from training.images.drawings.shapes import (
    DARK_GOLD,
    GOLD,
    arc,
    clipped,
    disc,
    ellipse,
    gradient,
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
    globe = disc(256, 256, 112, "#2a7fc1") + globe_grid(256, 256, 112, "#fff")
    ears = wheat(256, 256, 150, 196, 344, 26, GOLD, DARK_GOLD) + wheat(256, 256, 150, 164, 16, 26, GOLD, DARK_GOLD)
    names = ring_text("上海合作组织", 256, 256, 190, 42, "#0b4ea2", "serif", step=16)
    russian = ring_text("ШАНХАЙСКАЯ ОРГАНИЗАЦИЯ СОТРУДНИЧЕСТВА", 256, 256, 216, 25, "#0b4ea2", "sans", foot=True)
    ground = disc(256, 256, 250, "#fff", "#0b4ea2", 7)
    return picture(512, 512, ground, globe, ears, names, russian, rule="上海合作组织徽：中俄文名称、橄榄枝与地球")


def african_union_flag() -> str:
    """The African Union's flag: a green continent on white rays, in a ring of 55 stars."""
    spikes = [polar(450, 300, 92 if at % 2 else 198, 180 / 55 * at) for at in range(110)]
    rays = polygon(spikes, "#fff")
    stars = "".join(star(*polar(450, 300, 226, 360 / 55 * at), 11, "#f1c500") for at in range(55))
    land = africa(375, 304, 4.4)
    continent = path(land, "#036a38", "#036a38", 2)
    field = rectangle(0, 0, 900, 600, "#036a38")
    return picture(900, 600, field, rays, continent, stars, rule="非洲联盟旗：绿色大陆、白色光芒、55 颗金星")


def african_union_emblem() -> str:
    """The African Union's emblem: a golden continent in a gold and a green ring, palms, and red rings below."""
    gold, green = "#bfa15f", "#3c9b1e"
    ring = disc(256, 236, 196, "#fff", gold, 7) + disc(256, 236, 176, "none", green, 7)
    land = africa(196, 240, 3.8)
    continent = path(land, gold, gold, 1.5)
    palm = "".join(
        leaf(*polar(256, 236, 234, angle), 30, 8, angle + 90 + side * 32, green)
        for angle in range(252, 312, 4)
        for side in (-1, 1)
    )
    palm += path(arc(256, 236, 234, 250, 314), "none", green, 4)
    base = path(
        "M30 318C64 420 150 500 256 500C362 500 448 420 482 318L452 318C420 390 350 456 256 456C162 456 92 390 60 318Z",
        gold,
    )
    plate = rectangle(152, 436, 208, 44, "#fff", 4)
    links = "".join(disc(174 + 27 * at, 458, 17, "none", "#a3123c", 4) for at in range(7))
    sides = palm + group(palm, move=(512, 0), mirror=True)
    return picture(512, 512, base, ring, continent, sides, plate, links, rule="非洲联盟徽：金色非洲、棕榈叶与红环")


def world_trade_organization(words: bool) -> str:
    """The World Trade Organization: six arcs that swirl round a globe, two each of red, blue and green."""
    arcs = (
        ("M70 52C56 80 70 110 110 114C170 112 215 90 248 60L230 38C200 66 160 86 115 92C85 92 70 75 70 52Z", "#e60028"),
        (
            "M292 0C325 15 340 30 334 58C320 110 220 160 131 175V146C220 130 300 95 324 55C332 30 310 12 292 0Z",
            "#28348b",
        ),
        (
            "M0 188C10 225 60 245 115 245C190 240 260 215 304 177L286 157C240 190 180 215 120 222C60 225 25 215 0 188Z",
            "#009f3c",
        ),
        (
            "M410 84C425 110 425 140 410 170C370 240 260 300 155 305V276C250 265 350 215 395 160"
            "C415 130 415 105 410 84Z",
            "#e60028",
        ),
        (
            "M37 320C60 350 110 366 165 365C240 360 305 335 355 307L334 285C290 312 230 335 165 341"
            "C110 343 70 338 37 320Z",
            "#28348b",
        ),
        (
            "M437 234C430 290 380 370 310 398C285 408 265 413 246 413V384C300 380 370 330 405 290"
            "C425 265 433 250 437 234Z",
            "#009f3c",
        ),
    )
    swirl = group(*(path(curve, colour) for curve, colour in arcs), move=(10, 10))
    lines = (("WORLD TRADE", 210), ("ORGANIZATION", 330)) if words else ()
    names = (text(line, 940, base, 110, "#222", "serif", width=820) for line, base in lines)
    return picture(1380 if words else 460, 436, swirl, *names, rule="世界贸易组织标志：六道弧线")


def monetary_fund(colour: str) -> str:
    """The International Monetary Fund's seal: two globes in a shield, a branch below, words around."""
    ring = disc(256, 256, 246, "#fff", colour, 9) + disc(256, 256, 184, "none", colour, 5)
    words = ring_text("INTERNATIONAL MONETARY FUND", 256, 256, 196, 40, colour, "serif", step=12.4)
    shield = path("M150 140H362V250C362 330 310 376 256 400C202 376 150 330 150 250Z", "#fff", colour, 7)
    globes = group(globe_grid(0, 0, 62, colour), move=(214, 214)) + group(globe_grid(0, 0, 62, colour), move=(298, 214))
    branch = laurel(256, 196, 140, 214, 146, 30, colour)
    return picture(512, 512, ring, words, shield, globes, branch, rule="国际货币基金组织徽：盾中双球与橄榄枝")


def southeast_asian_nations() -> str:
    """ASEAN: ten stalks of rice on a red disc with a white and a blue ring."""
    ground = disc(256, 220, 214, "#1f3f94") + disc(256, 220, 206, "#fff") + disc(256, 220, 196, "#ed2939")
    stalks = "".join(
        path(f"M{256 + spread * 4} 130Q{256 + spread * 1.6} 220 {256 + spread * 4.6} 312", "none", "#f9e300", 9)
        + leaf(256 + spread * 4, 140, 44, 13, spread * 1.6, "#f9e300")
        for spread in (-18, -14, -10, -6, -2, 2, 6, 10, 14, 18)
    )
    words = text("asean", 256, 520, 110, "#1f3f94", "sans")
    return picture(512, 548, ground, stalks, words, rule="东盟徽：红盘上十束稻禾")


def north_atlantic_treaty(flag: bool) -> str:
    """NATO: a compass rose of four points in a ring, with four lines outwards."""
    rose = "".join(
        polygon([polar(256, 256, 150, turn), (256, 256), polar(256, 256, 40, turn + 45)], "#fff")
        + polygon([polar(256, 256, 150, turn), (256, 256), polar(256, 256, 40, turn - 45)], "#004990", "#fff", 4)
        for turn in (0, 90, 180, 270)
    )
    ring = disc(256, 256, 118, "none", "#fff", 10)
    lines = "".join(
        path(
            "M{} {}L{} {}".format(*map(n, (*polar(256, 256, 160, turn), *polar(256, 256, 216, turn)))),
            "none",
            "#fff",
            10,
        )
        for turn in (0, 90, 180, 270)
    )
    if flag:
        field = rectangle(0, 0, 800, 600, "#004990")
        return picture(800, 600, field, group(ring, rose, lines, move=(144, 44)), rule="北约旗：罗盘玫瑰")
    return picture(512, 512, disc(256, 256, 252, "#004990"), ring, rose, lines, rule="北约徽：罗盘玫瑰")


def criminal_police() -> str:
    """Interpol: a map in a ring on an upright sword, olive at its sides, scales below."""
    blue = "#0a3f80"
    ring = disc(256, 206, 108, "#fff", blue, 6)
    land = clipped("ring", disc(256, 206, 104, "#000"), path(flat_land(250, 214, 0.72), blue))
    sword = path("M248 60H264V400L256 424L248 400Z", "#fff", blue, 5) + rectangle(210, 60, 92, 14, blue, 6)
    sword += rectangle(248, 8, 16, 54, blue, 6)
    bands = path("M164 142L176 104Q256 76 336 104L348 142Q256 112 164 142Z", "#fff", blue, 5)
    bands += path("M158 296Q256 352 354 296L366 330Q256 390 146 330Z", "#fff", blue, 5)
    words = text("OIPC", 208, 128, 36, blue, "sans") + text("ICPO", 304, 128, 36, blue, "sans")
    words += text("INTERPOL", 256, 356, 34, blue, "black")
    scales = "".join(
        path(f"M{x - 66} 372H{x + 66}Q{x} 420 {x - 66} 372ZM{x} 300L{x - 60} 372M{x} 300L{x + 60} 372", "none", blue, 6)
        for x in (136, 376)
    )
    branch = laurel(256, 206, 134, 206, 312, 40, blue)
    sides = branch + group(branch, move=(512, 0), mirror=True)
    name = text("INTERPOL", 256, 520, 96, blue, "sans", width=490)
    return picture(
        512, 540, scales, sides, sword, ring, land, bands, words, name, rule="国际刑警组织徽：地图、剑与天平"
    )


def petroleum_exporters() -> str:
    """OPEC: a word of round letters in a white ring on blue."""
    ring = disc(256, 256, 250, "#3b8ede") + disc(256, 256, 226, "none", "#fff", 10)
    letters = "".join(disc(x, 256, 42, "none", "#fff", 22) for x in (120, 214, 300))
    stem, bar = rectangle(168, 256, 22, 110, "#fff"), rectangle(258, 246, 84, 20, "#fff")
    last = path(arc(394, 256, 42, 50, -230), "none", "#fff", 22)
    return picture(512, 512, ring, letters, stem, bar, last, rule="欧佩克标志：蓝底圆形字母 OPEC")


def pacific_cooperation() -> str:
    """APEC: half a globe in blue and green beside its letters."""
    globe = gradient("globe", "#2f9e46", "#1d6fb8") + disc(130, 130, 126, "url(#globe)")
    lines = "".join(ellipse(130, 130, rx, 126, extra='stroke="#fff" stroke-width="7"') for rx in (44, 88))
    across = "".join(
        path(f"M{130 - w} {y}H{130 + w}", "none", "#fff", 7) for y, w in ((70, 110), (130, 126), (190, 110))
    )
    return picture(
        700,
        260,
        globe,
        lines,
        across,
        text("APEC", 480, 196, 190, "#14508c", "black", width=420),
        rule="亚太经合组织标志",
    )


def european_union_disc() -> str:
    """The circle of twelve stars on a blue disc."""
    stars = "".join(star(*polar(256, 256, 170, 30 * at), 34, "#ffcc00") for at in range(12))
    return picture(512, 512, disc(256, 256, 252, "#003399"), stars, rule="欧盟圆徽：蓝底十二金星")


def european_commission() -> str:
    """The European Commission: the flag between two fans of grey lines, like its building."""
    left = "".join(
        path(f"M0 {98 + 12 * at}C70 {90 + 12 * at} 116 {92 + 9 * at} 148 {50 + 15 * at}", "none", "#b4b8bc", 6)
        for at in range(5)
    ) + "".join(path(f"M0 {158 + 12 * at}L64 {156 + 12 * at}", "none", "#b4b8bc", 6) for at in range(4))
    right = "".join(
        path(f"M208 {50 + 16 * at}Q240 {110 + 10 * at} 300 {126 + 8 * at}", "none", "#b4b8bc", 6) for at in range(10)
    )
    flag = rectangle(66, 110, 130, 88, "#254aa5") + "".join(
        star(*polar(131, 154, 31, 30 * at), 6, "#ffed00") for at in range(12)
    )
    words = text("European", 112, 222, 24, "#444", "sans") + text("Commission", 122, 248, 24, "#444", "sans")
    return picture(300, 262, left, right, flag, words, rectangle(66, 254, 130, 7, "#254aa5"), rule="欧盟委员会标识")


def world_bank_group() -> str:
    """The World Bank Group: a tilted globe of two blues beside its name."""
    globe = disc(130, 130, 124, "#00aee6") + "".join(
        ellipse(130, 130, rx, 124, extra='stroke="#fff" stroke-width="8"') for rx in (44, 88)
    )
    lines = "".join(
        path(f"M{130 - w} {y}Q130 {y + bend} {130 + w} {y}", "none", "#fff", 8)
        for y, w, bend in ((76, 112, -30), (130, 124, 0), (184, 112, 30))
    )
    tilted = f'<g transform="rotate(-18 130 130)">{globe}{lines}</g>'
    words = text("WORLD BANK", 574, 124, 84, "#002244", "black", width=560) + text(
        "GROUP", 434, 220, 84, "#002244", "sans"
    )
    return picture(880, 260, tilted, words, rule="世界银行集团标识")


def osce() -> str:
    """The Organization for Security and Co-operation in Europe: four blue squares with its letters."""
    blocks = "".join(
        rectangle(140 * at, 0, 134, 148, "#003478") + text(letter, 67 + 140 * at, 112, 150, "#fff", "serif")
        for at, letter in enumerate("osce")
    )
    return picture(554, 148, blocks, rule="欧安组织标识：四格字母")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "world-bank": world_bank(),
        "world-bank-group": world_bank_group(),
        "shanghai-cooperation": shanghai_cooperation(),
        "african-union": african_union_flag(),
        "african-union-emblem": african_union_emblem(),
        "world-trade-organization": world_trade_organization(words=False),
        "world-trade-organization-name": world_trade_organization(words=True),
        "osce": osce(),
        "monetary-fund": monetary_fund("#00457c"),
        "monetary-fund-gold": monetary_fund("#a8842c"),
        "asean-emblem": southeast_asian_nations(),
        "nato-flag": north_atlantic_treaty(flag=True),
        "nato-disc": north_atlantic_treaty(flag=False),
        "interpol": criminal_police(),
        "opec": petroleum_exporters(),
        "apec": pacific_cooperation(),
        "european-union-disc": european_union_disc(),
        "european-commission": european_commission(),
    }
