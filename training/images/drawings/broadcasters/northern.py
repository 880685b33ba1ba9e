"""Signs of satellite television channels of northern provinces, drawn in arcs and Bezier curves."""

from __future__ import annotations

from training.images.drawings.broadcasters.signs import Sign
from training.images.drawings.shapes import RED, clipped, disc, ellipse, glow, gradient, group, path, polygon, star


def tianjin() -> Sign:
    """Tianjin: a blue ball bound by a golden T."""
    ball = glow("ball", "#3f8fe8", "#1f3fb0", "#16226e") + disc(158, 141, 138, "url(#ball)")
    ribbons = (
        "M8 165C6 130 20 92 50 76C110 46 210 22 285 80C220 66 165 72 118 88C75 102 40 122 14 165Z"
        "M156 103C135 160 125 215 130 283C115 278 92 268 80 262C90 200 120 140 156 103Z"
    )
    gold = gradient("gold", "#c9a400", "#fff27a", "#d8b400", line=(0, 0, 1, 0))
    return Sign("天津卫视", ball + gold + path(ribbons, "url(#gold)"), 300, 290)


def hebei() -> Sign:
    """Hebei: a tower of the Great Wall, whose wall sweeps down like a brush stroke."""
    wall = (
        "M101 8H118V22H130V8H150V22H162V8H178V22H190V8H200L213 25V105C180 108 150 130 150 175"
        "C125 150 130 120 165 83C125 100 105 140 125 170C150 205 200 225 290 272L280 298C240 290 200 275 165 258"
        "L148 278C90 260 20 215 20 160C25 120 70 90 101 70Z"
    )
    return Sign(
        "河北卫视",
        gradient("dusk", "#d8141c", "#e88a10", "#f4c81a", line=(0, 0, 0, 1)) + path(wall, "url(#dusk)"),
        298,
        304,
    )


def shanxi() -> Sign:
    """Shanxi: two halves of a leaf that leave an S."""
    leaves = (
        "M5 295C0 170 60 40 200 10C130 55 90 90 82 180C90 245 55 285 5 295Z"
        "M122 130C130 70 170 12 240 8C265 8 285 12 298 20C250 45 235 80 235 130C230 200 140 270 55 285"
        "C100 260 125 235 118 185C115 165 118 150 122 130Z"
    )
    return Sign("山西卫视", path(leaves, "#e8380d"), 302, 300)


def inner_mongolia() -> Sign:
    """Inner Mongolia: NMTV in double lines, all letters joined."""
    letters = (
        "M14 168V112Q16 92 32 108L70 158Q80 170 82 152V112Q84 92 98 108L136 158Q146 170 148 152V104Q148 92 162 92H246"
        "Q256 92 260 102L282 158M212 92V168M282 158L306 92"
    )
    gold = path(letters, "none", "#e8c400", 22) + path(letters, "none", "#6e5a00", 2.5)
    return Sign("内蒙古卫视", gold, 322, 180, 74)


def liaoning() -> Sign:
    """Liaoning: stars fly over a golden ball."""
    flying = "M86 88L158 46L134 26C160 25 190 32 212 54C232 74 244 92 249 113L214 100L205 165L178 98Z"
    tail = "M105 273C150 270 185 250 196 216C204 250 178 272 146 275Z"
    ball = glow("ball", "#ffe600", "#f0b400", "#b87400") + disc(130, 150, 124, "url(#ball)")
    white = path(flying + tail, "#fff") + star(194, 200, 30, "#fff", turn=12)
    return Sign("辽宁卫视", ball + clipped("round", disc(130, 150, 124, "#000"), white), 260, 300)


def jilin() -> Sign:
    """Jilin: a silver bird with a red sun."""
    bird = (
        "M8 108C25 138 60 158 95 160C150 150 162 112 120 88C170 78 222 90 270 150C220 132 172 142 140 165"
        "C100 188 40 168 8 108Z"
        "M75 182C120 185 140 160 170 152C210 145 240 150 265 160C230 158 195 160 180 175C170 190 190 205 220 200"
        "C170 225 110 220 75 182Z"
    )
    silver = gradient("silver", "#aeb6bd", "#eef1f3", "#7c858d", line=(0, 0, 0, 1))
    return Sign("吉林卫视", silver + path(bird, "url(#silver)", "#6b747c", 2) + disc(25, 97, 7, RED), 278, 228, 78)


def heilongjiang() -> Sign:
    """Heilongjiang: the character for dragon in one red brush stroke."""
    brush = (
        "M72 48C78 66 96 72 124 66M100 72C78 88 80 104 92 128C102 150 108 176 98 204C92 234 64 252 38 262"
        "C6 268 8 250 28 232C62 208 108 168 150 156C192 142 218 126 214 106C196 92 168 114 160 142"
        "C154 168 184 184 168 212C158 240 176 268 202 260C236 248 250 200 240 150C236 116 236 96 240 76L256 66"
        "C250 56 242 52 232 50"
    )
    return Sign("黑龙江卫视", path(brush, "none", "#e60012", 19, 'stroke-linecap="round"'), 268, 290)


def shandong() -> Sign:
    """Shandong: golden ribbons of waves and a mountain's rim."""
    ribbons = (
        ("M28 168C8 130 52 116 42 72", 15), ("M52 168C36 136 72 122 62 92", 14), ("M76 166C64 140 92 128 84 106", 13),
        ("M14 182C20 252 96 262 128 208C146 178 152 160 166 142", 17),
        ("M30 196C54 226 92 214 112 184C124 166 128 150 140 128", 15),
        ("M44 246C84 268 124 250 150 204C162 184 168 172 176 158", 12),
        ("M116 128C124 82 176 62 204 92", 15), ("M136 128C142 98 172 84 198 112", 13),
        ("M152 130C160 112 178 106 194 132", 11),
    )  # fmt: skip
    gold = "".join(path(curve, "none", "#8a5a00", width + 4) for curve, width in ribbons)
    return Sign("山东卫视", gold + "".join(path(curve, "none", "#e8b030", width) for curve, width in ribbons), 216, 280)


def henan() -> Sign:
    """Henan: a white elephant's trunk and a river on a blue ellipse."""
    river = (
        "M232 66C215 95 195 105 165 97C140 90 110 92 102 118C98 140 112 155 130 153C148 148 150 130 175 128"
        "C205 125 235 105 256 82Z"
        "M30 250C40 220 55 180 75 155C90 150 100 165 120 172C135 172 145 160 155 158C165 165 150 190 165 215"
        "C150 222 125 215 112 200C100 200 90 215 72 262Z"
    )
    sky = gradient("sky", "#19a8e8", "#0b4fa8", line=(0, 0, 0.4, 1)) + ellipse(136, 153, 133, 101, "url(#sky)", -18)
    return Sign(
        "河南卫视", sky + clipped("oval", ellipse(136, 153, 133, 101, "#000", -18), path(river, "#fff")), 272, 266, 40
    )


def shaanxi() -> Sign:
    """Shaanxi: two white panes on a golden ball."""
    panes = (
        "M44 175C60 150 95 110 135 83L178 112C140 140 110 175 88 212Z"
        "M92 60C120 40 165 28 195 31L242 65C200 60 165 70 135 81Z"
    )
    ball = gradient("sun", "#ffd800", "#f0901c", line=(0.4, 0, 0, 1)) + disc(152, 152, 128, "url(#sun)")
    return Sign("陕西卫视", ball + path(panes, "#fff"), 300, 300)


def gansu() -> Sign:
    """Gansu: a silver S around an amber ball."""
    letter = (
        "M258 102C230 85 190 80 155 78C100 80 85 95 85 112C90 135 130 135 170 135C230 138 250 165 248 195"
        "C245 230 200 245 150 245C100 245 40 240 15 216C80 222 150 225 162 190C165 165 140 158 100 158"
        "C45 158 20 140 22 105C30 70 80 55 140 55C200 55 250 72 258 102Z"
    )
    ball = glow("amber", "#ffd860", "#e08a10", "#9c4a00") + disc(133, 153, 128, "url(#amber)")
    silver = gradient("silver", "#ffffff", "#dfe3ea", "#5f6a80", line=(0, 0, 0, 1))
    return Sign("甘肃卫视", ball + silver + path(letter, "url(#silver)"), 266, 300)


def qinghai() -> Sign:
    """Qinghai: a green bubble with a tail."""
    tail = polygon([(162, 272), (208, 292), (208, 250)], "#6fd048")
    outer = disc(134, 145, 124, "#6fd04830", "#6fd048", 11)
    return Sign("青海卫视", tail + outer + disc(132, 110, 92, "#6fd04820", "#6fd04890", 7), 268, 300)


def ningxia() -> Sign:
    """Ningxia: a blue and a yellow brush stroke."""
    blue = "M5 115C5 100 15 95 30 95C70 92 110 95 145 73C130 105 80 120 40 140C20 150 5 140 5 115Z"
    yellow = (
        "M5 225C15 185 40 140 75 135C100 135 95 165 103 185C110 190 118 170 125 155C140 130 165 115 188 113"
        "C165 125 150 150 135 185C125 210 105 215 95 205C85 195 92 170 80 155C60 150 45 190 30 225"
        "C20 240 5 235 5 225Z"
    )
    return Sign("宁夏卫视", group(path(blue, "#1020e0") + path(yellow, "#fdb813"), move=(0, -70), scale=1.5), 290, 300)


def xinjiang() -> Sign:
    """Xinjiang: two silken wings of red, gold and purple."""
    left = "M5 180C30 130 60 65 110 63C150 65 155 110 205 122C180 140 120 140 85 150C55 158 30 170 5 180Z"
    right = "M140 75C180 60 250 55 298 66C270 95 230 120 205 122C175 115 155 95 140 75Z"
    fold = "M5 180C40 130 80 95 140 75C110 110 60 150 5 180Z"
    colours = gradient("silk", "#a01060", "#e83818", "#f8b010", line=(0, 0, 1, 0)) + gradient(
        "wing", "#d01050", "#8c1068", "#f8c850", line=(0, 0, 1, 0)
    )
    parts = path(left, "url(#silk)") + path(fold, "#fbd020") + path(right, "url(#wing)")
    return Sign("新疆卫视", colours + parts, 302, 188, 52)


def production_corps() -> Sign:
    """The Production and Construction Corps: a golden star before a red flag."""
    flag = (
        "M112 86C150 72 205 88 232 74C258 62 278 50 291 60C288 98 268 128 240 150C256 196 222 240 168 244"
        "C120 250 80 236 10 246L60 210Z"
    )
    corners = [(100, 90), (116, 128), (207, 118), (134, 174), (140, 240), (78, 208), (10, 246), (52, 188), (12, 168)]
    gold = gradient("gold", "#ffe84a", "#f0941c", line=(0, 0, 0, 1))
    return Sign(
        "兵团卫视", path(flag, "#c8161c") + gold + polygon([*corners, (76, 146)], "url(#gold)", "#8c2a00", 2), 300, 300
    )


SIGNS = {
    "tianjin-tv": tianjin,
    "hebei-tv": hebei,
    "shanxi-tv": shanxi,
    "inner-mongolia-tv": inner_mongolia,
    "liaoning-tv": liaoning,
    "jilin-tv": jilin,
    "heilongjiang-tv": heilongjiang,
    "shandong-tv": shandong,
    "henan-tv": henan,
    "shaanxi-tv": shaanxi,
    "gansu-tv": gansu,
    "qinghai-tv": qinghai,
    "ningxia-tv": ningxia,
    "xinjiang-tv": xinjiang,
    "production-corps-tv": production_corps,
}
"""Signs by their short names in the catalogue."""
