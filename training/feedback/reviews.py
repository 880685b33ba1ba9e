"""From a reviewed decision to labelled cases: what the reviewer said of each field, and nothing that was not said.

The last review counts. A confirmed label belongs to the fields in which it was found; one that the reviewer added
belongs to the only field that can hold it. Fields of which nothing was said give no case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.profile import CLASSIFIER_LABELS, EMBLEM_LABELS, LABELS, TEXT_FIELDS, Field, Label, Severity
from models.reviewed import Reviewed

CaseLine = dict[str, Any]
"""A case as its line in a file holds it."""


@dataclass(frozen=True)
class Draft:
    """A case before it is compared with others.

    Attributes:
        case: its line, for a picture without `image`.
        account: whose profile it was, as a keyed hash.
        picture: the encoded picture; None for a text.
    """

    case: CaseLine
    account: str
    picture: bytes | None = None


class Unclear(ValueError):  # noqa: N818 - a state of a review
    """A review that does not say what is in which field."""


def drafts_of(decided: Reviewed) -> Iterator[Draft]:
    """The cases of a reviewed decision.

    Raises:
        Unclear: the review does not say which label is right, or where it is.
    """
    for field, labels in _said(decided).items():
        if field in TEXT_FIELDS:
            yield from _text(decided, field, labels)
        else:
            yield from _pictures(decided, field, labels)


def _said(decided: Reviewed) -> dict[Field, frozenset[Label]]:
    """The right labels of each kept field that the last review speaks of."""
    confirmed, findings = _confirmed(decided), decided.answer["findings"]
    found = {field: _labels(findings, field) for field in decided.contents}
    said: dict[Field, frozenset[Label]] = {}
    for field, labels in found.items():
        denied = any(_counts(finding) and finding["field"] == field for finding in findings)
        if labels & confirmed or denied or decided.reviews[-1].outcome == Severity.PASS:
            said[field] = labels & confirmed
    for label in confirmed.difference(*found.values()):
        place = _only_place(decided, label)
        said[place] = said.get(place, frozenset()) | {label}
    # What an account is entitled to is there, although nobody confirmed it as a violation.
    return {field: labels for field, labels in said.items() if _entitled(findings, field) <= labels}


def _confirmed(decided: Reviewed) -> frozenset[Label]:
    last = decided.reviews[-1]
    if last.labels is not None:
        return frozenset(map(Label, last.labels))
    if last.outcome == Severity.PASS:
        return frozenset()
    counting = {Label(finding["label"]) for finding in decided.answer["findings"] if _counts(finding)}
    if len(counting) != 1:
        raise Unclear("rejected without labels, where not exactly one was found")
    return frozenset(counting)


def _labels(findings: Sequence[Mapping[str, Any]], field: Field) -> frozenset[Label]:
    return frozenset(Label(finding["label"]) for finding in findings if finding["field"] == field)


def _entitled(findings: Sequence[Mapping[str, Any]], field: Field) -> frozenset[Label]:
    return _labels([finding for finding in findings if finding["authorized"]], field)


def _counts(finding: Mapping[str, Any]) -> bool:
    return not finding["authorized"] and finding["severity"] != Severity.PASS


def _only_place(decided: Reviewed, label: Label) -> Field:
    places = [field for field in decided.contents if field in LABELS[label].fields]
    if label not in EMBLEM_LABELS and any(field in TEXT_FIELDS for field in places):
        places = [field for field in places if field in TEXT_FIELDS]
    if len(places) != 1:
        raise Unclear("a label that was added may be in several fields, or in none that is kept")
    return places[0]


def _text(decided: Reviewed, field: Field, labels: frozenset[Label]) -> Iterator[Draft]:
    """The text's case; none where only labels of other detectors than the classifier are right."""
    own = [label for label in CLASSIFIER_LABELS if label in labels]
    try:
        text = decided.contents[field].decode("utf-8")
    except UnicodeDecodeError:  # a lone surrogate
        return
    if not text or (labels and not own):
        return
    evidence = {label: parts for label in own if (parts := _quoted(decided, field, label, text))}
    yield Draft({**_described(decided, field), "text": text, "labels": own, "evidence": evidence}, decided.account)


def _quoted(decided: Reviewed, field: Field, label: Label, text: str) -> list[str]:
    spans = [
        span
        for finding in decided.answer["findings"]
        if (finding["field"], finding["label"]) == (field, label)
        for span in finding["evidence"].get("spans", ())
    ]
    return list(dict.fromkeys(text[start:end] for start, end in spans if text[start:end]))


def _pictures(decided: Reviewed, field: Field, labels: frozenset[Label]) -> Iterator[Draft]:
    """A case for each emblem that was confirmed, and one for the rest of the picture's labels, or for none."""
    right = labels - {Label.CLOSED_ACCOUNT_MATCH}
    if labels and not right:
        return
    described, picture = _described(decided, field), decided.contents[field]
    best: dict[str, Mapping[str, Any]] = {}
    for finding in decided.answer["findings"]:
        reference = finding["evidence"].get("reference_id")
        if finding["field"] == field and finding["label"] in right and reference:
            best.setdefault(reference, finding)
    for number, (reference, finding) in enumerate(sorted(best.items())):
        evidence = finding["evidence"]
        shown = {name: evidence[name] for name in ("owner_id", "box") if evidence.get(name)}
        emblem = {"id": f"{described['id']}-{number}", "labels": [finding["label"]], "reference_id": reference}
        yield Draft({**described, **emblem, **shown}, decided.account, picture)
    rest = right - {Label(finding["label"]) for finding in best.values()}
    if rest or not right:
        yield Draft({**described, "labels": sorted(rest)}, decided.account, picture)


def _described(decided: Reviewed, field: Field) -> CaseLine:
    last = decided.reviews[-1]
    return {
        "id": f"{decided.decision_id}-{field}",
        "field": str(field),
        "source": last.by,
        "provenance": {
            "decision_id": decided.decision_id,
            "verdict": decided.answer["verdict"],
            "outcome": last.outcome,
            "decided_by": last.by,
            "decided": last.time[:10],
            "appealed": decided.appealed,
            "reviews": len(decided.reviews),
            "versions": dict(decided.answer["versions"]),
            "keep_until": decided.keep_until.isoformat(),
        },
    }
