"""Badges of services that enforce the law: tax, markets, towns, borders, coast, fire and rescue."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from training.images.drawings.china.badges import SHIELD_PATH, pine_branches, shield_body, wall_relief
from training.images.drawings.china.emblem import small_emblem
from training.images.drawings.shapes import (
    FLAT,
    GOLD,
    METAL,
    NAVY,
    RED,
    Palette,
    disc,
    faceted_star,
    gear,
    group,
    laurel,
    leaf,
    metal,
    path,
    picture,
    polar,
    polygon,
    rectangle,
    wheat,
)
from training.images.drawings.type import ring_text, text

TAXATION_RULE = "税务徽：“税”字与外圆合成“中”字，麦穗和齿轮环绕"
MARKET_RULE = "市场监督管理徽：国徽、三面盾牌、长城、向阳花、松枝、橄榄枝、飘带，金红蓝三色"
FIRE_RULE = "消防救援队旗标：橄榄枝托起盾牌，救援绳围边，五星、交叉斧头、水枪、鹰翼、定位标识"
FIRE_FLAG_RULE = "中国消防救援队队旗（2018）：红、蓝两色，旗标居中"
IMMIGRATION_RULE = "中国移民管理标志：五星、长城关隘、盾牌、橄榄枝"
COAST_RULE = "中国海警徽章：国徽、盾牌、铁锚、海浪、橄榄枝"
SILVER = "#d5dbe3"


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


def _olive(palette: Palette, radius: float = 184, size: float = 66) -> str:
    """Olive twigs to both sides of a badge of 430 units."""
    twig = laurel(215, 206, radius, 186, 330, size, palette.gold, palette.edge)
    return twig + group(twig, move=(430, 0), mirror=True)


def _ribbon(name: str, cloth: str, palette: Palette) -> str:
    """A ribbon with a name across the foot of a badge of 430 units."""
    shape = "M44 356C66 362 84 372 104 382C170 408 260 408 326 382C346 372 364 362 386 356L398 396L380 402"
    shape += "C360 408 344 416 330 422C262 448 168 448 100 422C86 416 70 408 50 402L32 396Z"
    step = min(10.5, 56 / len(name))
    size = min(34, 200 / len(name))
    words = ring_text(name, 215, 130, 297, size, palette.gold, "serif", step=step, foot=True)
    return path(shape, cloth, palette.gold, 5) + words


def _service_mark(name: str, ground: str, palette: Palette) -> str:
    """The pattern of enforcement badges: national emblem and wall in a shield, olive around it, a ribbon below."""
    body = shield_body(ground, palette, beads=False) + wall_relief(palette) + small_emblem(215, 148, 218, palette)
    return _olive(palette) + group(body, move=(30, 8), scale=0.86) + _ribbon(name, ground, palette)


def _service(name: str, ground: str, rule: str) -> str:
    return picture(436, 450, group(_service_mark(name, ground, FLAT), move=(3, 3)), rule=rule)


def _service_metal(name: str, ground: str, rule: str) -> str:
    return picture(436, 450, metal(), group(_service_mark(name, ground, METAL), move=(3, 3)), rule=rule)


def _market_mark(palette: Palette) -> str:
    """The emblem of market regulation: three shields in each other, pine and olive, a ribbon with the name."""
    outer = path(SHIELD_PATH, "#1c3f94", palette.gold, 12)
    middle = group(path(SHIELD_PATH, palette.gold, palette.edge, 2), move=(26, 20), scale=0.88)
    inner = group(path(SHIELD_PATH, palette.red, palette.edge, 2), move=(34, 26), scale=0.842)
    flower = "".join(leaf(215, 330, 34, 18, 30 * at, palette.gold, palette.edge) for at in range(12))
    body = outer + middle + inner + wall_relief(palette) + small_emblem(215, 148, 206, palette)
    seeds = disc(215, 330, 13, palette.red, palette.edge, 2)
    return pine_branches(palette) + body + flower + seeds + _ribbon("市场监督管理", palette.red, palette)


def market_regulation_emblem() -> str:
    """The emblem of market regulation in gold, red and blue."""
    return picture(436, 450, metal(), group(_market_mark(METAL), move=(3, 3)), rule=MARKET_RULE)


def _pass(palette: Palette) -> str:
    """A gate tower of the Great Wall, 260 units wide, standing on (0, 0)."""
    gold, edge = palette.gold, palette.edge
    wall = (
        "M-130 0V-58H-118V-48H-104V-58H-90V-48H-76V-66H-60V-56H-44V-66H-28V-56H-12V-66H12V-56H28V-66H44V-56H60V-66H76"
    )
    wall += "V-48H90V-58H104V-48H118V-58H130V0Z"
    hall = polygon([(-52, -66), (-52, -92), (52, -92), (52, -66)], gold, edge, 2)
    low = path("M-74 -88L-54 -106H54L74 -88Q40 -94 0 -94Q-40 -94 -74 -88Z", gold, edge, 2)
    high = path("M-56 -112L-38 -134L-44 -142H44L38 -134L56 -112Q30 -118 0 -118Q-30 -118 -56 -112Z", gold, edge, 2)
    storey = rectangle(-40, -116, 80, 12, gold)
    return path(wall, gold, edge, 2) + hall + storey + low + high + path("M-22 0V-26A22 22 0 0 1 22 -26V0Z", edge)


def _immigration_mark(palette: Palette) -> str:
    """Five stars over a gate of the Great Wall in a blue shield, olive around it, in 430 units."""
    stars = faceted_star(215, 84, 34, palette.light, palette.shade) + "".join(
        faceted_star(*polar(215, 190, 112, angle), 18, palette.light, palette.shade) for angle in (-62, -34, 34, 62)
    )
    body = shield_body("#16378c", palette, beads=False) + stars + group(_pass(palette), move=(215, 290), scale=0.96)
    foot = path("M120 290H310L294 312C266 330 240 346 215 366C190 346 164 330 136 312Z", palette.gold, palette.edge, 2)
    return _olive(palette) + group(body + foot, move=(30, 8), scale=0.86) + _ribbon("中国移民管理", "#16378c", palette)


def immigration_emblem() -> str:
    """The emblem of China's immigration administration."""
    return picture(436, 450, group(_immigration_mark(FLAT), move=(3, 3)), rule=IMMIGRATION_RULE)


def _fire_mark(palette: Palette) -> str:
    """Axes, wings and a place mark under five stars in a roped shield that olive carries, in 430 units."""
    gold, edge = palette.gold, palette.edge
    haft = rectangle(-6, -128, 12, 256, gold, 3)
    blade = path("M6 -122C40 -132 62 -106 66 -78C48 -84 28 -84 6 -76ZM-6 -116L-26 -100L-6 -88Z", SILVER, "#55617a", 2)
    axe = haft + blade
    axes = group(axe, move=(215, 206), turn=40) + group(group(axe, turn=40), move=(215, 206), mirror=True)
    wing = "".join(leaf(14 + 6 * at, 16 - 4 * at, 118 - 5 * at, 24, 112 - 13 * at, gold, edge) for at in range(6))
    wings = group(wing, move=(215, 190)) + group(wing, move=(215, 190), mirror=True)
    pin = path("M215 286C184 240 172 222 172 198A43 43 0 0 1 258 198C258 222 246 240 215 286Z", "#ff6a00", gold, 6)
    flame = "M215 160C196 182 190 196 196 212C204 230 228 230 234 212C238 200 232 190 226 184"
    flame += "C224 194 220 196 217 192C222 180 220 170 215 160Z"
    stars = "".join(
        faceted_star(*polar(215, 232, 162, angle), 26 if angle == 0 else 17, palette.light, palette.shade)
        for angle in (-40, -21, 0, 21, 40)
    )
    rope = path(SHIELD_PATH, "none", edge, 17) + path(SHIELD_PATH, "none", gold, 13, 'stroke-dasharray="9 4"')
    body = path(SHIELD_PATH, "#14295f", gold, 20) + rope + wings + axes + pin + path(flame, gold) + stars
    return _olive(palette, 190, 72) + group(body, move=(36, 12), scale=0.83)


def fire_rescue_emblem() -> str:
    """The emblem of the national fire and rescue force in flat colours."""
    return picture(436, 430, group(_fire_mark(FLAT), move=(3, 3)), rule=FIRE_RULE)


def fire_rescue_emblem_metal() -> str:
    """The emblem of the national fire and rescue force in gold and enamel."""
    return picture(436, 430, metal(), group(_fire_mark(METAL), move=(3, 3)), rule=FIRE_RULE)


def fire_rescue_flag() -> str:
    """The flag of the national fire and rescue force: red over blue, the emblem in the middle."""
    field = rectangle(0, 0, 900, 600, RED) + rectangle(0, 400, 900, 200, "#123a8c")
    return picture(900, 600, field, group(_fire_mark(FLAT), move=(257, 92), scale=0.9), rule=FIRE_FLAG_RULE)


def _coast_guard_mark(palette: Palette) -> str:
    """National emblem before an anchor over waves in a blue shield, olive around it, in 430 units."""
    gold, edge = palette.gold, palette.edge
    anchor = path("M207 150H223V338H207Z", gold, edge, 2)
    flukes = "M118 240L108 286L124 282C140 322 176 346 215 350C254 346 290 322 306 282L322 286L312 240L276 272L292 276"
    flukes += "C278 306 248 322 215 324C182 322 152 306 138 276L154 272Z"
    waves = "".join(path(f"M96 {y}q20 -16 40 0t40 0t40 0t40 0t40 0t40 0", "none", "#cfe3ff", 6) for y in (236, 254))
    clip = f'<defs><clipPath id="sea"><path d="{SHIELD_PATH}"/></clipPath></defs><g clip-path="url(#sea)">{waves}</g>'
    body = (
        shield_body("#10307c", palette)
        + clip
        + anchor
        + path(flukes, gold, edge, 2)
        + small_emblem(215, 140, 196, palette)
    )
    return _olive(palette) + group(body, move=(30, 4), scale=0.86) + _ribbon("中国海警", "#10307c", palette)


def coast_guard_emblem() -> str:
    """The coast guard's badge in flat colours."""
    return picture(436, 450, group(_coast_guard_mark(FLAT), move=(3, 3)), rule=COAST_RULE)


def coast_guard_emblem_metal() -> str:
    """The coast guard's badge in gold and enamel."""
    return picture(436, 450, metal(), group(_coast_guard_mark(METAL), move=(3, 3)), rule=COAST_RULE)


SERVICES: dict[str, tuple[str, str, str]] = {
    "urban-management-badge": ("城市管理执法", "#1b3f6b", "城市管理执法制式服装和标志标识（2017）"),
    "market-regulation-badge": ("市场监管", "#12365f", "市场监管综合行政执法标志"),
    "law-enforcement-badge": ("综合行政执法", "#123a6e", "综合行政执法制式服装和标志管理办法（2020）"),
    "emergency-management-badge": ("应急管理", "#7a1420", "综合行政执法制式服装和标志管理办法（2020）"),
    "immigration-badge": ("移民管理警察", NAVY, "国家移民管理机构执法标志"),
}
"""Name, colour and rule of services whose badges follow the common pattern."""

IN_METAL = ("urban-management-badge", "law-enforcement-badge")
"""Services whose badge has a second drawing in gold and enamel."""

RINGED: dict[str, tuple[str, str, str, str]] = {
    "public-security-seal": (NAVY, "中国人民公安", "POLICE", "公安圆形标志"),
    "special-police-seal": ("#1c1c1c", "中国特警", "SWAT", "特警圆形标志"),
    "traffic-police-seal": ("#0b3d91", "中国交警", "TRAFFIC POLICE", "交警圆形标志"),
    "taxation-seal": ("#1d4fa3", "中国税务", "CHINA TAXATION", "税务圆形标志"),
    "state-security-seal": ("#16305e", "国家安全机关", "STATE SECURITY", "国家安全机关圆形标志"),
    "judicial-seal": ("#2b3a67", "中国司法", "CHINA JUSTICE", "司法行政圆形标志"),
}
"""Ground, name, line at the foot and rule of round badges after the common pattern."""


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    whole: dict[str, Callable[[], str]] = {
        "taxation-emblem": taxation_emblem,
        "taxation-emblem-metal": taxation_emblem_metal,
        "taxation-cap-badge": taxation_cap_badge,
        "market-regulation-emblem": market_regulation_emblem,
        "immigration-emblem": immigration_emblem,
        "fire-rescue-emblem": fire_rescue_emblem,
        "fire-rescue-emblem-metal": fire_rescue_emblem_metal,
        "fire-rescue-flag": fire_rescue_flag,
        "coast-guard-emblem": coast_guard_emblem,
        "coast-guard-emblem-metal": coast_guard_emblem_metal,
    }
    services = {name: partial(_service, *entry) for name, entry in SERVICES.items()}
    relief = {f"{name}-metal": partial(_service_metal, *SERVICES[name]) for name in IN_METAL}
    ringed = {name: partial(_ringed, *entry) for name, entry in RINGED.items()}
    return {name: draw() for name, draw in (whole | services | relief | ringed).items()}
