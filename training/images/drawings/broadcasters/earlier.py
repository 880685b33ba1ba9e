"""Earlier signs of broadcasters, and signs without words: real pictures carry them for years after a change."""

from __future__ import annotations

from training.images.drawings.shapes import disc, ellipse, glow, gradient, path, picture, rectangle
from training.images.drawings.type import text

RED, BLUE, GREEN, WHITE, INK = "#b5121b", "#3a78b8", "#3d9a24", "#fff", "#151515"


def chongqing_ring() -> str:
    """Chongqing's ring, cut by a diagonal, its upper right part orange."""
    ring = (
        "M150 18C231 18 292 68 292 135C292 160 284 182 270 200L222 130C218 98 190 78 150 78C108 78 80 100 80 135"
        "C80 170 108 192 150 192C166 192 180 189 191 183L238 248C214 262 184 270 150 270"
        "C68 270 8 214 8 142C8 70 68 18 150 18Z"
    )
    part = "M222 24C262 42 292 80 292 132C292 156 286 178 276 196L224 122C220 104 208 90 192 82Z"
    return picture(300, 270, path(ring, "#b5323a"), path(part, "#e08a3c"), rule="重庆卫视台标：断开的环")


def qinghai_ball() -> str:
    """Qinghai's glossy green bubble."""
    ball = f"<defs>{glow('ball', '#9bd47a', '#5cb531', GREEN)}</defs>" + disc(150, 150, 138, "url(#ball)", GREEN, 5)
    gloss = gradient("gloss", "#d9f2cb", "#7cc653", line=(0, 0, 0, 1)) + ellipse(150, 112, 104, 92, "url(#gloss)")
    shade = path("M46 112A104 92 0 0 0 254 112A150 60 0 0 1 46 112Z", "#86cc5f")
    return picture(
        320, 320, path("M196 268L262 310L250 246Z", "#4aa52b"), ball, gloss, shade, rule="青海卫视台标：绿色气泡"
    )


GOLDEN_STROKES = (
    "M60 36C20 84 70 112 34 170",
    "M100 30C56 86 108 118 70 172",
    "M142 34C96 88 146 122 108 172",
    "M20 196C70 176 120 196 178 214C214 224 236 216 244 196",
    "M22 216C70 200 118 222 172 240C226 256 262 234 268 196",
    "M30 242C78 228 116 250 166 268C236 288 286 246 286 180",
    "M206 172C160 132 186 60 252 40C274 34 290 48 296 60",
    "M228 168C192 138 208 88 254 70C276 62 290 76 292 92",
    "M244 150C226 136 234 110 258 104C272 102 280 112 280 122",
)
"""Flames, waves and curl of Shandong's sign."""


def shandong_gold() -> str:
    """Shandong's flames and waves in gold."""
    edges = [path(stroke, "none", "#7a4e06", 22) for stroke in GOLDEN_STROKES]
    faces = [path(stroke, "none", "#dba936", 17) for stroke in GOLDEN_STROKES]
    return picture(320, 320, *edges, *faces, rule="山东卫视台标：金色海浪")


def inner_mongolia_letters() -> str:
    """Inner Mongolia's NMTV, in red and blue."""
    red = path("M16 116V44Q18 22 38 40L92 100Q108 116 108 92V40", "none", "#d8232a", 17)
    blue = path("M44 116V52L98 108Q116 124 118 98V44Q120 20 140 42L176 100V26", "none", "#1f5fa8", 17)
    letters = "M172 24H276V44H236V116H214V44H172ZM268 24H294L318 88L342 24H368L330 116H306Z"
    return picture(380, 130, red, blue, path(letters, "#1f5fa8"), rule="内蒙古卫视台标：NMTV")


def jilin_wave() -> str:
    """Jilin's wave: blue above green, with a red dot."""
    upper = (
        "M18 26C60 70 110 76 170 48C226 24 276 40 316 96C270 76 238 80 210 104"
        "C176 134 120 128 84 104C52 84 30 60 18 26Z"
    )
    lower = (
        "M84 112C130 142 180 138 216 112C240 94 268 92 300 108C268 116 250 130 230 152C204 182 150 200 112 182"
        "C140 182 160 172 172 158C140 158 104 142 84 112Z"
    )
    return picture(
        330, 220, path(upper, "#19a4e8"), path(lower, "#8cc63f"), disc(20, 18, 11, "#e8232c"), rule="吉林卫视台标：波浪"
    )


def btv(named: bool) -> str:
    """BTV on a red tile; with the channel's name beside it."""
    tile = rectangle(0, 0, 230 if named else 300, 140, RED)
    letters = text("BTV", 115 if named else 150, 102, 90, WHITE, "serif", width=150 if named else 210)
    if not named:
        return picture(300, 140, tile, letters, rule="北京卫视台标：BTV")
    name = text("北京卫视", 424, 100, 84, "#8f8f8f", "sans")
    return picture(620, 140, tile, letters, name, rectangle(602, 0, 18, 140, RED), rule="北京卫视台标：BTV 与台名")


def voice_of_america() -> str:
    """VOA, its letters joined around a white disc."""
    letters = "M0 6H62L100 90L136 6H200L140 134H66ZM400 134H338L300 50L264 134H200L260 6H334Z"
    return picture(
        400,
        140,
        disc(200, 70, 64, BLUE),
        path(letters, BLUE),
        disc(200, 70, 44, WHITE),
        rule="美国之音台标：相连的字母",
    )


def radio_free_asia() -> str:
    """RFA on a green globe."""
    globe = f"<defs>{glow('globe', '#d8efc8', '#4fa83c', '#147a34')}</defs>" + disc(150, 150, 146, "url(#globe)")
    return picture(
        300, 300, globe, text("RFA", 128, 182, 104, WHITE, "black", width=210), rule="自由亚洲电台台标：绿球"
    )


def formosa() -> str:
    """Formosa Television's eye, with letters and name."""
    eye = disc(80, 62, 56, "none", "#10205c", 9) + disc(80, 62, 32, "#174a9c") + disc(94, 46, 13, WHITE)
    words = text("FTV", 80, 154, 40, INK, "black", width=86) + text("民視", 296, 132, 112, INK, "black")
    return picture(420, 160, eye, words, rule="民视台标：眼与台名")


def nhk_ovals() -> str:
    """NHK, each letter in an oval."""
    ovals = ((64, 74, 58, 56, "N"), (186, 72, 60, 60, "H"), (312, 68, 58, 60, "K"))
    rings = [ellipse(x, y, rx, ry, WHITE, extra='stroke="#8a8a8a" stroke-width="5"') for x, y, rx, ry, _ in ovals]
    letters = [
        f'<g transform="skewX(-12) translate({y * 0.2:g} 0)">{text(letter, x, y + 26, 74, "#d9333f", "black")}</g>'
        for x, y, _, _, letter in ovals
    ]
    return picture(380, 140, *rings, *letters, rule="NHK 台标：三个椭圆")


def nhk_world_premium() -> str:
    """NHK World Premium, its bar before two greys."""
    ground = rectangle(0, 0, 260, 130, "#e4e4e4") + rectangle(260, 0, 260, 130, "#7d7d7d")
    bar = rectangle(70, 22, 380, 56, WHITE) + rectangle(70, 78, 380, 30, "#e60012")
    words = text("NHK", 142, 69, 50, "#111", "black", width=118) + text("WORLD", 320, 69, 48, "#333", "sans", width=216)
    return picture(
        520, 130, ground, bar, words, text("PREMIUM", 260, 102, 25, WHITE, "sans", width=150), rule="NHK World Premium"
    )


def tvbs_slanted() -> str:
    """TVBS in slanting letters under a wide T."""
    first = path("M22 10H206C200 38 190 46 168 46H140L108 160H66L98 46H40C24 46 14 30 22 10Z", "#0b3fa0")
    rest = f'<g transform="translate(32 0) skewX(-12)">{text("VBS", 268, 150, 108, "#0b3fa0", "black", width=240)}</g>'
    return picture(420, 170, first, rest, rule="TVBS 台标：斜体")


def abc_australia() -> str:
    """ABC Australia: the curve and the name on light blue."""
    curve = (
        "M40 56Q40 32 62 32Q82 32 82 56V84Q82 108 104 108Q124 108 124 84V56Q124 32 146 32"
        "Q166 32 166 56V84Q166 108 146 108"
        "Q124 108 124 84V56Q124 32 104 32Q82 32 82 56V84Q82 108 62 108Q40 108 40 84Z"
    )
    words = text("ABC", 286, 112, 92, WHITE, "black", width=196) + text(
        "AUSTRALIA", 205, 184, 60, WHITE, "sans", width=320
    )
    return picture(
        400, 220, rectangle(0, 0, 400, 220, "#2aa8e8"), path(curve, "none", WHITE, 15), words, rule="澳大利亚广播公司"
    )


def channel_newsasia() -> str:
    """Channel NewsAsia: a red A over the name."""
    letter = path("M214 6H260L342 168H286L236 58L190 168H136ZM200 118L234 168H178Z", "#e2001a")
    return picture(
        470, 250, letter, text("CHANNEL NEWSASIA", 235, 236, 42, "#111", "serif", width=440), rule="亚洲新闻台"
    )


def cctv_4_square() -> str:
    """CCTV-4: a figure four in an open square."""
    square = "M10 10H290V236H262V38H38V262H236V290H10ZM262 250H290V290H262Z"
    four = "M96 72H150L128 132H156V92L216 66V132L196 212H150L164 170H92Z"
    return picture(300, 300, path(square, "#d3302a"), path(four, "#d3302a"), rule="CCTV-4：方框中的 4")


def cctv_8_screen() -> str:
    """CCTV-8: a figure eight on a curved screen."""
    eight = (
        "M170 44A38 38 0 0 1 202 104A46 46 0 1 1 138 104A38 38 0 0 1 170 44ZM170 66"
        "A17 17 0 1 0 170 100A17 17 0 0 0 170 66Z"
        "M170 122A23 23 0 1 0 170 168A23 23 0 0 0 170 122Z"
    )
    screen = path("M6 16C110 36 230 36 334 16V204C230 184 110 184 6 204Z", "#d3302a")
    return picture(340, 220, screen, path(eight, WHITE, extra='fill-rule="evenodd"'), rule="CCTV-8：银幕中的 8")


def cctv_11_mask() -> str:
    """CCTV-11: an opera mask, half yellow and half red."""
    left = (
        "M10 96C30 60 70 56 104 30C112 20 114 12 116 4C124 40 112 70 70 86C44 96 24 104 10 96Z"
        "M12 128C40 96 90 100 112 66V300C60 280 20 210 12 128Z"
    )
    right = (
        "M128 60C150 50 200 40 230 20C230 60 210 90 168 96C150 98 134 92 128 60Z"
        "M128 112C160 92 214 92 232 66C236 170 200 260 128 306Z"
    )
    eyes = (
        "M36 150C62 130 84 140 100 132C92 160 60 168 36 150ZM142 146C166 130 192 138 212 122C204 156 168 166 142 146Z"
    )
    return picture(
        240,
        310,
        path(left, "#f0cf2e", "#1b1b1b", 5),
        path(right, "#c1272d", "#1b1b1b", 5),
        path(eyes, "#1b1b1b"),
        rule="CCTV-11：戏曲脸谱",
    )


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    return {
        "media-chongqing-tv-ring": chongqing_ring(),
        "media-qinghai-tv-ball": qinghai_ball(),
        "media-shandong-tv-gold": shandong_gold(),
        "media-inner-mongolia-tv-blue": inner_mongolia_letters(),
        "media-jilin-tv-wave": jilin_wave(),
        "media-beijing-tv-btv": btv(named=False),
        "media-beijing-tv-btv-name": btv(named=True),
        "media-voa-joined": voice_of_america(),
        "media-rfa-ball": radio_free_asia(),
        "media-ftv-letters": formosa(),
        "media-nhk-eggs": nhk_ovals(),
        "media-nhk-world-premium": nhk_world_premium(),
        "media-tvbs-slanted": tvbs_slanted(),
        "media-abc-australia-tile": abc_australia(),
        "media-cna-channel": channel_newsasia(),
        "media-cctv-4-square": cctv_4_square(),
        "media-cctv-8-screen": cctv_8_screen(),
        "media-cctv-11-mask": cctv_11_mask(),
    }
