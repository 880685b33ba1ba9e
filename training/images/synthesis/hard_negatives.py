"""Hard negatives for the benchmark: crests, club and festive badges, banners, striped clothing and game badges.

Real false alarms fall on such pictures. Training has its own (`training/images/negatives`), drawn by other
code: these are SVG around graphics of the test fold, so that no figure, ornament or layout is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageOps

from training.images.drawings import shapes
from training.images.drawings.type import Face, ring_text, text, width_of
from training.images.synthesis.edits import IMITATION_KINDS, filled
from training.images.synthesis.flag_likeness import near_flag, thumbnail
from training.images.synthesis.scenes import AVATAR, COVER, NAMESPACE, Picture, Scene, rasterised, tinted

DRAWING_SIDE = 400
"""Width and height of most drawings, in pixels and in the units of their SVG."""

HARD_NEGATIVES_PER_GROUP = 40
"""Pictures of each group in a whole benchmark."""

CHINESE_FACES: tuple[Face, ...] = ("brush", "cursive", "black", "serif")
"""Typefaces of large words."""

MAX_TINTED_OPACITY = 170.0
"""Mean opacity, of 255, above which a graphic in one colour would be a plain square or disc."""

DEEP = ("#8f1d21", "#1e3a6e", "#17603a", "#2b2b2f", "#5b2a6b", "#a4341f", "#0f5a6e")
PALE = ("#f3f1e7", "#e3b94f", "#cfd3d8", "#f6dd6b", "#ffffff")
FESTIVE = ("#b5121b", "#d92a1c", "#e5432a", "#9c0d16")
GILT = ("#f8d978", "#ffe9a8", "#eab54a", "#fff3cf")
"""Colours of grounds and inks."""

# fmt: off
LATIN_NAMES = (
    "ASHDOWN", "MERRIVALE", "HOLLOWAY", "KESTREL", "THORNBURY", "LINDQVIST", "ALDERMOOR", "VANTERPOOL", "QUILLFORD",
    "BRACKEN HILL", "OXENHOLM", "STAVELEY",
)
LATIN_KINDS = ("GRAMMAR SCHOOL", "CRICKET CLUB", "POLYTECHNIC", "ALUMNI", "ROWING", "LIBRARY", "WANDERERS", "BREWERY")
CHINESE_NAMES = (
    "青禾中学", "望潮书院", "槐树街小学", "橘洲户外社", "云杉设计", "蓝鲸游泳馆", "半山茶社", "向阳合唱团",
)
BADGE_WORDS = (
    "入职纪念", "热心邻居", "读书之星", "年度优秀", "义务植树", "食堂卫生", "光盘行动", "优秀班组",
    "消防演练", "无偿献血",
)
BANNER_WORDS = (
    "秋季运动会", "欢乐中国年", "丰收节", "元旦联欢", "签约仪式", "乔迁之喜", "校庆", "毕业典礼", "周年庆",
    "喜迎开学",
)
GAME_WORDS = ("LEVEL 9", "GUILD", "RAID", "CHAMPION", "SQUAD", "WOLVES", "SEASON 3", "RANK II")
# fmt: on

OUTLINES = (
    "M80 120H320V230C320 310 262 352 200 385C138 352 80 310 80 230Z",
    "M80 125C120 140 160 132 200 112C240 132 280 140 320 125C330 220 318 322 200 388C82 322 70 220 80 125Z",
    "M200 110C290 110 316 170 316 236C316 318 262 372 200 386C138 372 84 318 84 236C84 170 110 110 200 110Z",
    "M72 118H328L318 300L200 384L82 300Z",
)
"""Shields, in the lower three quarters of a drawing."""

Group = Callable[[Scene], Picture]


def crest(scene: Scene) -> Picture:
    """A family's or town's arms: shield, helmet, mantling, crest, at times supporters and a motto."""
    deep, pale = scene.pick(DEEP), scene.pick(PALE)
    outline = scene.pick(OUTLINES)
    parts = [*_mantle(scene, deep, pale)] if scene.chance(0.75) else []
    parts += [f'<clipPath id="s"><path d="{outline}"/></clipPath>', shapes.path(outline, deep)]
    parts += [f'<g clip-path="url(#s)">{_partition(scene, pale)}</g>', shapes.path(outline, "none", "#2a2320", 5)]
    if scene.chance(0.7):
        parts += _helmet(scene)
    words = scene.pick(LATIN_NAMES)
    if scene.chance(0.7):
        parts += _scroll(words, 372, scene.pick((pale, deep)), "#1d1a18")
    drawing = _drawing(parts)
    places = scene.pick((((200, 240, 130),), ((145, 190, 70), (255, 190, 70), (200, 300, 70))))
    beast = ImageOps.contain(_beast(scene), (places[0][2],) * 2) if scene.chance(0.4) else None
    for x, y, side in places:
        if beast is None:
            drawing = _with_icon(scene, drawing, (x, y), side, scene.pick(("#201c1a", pale, "#c8961e")))
        else:
            drawing.alpha_composite(beast, (x - beast.width // 2, y - beast.height // 2))
    if scene.chance(0.7):
        drawing = _with_icon(scene, drawing, (200, 38), 70, scene.pick((deep, pale, "#c8961e")))
    return _supported(scene, drawing) if scene.chance(0.35) else drawing


def _mantle(scene: Scene, deep: str, pale: str) -> list[str]:
    """Cloth in lobes on both sides of a helmet."""
    lobes, reach = int(scene.between(3, 7)), scene.between(110, 175)
    parts = []
    for number in range(lobes):
        down = 70 + 230 * number / lobes
        tip = (200 - reach * scene.between(0.8, 1.1), down + scene.between(10, 50))
        bend = scene.between(-60, 40)
        out = [(150, down - 70), (tip[0] - 20, down - 40), tip]
        back = [(tip[0] + 34, tip[1] + bend), (tip[0] + 60, tip[1] - 40), (190, down + 40)]
        outwards, backwards = (" ".join(f"{x:.0f} {y:.0f}" for x, y in points) for points in (out, back))
        edge = f"M190 {75 + 6 * number}C{outwards}C{backwards}Z"
        leaf = shapes.path(edge, (deep, pale)[number % 2], "#2a2320", 2.5)
        parts += [leaf, shapes.group(leaf, move=(400, 0), mirror=True)]
    return parts


def _partition(scene: Scene, pale: str) -> str:
    """The division of a shield."""
    lozenges = [
        shapes.polygon([(x, y - 34), (x + 24, y), (x, y + 34), (x - 24, y)], pale)
        for x in range(60, 360, 48)
        for y in range(110, 400, 68)
    ]
    divisions = (
        shapes.rectangle(60, 100, 140, 300, pale),
        shapes.rectangle(60, 100, 280, 62, pale),
        shapes.rectangle(60, 100, 140, 140, pale) + shapes.rectangle(200, 240, 140, 160, pale),
        shapes.polygon([(60, 110), (120, 100), (340, 350), (340, 400), (280, 400)], pale),
        "".join(shapes.rectangle(60, y, 280, 26, pale) for y in range(130, 400, 52)),
        shapes.polygon([(60, 340), (200, 200), (340, 340), (340, 400), (200, 262), (60, 400)], pale),
        "".join(lozenges),
        "",
    )
    return scene.pick(divisions)


def _helmet(scene: Scene) -> list[str]:
    steel, dark = scene.pick(("#aeb4bb", "#8d9299", "#c9a85a")), "#2b2b30"
    dome = "M160 118C156 84 172 62 200 60C228 62 244 84 240 118C226 126 214 128 200 128C186 128 174 126 160 118Z"
    bars = [shapes.rectangle(x, 84, 5, 30, steel) for x in range(178, 222, 10)]
    roll = [shapes.ellipse(172 + 14 * number, 62, 9, 6, ("#efe9d8", dark)[number % 2], 20) for number in range(5)]
    return [shapes.path(dome, steel, dark, 3), shapes.rectangle(172, 84, 56, 30, dark, 8), *bars, *roll]


def _scroll(words: str, y: float, ground: str, ink: str) -> list[str]:
    """A ribbon whose ends curl upwards, with words."""
    band = f"M60 {y - 22}Q200 {y + 6} 340 {y - 22}V{y + 4}Q200 {y + 32} 60 {y + 4}Z"
    ends = [shapes.polygon([(60, y - 22), (24, y - 34), (36, y - 20), (24, y - 6), (60, y + 4)], ground, ink, 2)]
    size = min(20.0, 20 * 220 / width_of(words, 20, "serif"))
    dark = sum(int(ground[at : at + 2], 16) for at in (1, 3, 5)) < 330
    line = text(words, 200, y + 11, size, "#ffffff" if dark else "#1d1a18", "serif")
    return [*ends, shapes.group(*ends, move=(400, 0), mirror=True), shapes.path(band, ground, ink, 2), line]


def _supported(scene: Scene, drawing: Picture) -> Picture:
    """The arms between two equal figures that face each other."""
    wide = Image.new("RGBA", (600, DRAWING_SIDE))
    figure = _beast(scene) if scene.chance(0.7) else ImageOps.contain(scene.other(), (130, 260))
    wide.alpha_composite(drawing, (100, 0))
    wide.alpha_composite(figure, (8, 330 - figure.height))
    wide.alpha_composite(ImageOps.mirror(figure), (592 - figure.width, 330 - figure.height))
    return wide


def _beast(scene: Scene) -> Picture:
    """A beast on its hind legs that faces right, drawn with a few thick lines."""
    ink, claw = scene.pick((*DEEP, "#c8961e", "#d9d4c4")), scene.pick(PALE)
    limbs = (
        ("M70 250C40 200 60 150 78 110", 46),
        ("M78 110C84 90 92 76 104 66", 40),
        ("M80 130C110 130 124 112 140 92", 17),
        ("M76 160C104 166 122 156 142 142", 17),
        ("M66 244C100 250 110 280 92 318H118", 19),
        ("M56 244C62 280 50 300 40 318H66", 17),
        ("M46 240C4 236 2 190 26 160C40 142 34 124 18 112", 9),
    )
    style = f'fill="none" stroke="{ink}" stroke-linecap="round" stroke-linejoin="round"'
    parts = [f'<path d="{line}" {style} stroke-width="{width}"/>' for line, width in limbs]
    heads = (
        shapes.polygon([(88, 60), (96, 34), (112, 30), (152, 58), (148, 70), (112, 84)], ink),
        shapes.polygon([(90, 66), (92, 34), (112, 28), (128, 44), (148, 58), (126, 58), (112, 84)], ink),
        shapes.disc(104, 56, 30, ink) + shapes.disc(132, 62, 14, ink) + shapes.disc(90, 32, 9, ink),
    )
    parts += [scene.pick(heads), shapes.disc(112, 50, 4, claw)]
    if scene.chance(0.5):
        parts += [shapes.ellipse(60 - 12 * row, 120 + 8 * row, 10, 46, ink, 40 + 16 * row) for row in range(-1, 3)]
    return rasterised(f'<svg {NAMESPACE} viewBox="0 0 160 340">{"".join(parts)}</svg>', 125)


def club(scene: Scene) -> Picture:
    """A school's, university's or club's badge: a ring of letters around a graphic, a year, a rope for a rim."""
    deep, pale = scene.pick(DEEP), scene.pick(PALE)
    ground, ink = scene.pick(((deep, pale), (pale, deep)))
    rims = (
        shapes.disc(200, 200, 190, ground, ink, 10),
        shapes.disc(200, 200, 186, ground, ink, 12) + shapes.disc(200, 200, 186, "none", ground, 3),
        shapes.polygon([shapes.polar(200, 200, 194 - 10 * (at % 2), 3 * at) for at in range(120)], ink)
        + shapes.disc(200, 200, 178, ground),
    )
    inner = scene.between(108, 126)
    parts = [scene.pick(rims), shapes.disc(200, 200, inner, "none", ink, scene.between(3, 8))]
    is_chinese, year = scene.chance(0.5), str(int(scene.between(1840, 2020)))
    above = scene.pick(CHINESE_NAMES) if is_chinese else f"{scene.pick(LATIN_NAMES)} {scene.pick(LATIN_KINDS)}"
    below = scene.pick((year, scene.pick(LATIN_NAMES), f"· {year} ·"))
    size = 40 if is_chinese else min(32.0, 32 * 440 / width_of(above, 32, "serif"))
    face: Face = scene.pick(("serif", "sans", "black")) if is_chinese else scene.pick(("serif", "sans"))
    parts.append(ring_text(above, 200, 200, 140, size, ink, face))
    parts.append(ring_text(below, 200, 200, 164, 24, ink, "sans", foot=True))
    drawing = _with_icon(scene, _drawing(parts), (200, 200), int(inner * 1.2), ink)
    return ImageOps.grayscale(drawing.convert("RGB")).convert("RGBA") if scene.chance(0.05) else drawing


def badge(scene: Scene) -> Picture:
    """A festive tile, disc, gilt medal or pennant in red and gold, with a graphic and words."""
    red, gilt = scene.pick(FESTIVE), scene.pick(GILT)
    light = scene.pick(("#ff7a3c", "#f2555a", red, "#ff9d2e"))
    ramp = f'<linearGradient id="g" x2="{scene.between(0, 1):.2f}" y2="1"><stop stop-color="{light}"/>'
    ramp += f'<stop offset="1" stop-color="{red}"/></linearGradient>'
    gold = f'<radialGradient id="m" cx=".35" cy=".3"><stop stop-color="#fff6d6"/><stop offset="1" stop-color="{gilt}"/>'
    gold += "</radialGradient>"
    word = scene.pick(BADGE_WORDS)
    kind = int(scene.between(0, 4))
    if kind == 0:
        parts = [ramp, shapes.rectangle(8, 8, 384, 384, "url(#g)", scene.between(20, 150))]
        drawing = _with_icon(
            scene, _drawing(parts), (200, 200), int(scene.between(190, 270)), scene.pick(("#ffffff", gilt))
        )
    elif kind == 1:
        parts = [ramp, shapes.disc(200, 200, 192, "url(#g)", gilt, 8), shapes.disc(200, 200, 120, "none", gilt, 4)]
        parts.append(
            ring_text(word, 200, 200, 138, 38, gilt, scene.pick(("black", "serif")), step=scene.between(18, 30))
        )
        drawing = _with_icon(scene, _drawing(parts), (200, 205), 140, scene.pick((gilt, "#ffffff")))
    elif kind == 2:
        teeth = int(scene.between(16, 40))
        parts = [gold, shapes.polygon([(120, 0), (180, 0), (230, 130), (170, 150)], red)]
        parts += [shapes.polygon([(280, 0), (220, 0), (170, 130), (230, 150)], light)]
        parts += [shapes.gear(200, 250, 148, 136, 1, teeth, "url(#m)", "#8a5a10")]
        parts += [shapes.disc(200, 250, 112, "none", "#a8741c", 3), text(word, 200, 345, 24, "#8a5a10", "serif")]
        drawing = _with_icon(scene, _drawing(parts), (200, 240), 130, "#a06a14")
    else:
        parts = [ramp, shapes.polygon([(60, 10), (340, 10), (340, 330), (200, 392), (60, 330)], "url(#g)", gilt, 8)]
        parts += [text(word, 200, 90, 52, gilt, scene.pick(("brush", "black")))]
        drawing = _with_icon(scene, _drawing(parts), (200, 220), 170, scene.pick((gilt, "#ffffff")))
    return drawing


def banner(scene: Scene) -> Picture:
    """A red banner with waves, beams or lights and large words, opaque; an avatar's or a cover's shape."""
    width, height = scene.pick((COVER, COVER, (800, 400), AVATAR))
    red, gilt = scene.pick(FESTIVE), scene.pick(GILT)
    ramp = f'<radialGradient id="g" cx="{scene.between(0.2, 0.8):.2f}" cy="{scene.between(0, 1):.2f}" r=".9">'
    ramp += f'<stop stop-color="{scene.pick(("#f4672e", "#e8402a", red))}"/>'
    ramp += f'<stop offset="1" stop-color="{red}"/></radialGradient>'
    parts = [ramp, shapes.rectangle(0, 0, width, height, "url(#g)")]
    parts += [
        item
        for make in (_beams, _waves, _lights, _roofs)
        if scene.chance(0.5)
        for item in make(scene, width, height, gilt)
    ]
    words = scene.pick(BANNER_WORDS)
    face: Face = scene.pick(CHINESE_FACES)
    size = min(height * scene.between(0.3, 0.55), width * 0.8 / len(words))
    middle, base = width * scene.between(0.45, 0.55), height * scene.between(0.5, 0.65)
    parts.append(text(words, middle + 4, base + 5, size, "#6b0a0e", face))
    parts.append(text(words, middle, base, size, scene.pick((gilt, "#ffffff")), face))
    if scene.chance(0.5):
        parts.append(text(scene.pick(BADGE_WORDS), middle, base + height * 0.2, height * 0.1, gilt, "sans"))
    return rasterised(f'<svg {NAMESPACE} viewBox="0 0 {width} {height}">{"".join(parts)}</svg>', width).convert("RGB")


def _beams(scene: Scene, width: int, height: int, gilt: str) -> list[str]:
    x, count = width * scene.between(0.3, 0.7), int(scene.between(8, 20))
    beams = [
        shapes.polygon([(x, height), (x + width * np.tan(a), 0), (x + width * np.tan(a + 0.05), 0)], gilt)
        for a in np.linspace(-1.2, 1.2, count)
    ]
    return [f'<g opacity="{scene.between(0.1, 0.35):.2f}">{"".join(beams)}</g>']


def _waves(scene: Scene, width: int, height: int, gilt: str) -> list[str]:
    parts = []
    for number in range(int(scene.between(2, 5))):
        y, lift = height * (0.7 + 0.09 * number), height * scene.between(0.05, 0.3)
        curve = (
            f"M0 {y:.0f}C{width * 0.3:.0f} {y - lift:.0f} {width * 0.6:.0f} {y + lift:.0f} {width} {y - lift / 2:.0f}"
        )
        parts.append(shapes.path(f"{curve}V{height}H0Z", scene.pick((*FESTIVE, gilt)), gilt, 2))
    return parts


def _lights(scene: Scene, width: int, height: int, gilt: str) -> list[str]:
    spots = scene.rng.uniform(0, 1, (int(scene.between(10, 40)), 3))
    discs = (shapes.disc(x * width, y * height, 3 + 22 * size**3, gilt) for x, y, size in spots)
    return [f'<g opacity="0.45">{"".join(discs)}</g>']


def _roofs(scene: Scene, width: int, height: int, gilt: str) -> list[str]:
    steps = np.arange(0, width, scene.between(30, 60))
    tops = height * scene.rng.uniform(0.65, 0.95, len(steps))
    houses = [shapes.rectangle(x, top, 40, height, gilt) for x, top in zip(steps, tops, strict=True)]
    return [f'<g opacity="0.5">{"".join(houses)}</g>']


def stripes(scene: Scene) -> Picture:
    """A shirt, a scarf, a cap or a sash in two colours."""
    first, second = scene.pick((*DEEP, *FESTIVE)), scene.pick(PALE)
    pieces = _pattern(scene, second)
    kind = int(scene.between(0, 4))
    if kind == 0:
        outline = "M140 40Q200 80 260 40L370 100L335 175L290 150V375H110V150L65 175L30 100Z"
        return _clipped(
            outline, first, pieces, [text(str(int(scene.between(2, 99))), 200, 270, 110, "#ffffff", "black")]
        )
    if kind == 1:
        fringe = [
            shapes.rectangle(4 + 392 * side - 4 * side, y, 14, 5, first)
            for side in (0, 0.97)
            for y in range(150, 250, 12)
        ]
        name = text(scene.pick(LATIN_NAMES), 200, 222, 52, first, "black", width=230)
        return _clipped(
            "M16 145H384V255H16Z", first, pieces, [*fringe, shapes.rectangle(70, 165, 260, 70, second), name]
        )
    if kind == 2:
        cap = shapes.path(
            "M60 290C70 150 150 60 250 80C320 95 350 150 362 226L318 210C300 180 292 170 284 168L330 290Z", first
        )
        fur = shapes.rectangle(40, 282, 310, 62, "#fbfbfd", 30) + shapes.disc(360, 240, 32, "#f3f4f8")
        return _drawing([cap, fur]).rotate(scene.between(-25, 25), expand=True)
    outline = "M30 60H130L200 190L270 60H370L235 300V390L200 360L165 390V300Z"
    return _clipped(outline, first, pieces, [shapes.disc(200, 270, 34, second, first, 6)])


def _pattern(scene: Scene, colour: str) -> str:
    """Bars, hoops, a half, a slant or dots over the whole drawing."""
    step = scene.between(40, 90)
    lines = np.arange(0, 440, step)
    return scene.pick(
        (
            "".join(shapes.rectangle(x, 0, step / 2, 400, colour) for x in lines),
            "".join(shapes.rectangle(0, y, 400, step / 2, colour) for y in lines),
            shapes.rectangle(200, 0, 200, 400, colour),
            shapes.polygon([(0, 300), (300, 0), (400, 0), (400, 40), (60, 400), (0, 400)], colour),
            "".join(shapes.disc(x, y, step / 5, colour) for x in lines for y in lines),
        )
    )


def game_badge(scene: Scene) -> Picture:
    """A shield, hexagon or many-pointed star in metal, with wings, chevrons or swords, a graphic and a word."""
    deep, metal = scene.pick(DEEP), scene.pick(("#b9bec6", "#d9a441", "#b9763f", "#e8e9ee"))
    dark = "#26262b"
    star = [shapes.polar(200, 200, 190 if at % 2 else scene.between(120, 150), 22.5 * at) for at in range(16)]
    hexagon = [shapes.polar(200, 205, 160, 60 * at) for at in range(6)]
    bodies = (
        shapes.path(scene.pick(OUTLINES), deep, metal, 16),
        shapes.polygon(hexagon, deep, metal, 16),
        shapes.polygon(star, metal, dark, 4) + shapes.disc(200, 200, 100, deep, dark, 4),
    )
    parts: list[str] = []
    if scene.chance(0.5):
        for number in range(5):
            feather = shapes.ellipse(80 - 4 * number, 150 + 26 * number, 92 - 10 * number, 14, metal, 28 - 16 * number)
            parts += [feather, shapes.group(feather, move=(400, 0), mirror=True)]
    if scene.chance(0.4):
        blade = shapes.polygon([(190, 10), (200, -14), (210, 10), (210, 330), (190, 330)], metal, dark, 3)
        sword = blade + shapes.rectangle(150, 330, 100, 16, dark, 6) + shapes.rectangle(190, 346, 20, 50, dark, 4)
        parts += [f'<g transform="rotate({turn} 200 200)">{sword}</g>' for turn in (42, -42)]
    parts.append(scene.pick(bodies))
    if scene.chance(0.4):
        heights = range(300, 300 - 26 * int(scene.between(1, 4)), -26)
        parts += [
            shapes.polygon([(120, y), (200, y + 40), (280, y), (280, y + 14), (200, y + 54), (120, y + 14)], metal)
            for y in heights
        ]
    if scene.chance(0.5):
        parts += _scroll(scene.pick(GAME_WORDS), 360, metal, dark)
    return _with_icon(scene, _drawing(parts), (200, 205), 130, scene.pick((metal, "#ffffff", "#f4d35e")))


def _clipped(outline: str, ground: str, pieces: str, above: Sequence[str]) -> Picture:
    """An outline filled with a pattern, and parts above it."""
    clip = f'<clipPath id="c"><path d="{outline}"/></clipPath><g clip-path="url(#c)">{pieces}</g>'
    edge = shapes.path(outline, "none", "#2a2020", 3)
    return _drawing([shapes.path(outline, ground), clip, edge, *above])


def _drawing(parts: Sequence[str]) -> Picture:
    side = DRAWING_SIDE
    return rasterised(f'<svg {NAMESPACE} viewBox="0 0 {side} {side}">{"".join(parts)}</svg>', side)


def _with_icon(scene: Scene, drawing: Picture, center: tuple[int, int], side: int, ink: str) -> Picture:
    """The drawing with a graphic on it, mostly in one colour."""
    icon = ImageOps.contain(scene.other(), (side, side))
    is_full = float(np.asarray(icon.getchannel("A")).mean()) > MAX_TINTED_OPACITY
    if scene.chance(0.7) and not is_full:
        icon = tinted(icon, (int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16)))
    result = drawing.copy()
    result.alpha_composite(icon, (max(0, center[0] - icon.width // 2), max(0, center[1] - icon.height // 2)))
    return result


def _shown(make: Group) -> Group:
    """The drawing on a plain avatar, or every third time edited as an emblem would be; never near a flag."""

    def show(scene: Scene) -> Picture:
        drawing = make(scene)
        while near_flag(thumbnail(drawing), scene.flags):
            drawing = make(scene)
        kind = filled if scene.chance(0.67) else IMITATION_KINDS[scene.pick(tuple(IMITATION_KINDS))]
        return kind(scene, drawing).picture

    return show


HARD_NEGATIVES: dict[str, Group] = {
    "hard_crests": _shown(crest),
    "hard_clubs": _shown(club),
    "hard_badges": _shown(badge),
    "hard_banners": banner,
    "hard_stripes": _shown(stripes),
    "hard_signs": _shown(game_badge),
}
"""Every group of hard negatives."""
