"""One judgement after a start, so that no account waits for what networks and libraries do at first use."""

from __future__ import annotations

import io

import PIL.Image
import PIL.ImageDraw

from models.images.input.transparency import on_clearest_background
from models.inspector import Inspector
from models.profile import Profile

_LINES = "HUIJIAN 2026\nWARM UP"
"""Text that makes the picture worth reading."""


def warm_up(inspector: Inspector) -> None:
    """Judge a profile with a text, and with a picture that is verified and read; nothing is recorded."""
    stream = io.BytesIO()
    _picture(inspector).save(stream, "PNG")
    inspector([Profile("warm-up", name="徽鉴", bio="加V：abc12345，稳赚不赔", avatar=stream.getvalue())])


def _picture(inspector: Inspector) -> PIL.Image.Image:
    """An emblem of the gallery above two lines of text."""
    gallery = inspector.gallery
    pictured = next(number for number, entry in enumerate(gallery.entries) if entry.drawing)
    drawing = PIL.Image.fromarray(gallery.drawing(pictured))
    picture = PIL.Image.new("RGB", (400, 400), "white")
    picture.paste(PIL.Image.fromarray(on_clearest_background(drawing)), (100, 20))
    PIL.ImageDraw.Draw(picture).text((20, 240), _LINES, "black", font_size=52)
    return picture
