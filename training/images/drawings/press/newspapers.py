"""Signs of Chinese newspapers and news agencies: figures, app icons and traced mastheads."""

from __future__ import annotations

from training.images.drawings.press.calligraphy import stroke, written
from training.images.drawings.shapes import (
    TILE,
    d,
    disc,
    gradient,
    group,
    path,
    picture,
    polar,
    polygon,
    rectangle,
    star,
    tile,
)
from training.images.drawings.type import ring_text, text

MIDDLE = TILE / 2

PEOPLE_RED, PEOPLE_GOLD = "#c7000b", "#a87c2a"
XINHUA_BLUE, XINHUA_RED = "#0a2f93", "#e60012"


def people_daily(ground: str, ink: str, english: str) -> str:
    """People's Daily: the masthead's handwriting over its English name."""
    masthead = written("人民日报", "people-daily", MIDDLE, 182, 146, ink)
    return tile("人民日报", ground, masthead, text("PEOPLE'S DAILY", MIDDLE, 296, 36, english, "sans", width=300))


def people_daily_masthead() -> str:
    """People's Daily: the masthead alone."""
    return picture(540, 220, written("人民日报", "people-daily", 270, 110, 210, PEOPLE_RED), rule="人民日报报头")


def people_swirl() -> str:
    """The figure of People's Daily Online: a red crescent that curls into a ring, with an orange sail; 100 high."""
    crescent = (
        "M59 10C36 6 12 22 9 47C7 72 28 91 52 90C60 90 67 88 72 85C62 87 54 86 46 82C32 75 23 62 23 47"
        "C23 42 25 36 26.5 33C26 44 30 56 38 64C47 73 58 77 68 76.5C80 74 88 63 91 50C91 45 90.5 41 90 38"
        "C89 46 84 53 76 56C66 59 56 56 49 48C41 39 39 26 44 18C48 13 53 11 59 10Z"
    )
    sail = "M57 18C66 21 76 34 76 55L83 50C82 42 81 36 79 31C84 36 87 42 87.5 47L90 41C86 26 74 16 57 18Z"
    foot = "M65 77C70 77 76 75 80 71C79 78 74 84 68 86C63 86.5 58 86 54 84.5C58 83 62 80 65 77Z"
    dark = "M76 56C84 53 89 46 90 38C92 46 91 60 82 70C78 74 73 76 68 76.5C73 70 76 63 76 56Z"
    parts = (path(crescent, "#e60012"), path(sail, "#f0953f"), path(foot, "#fbd29a"), path(dark, "#b00008"))
    return "".join(parts)


def people_cn() -> str:
    """People's Daily Online: the figure, the name in the newspaper's hand and the address."""
    return picture(
        760,
        300,
        group(people_swirl(), move=(0, 10), scale=2.8),
        written("人民网", "people-daily", 540, 104, 200, PEOPLE_RED, weight=1.1),
        text("people.cn", 540, 286, 84, PEOPLE_RED, "black", width=380),
        rule="人民网网标",
    )


def people_cn_figure() -> str:
    """People's Daily Online: the figure alone, as browsers show it."""
    return picture(TILE, TILE, group(people_swirl(), move=(-20, -16), scale=4.4), rule="人民网图形标志")


def people_cn_tile() -> str:
    """People's Daily Online: its name in white on red."""
    name = written("人民网", "people-daily", MIDDLE, 164, 176, "#fff", weight=1.15)
    return tile("人民网", "#d7000f", name, text("people.cn", MIDDLE, 320, 60, "#fff", "black", width=290))


def dome() -> str:
    """The upper part of a globe of lines between dots, as on Xinhua's app."""
    rows = [
        [(146, 252), (254, 252)],
        [(52, 306), (126, 306), (200, 274), (274, 306), (348, 306)],
        [(44, 350), (200, 350), (356, 350)],
        [(6, 400), (112, 400), (288, 400), (394, 400)],
    ]
    lines = [(0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 1, 1), (0, 0, 1, 2), (0, 1, 1, 2), (0, 1, 1, 3), (0, 1, 1, 4)]
    lines += [(1, 0, 1, 1), (1, 1, 1, 2), (1, 2, 1, 3), (1, 3, 1, 4), (1, 1, 2, 0), (1, 1, 2, 1), (1, 3, 2, 1)]
    lines += [(1, 3, 2, 2), (1, 0, 2, 0), (1, 4, 2, 2), (2, 0, 3, 0), (2, 0, 3, 1), (2, 1, 3, 1), (2, 1, 3, 2)]
    lines += [(2, 2, 3, 2), (2, 2, 3, 3), (1, 1, 3, 1), (1, 3, 3, 2), (1, 2, 2, 1)]
    data = "".join("M{} {}L{} {}".format(*rows[a][b], *rows[c][e]) for a, b, c, e in lines)
    dots = (disc(x, y, 13 if x == MIDDLE else 10, "#fff") for row in rows[:3] for x, y in row)
    return path(data, "none", "#fff", 3.5) + "".join(dots)


def xinhua_app() -> str:
    """Xinhua's app: its name over a globe of lines, on blue."""
    return tile(
        "新华社客户端",
        "url(#shade)",
        gradient("shade", "#17307c", "#0090d0", line=(0, 0, 0, 1)),
        text("新华社", MIDDLE, 166, 112, "#fff", "sans", width=320),
        text("XINHUA NEWS", MIDDLE, 222, 42, "#fff", "book", width=320),
        dome(),
    )


def _pagoda() -> str:
    outline = [
        (50.2, 2), (52.6, 2), (53.4, 26), (62, 26), (67.5, 57.5), (94, 57.5), (97, 68), (61, 68), (59.5, 49),
        (54.2, 49), (54.6, 68), (48.4, 68), (48.8, 49), (44, 49), (43, 57.5), (46.5, 57.5), (46.2, 68),
        (25.8, 68), (28.5, 57.5), (36, 57.5), (38.2, 42), (36.8, 42), (38.2, 35), (45, 35), (44.5, 42),
        (49.3, 42), (49.3, 34), (46.2, 34), (47.4, 26), (49.2, 26),
    ]  # fmt: skip
    hole = [(54, 34), (58, 34), (58.6, 42), (54, 42)]
    return path(d(outline) + d(hole), XINHUA_RED, "#fff", 0.9, 'fill-rule="evenodd"')


def xinhua_emblem() -> str:
    """Xinhua's emblem: the pagoda of Yan'an and a star before a globe in rings, XINHUA at the foot."""
    rings = (disc(50, 50, radius, "none", XINHUA_BLUE, 1.3) for radius in (37, 40, 43))
    foot = [polar(50, 50, 46, angle) for angle in range(128, 233, 4)] + [polar(50, 48, 33, 232), polar(50, 48, 33, 128)]
    coasts = (
        "M22 41C24 33 30 32 32 30C26 27 24 26 28 22C34 17 44 17 50 18M22 41C24 45 24 52 27 54C30 52 30 47 33 42"
        "C36 40 38 38 39 35M62 22C66 26 68 34 72 40C75 42 78 42 76 46C74 50 72 52 72 57M36 76C42 73 50 75 58 76"
        "M70 21C76 23 80 30 80 36M60 62C56 66 57 66 54 66M64 70C70 68 74 70 76 66"
    )
    parts = (
        disc(50, 50, 50, XINHUA_BLUE),
        disc(50, 50, 46, "#fff"),
        *rings,
        rectangle(43.5, 3, 15.5, 16, XINHUA_BLUE),
        disc(50, 48, 33.5, XINHUA_BLUE),
        polygon(foot, "#fff"),
        disc(50, 48, 33, XINHUA_BLUE),
        path(coasts, "none", "#b9c6e8", 0.7),
        _pagoda(),
        star(42, 29.6, 5.6, XINHUA_RED, stroke="#fff", width=0.7),
        ring_text("XINHUA", 50, 50, 44, 11, XINHUA_BLUE, "sans", step=13, foot=True),
    )
    return picture(TILE, TILE, group(*parts, scale=4), rule="新华社社标：宝塔山、红星、地球")


def xinhuanet() -> str:
    """Xinhuanet: a tall light blue N, EWS cut into it and beside it, the Chinese name and an orange stroke."""
    letter = [(19, 5), (52, 5), (79, 45), (79, 5), (121, 5), (121, 95), (78, 95), (52, 58), (52, 95), (19, 95)]
    swoosh = stroke([(189, 84, 2), (214, 73, 11), (246, 65, 9), (284, 58, 6)])
    parts = (
        polygon(letter, "#45b0e6"),
        text("E", 90, 94, 42, "#fff", "heavy", width=21),
        text("W", 122, 94, 42, "#0d4a9e", "heavy", width=46),
        text("S", 161, 94, 42, "#0d4a9e", "heavy", width=27),
        text("新华网", 180, 50, 54, "#111", "black", width=102),
        path(d(swoosh), "#f08c1e"),
    )
    return picture(900, 300, group(*parts, scale=3), rule="新华网网标：NEWS")


def xuexi(ground: str, ink: str) -> str:
    """Xuexi Qiangguo: 学习 in an old hand."""
    return tile("学习强国", ground, written("學習", "xuexi-qiangguo", 196, 204, 250, ink, weight=1.1))


def the_paper(ground: str, ink: str) -> str:
    """The Paper: its name in brush writing."""
    return tile("澎湃新闻", ground, written("澎湃", "the-paper", MIDDLE, 216, 218, ink, weight=1.15))


def the_paper_english() -> str:
    """The Paper: the brush writing over spaced grey capitals."""
    name = written("澎湃", "the-paper", 290, 170, 340, "#111", weight=1.15)
    return picture(
        580, 400, name, text("T H E   P A P E R", 290, 384, 44, "#777", "book", width=470), rule="澎湃新闻网标"
    )


def the_paper_initial() -> str:
    """The Paper: the first character of its name, as browsers show it."""
    return picture(
        TILE, TILE, written("澎", "the-paper", 190, 230, 480, "#231815", weight=1.15), rule="澎湃新闻网站图标"
    )


def reference_news(ground: str, ink: str) -> str:
    """Reference News: its name in two lines of brush writing."""
    first = written("參攷", "reference-news", 206, 118, 186, ink, weight=1.15)
    return tile("参考消息", ground, first, written("消息", "reference-news", 206, 284, 190, ink, weight=1.15))


def southern_weekly(ground: str, ink: str) -> str:
    """Southern Weekly: its name by brush, two characters a line from right to left."""
    first = written("周南", "southern-weekly", 198, 108, 182, ink, weight=0.85)
    return tile("南方周末", ground, first, written("末方", "southern-weekly", 198, 288, 186, ink, weight=0.85))


def southern_weekly_band() -> str:
    """Southern Weekly: its name in white brush writing on a dark red band."""
    name = written("南方周末", "southern-weekly", 350, 90, 150, "#fff", weight=0.85)
    return picture(700, 180, rectangle(0, 0, 700, 180, "#a80c10"), name, rule="南方周末报头")


def nanfang_plus() -> str:
    """Nanfang Plus: 南方+ before a dark red flame, on red."""
    flame = (
        "M186 20C190 80 250 96 228 152C250 138 240 120 244 96C270 130 262 160 246 190C262 214 306 236 300 300"
        "C298 360 252 392 208 388C158 386 128 350 134 312"
        "C138 276 174 262 190 220C200 184 160 170 166 120C170 84 190 70 186 20Z"
    )
    parts = (
        path(flame, "#c80000"),
        disc(208, 326, 34, "#c80000", "#fa3c42", 14),
        written("南方", "nanfang-plus", 168, 200, 214, "#fff", weight=1.1),
        rectangle(296, 178, 82, 12, "#fff"),
        rectangle(331, 143, 12, 82, "#fff"),
    )
    return tile("南方+", "#fa3c42", *parts)


def china_daily() -> str:
    """China Daily: two lines of heavy white capitals on blue."""
    first = text("CHINA", MIDDLE, 196, 118, "#fff", "heavy", width=340)
    return tile("China Daily", "#1b4c9a", first, text("DAILY", MIDDLE, 300, 118, "#fff", "heavy", width=316))


def china_daily_letters() -> str:
    """China Daily: the capitals in blue without a ground."""
    first = text("CHINA", 170, 108, 118, "#1b4c9a", "heavy", width=320)
    return picture(340, 240, first, text("DAILY", 170, 218, 118, "#1b4c9a", "heavy", width=320), rule="China Daily")


def global_times() -> str:
    """Global Times' app: red characters over TIME in slanted black letters, on grey."""
    latin = f'<g transform="translate(206 306) skewX(-12)">{text("TIME", 0, 0, 98, "#22252a", "black", width=238)}</g>'
    return tile("环球时报", "#e6e6e6", text("环球", MIDDLE, 200, 138, "#c5161d", "sans", width=280), latin)


def beijing_news(corner: float) -> str:
    """The Beijing News: its name in serif type over NEWS, on red."""
    name = text("新京报", MIDDLE, 196, 92, "#fff", "serif", width=270)
    return tile("新京报", "#c80000", name, text("NEWS", MIDDLE, 284, 58, "#fff", "book", width=166), corner=corner)


def china_news() -> str:
    """China News Service: 中新网 in white brush writing on a red disc."""
    return tile("中国新闻网", "#bc0012", text("中新网", MIDDLE, 246, 132, "#fff", "brush", width=330), corner=MIDDLE)


def zaobao() -> str:
    """Lianhe Zaobao: 早 by brush on a disc of two reds."""
    shade = path(
        "M262 0C300 120 250 190 214 206C130 190 60 240 40 330C80 420 400 440 420 200C420 80 330 20 262 0Z", "#a80032"
    )
    return tile("联合早报", "#ea0045", shade, written("早", "zaobao", MIDDLE, MIDDLE, 390, "#fff"), corner=MIDDLE)


def ming_pao() -> str:
    """Ming Pao: its name by brush, red on white."""
    return tile("明报", "#fff", written("明報", "ming-pao", 196, 200, 208, "#d9161c", weight=1.55), corner=0)


def south_china_morning_post() -> str:
    """South China Morning Post: a yellow and a navy upright block over its name."""
    blocks = rectangle(96, 60, 96, 160, "#ffca05") + rectangle(208, 60, 96, 160, "#001246")
    first = text("South China", MIDDLE, 290, 50, "#001246", "display", width=280)
    return tile(
        "南华早报", "#fff", blocks, first, text("Morning Post", MIDDLE, 346, 50, "#001246", "display", width=280)
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "sign-people-daily": people_daily("#fff", PEOPLE_RED, PEOPLE_GOLD),
        "sign-people-daily-red": people_daily("#d7000f", "#fff", "#fff"),
        "sign-people-daily-masthead": people_daily_masthead(),
        "sign-people-cn": people_cn(),
        "sign-people-cn-figure": people_cn_figure(),
        "sign-people-cn-tile": people_cn_tile(),
        "sign-xinhua-app": xinhua_app(),
        "sign-xinhua-emblem": xinhua_emblem(),
        "sign-xinhuanet": xinhuanet(),
        "sign-xuexi-qiangguo": xuexi("#e7251b", "#fff"),
        "sign-xuexi-qiangguo-white": xuexi("#fff", "#d7000f"),
        "sign-the-paper": the_paper("#fff", "#0a0a0a"),
        "sign-the-paper-english": the_paper_english(),
        "sign-the-paper-initial": the_paper_initial(),
        "sign-reference-news": reference_news("#cc3333", "#fff"),
        "sign-reference-news-white": reference_news("#fff", "#c7000b"),
        "sign-southern-weekly": southern_weekly("#c0232c", "#fff"),
        "sign-southern-weekly-band": southern_weekly_band(),
        "sign-nanfang-plus": nanfang_plus(),
        "sign-china-daily": china_daily(),
        "sign-china-daily-letters": china_daily_letters(),
        "sign-global-times": global_times(),
        "sign-beijing-news": beijing_news(72),
        "sign-chinanews": china_news(),
        "sign-zaobao": zaobao(),
        "sign-ming-pao": ming_pao(),
        "sign-scmp": south_china_morning_post(),
    }
