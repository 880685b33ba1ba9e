"""The benchmark's negatives: pictures that imitate no emblem, on which false alarms are counted.

Hard negatives are among them. Red badges, shields, crests and stars use the primitives of our drawings of protected
emblems, around harmless icons. Stripes have the layouts of flags, in colours of no flag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

from training.images.synthesis.badges import BADGES, app_icon, red_and_gold
from training.images.synthesis.edits import IMITATION_KINDS, filled
from training.images.synthesis.flag_likeness import near_flag, thumbnail
from training.images.synthesis.scenes import AVATAR, COVER, Picture, Scene, placed, somewhere, tinted

HARMLESS_EDITS = ("copy", "circle", "rotated", "perspective", "border", "moire", "text_over", "small_plain", "corner")
"""Kinds of edits that stripes undergo; those that change colours could make them a flag."""

LETTER_MARK_CHINESE = "福喜寿春和平安心静远山水云月花竹梅兰松鹤龙凤吉祥如意茶酒书画诗乐天地人道缘悟"
LETTER_MARK_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ&0123456789"
"""Characters of letter marks and of name seals."""

NegativeKind = Callable[[Scene], Picture]


def _photo(scene: Scene) -> Picture:
    return scene.photo()


def _photo_cover(scene: Scene) -> Picture:
    return scene.photo(COVER)


def _avatar(scene: Scene) -> Picture:
    return placed(scene.plain(), scene.portrait(), 1.0).picture


def _graphic_on_photo(scene: Scene) -> Picture:
    return somewhere(scene, scene.photo(), scene.other(), scene.between(0.25, 0.6)).picture


def _collage(scene: Scene) -> Picture:
    """Several graphics on a cover."""
    ground = scene.photo(COVER) if scene.chance(0.5) else scene.plain(COVER)
    for column in range(int(scene.rng.integers(3, 7))):
        center = (90 + 145 * column, scene.between(90, 210))
        ground = placed(ground, scene.other(), scene.between(0.3, 0.6), center).picture
    return ground


def _letters_of(alphabet: str, max_length: int) -> NegativeKind:
    """A letter mark, as sites give to accounts without a picture and shops use on their signs."""

    def mark(scene: Scene) -> Picture:
        word = "".join(scene.pick(alphabet) for _ in range(int(scene.rng.integers(1, max_length + 1))))
        letters = scene.letters(word, scene.colour())
        ground = scene.plain() if scene.chance(0.7) else _disc(scene)
        return placed(ground, letters, scene.between(0.35, 0.8)).picture

    return mark


def _disc(scene: Scene) -> Picture:
    picture = scene.plain()
    ImageDraw.Draw(picture).ellipse((15, 15, 385, 385), fill=scene.colour(), outline=scene.colour(), width=8)
    return picture


def _seal(scene: Scene) -> Picture:
    """A name seal: one, two or four characters in a red square, positive or negative."""
    red = (int(scene.between(150, 220)), int(scene.between(10, 50)), int(scene.between(10, 50)))
    negative, count = scene.chance(0.5), scene.pick((1, 2, 4))
    ground = Image.new("RGB", (300, 150 if count == 2 else 300), red if negative else "white")
    ImageDraw.Draw(ground).rectangle((4, 4, ground.width - 5, ground.height - 5), outline=red, width=10)
    for index in range(count):
        letter = scene.letters(scene.pick(LETTER_MARK_CHINESE), (250, 245, 235) if negative else red)
        center = (150.0, 150.0) if count == 1 else (80 + 140.0 * (index % 2), 80 + 140.0 * (index // 2))
        ground = placed(ground, letter, 0.8 if count == 1 else 0.4 if count == 4 else 0.75, center).picture
    return placed(scene.plain(), ground.convert("RGBA"), scene.between(0.4, 0.85)).picture


def _bands(scene: Scene) -> Picture:
    """Wallpaper of four to ten coloured bands."""
    picture = Image.new("RGB", AVATAR)
    _fill_bands(scene, picture, [scene.colour() for _ in range(int(scene.rng.integers(4, 11)))])
    return picture.rotate(int(scene.pick((0, 90, 45))))


def _fill_bands(scene: Scene, picture: Picture, colours: Sequence[tuple[int, int, int]], upright: bool = True) -> None:
    """Bands of equal width."""
    pen, count = ImageDraw.Draw(picture), len(colours)
    for index, colour in enumerate(colours):
        start, end = index / count, (index + 1) / count
        box = (start, 0, end, 1) if upright else (0, start, 1, end)
        pen.rectangle([value * side for value, side in zip(box, (*picture.size,) * 2, strict=True)], fill=colour)


def _flag_like(scene: Scene) -> Picture:
    """Two to five bands, at times with a cross, canton, triangle or device, unlike any flag."""
    design = _design(scene)
    while near_flag(thumbnail(design), scene.flags):
        design = _design(scene)
    if scene.chance(0.3):
        return design.resize(AVATAR if scene.chance(0.5) else COVER)
    return IMITATION_KINDS[scene.pick(HARMLESS_EDITS)](scene, design.convert("RGBA")).picture


def _design(scene: Scene) -> Picture:
    picture = Image.new("RGB", (360, 240), scene.colour())
    _fill_bands(scene, picture, [scene.colour() for _ in range(int(scene.rng.integers(2, 6)))], scene.chance(0.5))
    scene.pick((_nothing, _nothing, _cross, _canton, _triangle, _device))(scene, picture)
    return picture


def _nothing(scene: Scene, picture: Picture) -> None:
    pass


def _cross(scene: Scene, picture: Picture) -> None:
    pen, at, width = ImageDraw.Draw(picture), scene.between(100, 190), int(scene.between(20, 60))
    for colour, line in ((scene.colour(), width), (scene.colour(), width // 2)):
        pen.line((at, 0, at, 240), fill=colour, width=line)
        pen.line((0, 120, 360, 120), fill=colour, width=line)


def _canton(scene: Scene, picture: Picture) -> None:
    ImageDraw.Draw(picture).rectangle((0, 0, 150, 120), fill=scene.colour())
    _stamp(scene, picture, (75, 60), 80)


def _triangle(scene: Scene, picture: Picture) -> None:
    ImageDraw.Draw(picture).polygon([(0, 0), (scene.between(110, 200), 120), (0, 240)], fill=scene.colour())


def _device(scene: Scene, picture: Picture) -> None:
    if scene.chance(0.5):
        ImageDraw.Draw(picture).ellipse((120, 60, 240, 180), fill=scene.colour())
    _stamp(scene, picture, (180, 120), 100)


def _stamp(scene: Scene, picture: Picture, center: tuple[int, int], side: int) -> None:
    mark = tinted(scene.other(), scene.colour())
    mark.thumbnail((side, side))
    picture.paste(mark, (center[0] - mark.width // 2, center[1] - mark.height // 2), mark)


def _shown(make: Callable[[Scene], Picture]) -> NegativeKind:
    """A drawing, half of the time edited as an emblem would be."""

    def show(scene: Scene) -> Picture:
        kind = filled if scene.chance(0.5) else IMITATION_KINDS[scene.pick(tuple(IMITATION_KINDS))]
        drawing = make(scene)
        while near_flag(thumbnail(drawing), scene.flags):
            drawing = make(scene)
        return kind(scene, drawing).picture

    return show


def _edited(kind: str) -> NegativeKind:
    def edit(scene: Scene) -> Picture:
        return IMITATION_KINDS[kind](scene, scene.other()).picture

    return edit


NEGATIVES: dict[str, tuple[NegativeKind, int]] = {
    **{f"graphic_{kind}": (_edited(kind), 200) for kind in IMITATION_KINDS},
    "graphic": (lambda scene: filled(scene, scene.other()).picture, 700),
    "graphic_on_photo": (_graphic_on_photo, 400),
    "collage_cover": (_collage, 300),
    **{name: (_shown(make), 350) for name, make in BADGES.items()},
    "app_icon": (_shown(app_icon), 300),
    "red_and_gold": (red_and_gold, 700),
    "flag_like": (_flag_like, 500),
    "bands": (_bands, 250),
    "photo": (_photo, 500),
    "photo_cover": (_photo_cover, 300),
    "avatar": (_avatar, 700),
    "letters_latin": (_letters_of(LETTER_MARK_LATIN, 3), 400),
    "letters_chinese": (_letters_of(LETTER_MARK_CHINESE, 4), 400),
    "seal": (_seal, 200),
}
"""Every kind of negative, and how many pictures of it a whole benchmark holds; 11,050 together."""
