"""The evaluation of labelled pictures as an HTML file: tables, then misses and false alarms with their boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from markupsafe import Markup

from models.images.input.decode import decode
from models.inspector import Inspector
from models.profile import Match
from training.error_analysis import Prediction
from training.error_report import PictureCard, picture_card, picture_cards
from training.html_page import Section, label_title, table, write_page
from training.images.evaluation.picture_cases import PictureCase, emblem_findings
from training.shares import Group, cells


def write_report(  # noqa: PLR0913, PLR0917 - the parts of a page
    path: Path,
    title: str,
    groups: Iterable[Group],
    predicted: Sequence[Prediction[PictureCase]],
    inspector: Inspector,
    command: str,
    sections: Sequence[Section] = (),
) -> None:
    """Write the page.

    Args:
        title: in both languages.
        groups: the shares, a table each.
        predicted: all pictures; those judged wrongly are shown.
        inspector: that judged them.
        command: the command line that made the numbers.
        sections: shown after the groups.
    """
    references = inspector.gallery.references
    names = {reference.reference_id: reference.name_zh or reference.name_en for reference in references}
    wrong = [one for one in predicted if one.wrong]
    missed, false_alarms = ([_card(one, names) for one in wrong if one.expected is side] for side in (True, False))
    write_page(
        path,
        "picture_cases_report.html",
        title=title,
        command=command,
        versions=inspector.versions,
        sections=[*(Section(group.chinese, group.english, _table(group)) for group in groups), *sections],
        missed=(len(missed), picture_cards(missed)),
        false_alarms=(len(false_alarms), picture_cards(false_alarms)),
    )


def _table(group: Group) -> Markup:
    header = ("类别 · group", "数量 · number", "比例 · share", "95%")
    return table(header, ((name, *cells(row)) for name, row in group.shares.items()))


def _card(predicted: Prediction[PictureCase], names: Mapping[str, str]) -> PictureCard:
    picture = predicted.subject
    labels = ", ".join(map(label_title, picture.labels)) or "无害 · harmless"
    emblems = ", ".join(f"{names.get(one, '未登记 · not enrolled')} {one}" for one in picture.reference_ids)
    verdict = "✗ 漏报 · missed" if predicted.expected else "✗ 误报 · false alarm"
    reported = ", ".join(f"{found.label} {found.score:.3f}" for found in emblem_findings(predicted.answer))
    truth = "; ".join(part for part in (labels, emblems, picture.kind, picture.name) if part)
    frames = decode(picture.data, picture.field)
    return picture_card(frames, _evidence_first(predicted), f"{verdict} ({reported or '-'})", truth)


def _evidence_first(predicted: Prediction[PictureCase]) -> list[Match]:
    """The best matches, that of the first emblem reported before the others, since the first one's box is drawn."""
    matches = predicted.answer.matches[predicted.subject.field]
    reported = [found.evidence.reference_id for found in emblem_findings(predicted.answer)][:1]
    return sorted(matches, key=lambda match: match.reference_id not in reported)
