"""Signs of broadcasters outside China: figures in the channels' colours, words set in type."""

from __future__ import annotations

from training.images.drawings.shapes import (
    clipped,
    disc,
    gradient,
    group,
    path,
    picture,
    polygon,
    rectangle,
)
from training.images.drawings.type import text

INK, BBC_RED, CNN_RED, WHITE = "#111111", "#b80000", "#cc1417", "#fff"


def bbc_blocks(x: float, y: float, side: float, block: str, letter: str) -> str:
    """The three blocks of the BBC, each with its letter; (x, y) is the upper left corner."""
    parts = []
    for at, character in enumerate("BBC"):
        left = x + 1.1 * side * at
        parts.append(rectangle(left, y, side, side, block))
        parts.append(text(character, left + side / 2, y + 0.78 * side, 0.78 * side, letter, "black"))
    return "".join(parts)


def bbc_tile(ground: str, block: str, letter: str, *lines: str) -> str:
    """The blocks on a square tile, with the service's name below."""
    top = 176 if not lines else 84 if len(lines) > 1 else 130
    words = [
        text(line, 256, top + 250 + 120 * at, 118, block, "sans", width=400 if len(line) > 4 else 330)
        for at, line in enumerate(lines)
    ]
    blocks = bbc_blocks(72, top, 115, block, letter)
    return picture(512, 512, rectangle(0, 0, 512, 512, ground), blocks, *words, rule="BBC 方块字母与频道名")


def bbc_news_line() -> str:
    """BBC NEWS in one red line."""
    blocks = bbc_blocks(10, 15, 110, BBC_RED, WHITE)
    return picture(790, 140, blocks, text("NEWS", 580, 110, 128, BBC_RED, "black", width=390), rule="BBC News 横式")


def cnn_letters(band: str, line: str) -> str:
    """CNN, 562 by 262: one band for all letters, with a thin line in its middle."""
    letters = (
        "M174 38H131A93 93 0 0 0 131 224H205Q223 224 223 206V58A18 18 0 0 1 256 46L343 212A17 17 0 0 0 373 206V58"
        "A18 18 0 0 1 405 46L493 212A17 17 0 0 0 524 206V0"
    )
    return path(letters, "none", band, 76) + path(letters, "none", line, 12)


def cnn(tile: bool, below: str = "") -> str:
    """CNN's letters in red, or in white on a red tile with words below."""
    if not tile:
        return picture(582, 282, group(cnn_letters(CNN_RED, WHITE), move=(10, 10)), rule="CNN 连笔字母")
    letters = group(cnn_letters(WHITE, CNN_RED), move=(56, 106 if below else 125), scale=0.71)
    words = text(below, 256, 372, 60, WHITE, "black", width=400) if below else ""
    return picture(512, 512, rectangle(0, 0, 512, 512, CNN_RED), letters, words, rule="CNN 头像")


PEACOCK = (("#fbc934", -75), ("#fb7428", -45), ("#e91f45", -15), ("#6e5bd8", 15), ("#219cdc", 45), ("#2caa46", 75))
"""NBC's feathers: colour and direction."""

BEAKED = 15
"""Direction of the feather that has the peacock's beak."""


def peacock(x: float, y: float, scale: float) -> str:
    """NBC's six feathers; (x, y) is the middle of their foot."""
    feather, head = "M0 -40L-31 -158A34 34 0 1 1 31 -158Z", "M0 -40L-24 -132L-6 -150L-32 -150A34 34 0 1 1 31 -158Z"
    feathers = (
        group(path(head if turn == BEAKED else feather, colour), move=(0, 20), turn=turn) for colour, turn in PEACOCK
    )
    return group(*feathers, move=(x, y), scale=scale)


def with_peacock(words: str, colour: str) -> str:
    """The peacock over a channel's letters."""
    return picture(
        512, 440, peacock(256, 240, 1.22), text(words, 256, 420, 180, colour, "black", width=440), rule=f"{words}：孔雀"
    )


def abc_news() -> str:
    """ABC News: the black disc over NEWS."""
    letters = text("abc", 256, 206, 150, WHITE, "black", width=224)
    words = text("NEWS", 256, 480, 170, INK, "serif", width=480)
    return picture(512, 500, disc(256, 166, 160, INK), letters, words, rule="ABC News")


def cbs_news() -> str:
    """CBS News: the eye before its letters."""
    eye = disc(100, 100, 96, INK) + path("M8 100Q100 -8 192 100Q100 208 8 100Z", WHITE) + disc(100, 100, 48, INK)
    return picture(
        1020, 200, eye, text("CBS NEWS", 614, 166, 182, INK, "black", width=780), rule="CBS News：眼睛与字母"
    )


def fox_news(foot: bool) -> str:
    """Fox News: white searchlights on a navy tile."""
    tile = rectangle(0, 0, 420, 340, "#003366")
    lights = polygon([(2, 338), (66, 0), (100, 0)], WHITE) + polygon([(4, 338), (150, 0), (196, 0)], WHITE)
    rim = path("M0 50Q180 -20 420 150", "none", WHITE, 4)
    words = rectangle(140, 96, 280, 244, "#003366") + rectangle(60, 218, 360, 122, "#003366")
    words += text("FOX", 268, 206, 148, WHITE, "black", width=258) + text(
        "NEWS", 236, 326, 138, WHITE, "black", width=350
    )
    bar = (
        rectangle(0, 346, 420, 74, "#c00018") + text("channel", 210, 402, 66, WHITE, "black", width=384) if foot else ""
    )
    return picture(420, 420 if foot else 340, tile, lights, rim, words, bar, rule="Fox News：探照灯")


def france_24() -> str:
    """France 24: waves of ellipses on a blue tile."""
    rings = "".join(
        path(curve, "none", WHITE, width)
        for curve, width in (
            ("M155 206C160 178 250 164 262 190C256 222 160 230 155 206Z", 8),
            ("M122 214C70 238 118 272 208 258C292 244 330 200 300 178", 10),
            ("M80 252C36 290 90 316 190 302C250 294 304 274 332 246", 12),
            ("M40 290C20 320 24 330 46 336M230 336C270 330 304 320 332 308", 12),
        )
    )
    words = text("FRANCE", 166, 86, 62, WHITE, "black", width=250) + text(
        "24", 106, 178, 108, WHITE, "black", width=130
    )
    tile = rectangle(0, 0, 332, 332, "#00a7e5")
    return picture(
        332, 332, tile, clipped("tile", rectangle(0, 0, 332, 332, "#000"), rings), words, rule="France 24：水波"
    )


def russia_today(ground: str, ink: str) -> str:
    """RT: wide letters at the edge of a green tile."""
    letters = text("RT", 300, 366, 260, ink, "black", width=424)
    return picture(512, 512, rectangle(0, 0, 512, 512, ground), letters, rule="RT 方块")


def cna() -> str:
    """CNA: a folded red ribbon like A, over its letters."""
    shade = gradient("left", "#98101a", "#e8252e", line=(0, 0, 0, 1)) + gradient("right", "#e8252e", "#8c0c14")
    left = polygon([(0, 264), (114, 0), (187, 0), (73, 264)], "url(#left)")
    right = polygon([(114, 0), (187, 0), (300, 264), (228, 264)], "url(#right)")
    foot = polygon([(104, 264), (210, 218), (228, 264)], "#e8252e")
    words = text("cna", 150, 392, 156, "#8d939b", "black", width=290)
    return picture(300, 410, shade, left, right, foot, words, rule="CNA：红色折带 A")


def deutsche_welle(colour: str) -> str:
    """DW: a ring with D that overlaps a disc with W."""
    right = disc(238, 96, 94, colour) + text("W", 250, 132, 102, WHITE, "black", width=124)
    left = disc(96, 96, 94, colour) + disc(96, 96, 74, WHITE) + text("D", 98, 132, 102, colour, "black", width=90)
    return picture(336, 192, right, left, rule="德国之声：相交的圆 D 与 W")


def sky_news() -> str:
    """Sky News: sky beside a red tab."""
    sky = gradient("sky", "#e0388c", "#8a3ab8", "#1a6ad8") + text("sky", 120, 140, 150, "url(#sky)", "black", width=210)
    tab = rectangle(244, 14, 380, 160, "#d01020", 16) + text("news", 434, 132, 136, WHITE, "sans", width=320)
    return picture(640, 190, sky, tab, rule="Sky News：sky 与红底 news")


def nhk_world() -> str:
    """NHK World Japan: a slanted NHK, grey blocks above, red below."""
    blocks = (
        rectangle(0, 0, 420, 72, "#e6e6e6") + rectangle(210, 0, 210, 72, "#707070") + rectangle(0, 72, 420, 256, WHITE)
    )
    letters = f'<g transform="skewX(-14)">{text("NHK", 254, 190, 122, INK, "black", width=350)}</g>'
    words = text("WORLD", 210, 304, 106, "#333", "sans", width=360)
    foot = rectangle(0, 328, 420, 92, "#e60012") + text("JAPAN", 210, 404, 88, WHITE, "black", width=290)
    return picture(420, 420, blocks, letters, words, foot, rule="NHK WORLD-JAPAN")


def nhk() -> str:
    """NHK: slanted round letters."""
    letters = f'<g transform="skewX(-14)">{text("NHK", 290, 170, 180, "#0074be", "black", width=430)}</g>'
    return picture(520, 200, letters, rule="NHK 斜体字母")


def kbs_world() -> str:
    """KBS World: a white field and a blue field."""
    frame = rectangle(0, 0, 620, 140, "#1272c4") + rectangle(10, 10, 220, 120, WHITE)
    words = text("KBS", 120, 112, 112, "#1272c4", "black", width=190) + text(
        "WORLD", 420, 108, 104, WHITE, "black", width=340
    )
    return picture(620, 140, frame, words, rule="KBS World")


def tf1() -> str:
    """TF1: white letters on a bar from blue to red."""
    bar = gradient("bar", "#0a30a8", "#5a4ac0", "#b82038", "#d8101c", line=(0, 0, 1, 0)) + rectangle(
        0, 0, 500, 180, "url(#bar)"
    )
    letters = "".join(text(letter, 100 + 140 * at, 148, 160, WHITE, "black") for at, letter in enumerate("TF1"))
    return picture(500, 180, bar, letters, rule="TF1 渐变横条")


def al_jazeera(words: bool) -> str:
    """Al Jazeera: calligraphy in the shape of a golden drop."""
    strokes = (
        ("M292 0C262 26 270 62 300 108C360 190 452 300 448 400C444 466 390 488 330 470", 20),
        ("M290 100C262 150 300 190 340 230C372 262 380 290 350 310", 12),
        ("M280 150C230 240 160 330 168 400C172 440 210 430 200 480", 12),
        ("M258 180C190 214 116 270 112 350C114 440 150 500 200 504C250 500 240 420 262 350", 16),
        ("M120 380C150 340 196 350 182 404C176 430 150 436 136 420", 20),
        (
            "M340 310C380 262 402 320 392 360C380 400 330 380 316 420C300 500 316 560 270 574C240 574 228 550 220 526",
            18,
        ),
        ("M296 190C262 260 240 330 256 400C262 430 280 440 296 452M290 310Q300 290 326 262", 11),
    )
    drop = "".join(path(curve, "none", "#dba400", width, 'stroke-linecap="round"') for curve, width in strokes)
    dots = "".join(disc(x, y, 17, "#dba400") for x, y in ((240, 146), (218, 178)))
    dots += "".join(rectangle(x, y, 26, 26, "#dba400", 4) for x, y in ((250, 466), (246, 508), (296, 366), (366, 408)))
    name = text("ALJAZEERA", 280, 690, 104, "#2b3673", "black", width=550) if words else ""
    return picture(560, 720 if words else 600, drop, dots, name, rule="半岛电视台：水滴形书法")


def press_tv() -> str:
    """Press TV: an eye in a turquoise disc."""
    eye = (
        disc(160, 150, 148, "#52e8ec")
        + disc(152, 152, 122, WHITE)
        + disc(152, 152, 82, "#04043a")
        + disc(224, 98, 40, WHITE)
    )
    return picture(320, 380, eye, text("PRESSTV", 160, 372, 78, "#2aa6c8", "sans", width=300), rule="Press TV：眼睛")


def euronews(ground: str, ink: str) -> str:
    """Euronews: two lines and a full stop."""
    words = text("euro", 200, 190, 190, ink, "sans", width=330) + text("news.", 256, 370, 190, ink, "black", width=440)
    return picture(512, 440, rectangle(0, 0, 512, 440, ground), words, rule="Euronews")


def voice_of_america() -> str:
    """Voice of America: white letters on a blue shade."""
    blue = gradient("blue", "#0c1f8c", "#1f6ae0", line=(0, 0, 0, 1)) + rectangle(0, 0, 512, 512, "url(#blue)")
    return picture(512, 512, blue, text("VOA", 256, 336, 220, WHITE, "black", width=420), rule="美国之音方块")


def wion() -> str:
    """WION: a black and yellow face of two halves."""
    mask = "M146 0C100 14 66 40 66 62C72 90 98 96 98 110C98 124 72 130 66 158C66 180 100 206 146 220H230V0Z"
    bright = clipped("face", disc(110, 110, 108, "#000"), path(mask, "#ffdd2e"))
    face = disc(110, 110, 108, "#4a5250") + bright
    parts = disc(42, 110, 27, "#ffdd2e") + rectangle(160, 84, 12, 52, "#4a5250", 6)
    return picture(220, 300, face, parts, text("WION", 110, 296, 72, "#9a9a9a", "sans", width=210), rule="WION")


def pbs() -> str:
    """PBS: three faces in profile on a blue disc."""
    head = "M50 44H104L122 86L112 88V106H94V146H66V122C20 116 16 54 50 44Z"
    second = "M116 44L136 88L126 90V110H110V146H96V134H102V108H120V92L126 88L108 44Z"
    disc_of_faces = disc(88, 92, 86, "#2638c4") + path(head + second, WHITE) + disc(88, 76, 9, "#2638c4")
    return picture(
        440, 184, disc_of_faces, text("PBS", 312, 144, 140, "#2638c4", "sans", width=240), rule="PBS：侧面人像"
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "media-bbc-tile": bbc_tile("#000", WHITE, "#000"),
        "media-bbc-tile-white": bbc_tile(WHITE, "#000", WHITE),
        "media-bbc-news-tile": bbc_tile(BBC_RED, WHITE, BBC_RED, "NEWS"),
        "media-bbc-news-line": bbc_news_line(),
        "media-bbc-world-news": bbc_tile(BBC_RED, WHITE, BBC_RED, "WORLD", "NEWS"),
        "media-bbc-world-service": bbc_tile(BBC_RED, WHITE, BBC_RED, "WORLD", "SERVICE"),
        "media-cnn-letters": cnn(tile=False),
        "media-cnn-tile": cnn(tile=True),
        "media-cnn-international": cnn(tile=True, below="INTERNATIONAL"),
        "media-nbc-peacock": with_peacock("NBC", INK),
        "media-cnbc-peacock": with_peacock("CNBC", "#0a3a7a"),
        "media-msnbc-peacock": with_peacock("MSNBC", INK),
        "media-abc-news-disc": abc_news(),
        "media-cbs-news-eye": cbs_news(),
        "media-fox-news-lights": fox_news(foot=False),
        "media-fox-news-channel": fox_news(foot=True),
        "media-france-24-waves": france_24(),
        "media-rt-black": russia_today("#76bd22", "#000"),
        "media-rt-white": russia_today("#76bd22", WHITE),
        "media-cna-ribbon": cna(),
        "media-dw-discs": deutsche_welle("#0a62c8"),
        "media-dw-discs-navy": deutsche_welle("#002d5a"),
        "media-sky-news-tab": sky_news(),
        "media-nhk-world": nhk_world(),
        "media-nhk-slanted": nhk(),
        "media-kbs-world": kbs_world(),
        "media-tf1-bar": tf1(),
        "media-al-jazeera-drop": al_jazeera(words=False),
        "media-al-jazeera-name": al_jazeera(words=True),
        "media-press-tv-eye": press_tv(),
        "media-euronews-tile": euronews("#0a3a5c", WHITE),
        "media-voa-tile": voice_of_america(),
        "media-wion": wion(),
        "media-pbs": pbs(),
    }
