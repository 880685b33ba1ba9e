"""Forms of Chinese stations' signs that real pictures carry, and of a few stations abroad: pills, bars and tiles."""

from __future__ import annotations

from training.images.drawings.broadcasters.central import cctv_letters, phoenixes
from training.images.drawings.broadcasters.northern import inner_mongolia, ningxia
from training.images.drawings.broadcasters.signs import Sign
from training.images.drawings.broadcasters.southern import hubei, jiangsu
from training.images.drawings.shapes import (
    clipped,
    disc,
    ellipse,
    glow,
    gradient,
    group,
    path,
    picture,
    polygon,
    rectangle,
)
from training.images.drawings.type import text, width_of

WHITE, INK = "#fff", "#151515"


def heavy(letters: str, colour: str, width: float) -> str:
    """Letters thickened by an outline of their colour."""
    return f'<g stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round">{letters}</g>'


def white_name(sign: Sign) -> str:
    """A channel's sign with its name on the right in white, as on a dark picture."""
    tall, size = sign.height - sign.top, 0.34 * sign.width
    across = width_of(sign.name, size, "black")
    words = text(sign.name, sign.width + 16 + across / 2, tall / 2 + 0.36 * size, size, WHITE, "black")
    markup = group(sign.markup, move=(0, -sign.top))
    return picture(sign.width + across + 24, tall, markup, words, rule=f"{sign.name}台标与白色台名")


def inner_mongolia_stacked() -> str:
    """Inner Mongolia's gold letters above the channel's name in white."""
    sign = inner_mongolia()
    name = text(sign.name, 161, 184, 70, WHITE, "black", width=318)
    return picture(322, 200, group(sign.markup, move=(0, -sign.top)), name, rule="内蒙古卫视台标：上下两行")


def beijing_tile() -> str:
    """BRTV in white letters on a red tile."""
    tile = rectangle(0, 0, 480, 200, "#e60012", 14)
    return picture(
        480,
        200,
        tile,
        heavy(text("BRTV", 240, 156, 150, WHITE, "serif", width=400), WHITE, 7),
        rule="北京广播电视台：红底 BRTV",
    )


def beijing_lines() -> str:
    """BTV on a dark red tile between two white lines."""
    tile = rectangle(0, 10, 440, 204, "#b31d24")
    lines = rectangle(0, 0, 440, 8, WHITE) + rectangle(0, 216, 440, 8, WHITE)
    return picture(
        440,
        224,
        tile,
        lines,
        heavy(text("BTV", 220, 158, 128, WHITE, "serif", width=240), WHITE, 6),
        rule="北京电视台：线间 BTV",
    )


def beijing_name() -> str:
    """The satellite channel's name above BRTV on a red tile."""
    tile = rectangle(0, 0, 400, 204, "#e01212", 12)
    name = text("北京卫视", 200, 92, 84, WHITE, "sans", width=330)
    return picture(
        400,
        204,
        tile,
        name,
        heavy(text("BRTV", 200, 180, 78, WHITE, "serif", width=216), WHITE, 4),
        rule="北京卫视：台名与 BRTV",
    )


def jiangsu_bar() -> str:
    """Jiangsu's red petals before the channel's name on a red bar."""
    sign = jiangsu()
    tall = sign.height - sign.top
    bar = rectangle(sign.width + 20, tall * 0.18, 2.4 * sign.width, tall * 0.8, "#e8141c")
    middle, size = 2.2 * sign.width + 20, 0.52 * sign.width
    name = text(sign.name, middle, 0.58 * tall + 0.36 * size, size, WHITE, "sans", width=2.1 * sign.width)
    markup = group(sign.markup, move=(0, -sign.top))
    return picture(3.4 * sign.width + 24, tall, markup, bar, name, rule="江苏卫视：红瓣与红条")


def yicai() -> str:
    """Yicai: its one is a slanting stroke in an open square, above spaced Latin letters."""
    outer = "M166 4H312L300 152H170Z"
    hole = "M200 26H290L262 112L204 136Z"
    one = path(outer + hole, WHITE, extra='fill-rule="evenodd"')
    name = text("第", 80, 136, 152, WHITE, "black", width=158) + text("财经", 464, 136, 152, WHITE, "black", width=312)
    places = zip("YICAI", (24, 168, 312, 456, 600), strict=True)
    letters = "".join(text(letter, x, 204, 40, WHITE, "black", width=34) for letter, x in places)
    return picture(620, 206, one, name, letters, rule="第一财经标志")


def xinhua_cnc() -> str:
    """CNC, Xinhua's television: an orange bird flies over a blue ball."""
    ball = f"<defs>{glow('ball', '#7fd0ff', '#1f78d0', '#0a3f94')}</defs>" + disc(150, 156, 96, "url(#ball)")
    neck = path("M62 150C16 148 10 118 22 86L8 84L26 72C40 72 46 84 38 100C32 120 44 128 66 130Z", "#f4a024")
    wings = (
        "M74 108C110 84 150 60 168 14C172 60 140 96 96 122ZM104 124C150 104 190 76 208 30C210 78 176 114 124 138Z"
        "M132 142C180 128 214 100 236 64C234 104 200 136 150 152Z"
    )
    words = text("CNC", 154, 196, 66, WHITE, "black", width=128)
    name = text("新华社", 434, 142, 106, WHITE, "sans") + text("中文台", 494, 238, 72, WHITE, "sans")
    return picture(610, 260, ball, neck, path(wings, "#f4a024"), words, name, rule="新华社电视台标志：CNC")


def formosa_pill(name: str, outer: str, inner: str) -> str:
    """A channel of Formosa Television: its eye and its name in white on a pill with a white line."""
    pill = rectangle(0, 0, 620, 156, outer, 78) + rectangle(6, 6, 608, 144, WHITE, 72)
    pill += rectangle(12, 12, 596, 132, outer, 66)
    eye = disc(84, 78, 52, WHITE) + disc(84, 78, 40, inner) + disc(98, 62, 14, WHITE)
    words = f'<g transform="translate(22 0) skewX(-8)">{text(name, 370, 114, 92, WHITE, "black", width=426)}</g>'
    return picture(620, 156, pill, eye, words, rule="民视频道：药丸形底")


def olympic_channel() -> str:
    """CCTV-16, the Olympic channel: white letters and figures, two English lines below."""
    letters = group(cctv_letters(WHITE), scale=0.36)
    number = text("16", 510, 104, 124, WHITE, "sans")
    words = text("OLYMPIC", 300, 204, 72, WHITE, "black", width=380) + text(
        "CHANNEL", 300, 262, 50, WHITE, "sans", width=270
    )
    return picture(600, 272, letters, number, words, rule="CCTV-16 奥林匹克频道")


def china_plus() -> str:
    """China Plus, China Radio International in English: three lines on a crimson disc."""
    first = text("CHINA", 200, 176, 104, WHITE, "sans", width=322)
    lines = first + text("PLUS", 206, 264, 104, WHITE, "sans", width=244)
    return picture(
        400,
        400,
        disc(200, 200, 198, "#d33455"),
        lines,
        text("RADIO", 210, 304, 34, WHITE, "sans", width=240),
        rule="China Plus 电台",
    )


def hong_kong_radio() -> str:
    """RTHK 31: letters that lead from a red ball to the channel's figures."""
    ball = f"<defs>{glow('ball', '#ff7070', '#e8303a', '#b80c1c')}</defs>" + disc(150, 150, 148, "url(#ball)")
    word = text("RTHK", 164, 188, 104, WHITE, "sans", width=262)
    return picture(480, 300, ball, word, text("31", 390, 222, 200, "#e8303a", "sans", width=176), rule="港台电视 31")


def taiwan_television() -> str:
    """Taiwan Television's orbit about a red triangle, before the news channel's name."""
    orbit = ellipse(70, 76, 44, 70, "none", 24, 'stroke="#2036c8" stroke-width="12"')
    name = text("台視新聞", 364, 122, 108, WHITE, "black", width=444)
    triangle = polygon([(72, 44), (94, 88), (50, 88)], "#e01818")
    return picture(596, 152, orbit, triangle, heavy(name, INK, 4), rule="台视新闻台")


def channel_newsasia_chinese() -> str:
    """Channel NewsAsia's red A before its Chinese name."""
    letter = gradient("red", "#ff3020", "#c00010", line=(0, 0, 0, 1))
    letter += path("M116 0H176L276 216H200L146 84L92 216H16ZM110 166L188 198L210 216H92Z", "url(#red)")
    name = text("亚洲新闻", 460, 130, 92, WHITE, "black", width=350)
    return picture(
        640, 250, letter, name, text("CHANNEL NEWSASIA", 150, 248, 26, WHITE, "sans", width=300), rule="亚洲新闻台"
    )


def nhk_eggs() -> str:
    """NHK: red letters with dark edges, each on a white egg with a grey edge."""
    eggs = ((92, 108, 84, 104, 24, "N"), (274, 110, 98, 96, 40, "H"), (456, 104, 92, 102, 30, "K"))
    parts = []
    for x, y, rx, ry, turn, letter in eggs:
        parts.append(ellipse(x, y, rx, ry, WHITE, turn, 'stroke="#8c8c8c" stroke-width="9"'))
        glyph = text(letter, 0, 40, 108, "#e23a44", "black")
        parts.append(f'<g transform="translate({x} {y}) skewX(-14)" stroke="#3a1012" stroke-width="4">{glyph}</g>')
    return picture(548, 216, *parts, rule="NHK 台标：三个蛋形")


def fox_business() -> str:
    """Fox Business: broad letters, two searchlights, a red line and the second word."""
    word = heavy(text("FOX", 192, 162, 206, WHITE, "black", width=376), WHITE, 10)
    lights = path("M384 0H420L488 166H452ZM440 0H462L500 92V166Z", WHITE)
    line = rectangle(0, 174, 500, 9, "#c01020")
    return picture(
        500, 250, word, lights, line, text("BUSINESS", 250, 248, 74, WHITE, "sans", width=504), rule="福克斯商业频道"
    )


def pbs() -> str:
    """PBS: white faces that look right on a black disc, before the name."""
    ball = gradient("ball", "#777", "#111", "#000", "#555", line=(0.3, 0, 0.6, 1)) + disc(100, 100, 98, "url(#ball)")
    face = (
        "M44 122V92C44 60 64 42 92 42C120 42 132 62 132 82L146 108H132V128C132 138 126 140 112 138V160H78V140"
        "C60 140 44 136 44 122Z"
    )
    second = (
        "M112 44C146 40 162 60 162 84L176 110H162V128C162 142 152 142 144 140V160H122V146H138V116H154L140 84"
        "C140 66 132 52 112 44Z"
    )
    eye = disc(104, 84, 11, "#111")
    name = text("PBS", 270, 88, 66, WHITE, "serif", width=124) + text(
        "AMERICA", 366, 158, 66, WHITE, "serif", width=320
    )
    return picture(530, 200, ball, path(face + second, WHITE), eye, name, rule="美国公共广播协会：圆中侧脸")


def phoenix_movie() -> str:
    """Phoenix Movies: one orange bird over a plate, beside a strip of film."""
    orange = "#f08020"
    birds = phoenixes(160, 160, 0.4, orange, orange)
    half = clipped("half", rectangle(0, 0, 212, 256, "#000"), birds)
    plate = rectangle(62, 250, 150, 60, orange) + text("MOVIE", 137, 298, 46, WHITE, "black", width=130)
    film = "".join(rectangle(224, y, 36, 32, orange, 6) for y in range(46, 300, 44))
    return picture(270, 310, half, plate, film, rule="凤凰卫视电影台")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "media-hubei-tv-white": white_name(hubei()),
        "media-ningxia-tv-white": white_name(ningxia()),
        "media-inner-mongolia-tv-stacked": inner_mongolia_stacked(),
        "media-beijing-tv-brtv-tile": beijing_tile(),
        "media-beijing-tv-btv-lines": beijing_lines(),
        "media-beijing-tv-brtv-name": beijing_name(),
        "media-jiangsu-tv-bar": jiangsu_bar(),
        "media-yicai-white": yicai(),
        "media-xinhua-cnc": xinhua_cnc(),
        "media-ftv-pill-red": formosa_pill("民視新聞台", "#e0141c", "#1a3c9c"),
        "media-ftv-pill-green": formosa_pill("民視台灣台", "#0a6e34", "#0a6e34"),
        "media-cctv-16-olympic": olympic_channel(),
        "media-cri-china-plus": china_plus(),
        "media-rthk-31": hong_kong_radio(),
        "media-ttv-news": taiwan_television(),
        "media-cna-chinese": channel_newsasia_chinese(),
        "media-nhk-eggs-edged": nhk_eggs(),
        "media-fox-news-business": fox_business(),
        "media-pbs-disc": pbs(),
        "media-phoenix-movie": phoenix_movie(),
    }
