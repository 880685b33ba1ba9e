"""Signs of China's central broadcasters, and of those in Hong Kong and Taiwan.

The letters of CCTV, CGTN and BRTV are built from bands and arcs, since their shapes are what readers know.
"""

from __future__ import annotations

from training.images.drawings.shapes import (
    arc,
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
from training.images.drawings.type import text

BLUE, RED, INK = "#0b3f9e", "#e60012", "#1b1b1b"

CHANNELS = {
    "1": "综合", "2": "财经", "3": "综艺", "4": "中文国际", "5": "体育", "5+": "体育赛事", "6": "电影", "7": "国防军事",
    "8": "电视剧", "9": "纪录", "10": "科教", "11": "戏曲", "12": "社会与法", "13": "新闻", "14": "少儿", "15": "音乐",
    "16": "奥林匹克", "17": "农业农村",
}  # fmt: skip
"""Channels of China Central Television by their numbers."""


def cctv_letters(colour: str, second: str = RED) -> str:
    """CCTV, 1195 by 325: every letter is two parallel bands, T runs into V, and the second C has its own colour."""
    c = (
        "M197 0H251Q273 0 273 23T251 46H197A140 117 0 0 0 197 279H251Q273 279 273 302T251 325H197"
        "A197 163 0 0 1 197 0Z"
        "M197 62H251Q273 62 273 85T251 108H205A68 54 0 0 0 205 216H251Q273 216 273 239"
        "T251 262H197A121 100 0 0 1 197 62Z"
    )
    t_and_v = (
        "M602 62H690Q717 62 717 89V296A28 28 0 0 1 661 296V124Q661 108 645 108H602Q579 108 579 85T602 62Z"
        "M765 62H845Q881 64 897 101L965 256Q977 281 993 281T1019 258L1135 18Q1145 0 1165 0H1193L1065 286"
        "Q1045 325 993 325T923 286L848 128Q839 108 820 108Q796 108 796 132V296A28 28 0 0 1 740 296V89Q740 62 765 62Z"
        "M602 0H855Q925 0 955 64L998 168L1061 24Q1071 0 1093 0H1118L1011 236Q996 266 981 236L911 92Q889 44 839 44H602"
        "Q579 44 579 22T602 0Z"
    )
    return path(c, colour) + group(path(c, second), move=(287, 0)) + path(t_and_v, colour)


def cctv(colour: str, ground: str = "") -> str:
    """CCTV's letters, at times on a coloured tile."""
    letters = group(cctv_letters(colour), move=(60, 60))
    if not ground:
        return picture(1315, 445, letters, rule="中央电视台台标：双线字母 CCTV，第二个 C 红色")
    tile = rectangle(0, 0, 1315, 1315, ground)
    return picture(1315, 1315, tile, group(letters, move=(0, 435)), rule="央视头像：底色上的双线字母 CCTV")


def cctv_channel(number: str) -> str:
    """A channel's corner mark: the letters, the number in a tab, the subject below."""
    tab = (
        "M12 388H1000C1090 388 1130 340 1160 262L1270 20C1296 -24 1330 -42 1364 -42"
        "H1624A230 230 0 0 1 1624 418H12A15 15 0 0 1 12 388Z"
    )
    label = text(number, 1560, 322, 400, "#fff", "black") + text(CHANNELS[number], 800, 670, 230, "#fff", "black")
    marks = path(tab, "#7b93c4", "#fff", 6) + cctv_letters("#fff") + label
    ground = rectangle(0, 0, 2060, 960, BLUE)
    return picture(
        2060, 960, ground, group(marks, move=(90, 140)), rule=f"CCTV-{number} 频道标识：台标、频道号与频道名"
    )


def cctv_flat(number: str) -> str:
    """A channel's plain mark: the letters, a hyphen and the number."""
    width = 1560 + 200 * len(number)
    words = text(f"-{number}", (1225 + width) / 2, 325, 430, INK, "black")
    return picture(width, 425, group(cctv_letters(INK) + words, move=(30, 50)), rule=f"CCTV-{number} 频道标识")


def cctv_news(ground: str, colour: str) -> str:
    """央视新闻 as an icon: the letters above the words on a tile."""
    parts = group(cctv_letters(colour), move=(46, 120), scale=0.35) + text("央视", 256, 350, 118, colour, "black")
    tile = rectangle(0, 0, 512, 512, ground, 96)
    return picture(512, 512, tile, parts, text("新闻", 256, 460, 118, colour, "black"), rule="央视新闻客户端图标")


def cctv_news_line() -> str:
    """央视新闻: the letters and the word for news in one line."""
    words = text("新闻", 1560, 300, 330, RED, "black")
    return picture(1960, 425, group(cctv_letters(INK) + words, move=(40, 50)), rule="央视新闻：台标与“新闻”")


def cctv_plus() -> str:
    """CCTV+, the video agency."""
    cross = rectangle(1260, 130, 210, 66, RED) + rectangle(1332, 58, 66, 210, RED)
    return picture(1550, 425, group(cctv_letters(INK) + cross, move=(40, 50)), rule="CCTV+：台标与加号")


def _round_letter(x: float, colour: str, bar: bool) -> str:
    """C, or with a bar G, of CGTN: an open ring 144 wide."""
    ring = path(arc(x + 72, 72, 56, 48, -264 if bar else -228), "none", colour, 32)
    return ring + (rectangle(x + 80, 66, 62, 30, colour) if bar else "")


def cgtn_letters(colour: str) -> str:
    """CGTN, 570 by 144, in heavy geometric letters."""
    t = rectangle(285, 2, 130, 30, colour) + rectangle(333, 2, 35, 140, colour)
    n = polygon(
        [(430, 2), (462, 2), (532, 90), (532, 2), (566, 2), (566, 142), (534, 142), (464, 54), (464, 142), (430, 142)],
        colour,
    )
    return _round_letter(0, colour, False) + _round_letter(140, colour, True) + t + n


def cgtn(colour: str, ground: str = "", channel: str = "") -> str:
    """CGTN's letters, at times on a tile or with a channel's name below."""
    if ground:
        tile = rectangle(0, 0, 700, 700, ground)
        return picture(700, 700, tile, group(cgtn_letters(colour), move=(66, 278)), rule="CGTN 头像")
    below = text(channel, 284, 222, 74, colour, "black", width=560) if channel else ""
    return picture(610, 250 if channel else 184, group(cgtn_letters(colour) + below, move=(20, 20)), rule="CGTN 台标")


def media_group(ground: str, colour: str) -> str:
    """China Media Group: CMG over its Chinese name."""
    tile = rectangle(0, 0, 640, 640, ground, 60) if ground else ""
    letters = text("CMG", 320, 360, 290, colour, "black", width=540)
    return picture(
        640,
        640,
        tile,
        letters,
        text("中央广播电视总台", 320, 460, 66, colour, "black"),
        rule="中央广播电视总台标识 CMG",
    )


def national_radio(full: bool) -> str:
    """China National Radio: CNR in red over its name."""
    name = "中央人民广播电台" if full else "央广网"
    words = text(name, 320, 330 if full else 342, 74 if full else 108, INK, "black")
    return picture(
        640, 370, text("CNR", 320, 228, 270, "#d7261e", "black", width=580), words, rule="中央人民广播电台标识 CNR"
    )


def voice_of_china() -> str:
    """Voice of China: a red band across a blue ball."""
    ball = glow("ball", "#a8d4f8", "#2f78c8", "#12508f") + disc(256, 256, 248, "url(#ball)")
    band = rectangle(0, 270, 512, 108, "#e0201c")
    words = text("中央广播电视总台", 256, 238, 58, "#fff", "sans") + text("中国之声", 256, 352, 82, "#fff", "black")
    return picture(512, 512, ball, clipped("round", disc(256, 256, 248, "#000"), band), words, rule="中国之声圆标")


def radio_badge(name: str, english: str, ring: str) -> str:
    """A radio channel's round badge: CNR, the name and a coloured ring."""
    ground = disc(256, 256, 238, "#fff", ring, 20)
    letters = text("CNR", 256, 190, 104, "#d7261e", "black") + text("中央人民广播电台", 256, 232, 30, INK, "sans")
    swoosh = path("M40 272Q256 236 472 272Q256 250 40 272Z", "#bbb")
    words = text(name, 256, 352, 84, INK, "black") + text(english, 256, 404, 34, INK, "sans")
    return picture(512, 512, ground, letters, swoosh, words, rule=f"{name}圆标：CNR 与频率名")


def radio_international() -> str:
    """China Radio International: CRI in an orbit."""
    orbit = ellipse(300, 130, 270, 96, turn=-8, extra=f'stroke="{RED}" stroke-width="14"')
    name = text("中国国际广播电台", 300, 330, 70, BLUE, "black")
    return picture(600, 360, orbit, text("CRI", 300, 206, 210, BLUE, "black"), name, rule="中国国际广播电台标识 CRI")


def education_television(number: str) -> str:
    """China Education Television: slanted CETV beside its channel's disc."""
    slanted = f'<g transform="skewX(-10)">{text("CETV", 330, 170, 200, INK, "black", width=470)}</g>'
    edge = polygon([(560, 24), (570, 24), (500, 170), (490, 170)], RED)
    ball = disc(660, 98, 84, RED) + text(number, 660, 156, 160, "#fff", "black")
    return picture(760, 200, slanted, edge, ball, rule="中国教育电视台台标 CETV")


def beijing_television(corner: bool) -> str:
    """Beijing: BTV on red beside its name, or the letters BRTV of 2020."""
    if corner:
        tile = rectangle(0, 0, 160, 110, "#c8000a") + text("BTV", 80, 78, 66, "#fff", "serif")
        words = text("北京卫视", 330, 80, 74, INK, "sans")
        return picture(
            500, 110, tile, words, rectangle(484, 0, 16, 110, "#c8000a"), rule="北京卫视角标：红底 BTV 与台名"
        )
    letters = text("BRTV", 300, 170, 200, "#c8000a", "black", width=520)
    return picture(
        600, 300, letters, text("北京广播电视台", 300, 260, 72, INK, "black"), rule="北京广播电视台标识 BRTV"
    )


PHOENIX = (
    "M-144 12C-114 20 -79 20 -54 -3C-24 -43 1 -93 66 -93C121 -88 166 -28 161 42C155 170 31 302 -119 307"
    "C-220 305 -290 250 -339 187C-280 310 -180 360 -79 360C40 358 140 300 201 212C240 155 262 80 236 -28"
    "C272 50 262 130 221 200C150 310 70 385 -19 390C90 390 200 340 260 260C330 170 350 20 291 -103"
    "C345 -30 365 90 329 217C385 130 405 20 399 -58C398 -120 370 -155 341 -178C300 -230 220 -268 131 -268"
    "C0 -265 -75 -190 -90 -100C-98 -40 -100 -20 -144 12Z"
)
"""One of Phoenix Television's two birds, with three feathers; the other is turned by half a circle about the origin."""


def phoenixes(x: float, y: float, scale: float, fill: str, flame: str) -> str:
    """Two birds that circle each other about (x, y), a flame between their beaks; 400 from the middle at scale 1."""
    half, fire = path(PHOENIX, fill), path("M-66 24C-40 -10 0 -50 70 -26C40 10 0 46 -66 24Z", flame)
    birds = group(half, move=(x, y), scale=scale) + group(half, move=(x, y), scale=scale, turn=180)
    return f"{birds}\n{group(fire, move=(x, y), scale=scale)}"


def phoenix() -> str:
    """Phoenix Television: two birds in gold."""
    gold = gradient("gold", "#ffc62e", "#f8921c", line=(0, 0, 0, 1))
    birds = phoenixes(410, 400, 1, "url(#gold)", "#fca81c")
    return picture(820, 800, gold + birds, rule="凤凰卫视台标：双凤盘旋")


def tvb(name: str = "") -> str:
    """TVB: blue, red and green bands in a white disc on a tile."""
    heights = ((70, 80, "#00aeef"), (156, 80, "#37b34a"), (242, 80, "#ef3e42"))
    bands = "".join(rectangle(0, top, 400, tall, colour) for top, tall, colour in heights)
    disc_of_bands = clipped("round", disc(200, 196, 126, "#000"), bands)
    tile = rectangle(4, 4, 392, 392, "#fff", 110)
    words = text(name, 200, 480, 100, INK, "black") if name else ""
    return picture(400, 520 if name else 400, tile, disc_of_bands, words, rule="TVB 台标：蓝红绿三色圆")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    channels = {f"media-cctv-{number.replace('+', '-plus')}-tab": cctv_channel(number) for number in CHANNELS}
    plain = {f"media-cctv-{number}-number": cctv_flat(number) for number in ("1", "4", "5", "13")}
    return (
        channels
        | plain
        | {
            "media-cctv-letters": cctv(INK),
            "media-cctv-letters-blue": cctv(BLUE),
            "media-cctv-tile-blue": cctv("#fff", BLUE),
            "media-cctv-tile-white": cctv(INK, "#fff"),
            "media-cctv-news-icon": cctv_news(BLUE, "#fff"),
            "media-cctv-news-icon-white": cctv_news("#fff", INK),
            "media-cctv-news-line": cctv_news_line(),
            "media-cctv-plus-letters": cctv_plus(),
            "media-cgtn-letters": cgtn(INK),
            "media-cgtn-gold": cgtn("#b99a45"),
            "media-cgtn-tile": cgtn("#fff", "#0a1f44"),
            "media-cgtn-documentary": cgtn(INK, channel="DOCUMENTARY"),
            "media-cmg-red": media_group("", "#d7261e"),
            "media-cmg-tile": media_group("#c8000a", "#fff"),
            "media-cnr-red": national_radio(full=True),
            "media-cnr-online": national_radio(full=False),
            "media-voice-of-china": voice_of_china(),
            "media-cnr-badge": radio_badge("中华之声", "Voice of China", "#8c2a6a"),
            "media-cri-orbit": radio_international(),
            "media-cetv-1": education_television("1"),
            "media-cetv-4": education_television("4"),
            "media-beijing-tv-corner": beijing_television(corner=True),
            "media-beijing-tv-letters": beijing_television(corner=False),
            "media-phoenix-birds": phoenix(),
            "media-tvb-tile": tvb(),
            "media-tvb-jade": tvb("翡翠台"),
        }
    )
