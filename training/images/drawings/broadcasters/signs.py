"""A channel's sign, drawn alone and beside the channel's name."""

from __future__ import annotations

from dataclasses import dataclass

from training.images.drawings.shapes import group, picture
from training.images.drawings.type import text, width_of

INK = "#222222"


@dataclass(frozen=True)
class Sign:
    """A channel's sign.

    Attributes:
        name: the channel, as set beside the sign.
        markup: SVG of the sign.
        width, height: extent of the markup from the origin.
        top: empty height above the sign.
    """

    name: str
    markup: str
    width: float
    height: float
    top: float = 0


def alone(sign: Sign) -> str:
    """A drawing of the sign without words."""
    markup = group(sign.markup, move=(0, -sign.top))
    return picture(sign.width, sign.height - sign.top, markup, rule=f"{sign.name}台标")


def with_name(sign: Sign) -> str:
    """A drawing of the sign with the channel's name on its right, as in a screen's corner."""
    tall = sign.height - sign.top
    size = 0.36 * sign.width
    across = width_of(sign.name, size, "sans")
    words = text(sign.name, sign.width + 20 + across / 2, tall / 2 + 0.36 * size, size, INK, "sans")
    markup = group(sign.markup, move=(0, -sign.top))
    return picture(sign.width + across + 30, tall, markup, words, rule=f"{sign.name}台标与台名")
