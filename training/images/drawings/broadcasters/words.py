"""Forms of broadcasters' signs that real pictures carry: words in one line or two, on the grounds that they have."""

from __future__ import annotations

from training.images.drawings.broadcasters.central import cgtn_letters
from training.images.drawings.broadcasters.strokes import stroke_text
from training.images.drawings.shapes import arc, disc, gradient, group, path, picture, rectangle
from training.images.drawings.type import text

WHITE, INK = "#fff", "#151515"


def euronews_line(colour: str, ground: str = "") -> str:
    """Euronews in one line: a thin first half, a bold second half and a dot."""
    back = rectangle(0, 0, 640, 160, ground, 14) if ground else ""
    thin = stroke_text("euro", 36, 116, 78, 8, colour, width=244)
    bold = stroke_text("news", 288, 116, 78, 20, colour, width=290)
    return picture(640, 160, back, thin, bold, disc(598, 103, 14, colour), rule="欧洲新闻台：一行字标")


def euronews_lines(colour: str, ground: str = "") -> str:
    """Euronews in two lines: a thin one above a bold one with a dot."""
    thin = stroke_text("euro", 0, 138, 138, 18, colour, width=530)
    bold = stroke_text("news", 0, 314, 138, 33, colour, width=530)
    parts = thin, bold, disc(570, 286, 28, colour)
    if not ground:
        return picture(600, 316, *parts, rule="欧洲新闻台：两行字标")
    words = group(*parts, move=(94, 190), scale=0.85)
    return picture(700, 700, rectangle(0, 0, 700, 700, ground), words, rule="欧洲新闻台：方块上的两行")


def news_in_serifs(colour: str) -> str:
    """The word NEWS in thin letters with serifs, 400 wide and 100 high."""
    thin = (
        "M8 0V100M78 0V100M-6 0H22M-6 100H24M66 0H92M108 0H168V20M108 100H172L178 78M122 50H156M156 40V60"
        "M226 98L250 10M276 98L304 0M184 0H212M232 0H262M292 0H318"
    )
    thick = "M10 2L78 98M122 0V100M198 0L226 98M246 0L276 98"
    last = (
        "M386 24C382 6 368 -1 354 -1C336 -1 326 10 326 24"
        "C326 56 390 46 390 76C390 92 376 101 358 101C340 101 330 92 326 74"
    )
    return path(thin, "none", colour, 5) + path(thick, "none", colour, 13) + path(last, "none", colour, 10)


def abc_news(colour: str, stacked: bool) -> str:
    """ABC News of the United States: a glossy disc before the word, or above it."""
    gloss = gradient("gloss", "#555", "#000", "#000", "#666", line=(0.2, 0, 0.6, 1))
    ball = disc(90, 90, 88, "url(#gloss)", "#000", 3) + stroke_text("ɑbc", 8, 114, 56, 14, WHITE, width=166)
    if stacked:
        word = f'<g transform="translate(20 210)">{news_in_serifs(colour)}</g>'
        return picture(
            410, 316, gloss, f'<g transform="translate(115 8)">{ball}</g>', word, rule="美国广播公司新闻：圆在上"
        )
    word = f'<g transform="translate(204 46) scale(.84)">{news_in_serifs(colour)}</g>'
    return picture(540, 180, gloss, ball, word, rule="美国广播公司新闻：圆在前")


def orf(figure: str = "") -> str:
    """ORF in wide white letters on a red tile, at times before a channel's figure."""
    places = ("O", 70, 94), ("R", 176, 72), ("F", 276, 62)
    letters = "".join(text(letter, x, 108, 106, WHITE, "black", width=width) for letter, x, width in places)
    tile = rectangle(0, 0, 340, 142, "#e3051b")
    if not figure:
        return picture(340, 142, tile, letters, rule="ORF 台标：红底白字")
    number = text(figure, 412, 110, 112, "#e3051b", "black")
    return picture(480, 142, rectangle(340, 0, 140, 142, "#e4e4e4"), tile, letters, number, rule="ORF 台标与频道号")


def bfm() -> str:
    """BFM TV in one tight line with a full stop."""
    return picture(
        480,
        104,
        text("BFMTV", 222, 102, 138, WHITE, "black", width=452),
        rectangle(448, 70, 32, 32, WHITE),
        rule="BFM电视台：一行字标",
    )


def franceinfo(colour: str) -> str:
    """Franceinfo in round letters before a yellow colon."""
    word = stroke_text("frɑnceinfo", 0, 97, 70, 17, colour, width=616)
    dots = disc(644, 44, 13, "#ffc226") + disc(644, 84, 13, "#ffc226")
    return picture(658, 98, word, dots, rule="法国新闻台：字标与黄色冒号")


def ndtv_24x7() -> str:
    """NDTV in broad letters with a red dot, above 24x7."""
    word = text("N", 82, 78, 108, WHITE, "black", width=110) + text("DTV", 300, 78, 108, WHITE, "black", width=300)
    dot = rectangle(139, 0, 4, 80, "#f01820") + disc(141, 40, 15, "#f01820")
    numbers = text("24", 158, 214, 172, WHITE, "black", width=322) + text("7", 422, 214, 172, WHITE, "black", width=140)
    cross = text("x", 338, 214, 150, "#b8b8b8", "black", width=90)
    return picture(480, 220, word, dot, numbers, cross, rule="NDTV 台标：红点与 24x7")


def cgtn_gold(line: str) -> str:
    """CGTN in gold, above a second line in lighter letters."""
    word = text(line, 283, 262, 110, "#bfab5f", "sans", width=66 * len(line))
    return picture(566, 270, cgtn_letters("#bfab5f"), word, rule="CGTN 台标：金色两行")


def haberturk() -> str:
    """Habertürk in two lines about a red bar."""
    first = text("HABER", 250, 96, 132, WHITE, "black", width=510)
    second = "".join(
        text(letter, x, 238, 132, WHITE, "black", width=110)
        for letter, x in zip("TURK", (54, 184, 314, 444), strict=True)
    )
    return picture(500, 240, first, rectangle(0, 110, 500, 20, "#c8171e"), second, rule="哈贝图尔克电视台：两行字标")


def cnbc(colour: str, line: str = "") -> str:
    """CNBC without its peacock: a blue wedge in the N, at times above a second word."""
    letters = text("C", 64, 146, 176, colour, "sans", width=142) + text("BC", 372, 146, 176, colour, "sans", width=264)
    n = "M140 22H164L240 112L252 150H232L162 66V148H140Z"
    wedge = path("M150 0H240V92Z", "#0a7bff")
    if not line:
        return picture(500, 160, letters, path(n, colour), wedge, rule="CNBC 台标：蓝色楔形")
    word = text(line, 250, 240, 84, colour, "sans", width=340)
    return picture(500, 248, letters, path(n, colour), wedge, word, rule="CNBC 台标与第二行")


def phoenix_germany() -> str:
    """Phoenix of ARD and ZDF: round teal letters, the i without a dot."""
    return picture(
        592, 154, stroke_text("phoenıx", 0, 120, 98, 24, "#006f80", width=592), rule="德国 phoenix 台：青色字标"
    )


def tagesschau24() -> str:
    """Tagesschau24: thin and bold letters, a one in a ring, and 24 in a larger ring."""
    thin, bold = (
        stroke_text("tages", 0, 106, 54, 7, WHITE, width=214),
        stroke_text("schau", 222, 106, 50, 11, WHITE, width=222),
    )
    one = disc(476, 62, 23, "none", WHITE, 6) + path("M463 58L481 50H485V76L477 80V64L463 70Z", WHITE)
    ring = path(arc(594, 84, 68, 195, 410), "none", WHITE, 10) + text("24", 594, 108, 66, WHITE, "black")
    return picture(672, 156, thin, bold, one, ring, rule="tagesschau24 字标")


def rte_news(row: bool) -> str:
    """RTÉ News NOW: dark words on white, white words on blue."""
    blue, dark = "#1a78e0", "#333"
    if row:
        words = text("RTÉ", 96, 84, 88, dark, "sans", width=140) + stroke_text("News", 196, 84, 48, 6, dark, width=210)
        tile = rectangle(430, 0, 240, 118, blue) + rectangle(0, 104, 670, 14, blue)
        now = text("NOW", 550, 84, 88, WHITE, "sans", width=196)
        return picture(
            670, 118, rectangle(0, 0, 670, 118, "#f4f4f4"), tile, words, now, rule="爱尔兰广播电视新闻：一行"
        )
    words = text("RTÉ", 200, 140, 128, dark, "sans", width=200) + stroke_text("News", 58, 238, 62, 8, dark, width=282)
    tile = rectangle(0, 272, 400, 128, blue) + text("NOW", 200, 364, 98, WHITE, "sans", width=220)
    return picture(400, 400, rectangle(0, 0, 400, 400, WHITE), words, tile, rule="爱尔兰广播电视新闻：方块")


def dr_1() -> str:
    """DR1: a slab one on red, above DR on a black band."""
    one = path("M148 62H226V186H266V214H142V186H180V94H148Z", WHITE)
    band = rectangle(0, 280, 400, 120, "#000") + text("DR", 202, 370, 84, WHITE, "black", width=270)
    return picture(400, 400, rectangle(0, 0, 400, 280, "#ff001e"), one, band, rule="丹麦广播公司一台：1 与 DR")


def srf(ground: str, name: str = "") -> str:
    """A channel of SRF: its letters turned upright, a bar, and a one or the channel's name."""
    width = 300 + 60 * len(name) if name else 400
    side = f'<g transform="translate(112 116) rotate(-90)">{text("SRF", 0, 0, 96, WHITE, "black", width=186)}</g>'
    main = (
        text(name, 180 + (width - 190) / 2, 160, 120, WHITE, "black")
        if name
        else path("M262 74L308 30V196H262Z", WHITE)
    )
    bar = rectangle(152, 0, 18, 232, WHITE)
    return picture(width, 232, rectangle(0, 0, width, 232, ground), side, bar, main, rule="瑞士广播电视频道：竖排 SRF")


def trt(colour: str, name: str, ground: str) -> str:
    """A channel of TRT: white or dark letters before the channel's name on a tile with one round corner."""
    width = 40 + 66 * len(name)
    tile = path(f"M216 26Q216 0 242 0H{216 + width}V92Q{216 + width} 118 {190 + width} 118H216Z", ground)
    words = text("TRT", 102, 96, 106, colour, "black", width=206)
    label = text(name, 216 + width / 2, 94, 98, WHITE, "black", width=width - 36)
    return picture(216 + width, 118, tile, words, label, rule="土耳其广播电视频道")


def sky_news(colour: str, ground: str = "") -> str:
    """Sky News: bold letters before thin white ones on a glossy red tile."""
    gloss = gradient("gloss", "#e8202a", "#d00a10", "#a80008", "#b80008", line=(0, 0, 0, 1))
    word = stroke_text("news", 262, 106, 72, 12, WHITE, width=316)
    back = rectangle(0, 0, 620, 146, ground, 8) if ground else ""
    tile = rectangle(232, 0, 388, 146, "url(#gloss)", 8)
    return picture(
        620,
        146,
        back,
        gloss,
        tile,
        text("sky", 120, 100, 140, colour, "sans", width=196),
        word,
        rule="天空新闻台：红块",
    )


def npr() -> str:
    """NPR: three letters on a red, a black and a blue square."""
    squares = zip("npr", (0, 140, 280), ("#e3704a", "#151515", "#5a8fd0"), strict=True)
    parts = [
        rectangle(x, 0, 140, 140, colour) + text(letter, x + 70, 96, 104, WHITE, "sans")
        for letter, x, colour in squares
    ]
    return picture(420, 140, *parts, rule="美国国家公共电台：三个方块")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "media-euronews-line": euronews_line(WHITE, "#0a2338"),
        "media-euronews-line-blue": euronews_line("#00568c"),
        "media-euronews-lines-blue": euronews_lines("#0072ff"),
        "media-euronews-lines-tile": euronews_lines(WHITE, "#00629b"),
        "media-euronews-lines-white": euronews_lines(WHITE),
        "media-abc-news-line": abc_news(WHITE, stacked=False),
        "media-abc-news-line-black": abc_news(INK, stacked=False),
        "media-abc-news-stacked-white": abc_news(WHITE, stacked=True),
        "media-orf-tile": orf(),
        "media-orf-2": orf("2"),
        "media-bfm-tv-line": bfm(),
        "media-franceinfo-white": franceinfo(WHITE),
        "media-franceinfo-black": franceinfo(INK),
        "media-ndtv-24x7": ndtv_24x7(),
        "media-cgtn-america": cgtn_gold("AMERICA"),
        "media-haberturk-white": haberturk(),
        "media-cnbc-wedge-white": cnbc(WHITE),
        "media-cnbc-wedge-navy": cnbc("#001e5a"),
        "media-cnbc-wedge-world": cnbc(WHITE, "WORLD"),
        "media-phoenix-germany": phoenix_germany(),
        "media-tagesschau24": tagesschau24(),
        "media-rte-news-row": rte_news(row=True),
        "media-rte-news-tile": rte_news(row=False),
        "media-dr-1": dr_1(),
        "media-srf-1": srf("#aa0a20"),
        "media-srf-info": srf("#aa0a20", "INFO"),
        "media-trt-haber": trt(WHITE, "HABER", "#cf1f3a"),
        "media-sky-news-gloss": sky_news(WHITE),
        "media-sky-news-gloss-white": sky_news("#111", WHITE),
        "media-npr-squares": npr(),
    }
