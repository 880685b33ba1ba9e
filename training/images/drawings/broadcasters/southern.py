"""Signs of satellite television channels of southern provinces, drawn in arcs and Bezier curves."""

from __future__ import annotations

from training.images.drawings.broadcasters.signs import Sign
from training.images.drawings.shapes import (
    RED,
    arc,
    clipped,
    disc,
    ellipse,
    glow,
    gradient,
    path,
    polygon,
    rectangle,
)
from training.images.drawings.type import text


def shanghai() -> Sign:
    """Dragon Television: a white star that flies over a red ball."""
    flying = [(126, 30), (164, 66), (225, 64), (216, 108), (252, 185), (190, 162), (133, 244), (132, 140), (33, 122)]
    ball = glow("ball", "#ff5a3c", "#e60012", "#8c0000") + disc(131, 152, 128, "url(#ball)")
    return Sign("东方卫视", ball + polygon([*flying, (125, 82)], "#fff"), 262, 300)


def hunan() -> Sign:
    """Hunan: a mango, a bent leaf whose ends leave a gap."""
    mango = (
        "M5 165C8 90 70 50 140 50C215 50 266 95 266 152C266 215 205 258 135 258C100 258 65 248 48 230"
        "L62 175C120 178 190 165 195 90C130 84 75 125 62 175Z"
    )
    return Sign(
        "湖南卫视", gradient("skin", "#ffe600", "#f08300", line=(0, 0, 1, 0)) + path(mango, "url(#skin)"), 271, 265, 42
    )


def jiangsu() -> Sign:
    """Jiangsu: three red petals that turn."""
    petals = (
        "M98 55C103 75 115 100 115 128C112 165 85 180 50 180C20 180 5 162 8 138C15 110 70 85 98 55Z"
        "M121 62C120 45 130 35 148 38C190 55 230 85 262 118C272 130 266 140 262 150L230 205"
        "C227 150 180 120 135 85C125 77 121 70 121 62Z"
        "M142 135C165 160 182 185 180 220C178 250 150 270 132 270C105 265 85 245 63 223C110 225 150 190 142 135Z"
    )
    return Sign("江苏卫视", path(petals, "#e60012"), 274, 278, 28)


def zhejiang() -> Sign:
    """Zhejiang: a brush stroke like Z on a blue tile."""
    stroke = (
        "M30 230L37 198C60 175 110 150 150 150C180 150 188 168 175 182L134 228C175 212 225 180 267 173V197"
        "C215 200 165 228 120 258C105 268 90 282 76 281C74 270 80 262 92 250L136 198C145 186 135 180 115 184"
        "C85 190 55 208 30 230Z"
    )
    return Sign("浙江卫视", rectangle(5, 10, 262, 290, "#0060c6", 25) + path(stroke, "#fff"), 272, 310)


def guangdong() -> Sign:
    """Guangdong: a runner of three strokes."""
    runner = (
        "M145 42C150 20 175 6 205 8C230 10 228 35 218 50C195 60 168 52 145 42Z"
        "M15 128C60 85 150 60 278 78C255 95 240 105 215 108C150 108 90 120 62 200C45 180 20 150 15 128Z"
        "M78 225C85 190 140 165 212 125C165 175 135 220 118 300C110 280 90 255 78 225Z"
    )
    return Sign(
        "广东卫视", gradient("silk", "#e8403c", "#c3161c", line=(0, 0, 0, 1)) + path(runner, "url(#silk)"), 284, 306
    )


def sichuan() -> Sign:
    """Sichuan: a spiral and two arcs of waves."""
    waves = (
        "M182 143C150 165 110 172 75 172C35 172 5 155 5 128C8 98 65 78 125 80C190 82 235 105 235 130"
        "C235 175 150 225 52 228C120 200 200 165 220 130C215 108 160 92 115 98C90 102 82 120 90 135"
        "C105 150 150 148 182 143Z"
        "M216 86C245 95 265 115 258 140C245 180 200 205 160 212C200 190 240 160 244 135C248 115 235 98 216 86Z"
        "M253 95C280 105 296 125 292 145C285 165 260 182 233 192C255 172 275 150 275 132C275 115 265 103 253 95Z"
    )
    return Sign("四川卫视", path(waves, "#e60012"), 298, 236, 72)


def hubei() -> Sign:
    """Hubei: the Yangtze, white, bends through a blue tile."""
    river = (
        "M20 94L72 90C80 95 95 98 95 107C92 115 75 118 55 116C140 125 290 150 290 215H168C185 165 120 125 20 120"
        "C15 118 50 112 55 107C58 98 40 97 20 94Z"
    )
    water = gradient("water", "#3fd0ff", "#0a86e0", "#063f9c", line=(0, 0, 0, 1))
    return Sign("湖北卫视", water + rectangle(5, 90, 290, 125, "url(#water)", 6) + path(river, "#fff"), 300, 220, 85)


def anhui() -> Sign:
    """Anhui: a white lane bends over a red ball."""
    lane = (
        "M18 76C60 15 150 18 205 62C255 100 278 150 276 196C262 135 220 122 165 125C130 128 105 150 105 175"
        "C108 195 130 190 150 180C170 170 190 175 180 185C155 215 115 240 105 292L90 288C80 240 80 170 78 130"
        "C78 90 60 70 18 76Z"
    )
    ball = glow("ball", "#ff3040", "#e0000f", "#a00008") + disc(140, 154, 135, "url(#ball)")
    return Sign("安徽卫视", ball + clipped("round", disc(140, 154, 135, "#000"), path(lane, "#fff")), 280, 306)


def chongqing() -> Sign:
    """Chongqing: two bent bands, blue and orange, that close to a frame."""
    left = (
        "M5 85C5 55 20 45 50 45H160C130 55 112 70 110 100V200C112 235 135 255 170 262"
        "C120 265 60 262 25 250C8 240 5 220 5 200Z"
    )
    right = (
        "M160 45H240C270 45 282 60 282 90V210C282 245 270 257 240 258C195 260 165 250 155 225"
        "C175 222 178 205 178 190V110C178 85 168 80 145 80C130 80 118 82 112 95C115 70 135 50 160 45Z"
    )
    colours = gradient("cold", "#30c0f8", "#3a5fc8", "#7a58c0", line=(0, 0, 0, 1)) + gradient(
        "warm", "#e8281c", "#f08a08", line=(0, 0, 0.5, 1)
    )
    return Sign("重庆卫视", colours + path(left, "url(#cold)") + path(right, "url(#warm)"), 288, 270, 38)


def jiangxi() -> Sign:
    """Jiangxi: two red arcs cross a silver one."""
    red = (
        "M205 22L248 65C215 150 130 240 50 247C20 245 5 225 8 205C20 215 60 220 85 205C140 175 190 100 205 22Z"
        "M258 80L270 100C235 190 150 270 75 278C45 275 22 262 25 248C60 265 110 265 160 225C205 190 245 140 258 80Z"
    )
    silver = (
        "M5 190C10 155 55 130 130 138L143 165C90 150 25 145 5 190ZM232 180L280 215C275 240 255 270 242 282"
        "C235 250 215 230 200 222ZM168 196L200 162L214 166L184 206Z"
    )
    return Sign("江西卫视", path(silver, "#eef1f3", "#9aa3ab", 2) + path(red, "#c8141c"), 284, 300)


def guangxi() -> Sign:
    """Guangxi: an open G with a four-pointed star."""
    letter = (
        "M272 55L228 112H120C65 112 45 145 48 180C55 225 100 245 162 245V252H105C50 250 5 205 5 150C5 95 45 55 105 55Z"
    )
    spark = "M163 125Q170 180 230 188Q170 196 163 252Q156 196 97 188Q156 180 163 125Z"
    gold = gradient("gold", "#ffe000", "#f8a800", line=(0, 0, 1, 0))
    return Sign("广西卫视", gold + path(letter, "url(#gold)") + path(spark, "#f8a61c"), 276, 260, 48)


def yunnan() -> Sign:
    """Yunnan: a peacock whose tail makes a ring of many colours."""
    cyan = "M6 190C5 90 75 27 150 27C225 32 265 100 258 165C250 110 215 50 150 42C85 42 25 100 6 190Z"
    orange = (
        "M10 205C20 110 80 42 150 43C215 50 252 110 254 165C238 100 195 60 145 60C85 62 45 120 38 252"
        "C30 235 22 250 10 205Z"
    )
    neck = (
        "M36 228C30 130 80 61 150 61C215 65 258 120 252 180C245 235 190 285 140 278C90 270 68 220 88 185"
        "C105 160 130 152 148 143L165 160C130 165 105 185 105 215C110 250 160 262 190 240C225 215 242 170 230 130"
        "C205 78 140 62 95 95C60 120 45 170 36 228Z"
    )
    tail = gradient("tail", "#20e0a0", "#28b8f8", "#1e78e0", line=(0, 0, 1, 0)) + gradient(
        "plume", "#f0208c", "#8c1078", "#f0208c", line=(0, 0, 0.5, 1)
    )
    head = ellipse(124, 118, 9, 13, "#28b8e8") + polygon([(128, 128), (138, 138), (130, 142)], "#f8b030")
    parts = path(cyan, "url(#tail)") + path(orange, "#f8b040") + path(neck, "url(#plume)")
    return Sign("云南卫视", tail + parts + head, 266, 300)


def guizhou() -> Sign:
    """Guizhou: a white G on a red disc."""
    ball = disc(137, 150, 131, "#a80d10") + glow("lamp", "#ff4040", "#c01414") + disc(137, 150, 80, "url(#lamp)")
    ring = path(arc(137, 150, 105, 110, 430), "none", "#f4f2f5", 25, 'stroke-linecap="round"')
    return Sign("贵州卫视", ball + ring + rectangle(132, 137, 137, 27, "#f4f2f5", 13), 274, 300)


def tibet() -> Sign:
    """Tibet: XZTV over three flat ellipses, a white mountain before them."""
    bands = "".join(
        path(f"M{150 - half} {top}A{across} {down} 0 1 0 {150 + half} {top}", "none", colour, 12)
        for across, down, half, top, colour in (
            (116, 47, 98, 58, RED),
            (128, 56, 108, 58, "#3ad820"),
            (140, 65, 118, 58, "#1838f0"),
        )
    )
    letters = text("XZTV", 150, 106, 88, "#e6d400", "black", width=176)
    peak = polygon([(150, 118), (122, 160), (178, 160)], "#fff", "#1838f0", 2)
    return Sign("西藏卫视", bands + letters + peak, 300, 168, 30)


def hainan() -> Sign:
    """Hainan: a white palm on an orange shell."""
    shell = "M5 190C5 110 110 35 250 30C275 28 280 40 272 60L190 250C180 275 150 280 125 280C60 278 5 245 5 190Z"
    trunk = "M95 280C105 220 120 170 138 108L158 105C145 165 140 220 140 280Z"
    fronds = "".join(
        path(
            f"M0 0Q{across} {-up} {2 * across} {drop - up}Q{across} {26 - up} 0 0Z",
            "#fff",
            extra='transform="translate(148 104)"',
        )
        for across, up, drop in ((-42, 34, 44), (-38, 6, 66), (-10, 60, 2), (34, 52, 8), (44, 26, 42), (22, 8, 70))
    )
    colours = gradient("shell", "#f08300", "#fdc82f", line=(0.2, 0, 0, 1))
    return Sign("海南卫视", colours + path(shell, "url(#shell)") + path(trunk, "#fff") + fronds, 282, 300)


def fujian() -> Sign:
    """Southeast Television of Fujian: a white bird like f on a blue ball."""
    bird = (
        "M100 170C85 160 75 150 75 135C90 142 110 140 135 140C150 135 150 100 165 75C180 45 205 40 222 35L215 47"
        "C235 45 255 52 273 68C250 58 225 57 210 67C195 77 185 105 178 120"
        "C190 118 205 125 215 140C195 135 175 145 165 165C150 205 130 245 105 265L92 274L96 262"
        "C75 275 50 275 22 256C50 268 75 262 85 250C105 235 120 190 130 165"
        "C120 170 110 172 100 170Z"
    )
    ball = gradient("sea", "#3fb0ff", "#0a50b8", line=(0, 1, 1, 0)) + ellipse(145, 153, 150, 136, "url(#sea)", -30)
    return Sign("东南卫视", ball + path(bird, "#fff"), 292, 306)


def sansha() -> Sign:
    """Sansha: four waves that roll up to a spiral."""
    waves = (
        "M105 20C40 40 5 95 5 145C5 215 70 275 140 275C190 272 235 245 250 215C210 245 150 250 110 230"
        "C60 205 30 155 40 110C48 75 70 40 105 20Z"
        "M120 46C76 62 58 100 68 140C85 182 130 205 180 205C230 200 265 170 275 120C255 155 210 180 170 175"
        "C130 170 95 145 95 105C97 82 105 62 120 46Z"
        "M138 40C112 58 104 85 115 110C135 135 175 140 210 135C252 122 262 84 230 42C235 80 210 100 180 100"
        "C148 98 124 74 138 40Z"
        "M108 18C150 0 206 12 208 50C200 76 162 84 146 62C172 66 186 52 172 38C158 24 130 24 108 18Z"
    )
    return Sign(
        "三沙卫视", gradient("sea", "#0a64d0", "#10c8f8", line=(0, 0, 1, 0)) + path(waves, "url(#sea)"), 280, 284
    )


def shenzhen() -> Sign:
    """Shenzhen: an S of three white ellipses on a tile."""
    lines = (
        "M278 108C262 78 205 62 150 62C85 62 36 88 36 122C36 156 90 184 158 184L188 166H112"
        "M118 98H150C215 98 275 122 275 158C275 190 215 214 158 212C108 212 58 200 30 162"
        "M30 198C58 232 110 246 160 245C222 243 276 222 275 186C272 160 222 138 164 136L112 136"
    )
    white = path(lines, "none", "#fff", 13)
    return Sign("深圳卫视", rectangle(0, 20, 304, 264, "#d6426e", 34) + white, 304, 304)


SIGNS = {
    "dragon-tv": shanghai,
    "hunan-tv": hunan,
    "jiangsu-tv": jiangsu,
    "zhejiang-tv": zhejiang,
    "guangdong-tv": guangdong,
    "sichuan-tv": sichuan,
    "hubei-tv": hubei,
    "anhui-tv": anhui,
    "chongqing-tv": chongqing,
    "jiangxi-tv": jiangxi,
    "guangxi-tv": guangxi,
    "yunnan-tv": yunnan,
    "guizhou-tv": guizhou,
    "tibet-tv": tibet,
    "hainan-tv": hainan,
    "fujian-tv": fujian,
    "sansha-tv": sansha,
    "shenzhen-tv": shenzhen,
}
"""Signs by their short names in the catalogue."""
