"""Evaluation on plain presentations of the core emblems: shown plainly, they must never be missed.

Each emblem is shown edge to edge and with a margin on white, red and blue, at five sizes of avatars, as a JPEG. Its
drawings take turns. Nothing is random, so two runs differ by the models alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from pathlib import Path
from typing import Any

import PIL.Image
from markupsafe import Markup

from models.arrays import Bool
from models.images.encoder.variants import framed
from models.images.input.transparency import WHITE, Colour, clearest_background, flatten, hidden_share
from models.inspector import Inspector
from models.profile import Field
from training.html_page import Section, table
from training.images.common.measures import macro_share
from training.images.common.metrics import write_json
from training.images.evaluation.picture_cases import (
    ALL,
    MACRO,
    PictureCase,
    is_reported,
    predictions,
)
from training.images.evaluation.picture_cases_report import write_report
from training.images.sources.catalogue import CATALOGUE, RENDERED_SIDE, CatalogueEntry
from training.images.sources.pictures import load_picture
from training.shares import Group, by_name, share, show

SIDES = (48, 64, 104, 200, 400)
"""Longer sides of the pictures in pixels: from avatars in lists of comments to those on a profile's page."""

JPEG_QUALITY = 70
"""Pillow's quality, from 0 to 95: about that of platforms that compress uploads strongly."""

EDGE_TO_EDGE = "edge to edge"

GROUNDS: Mapping[str, Colour] = {"on white": WHITE, "on red": (204, 0, 0), "on blue": (0, 82, 165)}
"""Backgrounds with a margin around the drawing, by name."""

PRESENTATIONS_ZH = {EDGE_TO_EDGE: "满幅", "on white": "白底", "on red": "红底", "on blue": "蓝底"}
"""Chinese name of each presentation, by its English name."""

MAX_HIDDEN = 0.99
"""Share of a drawing that its background may hide: a red flag's stars are still seen on red, a red badge is not."""


@dataclass(frozen=True)
class Presentation:
    """One picture of a core emblem.

    Attributes:
        entry: of the catalogue.
        drawing: number of the drawing among those of its emblem, from 1.
        kind: a key of `PRESENTATIONS_ZH`.
        side: longer side in pixels.
        data: JPEG bytes.
    """

    entry: CatalogueEntry
    drawing: int
    kind: str
    side: int
    data: bytes

    @property
    def case(self) -> PictureCase:
        """The picture and what must be reported in it."""
        name = f"{self.entry.reference_id}, drawing {self.drawing}, {self.kind}, {self.side} px"
        labels = (self.entry.label,)
        return PictureCase(name, self.data, Field.AVATAR, self.kind, (self.entry.reference_id,), labels)


def evaluate_core(
    inspector: Inspector,
    drawings: Sequence[CatalogueEntry],
    *,
    output: Path | None = None,
    page: Path | None = None,
    command: str = "huijian evaluate images --core",
) -> dict[str, Any]:
    """Measure how many plain presentations are reported under the right label, and print it with what was missed.

    Args:
        drawings: of the default catalogue, such as `catalogue.core_drawings()`.
        output: file for the numbers, JSON.
        page: file for an HTML page of what was missed.
        command: the command to print and to show on the page.

    Returns:
        "all"; "macro" over emblems; "presentations", "sides" and "emblems" by name, each emblem with its
        "presentations" as [reported, shown]; the names of the "missed" pictures; "versions". Shares are as
        `measures.share` returns them.

    Raises:
        CatalogueError, PictureError, PackageError: a drawing cannot be rendered.
    """
    shown = list(presentations(drawings))
    predicted = predictions(inspector, [one.case for one in shown])
    reported = is_reported(predicted)
    numbers = _numbers(shown, reported) | {"versions": dict(predicted[0].answer.versions)}
    groups = _groups(numbers)
    show(groups)
    print("\n各标志 · By emblem", *_lines(_emblem_rows(numbers)), sep="\n")
    print("\n漏报 · Missed", *_missed(shown, reported), sep="\n")
    print(f"\n{command}")
    if output is not None:
        write_json(output, numbers)
    if page is not None:
        emblems = Section("各标志", "By emblem", _emblem_table(numbers))
        title = "核心标志评测 · Evaluation on core emblems"
        write_report(page, title, groups, predicted, inspector, command, (emblems,))
    return numbers


def presentations(drawings: Iterable[CatalogueEntry]) -> Iterator[Presentation]:
    """Every emblem in every presentation and size, but for backgrounds that hide all of its drawings.

    Args:
        drawings: of the default catalogue; those of one emblem follow each other, and take turns.
    """
    for _, entries in groupby(drawings, key=lambda entry: entry.reference_id):
        rendered = [(number, entry, _rendered(entry)) for number, entry in enumerate(entries, start=1)]
        turn = count()
        for kind in PRESENTATIONS_ZH:
            visible = [
                (number, entry, shown) for number, entry, picture in rendered if (shown := _shown(picture, kind))
            ]
            for side in SIDES if visible else ():
                number, entry, shown = visible[next(turn) % len(visible)]
                yield Presentation(entry, number, kind, side, _jpeg(shown, side))


def _rendered(entry: CatalogueEntry) -> PIL.Image.Image:
    """The drawing without transparent margins, RGBA."""
    picture = load_picture(entry.image, CATALOGUE.parent, RENDERED_SIDE)
    return picture.crop(picture.getchannel("A").getbbox())


def _shown(drawing: PIL.Image.Image, kind: str) -> PIL.Image.Image | None:
    """The drawing in a presentation, RGB; None if the background hides it."""
    if kind == EDGE_TO_EDGE:
        return flatten(drawing, clearest_background(drawing))
    ground = GROUNDS[kind]
    return framed(drawing, ground) if hidden_share(drawing, ground) <= MAX_HIDDEN else None


def _jpeg(picture: PIL.Image.Image, side: int) -> bytes:
    small = picture.copy()
    small.thumbnail((side, side), PIL.Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=JPEG_QUALITY)
    return buffer.getvalue()


def _numbers(shown: Sequence[Presentation], reported: Bool) -> dict[str, Any]:
    emblems = [one.entry.reference_id for one in shown]
    by_emblem = by_name(reported, emblems)
    for emblem, row in by_emblem.items():
        row["presentations"] = {
            kind: [int(members.sum()), len(members)]
            for kind in PRESENTATIONS_ZH
            if len(members := reported[[one.entry.reference_id == emblem and one.kind == kind for one in shown]])
        }
    return {
        "all": share(reported),
        "macro": macro_share(reported, emblems),
        "presentations": by_name(reported, [one.kind for one in shown]),
        "sides": by_name(reported, [str(one.side) for one in shown]),
        "emblems": by_emblem,
        "missed": [one.case.name for one, found in zip(shown, reported, strict=True) if not found],
    }


def _groups(numbers: Mapping[str, Any]) -> list[Group]:
    kinds = {f"{PRESENTATIONS_ZH[kind]} · {kind}": row for kind, row in numbers["presentations"].items()}
    sides = {f"{side} px": row for side, row in numbers["sides"].items()}
    return [
        Group("按正确标签报出", "Reported under the right label", {ALL: numbers["all"], MACRO: numbers["macro"]}),
        Group("按呈现方式", "By presentation", kinds),
        Group("按边长", "By longer side", sides),
    ]


def _emblem_rows(numbers: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The header, then one row an emblem: how many presentations of each kind are reported, of how many."""
    yield ("全部 · all", *(f"{zh} · {kind}" for kind, zh in PRESENTATIONS_ZH.items()), "标志 · emblem")
    for emblem, row in numbers["emblems"].items():
        counts = (row["presentations"].get(kind) for kind in PRESENTATIONS_ZH)
        yield (f"{row['share']:.3f}", *("{}/{}".format(*of) if of else "-" for of in counts), emblem)


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    header, *others = rows
    yield " | ".join(header)
    for *cells, emblem in others:
        yield "".join(cell.rjust(9) for cell in cells) + f"  {emblem}"


def _emblem_table(numbers: Mapping[str, Any]) -> Markup:
    header, *rows = _emblem_rows(numbers)
    return table(header, rows)


def _missed(shown: Sequence[Presentation], reported: Bool) -> Iterator[str]:
    """One line for each drawing and presentation with the sizes at which it is missed."""
    sides: dict[str, list[str]] = {}
    for one, found in zip(shown, reported, strict=True):
        if not found:
            sides.setdefault(f"{one.entry.reference_id} ({one.drawing}), {one.kind}", []).append(str(one.side))
    yield from (f"{name}: {', '.join(missed)} px" for name, missed in sides.items())
    if not sides:
        yield "无 · none"
