"""Signs of Chinese portals and news apps: figures and app icons."""

from __future__ import annotations

from training.images.drawings.press.calligraphy import stroke, written
from training.images.drawings.shapes import (
    TILE,
    d,
    disc,
    ellipse,
    gradient,
    group,
    path,
    picture,
    polar,
    polygon,
    tile,
)
from training.images.drawings.type import text

MIDDLE = TILE / 2
GRID = TILE / 100
"""Factor from a grid 100 high to a tile."""


def netease(corner: float) -> str:
    """NetEase News: the company's name in clerical script on red."""
    news = text("N E W S", MIDDLE, 324, 46, "#fff", "sans", width=206)
    return tile(
        "网易新闻", "#e20000", written("網易", "netease", MIDDLE, 172, 214, "#fff", weight=1.04), news, corner=corner
    )


def netease_name() -> str:
    """NetEase: its name in red clerical script."""
    return picture(680, 400, written("網易", "netease", 340, 200, 390, "#d7000f", weight=1.04), rule="网易标志")


def penguin(fill: str) -> str:
    """A penguin seen from the front, 300 high around (0, 0)."""
    head_and_body = "M0 -150C52 -150 86 -108 86 -52C112 -22 132 34 130 66C128 84 112 76 100 58C96 84 84 104 74 116"
    foot = "C92 122 96 136 92 146C60 154 26 152 0 144"
    left = "C-26 152 -60 154 -92 146C-96 136 -92 122 -74 116C-84 104 -96 84 -100 58C-112 76 -128 84 -130 66"
    return path(head_and_body + foot + left + "C-132 34 -112 -22 -86 -52C-86 -108 -52 -150 0 -150Z", fill)


def tencent(colours: tuple[str, str, str, str], corner: float = 72) -> str:
    """Tencent News: a penguin in a ring of three tapering arcs, on white.

    Args:
        colours: of the arcs from the right on, clockwise, and of the penguin.
        corner: of the tile.
    """
    arcs = []
    for start, colour in zip((12, 132, 252), colours[:3], strict=True):
        points = [(*polar(MIDDLE, MIDDLE, 168 + 5 * part / 8, start + 13 * part), 42.0 - 5 * part) for part in range(8)]
        arcs.append(path(d(stroke(points)), colour))
    return tile("腾讯新闻", "#fff", *arcs, group(penguin(colours[3]), move=(MIDDLE, MIDDLE), scale=0.58), corner=corner)


def toutiao(ground: str, size: float) -> str:
    """Jinri Toutiao: its name on a red band that rises to the right."""
    letters = text("头条", 0, size * 0.35, size, "#fff", "black", width=size * 1.88)
    band = polygon([(0, 92), (400, 70), (400, 308), (0, 330)], "#ff3338")
    rising = f'<g transform="translate({MIDDLE} {MIDDLE}) skewY(-3.2)">{letters}</g>'
    return tile("今日头条", ground, band, rising)


def sohu() -> str:
    """Sohu News: a red fox's tail with a black tip under the company's name, on yellow."""
    tail = (
        "M0 62C18 76 30 68 45 51L60 51C54 52 51 55 49 59.5L62 59.5C56 61 53 64 52 69.5L62 71"
        "C57 74 55 78 55 83C40 91 20 94 8 80L0 74Z"
    )
    tip = (
        "M45 51C52 44 60 43 68 44C82 46 91 58 91 70L89 78.5C80 74 66 75 55 83C55 78 57 74 62 71L52 69.5"
        "C53 64 56 61 62 59.5L49 59.5C51 55 54 52 60 51Z"
    )
    name = written("搜狐", "sohu", MIDDLE, 102, 142, "#43170c")
    figure = group(path(tail, "#e6321e"), path(tip, "#2b1208"), move=(-41, -34), scale=4.82)
    return tile("搜狐新闻", "url(#shade)", gradient("shade", "#f6e97e", "#fabe00", line=(0, 0, 0, 1)), name, figure)


def sohu_letter() -> str:
    """Sohu: a black S over a tail, black and red, on yellow."""
    tip = "M14 86C17 68 26 58 38 58C47 58 53 62 53 62L45 65L50 69L43 74L49 77L48 82C36 77 24 79 14 86Z"
    tail = "M45 65L53 62C62 66 72 78 88 70C88 80 80 89 68 89C58 88 52 83 46 82L49 77L43 74L50 69Z"
    figure = group(path(tip, "#2a2a2a"), path(tail, "#f4383f"), scale=GRID)
    return tile("搜狐", "#ffd000", text("S", MIDDLE, 206, 226, "#2a2a2a", "heavy", width=176), figure)


def sina_figure() -> str:
    """Sina: an eye with a flaming brow over its name, the i a dagger; 130 wide and 100 high."""
    eye = (
        "M36 48C32 40 34 33 38 26C40 26 40 29 41 30C43 27 45 22 48 21C49.5 23 47 26 50 27C53 24 55 18 60 17"
        "C62 18 59 22 60 26C64 25 67 20 72 19C73 21 69 25 71 27.5C74 27 78 23 82 23.5C82 26 77 29 78 31"
        "C81 36 80 42 76 46C70 52 62 54 54 54C46 54 39 52 36 48Z"
    )
    letters = (("s", 26, 30), ("n", 68, 34), ("a", 102, 32))
    slanted = "".join(
        f'<g transform="translate({x} 77.5) skewX(-14)">{text(letter, 0, 0, 45, "#4a100c", "heavy", width=width)}</g>'
        for letter, x, width in letters
    )
    iris = disc(53, 42, 7.5, "#8f1008") + disc(50.3, 43.6, 2.6, "#fff") + disc(54.2, 41, 1, "#fff")
    dagger = path("M46 56L56 56L50 75L41.5 91C40 89 41 85 41.4 82Z", "#3a0d0a")
    return path(eye, "#e8301c") + ellipse(54.5, 41, 16.5, 10, "#fff") + iris + dagger + slanted


def sina() -> str:
    """Sina News: the eye and the name on white."""
    return tile("新浪新闻", "#fff", group(sina_figure(), move=(-14, 14), scale=3.2))


def sina_one_colour() -> str:
    """Sina: the figure without a ground, with the Chinese name."""
    figure = group(sina_figure(), move=(-20, -40), scale=3.6)
    return picture(820, 300, figure, text("新浪", 610, 250, 180, "#231815", "black", width=370), rule="新浪标志")


def phoenix(fill: str) -> str:
    """Two phoenixes circling, each with a tail of three feathers, around a flame; 100 high."""
    bird = (
        "M34.5 52C39 49 41 45 42 39C45 26 54 17 66 17C80 18 91 28 95 43C98 54 97 65 91.5 74C94 60 91 46 83 35"
        "C90 49 91 66 82 79C74 90 64 95 51 97C63 93 76 84 81 72C85 62 83 52 77.4 43C80 54 79 68 70 79"
        "C62 89 47 95 30 90.5C22 87 16 82 11 75C19 83 32 87 44 87C57 86 66 76 69 64C71 55 69 45 63 40"
        "C57 36 49 38 45 43C42 47 39 51 34.5 52Z"
    )
    flame = path("M43 53.5C47 51 48 47 53 46C55 45.5 57 46 57 46C54 47.5 53 51 51 53C49 54.5 46 54 43 53.5Z", fill)
    return path(bird, fill) + group(path(bird, fill), move=(100, 100), turn=180) + flame


def phoenix_news(ground: str, ink: str) -> str:
    """Phoenix New Media: the two phoenixes on a tile."""
    return tile("凤凰新闻", ground, group(phoenix(ink), move=(40, 40), scale=3.2))


def phoenix_network() -> str:
    """Phoenix New Media: the two phoenixes beside the name."""
    name = text("凤凰网", 560, 160, 150, "#111", "sans") + text("ifeng.com", 560, 262, 84, "#111", "sans", width=430)
    return picture(800, 300, group(phoenix("#f54343"), scale=3), name, rule="凤凰网标志")


def observer(ground: str) -> str:
    """Guancha: the character 观 in straight strokes, an eye as its frame, on red."""
    strokes = (
        "M22 24H43.5C44 42 38 62 22 80M26.5 34L49 75M54.5 26V63M84 18V62M68 50C66 66 58 76 46 83"
        "M73.5 54V77Q73.5 81 78 81H85Q89.5 81 90 66"
    )
    parts = (
        path("M50.5 24L58 16C68 12 78 13 84 17H88V51H50.5Z", "#fff"),
        disc(69, 32, 14.5, ground),
        disc(69, 32, 9.5, "#fff"),
        disc(69, 32, 3.8, ground),
        path("M50 16L69 32", "none", ground, 5),
        path(strokes, "none", "#fff", 7.5),
    )
    return tile("观察者网", ground, group(*parts, move=(-10, 8), scale=3.85))


def jiemian(ground: str) -> str:
    """Jiemian: two white frames in perspective that interlock, on red."""
    left, right = "M54 36.6L22 33V64.5L60.5 58V44", "M39 57V42.5L78 33.5V64.5L47 61.3"
    parts = (path(left, "none", "#fff", 5), path(right, "none", ground, 8), path(right, "none", "#fff", 5))
    return tile("界面新闻", ground, group(*parts, scale=GRID))


def yidian() -> str:
    """Yidian Zixun: the figure one with a point over the name, on red."""
    one = path("M128 92L196 48H220V252H172V110L136 132Z", "#fff")
    return tile(
        "一点资讯", "#f01428", one, disc(272, 226, 30, "#fff"), text("一点资讯", MIDDLE, 350, 68, "#fff", "sans")
    )


def caixin() -> str:
    """Caixin: its name in narrow heavy characters over Latin letters, on navy."""
    name = text("财新", MIDDLE, 222, 138, "#fff", "black", width=290)
    return tile("财新", "#1f286f", name, text("Caixin", MIDDLE, 296, 60, "#fff", "sans", width=150))


def caixin_initial() -> str:
    """Caixin: the first character of its name in navy, as browsers show it."""
    strokes = "M14 14H52V66M14 8V70M33 22V60L12 92M36 66L54 92M52 8V70M58 24H92M82 10V84H70M80 30L60 92"
    return picture(TILE, TILE, group(path(strokes, "none", "#1f286f", 9), scale=3.8, move=(10, 8)), rule="财新网站图标")


def baidu_news() -> str:
    """Baidu News: 新闻 over the company's paw, on blue."""
    toes = (
        ellipse(x, y, 11, 15, "#fff", turn)
        for x, y, turn in ((166, 300, -20), (190, 280, -4), (216, 280, 6), (238, 302, 18))
    )
    pad = path(
        "M202 302C222 302 246 326 240 344C234 358 216 352 202 352C188 352 170 358 164 344C158 326 182 302 202 302Z",
        "#fff",
    )
    return tile("百度新闻", "#2d87ff", text("新闻", MIDDLE, 216, 136, "#fff", "black", width=266), *toes, pad)


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    new_colours = ("#2bd9a9", "#ff0050", "#ffd21f", "#0052d9")
    old_colours = ("#23ac38", "#e60012", "#ffe100", "#1e9ed9")
    return {
        "sign-netease-news": netease(72),
        "sign-netease": netease_name(),
        "sign-tencent-news": tencent(new_colours),
        "sign-tencent-news-2013": tencent(old_colours, corner=MIDDLE),
        "sign-toutiao": toutiao("#fff", 168),
        "sign-toutiao-red": toutiao("#ff3338", 184),
        "sign-sohu-news": sohu(),
        "sign-sohu": sohu_letter(),
        "sign-sina-news": sina(),
        "sign-sina": sina_one_colour(),
        "sign-phoenix-news": phoenix_news("#fff", "#f54343"),
        "sign-phoenix-news-red": phoenix_news("#e0282c", "#fff"),
        "sign-phoenix-network": phoenix_network(),
        "sign-guancha": observer("#b30710"),
        "sign-jiemian": jiemian("#f73202"),
        "sign-yidian": yidian(),
        "sign-caixin": caixin(),
        "sign-caixin-initial": caixin_initial(),
        "sign-baidu-news": baidu_news(),
    }
