"""Logos of news media: wordmarks and mastheads set in type from tables, and a few logos drawn by hand."""

from __future__ import annotations

from typing import Any

import yaml

from models.runtime.paths import DATASETS
from training.images.drawings.shapes import TILE, disc, picture, rectangle, tile
from training.images.drawings.type import Face, text, width_of

WORDMARKS = DATASETS / "emblems" / "wordmarks.yaml"

LEADING = 0.98
"""Distance of baselines in ems; logos are set tight."""


MASTHEADS: dict[str, tuple[str, str, Face]] = {
    "legal-daily": ("法治日报", "#d7000f", "brush"),
    "guangming-daily": ("光明日报", "#c7000b", "cursive"),
    "economic-daily": ("经济日报", "#b81c22", "brush"),
    "pla-daily": ("解放军报", "#c7000b", "cursive"),
    "beijing-daily": ("北京日报", "#c7000b", "cursive"),
    "guangzhou-daily": ("广州日报", "#c7000b", "cursive"),
    "science-daily": ("科技日报", "#c7000b", "brush"),
    "farmers-daily": ("农民日报", "#c7000b", "brush"),
    "qiushi": ("求是", "#c7000b", "brush"),
    "zhejiang-daily": ("浙江日报", "#c7000b", "cursive"),
    "dazhong-daily": ("大众日报", "#c7000b", "cursive"),
    "hubei-daily": ("湖北日报", "#c7000b", "cursive"),
}
"""Newspapers with handwritten mastheads that nobody traced: names, colours and the typefaces nearest to the hand."""

TILES: dict[str, tuple[str, str, Face]] = {
    "legal-daily": ("法治日报", "#d7000f", "brush"),
    "china-youth-daily": ("中国青年报", "#d7000f", "cursive"),
    "guangming-daily": ("光明日报", "#c40d23", "brush"),
    "pla-daily": ("解放军报", "#c7000b", "brush"),
    "workers-daily": ("工人日报", "#c7000b", "cursive"),
    "procuratorate-daily": ("检察日报", "#b60005", "brush"),
    "court-daily": ("人民法院报", "#b60005", "brush"),
    "beijing-youth-daily": ("北京青年报", "#d7000f", "brush"),
    "jiefang-daily": ("解放日报", "#c7000b", "cursive"),
    "xinmin-evening": ("新民晚报", "#c7000b", "brush"),
    "yangcheng-evening": ("羊城晚报", "#d7000f", "cursive"),
    "nanfang-daily": ("南方日报", "#c7000b", "cursive"),
    "zhejiang-daily": ("浙江日报", "#c7000b", "cursive"),
    "dazhong-daily": ("大众日报", "#c7000b", "cursive"),
    "hubei-daily": ("湖北日报", "#c7000b", "cursive"),
}
"""The same for app icons: white writing on the colour."""


def wordmark(name: str, lines: list[dict[str, Any]], ground: str | None = None, shape: str | None = None) -> str:
    """A logo of lines of type, at times on a coloured ground.

    Args:
        name: the owner, for the comment.
        lines: each with "text", "size", "colour" and "face".
        ground: colour behind the lines; None for a transparent ground.
        shape: "square" makes the picture square; otherwise it fits the lines.
    """
    height = sum(line["size"] for line in lines) * LEADING
    across = max(width_of(line["text"], line["size"], line["face"]) for line in lines)
    margin = 0.12 * max(across, height) if ground else 8
    width, tall = across + 2 * margin, height + 2 * margin
    if shape == "square":
        width = tall = max(width, tall)
    base, parts = (tall - height) / 2, []
    for line in lines:
        base += line["size"] * LEADING
        parts.append(
            text(line["text"], width / 2, base - 0.16 * line["size"], line["size"], line["colour"], line["face"])
        )
    back = rectangle(0, 0, width, tall, ground) if ground else ""
    return picture(width, tall, back, *parts, rule=f"{name}: set in type after the medium's own logo")


def masthead(name: str, colour: str, face: Face) -> str:
    """A newspaper's name in a line of brush writing."""
    return picture(190 * len(name), 210, text(name, 95 * len(name), 168, 184, colour, face), rule=f"{name}报头")


def stacked(name: str, ground: str, ink: str, face: Face) -> str:
    """A name of three to five characters in two lines of brush writing on a tile."""
    half = len(name) // 2
    lines = ((name[:half], 178), (name[half:], 344))
    return tile(name, ground, *(text(words, TILE / 2, y, 160, ink, face, width=300) for words, y in lines))


def bbc() -> str:
    """BBC: three white letters in three black blocks."""
    blocks = "".join(
        rectangle(10 + 230 * at, 10, 210, 210, "#111") + text(letter, 115 + 230 * at, 178, 190, "#fff", "black")
        for at, letter in enumerate("BBC")
    )
    return picture(690, 230, blocks, rule="BBC blocks (2021)")


def associated_press() -> str:
    """AP: black letters over a red bar."""
    return picture(
        400,
        400,
        rectangle(0, 0, 400, 400, "#fff"),
        text("AP", 200, 278, 290, "#111", "black"),
        rectangle(40, 316, 320, 34, "#ff322e"),
        rule="Associated Press logo (2012)",
    )


def abc_disc() -> str:
    """ABC: lower-case letters in a black disc."""
    letters = text("abc", 200, 250, 180, "#fff", "black", width=270)
    return picture(400, 400, disc(200, 200, 196, "#111"), letters, rule="American Broadcasting Company disc logo")


def drawings() -> dict[str, str]:
    """Every drawing of this module by its file name, as SVG."""
    table = yaml.safe_load(WORDMARKS.read_text(encoding="utf-8"))
    set_in_type = {f"media-{name}": wordmark(name, **entry) for name, entry in table.items()}
    in_a_line = {f"sign-{name}-masthead": masthead(*entry) for name, entry in MASTHEADS.items()}
    on_tiles = {f"sign-{name}": stacked(words, colour, "#fff", face) for name, (words, colour, face) in TILES.items()}
    return (
        set_in_type
        | in_a_line
        | on_tiles
        | {
            "sign-legal-daily-2020": masthead("法制日报", "#d7000f", "brush"),
            "sign-china-youth-daily-white": stacked("中国青年报", "#fff", "#d7000f", "cursive"),
            "media-bbc": bbc(),
            "media-associated-press": associated_press(),
            "media-abc-disc": abc_disc(),
        }
    )
