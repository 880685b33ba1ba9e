"""The national emblem of the People's Republic of China, which many badges carry in their middle."""

from __future__ import annotations

from training.images.drawings.shapes import (
    FLAT,
    GOLD,
    METAL,
    RED,
    Palette,
    Point,
    disc,
    faceted_star,
    gear,
    group,
    metal,
    path,
    picture,
    polygon,
    rectangle,
    toward,
    wheat,
)

EMBLEM_RULE = "GB 15093-2008 国徽；中华人民共和国国徽图案制作说明（1950）"
HEIGHT = 842.0
"""Height of the emblem in units of its ring's 800."""

LARGE_STAR: Point = (0, -223)
SMALL_STARS: tuple[Point, ...] = ((-148, -164), (-61, -73), (61, -73), (148, -164))


def gate(palette: Palette = FLAT) -> str:
    """Tiananmen, 540 units wide and 160 high; (0, 0) is the middle of its foot."""
    gold, edge = palette.gold, palette.edge
    wall = polygon([(-272, 0), (-272, -64), (272, -64), (272, 0)], gold, edge, 3)
    parapet = path("M-272 -52H272M-272 -8H272", "none", edge, 3)
    gates = "".join(
        path(f"M{x - half} 0V{-22 - lift}A{half} {half} 0 0 1 {x + half} {-22 - lift}V0Z", edge)
        for x, half, lift in ((-108, 10, 0), (-58, 11, 3), (0, 14, 6), (58, 11, 3), (108, 10, 0))
    )
    hall = polygon([(-116, -64), (-116, -92), (116, -92), (116, -64)], gold, edge, 3)
    pillars = "".join(rectangle(-106 + 23 * at, -90, 7, 24, edge) for at in range(10))
    eaves = path("M-140 -88L-112 -116H112L140 -88Q100 -96 0 -96Q-100 -96 -140 -88Z", gold, edge, 3)
    storey = polygon([(-98, -114), (-98, -126), (98, -126), (98, -114)], gold, edge, 3)
    roof = path("M-124 -122L-94 -152L-102 -162H102L94 -152L124 -122Q90 -130 0 -130Q-90 -130 -124 -122Z", gold, edge, 3)
    pillar = path("M-5 -8V-78H-14V-86H14V-78H5V-8Z", gold, edge, 2)
    return (
        wall
        + parapet
        + gates
        + hall
        + pillars
        + eaves
        + storey
        + roof
        + "".join(group(pillar, move=(x, -6)) for x in (-192, 192))
    )


def _ribbon(palette: Palette) -> str:
    """The ribbon from both sides of the ring over the gear, its tails folded."""
    cloth, fold = palette.ribbon or palette.red, palette.fold
    tail = (
        "M-288 196C-262 250 -222 286 -168 318L-160 344L-176 350L-182 430L-214 432L-220 420L-246 424L-250 408L-276 410"
    )
    half = path(tail + "L-280 394L-312 396C-300 330 -292 262 -288 196Z", cloth, fold, 4)
    half += path(
        "M-286 200C-236 286 -140 322 -40 330L-36 384C-80 372 -120 352 -172 352C-236 330 -276 270 -286 200Z",
        cloth,
        fold,
        4,
    )
    pleats = "M-262 286L-280 394M-236 312L-250 408M-208 334L-220 420M-150 330Q-100 340 -44 352"
    half += path(pleats, "none", fold, 4)
    return half + group(half, mirror=True)


def emblem_mark(palette: Palette = FLAT) -> str:
    """The national emblem, 800 wide and `HEIGHT` high; (0, 0) is the centre of its ring."""
    gold, edge = palette.gold, palette.edge
    ring = path(
        "M398 0A398 398 0 1 0 -398 0A398 398 0 1 0 398 0ZM303 0A303 303 0 1 1 -303 0A303 303 0 1 1 303 0Z",
        gold,
        edge,
        5,
        'fill-rule="evenodd"',
    )
    ears = "".join(wheat(0, 0, 352, start, end, 54, gold, edge) for start, end in ((204, 353), (156, 7)))
    stars = faceted_star(*LARGE_STAR, 78, palette.light, palette.shade) + "".join(
        faceted_star(*at, 40, palette.light, palette.shade, toward(at, LARGE_STAR)) for at in SMALL_STARS
    )
    stalk = path("M-30 352L-172 346L-150 396L-172 438L-60 416L-22 392Z", gold, edge, 4)
    wheel = gear(0, 342, 96, 80, 34, 16, gold, edge) + disc(0, 342, 58, "none", edge, 5)
    knot = path(
        "M-44 330C-30 306 30 306 44 330L40 384C24 372 -24 372 -40 384Z", palette.ribbon or palette.red, palette.fold, 4
    )
    return "".join(
        [
            disc(0, 0, 320, palette.red),
            stars,
            group(gate(palette), move=(0, 196)),
            ring,
            ears,
            stalk,
            group(stalk, mirror=True),
            wheel,
            _ribbon(palette),
            knot,
        ]
    )


def small_emblem(x: float, y: float, height: float, palette: Palette = FLAT) -> str:
    """The national emblem as a part of another badge, centred on (x, y)."""
    scale = height / HEIGHT
    return group(emblem_mark(palette), move=(x, y - 20 * scale), scale=scale)


def _whole(palette: Palette, *ground: str) -> str:
    return picture(816, 858, *ground, group(emblem_mark(palette), move=(408, 408)), rule=EMBLEM_RULE)


def national_emblem() -> str:
    """The national emblem in flat gold and red."""
    return _whole(FLAT)


def national_emblem_metal() -> str:
    """The national emblem as it hangs over doors: polished gold and enamel."""
    return _whole(METAL, metal())


def national_emblem_gold() -> str:
    """The national emblem in one colour, gold on red, as on banners and book covers."""
    ground = rectangle(0, 0, 960, 960, RED)
    mark = group(emblem_mark(Palette(GOLD, RED, RED, RED, GOLD, GOLD, GOLD)), move=(480, 460))
    return picture(960, 960, ground, mark, rule=EMBLEM_RULE)


def national_emblem_print() -> str:
    """The national emblem in one colour, red on white, as on letter paper and seals."""
    return _whole(Palette(RED, "#fff", "#fff", "#fff", RED, RED, RED))


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "national-emblem": national_emblem(),
        "national-emblem-metal": national_emblem_metal(),
        "national-emblem-gold": national_emblem_gold(),
        "national-emblem-print": national_emblem_print(),
    }
