"""Letters of one even stroke, for wordmarks whose typefaces are thin and round."""

from __future__ import annotations

from training.images.drawings.shapes import n

LETTERS: dict[str, tuple[float, str]] = {
    "N": (100, "M0 0V-144L100 0V-144"),
    "a": (80, "M6 -84C24 -106 80 -110 80 -62V0M80 -56C30 -60 0 -52 0 -26C0 10 60 8 80 -24"),
    "ɑ": (92, "M92 -100V0M92 -50A46 50 0 1 1 0 -50A46 50 0 1 1 92 -50"),
    "b": (92, "M0 -150V0M0 -50A46 50 0 1 1 92 -50A46 50 0 1 1 0 -50"),
    "c": (86, "M86 -84A50 50 0 1 0 86 -16"),
    "e": (98, "M2 -52H98A49 50 0 1 0 84 -14"),
    "f": (56, "M60 -148C30 -156 22 -140 22 -112V0M0 -94H54"),
    "g": (88, "M88 -100V8C88 52 28 58 6 34M88 -50A44 50 0 1 1 0 -50A44 50 0 1 1 88 -50"),
    "h": (84, "M0 -150V0M0 -58A42 42 0 0 1 84 -58V0"),
    "i": (0, "M0 -100V0M0 -142V-138"),
    "ı": (0, "M0 -100V0"),
    "k": (80, "M0 -150V0M76 -100L6 -44L80 0"),
    "l": (0, "M0 -150V0"),
    "n": (84, "M0 0V-100M0 -58A42 42 0 0 1 84 -58V0"),
    "o": (100, "M0 -50A50 50 0 1 1 100 -50A50 50 0 1 1 0 -50Z"),
    "p": (92, "M0 50V-50A46 50 0 1 1 92 -50A46 50 0 1 1 0 -50"),
    "r": (50, "M0 0V-52A48 48 0 0 1 50 -100"),
    "s": (76, "M70 -84C52 -108 4 -104 4 -73C4 -40 76 -62 76 -27C76 8 18 8 0 -18"),
    "t": (56, "M0 -100H56M22 -134V-30A28 28 0 0 0 56 -2"),
    "u": (84, "M0 -100V-42A42 42 0 0 0 84 -42V-100"),
    "v": (88, "M0 -100L44 0L88 -100"),
    "w": (132, "M0 -100L34 0L66 -100L98 0L132 -100"),
    "x": (84, "M0 -100L84 0M84 -100L0 0"),
    "y": (88, "M0 -100L44 0M88 -100L36 24C28 42 14 50 -4 46"),
}
"""Width and stroke of each letter; the lower case is 100 high, on a baseline at 0."""


def stroke_text(content: str, x: float, y: float, height: float, weight: float, colour: str, *, width: float) -> str:
    """A line of letters drawn with one pen, from x to x + width, its baseline at y.

    Args:
        content: two letters or more of `LETTERS`, where ɑ has one storey and ı no dot.
        x, y: in the drawing's units.
        height: of the lower case.
        weight: width of the pen.
        colour: of the pen.
        width: of the line; its letters are spaced to it evenly.
    """
    scale = (height - weight) / 100
    spans = [LETTERS[letter][0] * scale + weight for letter in content]
    gap = (width - sum(spans)) / (len(content) - 1)
    parts, at = [], x + weight / 2
    for letter, span in zip(content, spans, strict=True):
        place = f"translate({n(at)} {n(y - weight / 2)}) scale({scale:.4g})"
        parts.append(f'<path transform="{place}" d="{LETTERS[letter][1]}"/>')
        at += span + gap
    pen = f'fill="none" stroke="{colour}" stroke-width="{n(weight / scale)}" stroke-linejoin="round"'
    return f"<g {pen}>{''.join(parts)}</g>"
