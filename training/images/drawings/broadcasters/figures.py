"""Forms of broadcasters' signs that real pictures carry: figures, and letters drawn as figures."""

from __future__ import annotations

from math import cos, pi, sin

from training.images.drawings.broadcasters.central import phoenixes
from training.images.drawings.broadcasters.strokes import stroke_text
from training.images.drawings.shapes import (
    Point,
    arc,
    clipped,
    d,
    disc,
    ellipse,
    gradient,
    path,
    picture,
    rectangle,
)
from training.images.drawings.type import text

WHITE, INK = "#fff", "#151515"


def cut(name: str, shape: str, hole: str) -> str:
    """A shape from which the black parts of `hole` are cut; `name` must be the drawing's own."""
    mask = f'<mask id="{name}"><rect width="100%" height="100%" fill="#fff"/>{hole}</mask>'
    return f'{mask}<g mask="url(#{name})">{shape}</g>'


def phoenix_infonews() -> str:
    """Phoenix InfoNews: the two birds before a globe that shows Asia and Australia."""
    blue, yellow = "#0061b0", "#fad11c"
    asia = (
        "M258 44C300 8 390 0 440 60L446 70L430 84L424 70C410 80 396 92 388 104L396 112L386 126L394 150"
        "C384 162 368 168 360 164L352 176L356 196L344 190L336 168L322 184L316 164C300 120 280 80 258 44Z"
    )
    islands = (
        "M438 84L446 92L436 116L416 128L410 122L428 108ZM386 172L394 184L390 198L382 186ZM318 186L330 202L326 208Z"
        "M334 206L352 230L346 234L330 214ZM356 206L374 204L368 226L356 222ZM378 214L390 212L382 230Z"
        "M408 228L430 228L446 250L428 248ZM346 240L372 244L370 248L346 244Z"
        "M342 276L372 258L394 262L404 252L414 256L420 276L436 282L426 296L396 300L374 290L344 300Z"
    )
    globe = disc(338, 160, 157, blue) + clipped("globe", disc(338, 160, 145, "#000"), path(asia + islands, yellow))
    birds = disc(160, 160, 157, blue) + phoenixes(160, 160, 0.365, yellow, yellow)
    return picture(500, 320, globe, birds, rule="凤凰卫视资讯台台标：双凤与地球")


SHANDONG_STRIPS = (
    "M66 40C78 66 76 96 52 128C24 164 0 200 6 262L38 266C36 214 48 176 66 138C82 104 82 70 66 40Z",
    "M70 40C90 72 88 106 72 142C54 182 42 218 44 266L76 264C72 226 82 190 94 160C112 116 102 70 70 40Z",
    "M76 40C124 64 140 98 128 134C116 170 104 210 114 256"
    "C104 260 92 264 82 264C78 224 90 190 102 158C118 112 106 70 76 40Z",
    "M10 271C90 280 180 240 262 130L268 156C196 268 104 308 18 302Z",
    "M20 308C110 314 204 262 270 160L278 176C214 298 118 350 50 348C36 338 26 324 20 308Z",
    "M56 354C130 352 220 300 282 182L284 190C252 300 180 370 110 376C88 374 70 366 56 354Z",
    "M190 58C206 84 236 104 264 118L254 128C226 116 200 100 186 82Z",
    "M186 90C200 108 226 124 250 134L240 146C218 138 198 128 186 114Z",
    "M188 122C202 134 220 144 236 152L228 174C204 162 190 146 188 122Z",
    "M192 50C204 12 240 0 280 2C324 8 350 24 362 36L372 70C340 36 300 22 262 24C236 28 214 38 192 50Z",
    "M194 55C216 42 246 30 272 30C320 34 352 62 374 108L358 132C340 78 300 52 262 54C240 58 222 66 210 76Z",
    "M214 81C236 66 262 58 286 64C330 78 356 116 354 158"
    "C348 178 340 192 332 198C336 150 320 100 282 84C262 80 244 86 230 92Z",
)
"""Tail, body, neck and crest of Shandong's bird of fire."""


def shandong_flame() -> str:
    """Shandong's bird of fire, red on the left and yellow on the right."""
    fire = gradient("fire", "#e02a18", "#e8701c", "#f2b81e", "#f6d820", line=(0, 300, 330, 60), absolute=True)
    strips = [path(strip, "url(#fire)") for strip in SHANDONG_STRIPS]
    return picture(380, 380, fire, *strips, rule="山东卫视台标：火凤凰")


def shandong_gold_strips() -> str:
    """Shandong's bird of fire in gold."""
    gold = gradient("gold", "#f6dc7c", "#c98a1e", "#f2cc58", "#a8690c", line=(0, 0, 300, 380), absolute=True)
    strips = [path(strip, "url(#gold)", "#7a4e06", 3) for strip in SHANDONG_STRIPS]
    return picture(380, 380, gold, *strips, rule="山东卫视台标：金凤凰")


def set_television() -> str:
    """SET: letters cut out of a white oval, above the channel's name."""
    letters = (
        "M176 74H112C82 78 84 108 112 118L140 130C172 144 170 176 138 180H40"
        "M322 74H252C206 74 204 180 252 180H322M262 127H316M338 73H480M398 73V190"
    )
    oval = cut("letters", ellipse(250, 125, 210, 122, WHITE), path(letters, "none", "#000", 33))
    name = text("三立新聞台", 250, 364, 100, WHITE, "sans")
    return picture(500, 380, oval, name, rule="三立电视台标：椭圆中的 SET")


def tvbs(colour: str) -> str:
    """TVBS: slanting letters that join, led by a large T."""
    first = path("M2 48L18 12Q24 0 38 0H202L190 28H146Q130 28 124 44L86 152H40L76 48Z", colour)
    rest = (
        "M176 50L154 140L200 140L292 40H362Q384 42 378 64Q372 86 344 88"
        "H314M344 88Q382 92 374 116Q366 140 334 140H290L314 70"
        "M506 40H428Q402 42 400 64Q400 86 424 88H452Q476 92 470 116Q462 140 436 140H386"
    )
    return picture(510, 155, first, path(rest, "none", colour, 25), rule="TVBS 台标：相连的斜体字母")


def voice_of_america_colours() -> str:
    """VOA: a red V and a blue A around a grey disc."""
    left = "M0 2H80L114 122L148 2H224C180 10 146 50 146 106C146 136 156 154 168 168L156 208H76Z"
    right = "M352 0H432L504 208H424L390 88L358 208H276C330 198 360 154 360 104C360 80 350 56 338 40Z"
    return picture(
        504,
        208,
        path(left, "#ee3f48"),
        path(right, "#0061b2"),
        disc(252, 104, 50, "#9b9aa0"),
        rule="美国之音台标：红蓝字母",
    )


def al_arabiya() -> str:
    """Al Arabiya in Arabic letters, above its Latin name."""
    first = (
        "M412 0C466 0 508 40 508 104V160H478V104C478 74 464 48 444 40"
        "V160H352C346 160 344 156 342 152C338 158 334 160 330 160"
        "H308V176C308 200 280 214 234 214V184C256 184 278 184 278 164"
        "V134L256 160V70C256 60 262 54 274 54H284V118L324 80"
        "C306 76 302 54 334 52C384 46 400 72 384 100C374 118 362 128 362 134C366 130 376 130 412 130Z"
    )
    last = (
        "M0 160C8 104 56 54 116 52V130H134V72C134 60 142 54 150 52H164V130H182V72C182 60 192 54 200 52H218V160H84V92"
        "C56 104 36 128 32 160Z"
    )
    dots = "".join(rectangle(x, y, 32, 32, WHITE, 7) for x, y in ((34, 0), (86, 0), (86, 180), (136, 180), (186, 180)))
    name = stroke_text("alarabiya", 0, 322, 52, 9, WHITE, width=510)
    return picture(510, 350, path(first + last, WHITE), dots, name, rule="阿拉伯电视台台标：阿文与拉丁字母")


def knot(x: float, y: float, width: float, height: float, weight: float, colour: str) -> str:
    """ABC Australia's curve: one wave across while three go up and down."""
    turns = [2 * pi * step / 96 for step in range(96)]
    points: list[Point] = [(x + width / 2 * sin(turn), y + height / 2 * cos(3 * turn)) for turn in turns]
    return path(d(points), "none", colour, weight)


def abc_news_australia(colour: str) -> str:
    """ABC News of Australia: the curve above the word."""
    word = text("NEWS", 250, 274, 196, colour, "sans", width=500)
    return picture(500, 276, knot(70, 54, 122, 88, 17, colour), word, rule="澳大利亚广播公司新闻")


def nrk_1() -> str:
    """NRK1: letters of bars on navy, before a blue figure."""
    letters = (
        "M56 56H94V168H56ZM98 56H132L170 168H136ZM170 56H208V168H170Z"
        "M256 56H296V168H256ZM300 112L336 56H376L340 112L376 168H336Z"
    )
    parts = rectangle(0, 0, 500, 220, "#0b2444"), path(letters, WHITE), disc(232, 78, 23, WHITE)
    return picture(500, 220, *parts, text("1", 432, 168, 152, "#8db5ec", "sans"), rule="NRK 台标：粗竖条字母")


def itv() -> str:
    """ITV in joined letters, each of its own colour."""
    first, second, third = "#33bcc8", "#dfe0e2", "#7a8285"
    i = path("M36 92V176Q36 236 98 236Q160 236 176 180", "none", first, 66) + disc(36, 36, 34, first)
    t = path("M178 44V160Q178 232 256 232Q330 232 352 150", "none", second, 64, 'stroke-linecap="round"')
    bar = path("M178 114H252", "none", second, 44, 'stroke-linecap="round"')
    v = path("M338 126L412 226L484 112", "none", third, 64, 'stroke-linecap="round"')
    return picture(520, 274, i, t, bar, v, rule="ITV 台标：相连的字母")


def ard(colour: str) -> str:
    """ARD: letters, and a figure one in an open ring."""
    ring = path(arc(384, 116, 104, -62, 222), "none", colour, 22)
    one = path("M328 90L404 54H424V156L392 174V98L328 126Z", colour)
    return picture(
        500, 232, text("ARD", 146, 168, 146, colour, "sans", width=290), ring, one, rule="ARD 台标：环中的 1"
    )


def rt(ground: str, ink: str, name: str = "") -> str:
    """RT: broad letters at the right edge of a green tile, at times above a name."""
    r = (
        "M53 140H158C204 140 232 152 232 182C232 206 216 218 200 222L246 258H176L140 208H120V258H53Z"
        "M120 158V192H138C152 192 160 186 160 175C160 164 152 158 138 158Z"
    )
    letters = path(r + "M224 140H400V155H346V258H279V155H224Z", ink, extra='fill-rule="evenodd"')
    words = text(name, 200, 314, 54, ink, "sans", width=292) if name else ""
    return picture(400, 400, rectangle(0, 0, 400, 400, ground), letters, words, rule="RT 台标：宽体字母")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "media-phoenix-infonews": phoenix_infonews(),
        "media-shandong-tv-flame": shandong_flame(),
        "media-shandong-tv-gold-strips": shandong_gold_strips(),
        "media-set-white": set_television(),
        "media-tvbs-joined-white": tvbs(WHITE),
        "media-tvbs-joined-blue": tvbs("#0b3fa0"),
        "media-voa-colours": voice_of_america_colours(),
        "media-al-arabiya-white": al_arabiya(),
        "media-abc-australia-news-white": abc_news_australia(WHITE),
        "media-abc-australia-news": abc_news_australia(INK),
        "media-nrk-1": nrk_1(),
        "media-itv-colours": itv(),
        "media-ard-white": ard(WHITE),
        "media-ard-blue": ard("#00265e"),
        "media-rt-france": rt("#2ea044", WHITE, "FRANCE"),
        "media-rt-broad": rt("#77bc1f", "#000"),
    }
