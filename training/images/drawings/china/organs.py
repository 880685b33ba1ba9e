"""Badges of police, courts, procuratorates, customs and other state organs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from training.images.drawings.china.badges import wall_relief
from training.images.drawings.china.emblem import small_emblem
from training.images.drawings.china.forces import army_mark
from training.images.drawings.shapes import (
    DARK_GOLD,
    FLAT,
    GOLD,
    METAL,
    NAVY,
    RED,
    Palette,
    arc,
    disc,
    faceted_star,
    gear,
    great_wall,
    group,
    laurel,
    leaf,
    metal,
    path,
    picture,
    polygon,
    rectangle,
    shield,
    toward,
    wheat,
)
from training.images.drawings.type import ring_text, text

TAXATION_RULE = "税务徽：“税”字与外圆合成“中”字，麦穗和齿轮环绕"
COURT_RULE = "人民法院法徽：麦穗、齿轮、华表、天平（最高人民法院《人民法院法徽使用管理规定》）"
PROCURATORATE_RULE = "中国检察徽：盾牌、五颗五角星、长城、橄榄枝（最高人民检察院检察徽章规定）"
CUSTOMS_RULE = "中华人民共和国海关关徽使用管理办法：商神手杖与金色钥匙交叉"
SILVER = "#d5dbe3"


def _pine(size: float, foot: float) -> str:
    """Pine branches along both sides of a shield of 512 by 560 units, upwards from the angle `foot`."""
    left = laurel(256, 262, 188, foot, 300, size, GOLD, "#8a6508")
    return left + group(left, move=(512, 0), mirror=True)


def _huabiao(fill: str, line: str) -> str:
    """An ornamental pillar, 300 units high, standing on (0, 0)."""
    base = polygon(
        [(-34, 0), (-34, -14), (-24, -14), (-24, -28), (24, -28), (24, -14), (34, -14), (34, 0)], fill, line, 2
    )
    shaft = rectangle(-12, -236, 24, 208, fill)
    coil = path("M-12 -40L12 -64M-12 -88L12 -112M-12 -136L12 -160M-12 -184L12 -208", "none", line, 5)
    cloud = path("M-62 -216C-40 -246 20 -238 62 -226C40 -214 10 -206 -12 -206Z", fill, line, 2)
    plate = rectangle(-24, -250, 48, 14, fill, 4)
    beast = path("M-14 -250C-20 -272 -8 -288 2 -292L14 -282C8 -272 14 -262 14 -250Z", fill, line, 2)
    return base + shaft + coil + cloud + plate + beast


def _pan(fill: str) -> str:
    """A scale's pan hanging from (0, 0)."""
    return path("M0 0L-42 84M0 0L42 84", "none", fill, 5) + path("M-52 84H52C40 118 -40 118 -52 84Z", fill)


def court_emblem() -> str:
    """The emblem of the people's courts."""
    ears = wheat(256, 256, 204, 205, 338, 38, GOLD, DARK_GOLD) + wheat(256, 256, 204, 155, 22, 38, GOLD, DARK_GOLD)
    beam = path(
        "M106 176C160 156 220 168 256 176C292 168 352 156 406 176V190C352 174 292 184 256 192C220 184 160 174 106 190Z",
        GOLD,
    )
    pans = group(_pan(GOLD), move=(124, 180)) + group(_pan(GOLD), move=(388, 180))
    return picture(
        512,
        512,
        disc(256, 256, 252, GOLD, DARK_GOLD, 4),
        disc(256, 256, 238, RED),
        ears,
        gear(256, 430, 66, 54, 24, 16, GOLD, DARK_GOLD),
        beam,
        pans,
        group(_huabiao(GOLD, DARK_GOLD), move=(256, 392), scale=0.96),
        rule=COURT_RULE,
    )


def _five_star_shield(palette: Palette, ground: str) -> str:
    """Five stars over the Great Wall in a shield, olive around it, in 512 by 520 units."""
    small = ((132, 172), (178, 222), (334, 222), (380, 172))
    stars = faceted_star(256, 128, 58, palette.light, palette.shade) + "".join(
        faceted_star(*at, 32, palette.light, palette.shade, toward(at, (256, 128))) for at in small
    )
    twig = laurel(256, 250, 222, 186, 330, 76, palette.gold, palette.edge)
    rim = shield(256, 264, 384, 456, palette.gold, palette.edge, 4)
    body = rim + shield(256, 262, 350, 416, ground, palette.edge, 3)
    wall = group(wall_relief(palette), move=(-92, -118), scale=1.62)
    return twig + group(twig, move=(512, 0), mirror=True) + body + stars + wall


def procuratorate_emblem() -> str:
    """The emblem of the people's procuratorates."""
    return picture(512, 524, _five_star_shield(FLAT, RED), rule=PROCURATORATE_RULE)


def procuratorate_emblem_metal() -> str:
    """The emblem of the people's procuratorates as it hangs over doors: gold and enamel."""
    return picture(512, 524, metal(), _five_star_shield(METAL, METAL.red), rule=PROCURATORATE_RULE)


def _key(fill: str, line: str) -> str:
    """A vertical key, bow up, 420 units long, centred on (0, 0)."""
    bow = disc(0, -150, 46, "none", line, 28) + disc(0, -150, 46, "none", fill, 22)
    shaft = rectangle(-12, -104, 24, 310, fill, 4) + rectangle(-20, -96, 40, 16, fill, 6)
    bit = path("M12 120H64V146H44V160H64V192H12Z", fill, line, 2)
    return bow + shaft + bit


def _caduceus(fill: str, line: str) -> str:
    """Hermes' staff, 420 units long, centred on (0, 0)."""
    staff = rectangle(-9, -170, 18, 376, fill, 6) + disc(0, -182, 24, fill, line, 2)
    wings = "".join(leaf(8, -132 + 8 * at, 130 - 22 * at, 32, 62 + 14 * at, fill, line) for at in range(4))
    snake = "M0 190C60 150 60 110 0 84C-66 54 -66 6 0 -20C56 -42 62 -76 34 -100L18 -96"
    snakes = path(snake, "none", line, 20) + path(snake, "none", fill, 15)
    return wings + group(wings, mirror=True) + snakes + group(snakes, mirror=True) + staff


def _customs_mark() -> str:
    key = group(_key(GOLD, DARK_GOLD), move=(256, 262), turn=45)
    return group(_caduceus(GOLD, DARK_GOLD), move=(256, 262), turn=-45) + key


def customs_emblem() -> str:
    """The customs emblem: key and caduceus crossed."""
    return picture(512, 512, _customs_mark(), rule=CUSTOMS_RULE)


def customs_emblem_disc() -> str:
    """The customs emblem on a navy disc with the service's name."""
    mark = group(_customs_mark(), move=(46, 40), scale=0.82)
    ring = disc(256, 256, 250, NAVY, GOLD, 8)
    return picture(
        512,
        512,
        ring,
        mark,
        ring_text("中国海关", 256, 256, 224, 46, GOLD, "serif", step=15, foot=True),
        rule=CUSTOMS_RULE,
    )


def fire_rescue_emblem() -> str:
    """The badge of the national fire and rescue force."""
    axe = rectangle(-8, -150, 16, 330, "#e7c36a", 4) + path(
        "M8 -150C50 -160 74 -130 78 -100L8 -92Z", SILVER, "#55617a", 3
    )
    axes = group(axe, move=(256, 300), turn=42) + group(group(axe, turn=42), move=(256, 300), mirror=True)
    flame = path(
        "M256 214C206 262 196 310 216 352C228 380 284 380 298 352C318 312 300 286 284 268C284 290 272 296 266 288"
        "C276 262 270 236 256 214Z",
        "#ff6a00",
        GOLD,
        5,
    )
    return picture(
        512,
        560,
        shield(256, 280, 492, 540, GOLD, DARK_GOLD, 4),
        shield(256, 280, 454, 500, "#12285c", DARK_GOLD, 4),
        axes,
        flame,
        _pine(46, 218),
        small_emblem(256, 138, 150),
        text("消防救援", 256, 462, 46, GOLD, "serif"),
        rule="国家综合性消防救援队伍队徽：国徽、橄榄枝、火焰、消防斧，金黄与深蓝",
    )


def _badge(ground: str, name: str, rule: str) -> str:
    """A law enforcement badge: emblem over wall and laurel in a shield, the service's name at its foot."""
    return picture(
        512,
        560,
        shield(256, 280, 492, 540, GOLD, DARK_GOLD, 4),
        shield(256, 280, 456, 502, ground, DARK_GOLD, 4),
        _pine(46, 218),
        great_wall(256, 396, 200, 92, SILVER, "#4a5a78"),
        small_emblem(256, 168, 200),
        text(name, 256, 462, 46, GOLD, "serif", width=min(46 * len(name), 200)),
        rule=rule,
    )


def _ringed(ground: str, name: str, foot: str, rule: str) -> str:
    """A round badge: national emblem in a ring with the service's name."""
    return picture(
        512,
        512,
        disc(256, 256, 250, ground, GOLD, 10),
        disc(256, 256, 170, "none", GOLD, 5),
        small_emblem(256, 256, 268),
        ring_text(name, 256, 256, 192, 46, GOLD, "serif", step=min(18, 190 / len(name))),
        ring_text(foot, 256, 256, 224, 32, GOLD, "sans", foot=True),
        rule=rule,
    )


def coast_guard_emblem() -> str:
    """The coast guard's badge: anchor and army star in a life belt."""
    belt = disc(256, 256, 206, "none", "#ffffff", 60) + "".join(
        path(arc(256, 256, 206, angle - 16, angle + 16), "none", RED, 60) for angle in (45, 135, 225, 315)
    )
    return picture(
        512,
        512,
        disc(256, 256, 250, NAVY, GOLD, 8),
        belt,
        army_mark(256, 246, 130),
        ring_text("中国海警", 256, 256, 188, 44, NAVY, "black", step=15),
        ring_text("CHINA COAST GUARD", 256, 256, 218, 30, NAVY, "sans", foot=True),
        rule="中国海警局徽章",
    )


def trade_union_emblem() -> str:
    """The emblem of the All-China Federation of Trade Unions: the characters 中 and 工 in a ring."""
    middle = path("M150 176H362V308H150ZM186 210V274H326V210Z", GOLD, extra='fill-rule="evenodd"')
    work = rectangle(238, 116, 36, 280, GOLD) + rectangle(170, 116, 172, 34, GOLD) + rectangle(134, 362, 244, 36, GOLD)
    return picture(
        512,
        512,
        disc(256, 256, 248, RED, GOLD, 12),
        disc(256, 256, 224, "none", GOLD, 6),
        middle,
        work,
        rule="中国工会会徽：汉字“中”“工”两字经艺术造型呈圆形重叠组成",
    )


def red_cross_society_emblem() -> str:
    """The emblem of the Red Cross Society of China: red cross in a wreath of wheat and olive."""
    ears = wheat(256, 256, 204, 190, 340, 38, "#e8b400", DARK_GOLD) + wheat(
        256, 256, 204, 170, 20, 38, "#e8b400", DARK_GOLD
    )
    cross = path("M216 140H296V216H372V296H296V372H216V296H140V216H216Z", "#e60012")
    return picture(
        512,
        512,
        disc(256, 256, 250, "#fff", "#e60012", 5),
        ears,
        cross,
        rule="中国红十字会会徽：金黄色橄榄枝环绕白底红十字",
    )


def _taxation_mark(palette: Palette) -> str:
    """The character 税 in a ring whose stem makes it 中, wheat to both sides and half a gear below."""
    ears = "".join(wheat(256, 256, 192, *span, 46, palette.gold, palette.edge) for span in ((206, 340), (154, 20)))
    ring = disc(256, 250, 128, palette.red, palette.edge, 22) + disc(256, 250, 128, "none", palette.gold, 18)
    stem = path("M242 74H270V126H242ZM242 374H270V432H242Z", palette.gold, palette.edge, 2)
    wheel = gear(256, 420, 74, 58, 26, 16, palette.gold, palette.edge)
    return wheel + ears + stem + ring + text("税", 256, 312, 172, palette.gold, "black")


def taxation_emblem() -> str:
    """The tax service's emblem in flat colours on its blue ground."""
    ground = disc(256, 256, 250, "#1d4fa3", GOLD, 8)
    return picture(512, 512, ground, _taxation_mark(FLAT), rule=TAXATION_RULE)


def taxation_emblem_metal() -> str:
    """The tax service's emblem in gold and enamel."""
    ground = disc(256, 256, 250, "#123a86", "url(#gold)", 10)
    return picture(512, 512, metal(), ground, _taxation_mark(METAL), rule=TAXATION_RULE)


def _taxation_cap(palette: Palette) -> str:
    """The tax service's cap badge: the national emblem in wheat, a ribbon below."""
    ears = "".join(wheat(256, 240, 200, *span, 58, palette.gold, palette.edge) for span in ((196, 342), (164, 18)))
    ribbon = "M70 398C150 440 362 440 442 398L470 452L430 460C330 508 182 508 82 460L42 452Z"
    name = ring_text("中国税务", 256, 30, 448, 46, palette.gold, "serif", step=8, foot=True)
    return ears + small_emblem(256, 226, 320, palette) + path(ribbon, "#1d4fa3", palette.gold, 6) + name


def taxation_cap_badge() -> str:
    """The tax service's cap badge in gold and enamel."""
    return picture(512, 512, metal(), _taxation_cap(METAL), rule="税务帽徽：国徽、麦穗、飘带")


BADGES: dict[str, tuple[str, str, str]] = {
    "immigration-badge": (NAVY, "移民管理", "国家移民管理机构执法标志"),
    "urban-management-badge": ("#1b3f6b", "城市管理执法", "城市管理执法制式服装和标志标识（2017）"),
    "market-regulation-badge": ("#12365f", "市场监管", "市场监管综合行政执法标志"),
    "law-enforcement-badge": ("#123a6e", "综合行政执法", "综合行政执法制式服装和标志管理办法（2020）"),
}
"""Colour, name and rule of services whose badges follow the common pattern."""

RINGED: dict[str, tuple[str, str, str, str]] = {
    "public-security-seal": (NAVY, "中国人民公安", "POLICE", "公安圆形标志"),
    "special-police-seal": ("#1c1c1c", "中国特警", "SWAT", "特警圆形标志"),
    "traffic-police-seal": ("#0b3d91", "中国交警", "TRAFFIC POLICE", "交警圆形标志"),
    "taxation-seal": ("#1d4fa3", "中国税务", "CHINA TAXATION", "税务圆形标志"),
    "judicial-seal": ("#2b3a67", "中国司法", "CHINA JUSTICE", "司法行政圆形标志"),
}
"""Ground, name, line at the foot and rule of round badges after the common pattern."""


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    whole: dict[str, Callable[[], str]] = {
        "court-emblem": court_emblem,
        "procuratorate-emblem": procuratorate_emblem,
        "procuratorate-emblem-metal": procuratorate_emblem_metal,
        "customs-emblem": customs_emblem,
        "customs-emblem-disc": customs_emblem_disc,
        "fire-rescue-emblem": fire_rescue_emblem,
        "coast-guard-emblem": coast_guard_emblem,
        "taxation-emblem": taxation_emblem,
        "taxation-emblem-metal": taxation_emblem_metal,
        "taxation-cap-badge": taxation_cap_badge,
        "trade-union-emblem": trade_union_emblem,
        "red-cross-society-emblem": red_cross_society_emblem,
    }
    badges = {name: partial(_badge, *entry) for name, entry in BADGES.items()}
    ringed = {name: partial(_ringed, *entry) for name, entry in RINGED.items()}
    return {name: draw() for name, draw in (whole | badges | ringed).items()}
