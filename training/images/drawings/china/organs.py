"""Emblems of courts, procuratorates, the administration of justice and customs."""

from __future__ import annotations

from training.images.drawings.china.badges import wall_relief
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
    polygon,
    rectangle,
    shield,
    toward,
    wheat,
)
from training.images.drawings.type import ring_text, text

COURT_RULE = "人民法院法徽：麦穗、齿轮、华表、天平（最高人民法院《人民法院法徽使用管理规定》）"
PROCURATORATE_RULE = "中国检察徽：盾牌、五颗五角星、长城、橄榄枝（最高人民检察院检察徽章规定）"
JUSTICE_RULE = "司法行政徽章：盾牌、五颗五角星、长城、橄榄枝，红色和银白色"
CUSTOMS_RULE = "中华人民共和国海关关徽使用管理办法：商神手杖与金色钥匙交叉"


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
    return path("M0 0L-42 84M0 0L42 84", "none", GOLD, 5) + path("M-52 84H52C40 118 -40 118 -52 84Z", fill)


def _court_mark(palette: Palette) -> str:
    """Scales on an ornamental pillar over a gear, between ears of wheat, in 512 units."""
    gold, edge = palette.gold, palette.edge
    ears = "".join(wheat(256, 256, 208, *span, 48, gold, edge) for span in ((206, 350), (154, 10)))
    beam = (
        "M104 176C160 156 220 168 256 176C292 168 352 156 408 176V192C352 174 292 184 256 194C220 184 160 174 104 192Z"
    )
    pans = group(_pan(gold), move=(126, 182)) + group(_pan(gold), move=(386, 182))
    pillar = group(_huabiao(gold, edge), move=(256, 392), scale=0.98)
    wheel = gear(256, 430, 72, 58, 24, 16, gold, edge)
    ground = disc(256, 256, 250, gold, edge, 4) + disc(256, 256, 236, palette.red, edge, 3)
    return ground + ears + wheel + path(beam, gold, edge, 2) + pans + pillar


def court_emblem() -> str:
    """The emblem of the people's courts in flat gold and red."""
    return picture(512, 512, _court_mark(FLAT), rule=COURT_RULE)


def court_emblem_metal() -> str:
    """The emblem of the people's courts as it hangs over doors: gold and enamel."""
    return picture(512, 512, metal(), _court_mark(METAL), rule=COURT_RULE)


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


def justice_emblem() -> str:
    """The emblem of the administration of justice: red and silver, the service's name below."""
    silver = Palette("#e9edf2", "#6d7682", RED, "#8f1409", "#ffffff", "#b9c2cc")
    name = text("中国司法", 256, 566, 62, RED, "serif")
    return picture(512, 590, _five_star_shield(silver, RED), name, rule=JUSTICE_RULE)


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


def _customs_mark(palette: Palette) -> str:
    """Golden key and Hermes' staff crossed, in 512 units."""
    key = group(_key(palette.gold, palette.edge), move=(256, 262), turn=45)
    return group(_caduceus(palette.gold, palette.edge), move=(256, 262), turn=-45) + key


def customs_emblem() -> str:
    """The customs emblem: key and caduceus crossed."""
    return picture(512, 512, _customs_mark(FLAT), rule=CUSTOMS_RULE)


def customs_emblem_metal() -> str:
    """The customs emblem in polished gold on a black cap badge within wheat."""
    ears = "".join(wheat(256, 256, 214, *span, 50, METAL.gold, METAL.edge) for span in ((190, 350), (170, 10)))
    ground = disc(256, 256, 196, "#0c1230", METAL.gold, 8)
    mark = group(_customs_mark(METAL), move=(72, 68), scale=0.72)
    return picture(512, 512, metal(), ground, ears, mark, rule=CUSTOMS_RULE)


def customs_emblem_disc() -> str:
    """The customs emblem on a navy disc with the service's name."""
    mark = group(_customs_mark(FLAT), move=(46, 40), scale=0.82)
    ring = disc(256, 256, 250, NAVY, GOLD, 8)
    return picture(
        512,
        512,
        ring,
        mark,
        ring_text("中国海关", 256, 256, 224, 46, GOLD, "serif", step=15, foot=True),
        rule=CUSTOMS_RULE,
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "court-emblem": court_emblem(),
        "court-emblem-metal": court_emblem_metal(),
        "procuratorate-emblem": procuratorate_emblem(),
        "procuratorate-emblem-metal": procuratorate_emblem_metal(),
        "justice-emblem": justice_emblem(),
        "customs-emblem": customs_emblem(),
        "customs-emblem-metal": customs_emblem_metal(),
        "customs-emblem-disc": customs_emblem_disc(),
    }
