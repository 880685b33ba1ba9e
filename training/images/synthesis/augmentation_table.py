"""How often and how far `augmentations.py` changes a picture: every probability and range in one table.

A `*_rate` is a probability and a `*_share` a part of all pictures. A pair of floats is a uniform range; a pair of
integers is a half-open range, as NumPy's `Generator.integers` takes it.
"""

from __future__ import annotations

from dataclasses import dataclass

Range = tuple[float, float]
IntegerRange = tuple[int, int]


@dataclass(frozen=True)
class Layout:
    """Where the emblem stands. Sides are fractions of the picture's shorter side, unless noted."""

    fill_share: float = 0.45  # the emblem is the avatar: the most frequent imitation
    overflow_share: float = 0.10  # larger than the picture: sites crop avatars
    small_share: float = 0.30  # anywhere in a cover or beside other things
    corner_share: float = 0.15  # a badge in the corner of a portrait
    fill_side: Range = (0.6, 1.0)
    overflow_side: Range = (1.0, 1.5)
    small_side: Range = (0.2, 0.55)  # of the root of the picture's area, so that covers count as avatars do
    max_small_side: float = 0.95  # a small emblem is never cut
    fill_slack: float = 0.04  # a filling emblem may be cut by this much
    overflow_shift: float = 0.4  # of the overhang: more would cut the middle away
    corner_jitter: float = 0.02


@dataclass(frozen=True)
class Geometry:
    """How the drawing is turned and bent; distances are fractions of its longest side."""

    stretch_rate: float = 0.3  # squeezed to fit a square
    stretch: Range = (0.8, 1.2)
    mirror_rate: float = 0.12
    turn_rate: float = 0.5
    slight_turn_rate: float = 0.8  # of all turns; the others are of any angle in `wide_turn`
    slight_turn: float = 8.0  # degrees, standard deviation
    wide_turn: Range = (-60, 60)  # degrees
    perspective_rate: float = 0.25  # photographed from aside
    perspective: Range = (-0.14, 0.14)
    warp_rate: float = 0.18  # drawn by hand
    warp_nodes: IntegerRange = (3, 7)  # a side of the grid that is pulled: fewer bend all, more make edges wavy
    warp: Range = (0.02, 0.06)
    stroke_rate: float = 0.4  # of warped drawings: another pen
    stroke: IntegerRange = (2, 4)  # pixels by which lines grow or shrink
    thin_rate: float = 0.5  # of changed strokes; the others are thickened


@dataclass(frozen=True)
class Colour:
    """How the drawing is painted again."""

    repaint_rate: float = 0.7  # of drawings in one colour, which brands print in any
    one_colour_rate: float = 0.10  # printed in a single ink
    hue_rate: float = 0.08
    channel_swap_rate: float = 0.4  # of changed hues; the others are turned
    hue: IntegerRange = (8, 172)  # of OpenCV's 180: less is not seen
    relight_rate: float = 0.33  # screens and print
    relight_contrast: Range = (0.65, 1.3)
    relight_brightness: Range = (-40, 40)  # of 255, as are the casts
    relight_cast: IntegerRange = (-25, 26)
    inked_opacity: int = 200  # pixels from which a drawing's colours are counted
    one_colour_spread: float = 6.0  # standard deviation, of 255, below which a drawing has one colour


@dataclass(frozen=True)
class Overlay:
    """Things behind, beside and over the emblem. Sizes are fractions of the emblem's longest side, unless noted."""

    restyle_rate: float = 0.5  # redrawn by another hand or technique: the hardest kinds to recognise
    beside_rate: float = 0.25  # another emblem beside it: partners, seals, badges
    beside_distance: Range = (0.9, 1.3)
    beside_side: Range = (0.6, 1.1)
    disc_rate: float = 0.08  # a coloured disc behind it, where nothing stands beside it
    disc_radius: Range = (0.5, 0.75)
    pile_rate: float = 0.2  # several things are laid over it
    pile_factor: float = 4.0  # how much likelier each of them is in a pile
    letters_rate: float = 0.12
    shape_rate: float = 0.06
    shape_side: float = 0.2  # of the picture: larger ones hide the emblem
    sticker_rate: float = 0.08  # another graphic stuck on it
    sticker_side: float = 0.4
    frame_rate: float = 0.08
    frame_width: Range = (0.02, 0.1)  # of the picture's shorter side
    round_rate: float = 0.14  # sites show avatars in circles
    white_corner_rate: float = 0.6  # of round pictures; the others stand on any colour


@dataclass(frozen=True)
class Lettering:
    """Letters and shapes drawn by OpenCV: over emblems, and in harmless pictures."""

    length: IntegerRange = (2, 9)
    scale: Range = (0.5, 1.8)  # of OpenCV's fonts, in a picture of `scale_height`
    scale_height: int = 192  # pixels
    fonts: IntegerRange = (0, 8)  # OpenCV's numbers of its Hershey fonts
    thickness: IntegerRange = (1, 5)  # pixels
    shift: float = 0.1  # of the picture's width: letters begin left of what they cover
    min_radius: float = 0.05  # of a shape, of the picture's shorter side
    circle_rate: float = 0.5  # of shapes; the others are rectangles
    rectangle_height: Range = (0.3, 2)  # of a rectangle, in halves of its width


@dataclass(frozen=True)
class Quality:
    """Losses of quality by cameras, screens and sites."""

    shrink_rate: float = 0.2
    shrink: Range = (0.25, 0.7)
    nearest_rate: float = 0.3  # of shrunk pictures: enlarged without smoothing
    blur_rate: float = 0.12
    blur: Range = (0.6, 2.5)  # pixels, standard deviation
    noise_rate: float = 0.1
    noise: Range = (4, 28)  # of 255, standard deviation
    moire_rate: float = 0.1
    moire_period: Range = (2.5, 14)  # pixels
    moire_bend_count: Range = (1, 6)  # radians over the picture's height
    moire_bend_phase: Range = (0, 6)  # radians
    moire_bend: Range = (0, 6)  # radians
    grey_moire_rate: float = 0.5  # the channels' waves are averaged
    grey_moire_gain: float = 1.7  # restores the contrast that averaging takes
    moire_light: Range = (0.7, 1.2)  # at the corners
    moire_contrast: Range = (0.08, 0.3)
    exposure_rate: float = 0.2
    exposure_contrast: Range = (0.6, 1.3)
    exposure_brightness: Range = (-35, 35)  # of 255
    jpeg_rate: float = 0.4
    jpeg_quality: IntegerRange = (15, 85)


@dataclass(frozen=True)
class Harmless:
    """Contents of harmless pictures."""

    photo_share: float = 0.5
    stripes_share: float = 0.15  # plain flags are the nearest emblems
    initials_share: float = 0.15  # logos of letters are the nearest emblems
    gradient_rate: float = 0.5  # of the remaining grounds; the others have one colour
    photo_overlays: IntegerRange = (0, 4)
    ground_overlays: IntegerRange = (1, 6)  # at least one: a ground alone says nothing
    shape_rate: float = 0.6  # of overlays; the others are letters
    shape_side: float = 0.6  # of the picture
    initials: IntegerRange = (1, 3)
    initials_fonts: tuple[int, ...] = (0, 2, 3, 4, 6, 7)  # OpenCV's numbers; 1 and 5 are small copies of others
    initials_thickness: IntegerRange = (2, 7)  # pixels, before scaling
    initials_side: Range = (0.4, 0.8)  # of the picture


@dataclass(frozen=True)
class EnrolledDrawing:
    """How a gallery holds a drawing."""

    side: Range = (0.8, 1.0)  # of the picture
    grounds: tuple[int, ...] = (255, 255, 0, 128)  # grey levels; white is the most frequent


LAYOUT, GEOMETRY, COLOUR, OVERLAY = Layout(), Geometry(), Colour(), Overlay()
LETTERING, QUALITY, HARMLESS, REFERENCE = Lettering(), Quality(), Harmless(), EnrolledDrawing()
