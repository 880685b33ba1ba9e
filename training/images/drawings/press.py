"""Signs of Chinese newspapers, agencies, portals and news apps: figures and handwriting, not typefaces."""

from __future__ import annotations

from training.images.drawings.calligraphy import stroke, written
from training.images.drawings.shapes import d, disc, ellipse, group, path, picture, polar, polygon, rectangle
from training.images.drawings.type import Face, text

SIDE = 400
"""Side of a square sign, in the drawing's units."""

PEOPLE_RED, PEOPLE_GOLD = "#c7000b", "#a87c2a"
XINHUA_BLUE = "#0a4ea2"


def tile(name: str, ground: str, *parts: str, corner: float = 72) -> str:
    """A square sign on a ground with round corners, like an app's icon."""
    return picture(
        SIDE, SIDE, rectangle(0, 0, SIDE, SIDE, ground, corner), *parts, rule=f"{name}: drawn after the sign"
    )


def shaded(top: str, bottom: str) -> str:
    """Definition of the gradient `url(#shade)` from top to bottom."""
    stops = f'<stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
    return f'<defs><linearGradient id="shade" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient></defs>'


def lettered(name: str, ground: str, *lines: tuple[str, float, float, str, Face], corner: float = 72) -> str:
    """A tile with lines of type: each its words, baseline, size, colour and typeface."""
    set_lines = (text(words, SIDE / 2, base, size, colour, face) for words, base, size, colour, face in lines)
    return tile(name, ground, *set_lines, corner=corner)


def people_daily(ground: str, ink: str, english: str) -> str:
    """People's Daily: the masthead's handwriting over its English name."""
    return tile(
        "人民日报",
        ground,
        written("人民日报", "people-daily", 200, 182, 146, ink),
        text("PEOPLE'S DAILY", 200, 296, 36, english, "sans", width=300),
    )


def people_daily_masthead() -> str:
    """People's Daily: the masthead alone."""
    return picture(540, 220, written("人民日报", "people-daily", 270, 110, 210, PEOPLE_RED), rule="人民日报报头")


def people_cn() -> str:
    """People's Daily Online: the masthead's hand over the address."""
    return picture(
        560,
        320,
        written("人民网", "people-daily", 280, 120, 230, PEOPLE_RED),
        text("people.cn", 280, 304, 84, PEOPLE_RED, "black", width=400),
        rule="人民网网标",
    )


def people_cn_tile() -> str:
    """People's Daily Online: its name in white on red."""
    letters = text("people.cn", 200, 316, 56, "#fff", "black", width=280)
    return tile("人民网", "#d7000f", written("人民网", "people-daily", 200, 176, 160, "#fff", weight=1.15), letters)


def dome() -> str:
    """The upper part of a globe of lines between dots, as on Xinhua's app."""
    rows = [
        [(146, 252), (254, 252)],
        [(52, 306), (126, 306), (200, 274), (274, 306), (348, 306)],
        [(44, 350), (200, 350), (356, 350)],
        [(26, 382), (112, 398), (288, 398), (374, 382)],
    ]
    lines = [(0, 0, 0, 1), (0, 0, 1, 0), (0, 0, 1, 1), (0, 0, 1, 2), (0, 1, 1, 2), (0, 1, 1, 3), (0, 1, 1, 4)]
    lines += [(1, 0, 1, 1), (1, 1, 1, 2), (1, 2, 1, 3), (1, 3, 1, 4), (1, 1, 2, 0), (1, 1, 2, 1), (1, 3, 2, 1)]
    lines += [(1, 3, 2, 2), (1, 0, 2, 0), (1, 4, 2, 2), (2, 0, 3, 0), (2, 0, 3, 1), (2, 1, 3, 1), (2, 1, 3, 2)]
    lines += [(2, 2, 3, 2), (2, 2, 3, 3), (1, 1, 3, 1), (1, 3, 3, 2), (1, 2, 2, 1)]
    data = "".join("M{} {}L{} {}".format(*rows[a][b], *rows[c][e]) for a, b, c, e in lines)
    dots = (disc(x, y, 13 if x == 200 else 10, "#fff") for row in rows[:3] for x, y in row)
    return path(data, "none", "#fff", 3.5) + "".join(dots)


def xinhua_app() -> str:
    """Xinhua's app: its name over a globe of lines, on blue."""
    return tile(
        "新华社客户端",
        "url(#shade)",
        shaded("#17307c", "#0090d0"),
        text("新华社", 200, 166, 112, "#fff", "sans", width=320),
        text("XINHUA NEWS", 200, 222, 42, "#fff", "book", width=320),
        dome(),
    )


def globe(x: float, y: float, radius: float, fill: str, lines: str) -> str:
    """A globe with parallels and meridians."""
    width = radius / 16
    line = f'stroke="{lines}" stroke-width="{width}"'
    meridians = (ellipse(x, y, radius * part, radius, "none", extra=line) for part in (0.38, 0.76))
    parts = [disc(x, y, radius, fill), *meridians]
    for part in (-0.55, 0, 0.55):
        half = radius * (1 - part**2) ** 0.5
        parts.append(rectangle(x - half, y + part * radius - width / 2, 2 * half, width, lines))
    parts.append(rectangle(x - width / 2, y - radius, width, 2 * radius, lines))
    return "".join(parts)


def xinhua_globe() -> str:
    """Xinhua: a blue globe over its names."""
    return picture(
        400,
        460,
        globe(200, 150, 140, XINHUA_BLUE, "#fff"),
        text("新华社", 200, 386, 110, XINHUA_BLUE, "cursive"),
        text("XINHUA", 200, 452, 46, XINHUA_BLUE, "black", width=280),
        rule="新华社社标：地球",
    )


def xuexi(ground: str, ink: str) -> str:
    """Xuexi Qiangguo: 学习 in an old hand."""
    return tile("学习强国", ground, written("學習", "xuexi-qiangguo", 196, 204, 250, ink, weight=1.1))


def the_paper(ground: str, ink: str) -> str:
    """The Paper: its name in brush writing."""
    return tile("澎湃新闻", ground, written("澎湃", "the-paper", 200, 216, 218, ink, weight=1.15))


def the_paper_initial() -> str:
    """The Paper: the first character of its name, as browsers show it."""
    return picture(
        SIDE, SIDE, written("澎", "the-paper", 190, 230, 480, "#231815", weight=1.15), rule="澎湃新闻网站图标"
    )


def reference_news(ground: str, ink: str) -> str:
    """Reference News: its name in two lines of brush writing."""
    return tile(
        "参考消息",
        ground,
        written("參攷", "reference-news", 206, 118, 186, ink, weight=1.15),
        written("消息", "reference-news", 206, 284, 190, ink, weight=1.15),
    )


def netease() -> str:
    """NetEase News: the company's name in clerical script on red."""
    news = text("N E W S", 200, 324, 46, "#fff", "sans", width=206)
    return tile("网易新闻", "#e20000", written("網易", "netease", 200, 172, 214, "#fff", weight=1.04), news)


def penguin(fill: str) -> str:
    """A penguin seen from the front, 300 high around (0, 0)."""
    head_and_body = "M0 -150C52 -150 86 -108 86 -52C112 -22 132 34 130 66C128 84 112 76 100 58C96 84 84 104 74 116"
    foot = "C92 122 96 136 92 146C60 154 26 152 0 144"
    left = "C-26 152 -60 154 -92 146C-96 136 -92 122 -74 116C-84 104 -96 84 -100 58C-112 76 -128 84 -130 66"
    return path(head_and_body + foot + left + "C-132 34 -112 -22 -86 -52C-86 -108 -52 -150 0 -150Z", fill)


def tencent(ground: str, colours: tuple[str, str, str, str]) -> str:
    """Tencent News: a penguin in a ring of three tapering arcs.

    Args:
        ground: colour of the tile.
        colours: of the arcs from the right on, clockwise, and of the penguin.
    """
    arcs = []
    for start, colour in zip((12, 132, 252), colours[:3], strict=True):
        points = [(*polar(200, 200, 168 + 5 * part / 8, start + 13 * part), 42 - 5 * part) for part in range(8)]
        arcs.append(path(d(stroke(points)), colour))
    return tile("腾讯新闻", ground, *arcs, group(penguin(colours[3]), move=(200, 200), scale=0.58))


def toutiao(ground: str) -> str:
    """Jinri Toutiao: its name on a red band that rises to the right."""
    letters = text("头条", 0, 58, 168, "#fff", "black", width=316)
    band = polygon([(0, 92), (400, 70), (400, 308), (0, 330)], "#ff3338")
    rising = f'<g transform="translate(200 200) skewY(-3.2)">{letters}</g>'
    return tile("今日头条", ground, band, rising, corner=72)


def toutiao_red() -> str:
    """Jinri Toutiao: its name on a red tile."""
    letters = text("头条", 0, 62, 176, "#fff", "black", width=330)
    return tile("今日头条", "#f04142", f'<g transform="translate(200 200) skewY(-3.2)">{letters}</g>')


def legal_daily(name: str, ground: str, ink: str) -> str:
    """Legal Daily under its name of 2020 or the one before, one brush character in each quarter."""
    places = ((112, 178), (288, 178), (112, 346), (288, 346))
    letters = (text(character, x, y, 172, ink, "brush") for character, (x, y) in zip(name, places, strict=True))
    return tile(name, ground, *letters)


def legal_masthead(name: str) -> str:
    """Legal Daily's masthead: red brush writing in a line."""
    return picture(760, 210, text(name, 380, 168, 184, "#d7000f", "brush"), rule=f"{name}报头")


def youth_daily(ground: str, ink: str) -> str:
    """China Youth Daily: its masthead's brush writing in two lines."""
    return tile(
        "中国青年报",
        ground,
        text("中国", 200, 176, 158, ink, "cursive", width=270),
        text("青年报", 200, 340, 148, ink, "cursive", width=350),
    )


def global_times() -> str:
    """Global Times' app: red characters over TIME in slanted black letters, on grey."""
    latin = f'<g transform="translate(206 306) skewX(-12)">{text("TIME", 0, 0, 98, "#22252a", "black", width=238)}</g>'
    return tile("环球时报", "#e6e6e6", text("环球", 200, 200, 138, "#c5161d", "sans", width=280), latin)


def china_daily() -> str:
    """China Daily: two lines of heavy white capitals on blue."""
    return tile(
        "China Daily",
        "#1b4c9a",
        text("CHINA", 200, 196, 118, "#fff", "heavy", width=340),
        text("DAILY", 200, 300, 118, "#fff", "heavy", width=316),
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    new_colours = ("#2bd9a9", "#ff0050", "#ffd21f", "#0052d9")
    old_colours = ("#23ac38", "#e60012", "#ffe100", "#1e9ed9")
    return {
        "sign-people-daily": people_daily("#fff", PEOPLE_RED, PEOPLE_GOLD),
        "sign-people-daily-red": people_daily("#d7000f", "#fff", "#fff"),
        "sign-people-daily-masthead": people_daily_masthead(),
        "sign-people-cn": people_cn(),
        "sign-people-cn-tile": people_cn_tile(),
        "sign-xinhua-app": xinhua_app(),
        "sign-xinhua-globe": xinhua_globe(),
        "sign-xuexi-qiangguo": xuexi("#e7251b", "#fff"),
        "sign-xuexi-qiangguo-white": xuexi("#fff", "#d7000f"),
        "sign-the-paper": the_paper("#fff", "#0a0a0a"),
        "sign-the-paper-initial": the_paper_initial(),
        "sign-reference-news": reference_news("#cc3333", "#fff"),
        "sign-reference-news-white": reference_news("#fff", "#c7000b"),
        "sign-netease-news": netease(),
        "sign-tencent-news": tencent("#fff", new_colours),
        "sign-tencent-news-2013": tencent("#fff", old_colours),
        "sign-toutiao": toutiao("#fff"),
        "sign-toutiao-red": toutiao_red(),
        "sign-legal-daily": legal_daily("法治日报", "#d7000f", "#fff"),
        "sign-legal-daily-masthead": legal_masthead("法治日报"),
        "sign-legal-daily-2020": legal_masthead("法制日报"),
        "sign-china-youth-daily": youth_daily("#d7000f", "#fff"),
        "sign-china-youth-daily-white": youth_daily("#fff", "#d7000f"),
        "sign-global-times": global_times(),
        "sign-china-daily": china_daily(),
    }
