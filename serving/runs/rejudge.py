"""One stored decision under another policy, and whether what is kept suffices for it.

Decisions keep findings over the old policy's thresholds, every classifier score of the text fields, and the three best
references of each picture. Scores below an old threshold are otherwise unknown. Where the answer could depend on them,
the row is left undecided with the reason: it never passes for lack of data.

Stored scores have four decimals. A decision that would differ within this rounding is undecided, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import yaml

from models.images.codes import DAMAGED_SCORE
from models.policy import PERMITTED_SCORE_MARGIN, Policy
from models.profile import (
    CLASSIFIER_LABELS,
    EMBLEM_LABELS,
    IMAGE_FIELDS,
    LABELS,
    TEXT_FIELDS,
    Evidence,
    Field,
    Finding,
    Label,
    Severity,
)
from models.text.names.restricted_words import WORDS_FILE
from serving.runs.thresholds import PLACES, Place, observed, thresholds

ROUNDING = 0.5e-4
"""Largest difference between a score and its stored value: `Answer.to_dict` keeps four decimals."""

POOLED_REFERENCES = 4
"""References whose probabilities an emblem's finding adds up at most (`models.images.matching.emblems`)."""

KEPT_MATCHES = 3
"""Best references that a decision keeps of each picture."""

PERMITTED = "\0permitted"
"""Owner id given to lettering that a stored decision permits, so that it stays permitted."""

ERROR_CODE = "rescore_undecided"


class Gap(StrEnum):
    """Why stored scores do not suffice."""

    BELOW = "below_threshold"
    """The new threshold is lower, and scores below the old one are not kept."""
    HIDDEN = "hidden_emblem"
    """An emblem that is no longer reported may have hidden another one in its region, which is not kept."""
    ENTITLEMENT = "entitlements"
    """The account has entitlements, which are not kept, and thresholds of its fields changed."""
    BOUNDS = "score_bounds"
    """A score is known within bounds, as of four decimals, and the new policy decides differently within them."""
    IMAGE_TEXT = "image_text"
    """Text in pictures is read by one of the policies only."""
    ROLLOUT = "rollout"
    """The old policy only observed, and the reference's rollout is not kept."""


@dataclass(frozen=True)
class Missing:
    """Something that is not kept.

    Attributes:
        place: the label and field that it concerns; None if it concerns the whole row.
        only_adds: it can add findings but take none away.
    """

    gap: Gap
    place: Place | None
    only_adds: bool = False


@dataclass(frozen=True)
class Rejudged:
    """A row under the new policy.

    Attributes:
        verdict: None where the row is undecided.
        findings: as a decision holds them; what is known of them where the row is undecided.
        missing: why the row is undecided, or which further findings a rejected row may have.
        is_whole: everything is as the models would answer now, evidence included.
    """

    verdict: Severity | None
    findings: list[dict[str, Any]]
    missing: tuple[Missing, ...]
    is_whole: bool


@dataclass(frozen=True)
class _Known:
    """A finding that the row certainly has, as far as it is kept.

    Attributes:
        finding: with its number as detector, which identifies it after the policy was applied.
        low, high: bounds of its score before rounding.
        stored: as the decision holds it.
        is_new: it was below the old threshold, so that its evidence is not kept.
    """

    finding: Finding
    low: float
    high: float
    stored: Mapping[str, Any]
    is_new: bool = False

    def at(self, score: float) -> Finding:
        return replace(self.finding, score=min(max(score, self.low), self.high))


class Rejudge:
    """Applies a new policy to decisions of an old one.

    Args:
        old: the policy that the decisions were made with.
        new: the policy to apply.

    Attributes:
        lowered: labels and fields whose threshold is lower now.
    """

    def __init__(self, old: Policy, new: Policy) -> None:
        self._new = new
        self._before, self._after = thresholds(old), thresholds(new)
        self.lowered = frozenset(place for place in PLACES if self._after[place] < self._before[place])
        self._changed = frozenset(place for place in PLACES if self._after[place] != self._before[place])
        self._observed, self._observes = observed(old), observed(new)
        self._least = least_scores()

    def threshold(self, label: Label, field: Field) -> float:
        """The new policy's threshold."""
        return self._after[label, field]

    def concerns_pictures(self, reads_text: bool) -> bool:
        """True if the answer on a picture without findings may change."""
        return reads_text != self._new.image_text or any(field in IMAGE_FIELDS for _, field in self.lowered)

    def concerns_names(self) -> bool:
        """True if names may have findings that text scores do not show."""
        return any(field is Field.NAME and label not in CLASSIFIER_LABELS for label, field in self.lowered)

    def __call__(self, row: Mapping[str, Any]) -> Rejudged:
        """The row, which was judged without error, under the new policy.

        Args:
            row: a decision as Parquet holds it.
        """
        stored = [self._stored(number, found) for number, found in enumerate(row["findings"])]
        missing = [*self._beyond_scores(row), *self._rollouts(stored)]
        derived, unknown = self._below(row, stored)
        known = [*stored, *derived]
        missing += [*unknown, *self._hidden(row, stored), *self._entitled(row)]
        allowed = frozenset(_ids(known))
        account = row["account_id"]
        reported = self._new.apply([one.at(one.finding.score) for one in known], allowed, account)
        if self._depends_on_bounds(known, allowed, account):
            missing.append(Missing(Gap.BOUNDS, None))
        verdict = self._new.verdict(reported)
        findings = [_with_consequence(known[int(found.detector)].stored, found) for found in reported]
        is_decided = not missing or (verdict is Severity.REJECT and all(one.only_adds for one in missing))
        is_whole = not missing and not any(one.is_new for one in known) and not self._may_differ(row, stored)
        return Rejudged(verdict if is_decided else None, findings, tuple(missing), is_whole)

    def _stored(self, number: int, found: Mapping[str, Any]) -> _Known:
        place = Label(found["label"]), Field(found["field"])
        evidence = found["evidence"] or {}
        is_lettering = found["authorized"] and not (evidence.get("reference_id") or evidence.get("owner_id"))
        held = Evidence(
            reference_id=evidence.get("reference_id"),
            owner_id=PERMITTED if is_lettering else evidence.get("owner_id"),
            box=_tuple(evidence.get("box")),
            frame=evidence.get("frame"),
            spans=tuple(map(tuple, evidence["spans"])) if evidence.get("spans") else None,
        )
        # Where the old policy observed, the account may be within the rollout for all that is known.
        rollout = 0.0 if found["report_only"] and place not in self._observed else 1.0
        score = found["score"]
        low, high = max(score - ROUNDING, self._before[place]), min(score + ROUNDING, 1.0)
        finding = Finding(*place, score, str(number), held, rollout=rollout)
        return _Known(finding, min(low, high), high, found)

    def _below(self, row: Mapping[str, Any], stored: Sequence[_Known]) -> tuple[list[_Known], list[Missing]]:
        """Findings between the new and the old threshold that what is kept proves, and what it leaves open."""
        counted = {_place(one.finding) for one in stored if not one.stored["authorized"] and one.finding.rollout}
        derived: list[_Known] = []
        missing: list[Missing] = []
        for place in sorted(self.lowered & _judged_places(row) - counted):
            label, field = place
            if field in TEXT_FIELDS and label in CLASSIFIER_LABELS:
                derived += self._from_text_scores(row, place, len(stored) + len(derived))
            elif label in EMBLEM_LABELS:
                found, is_open = self._from_matches(row, place, len(stored) + len(derived))
                derived += found
                missing += [Missing(Gap.BELOW, place, only_adds=True)] if is_open else []
            elif self._before[place] > self._least.get(label, 0.0):
                missing.append(Missing(Gap.BELOW, place, only_adds=True))
        return derived, missing

    def _from_text_scores(self, row: Mapping[str, Any], place: Place, number: int) -> Iterator[_Known]:
        label, field = place
        score = row["text_scores"][field].get(label)
        if score is None or score - ROUNDING >= self._before[place]:
            return  # it is reported already, without counting
        if score + ROUNDING >= self._after[place]:
            yield self._derived(number, place, (score - ROUNDING, score + ROUNDING), score, row["versions"]["text"])

    def _from_matches(self, row: Mapping[str, Any], place: Place, number: int) -> tuple[list[_Known], bool]:
        """The best match as a finding if it is one now, and whether others could be."""
        label, field = place
        highest = _highest_pooled(row["matches"][field], label)
        if highest < self._after[place]:
            return [], False
        own = [match for match in row["matches"][field] if match["label"] == label]
        best = next((match for match in own if match["score"] + ROUNDING < self._before[place]), None)
        if best is None or best["score"] - ROUNDING < self._after[place]:
            return [], True
        bounds = (best["score"] - ROUNDING, highest)
        evidence = {name: best[name] for name in ("reference_id", "similarity", "box")}
        return [self._derived(number, place, bounds, best["score"], row["versions"]["encoder"], evidence)], False

    def _derived(  # noqa: PLR0913, PLR0917 - the parts of a finding
        self,
        number: int,
        place: Place,
        bounds: tuple[float, float],
        score: float,
        version: str,
        evidence: Mapping[str, Any] | None = None,
    ) -> _Known:
        label, field = place
        low, high = max(bounds[0], 0.0), min(bounds[1], self._before[place] - 1e-12)
        held = Evidence(reference_id=evidence["reference_id"], box=_tuple(evidence["box"])) if evidence else Evidence()
        stored = {
            "label": str(label),
            "field": str(field),
            "score": score,
            "articles": list(LABELS[label].articles),
            "detector": f"stored_score@{version}",
            "evidence": dict(evidence or {}),
        }
        return _Known(Finding(label, field, score, str(number), held), min(low, high), high, stored, is_new=True)

    def _beyond_scores(self, row: Mapping[str, Any]) -> Iterator[Missing]:
        has_pictures = any((row["matches"] or {}).get(field) is not None for field in IMAGE_FIELDS)
        if has_pictures and bool(row["versions"].get("ocr")) != self._new.image_text:
            yield Missing(Gap.IMAGE_TEXT, None)

    def _rollouts(self, stored: Iterable[_Known]) -> Iterator[Missing]:
        for one in stored:
            place = _place(one.finding)
            if place in self._observed - self._observes and one.finding.evidence.reference_id:
                yield Missing(Gap.ROLLOUT, place)

    def _hidden(self, row: Mapping[str, Any], stored: Iterable[_Known]) -> Iterator[Missing]:
        """Labels of which an emblem may appear in a region because the one that is reported there no longer is."""
        for one in stored:
            evidence, field = one.finding.evidence, one.finding.field
            if evidence.reference_id is None or evidence.box is None or not one.finding.rollout:
                continue
            margin = PERMITTED_SCORE_MARGIN * bool(one.stored["authorized"])
            if one.high >= self._after[_place(one.finding)] - margin:
                continue
            for label, place_field in PLACES:
                if place_field is not field or label is one.finding.label:
                    continue
                limit = one.high + margin
                if label in EMBLEM_LABELS:
                    limit = min(limit, _highest_pooled(row["matches"][field], label))
                elif label not in CLASSIFIER_LABELS or not row["versions"].get("ocr"):
                    continue
                if self._after[label, field] <= limit:
                    yield Missing(Gap.HIDDEN, (label, field), only_adds=True)

    def _entitled(self, row: Mapping[str, Any]) -> Iterator[Missing]:
        if self._changed & _judged_places(row) and is_entitled(row):
            yield Missing(Gap.ENTITLEMENT, None)

    def _depends_on_bounds(self, known: Sequence[_Known], allowed: frozenset[str], account: str) -> bool:
        lowest, highest = (
            {
                (found.detector, found.severity, found.authorized, found.report_only)
                for found in self._new.apply([one.at(score) for one in known], allowed, account)
            }
            for score in (0.0, 1.0)
        )
        return lowest != highest

    def _may_differ(self, row: Mapping[str, Any], stored: Iterable[_Known]) -> bool:
        """True if a label that is found already may have further findings below its old threshold."""
        return any(_place(one.finding) in self.lowered for one in stored)


def is_entitled(row: Mapping[str, Any]) -> bool:
    """True if something shows that the account has entitlements; decisions before digests may not show it."""
    return (
        bool((row.get("digests") or {}).get("entitlements"))
        or any(found["authorized"] for found in row["findings"])
        or any("entitlements" in warning for warning in row.get("warnings") or ())
    )


def least_scores() -> Mapping[Label, float]:
    """Lowest score that rules give at all, of labels whose scores are constants."""
    words = yaml.safe_load(WORDS_FILE.read_text(encoding="utf-8"))["words"]
    return {Label.QR_CODE: DAMAGED_SCORE, Label.RESTRICTED_WORD: min(float(word["score"]) for word in words)}


def _judged_places(row: Mapping[str, Any]) -> set[Place]:
    """Labels and fields that were looked for in this row."""
    texts = {field for field in TEXT_FIELDS if (row["text_scores"] or {}).get(field) is not None}
    pictures = {field for field in IMAGE_FIELDS if (row["matches"] or {}).get(field) is not None}
    reads, closed = row["versions"].get("ocr") is not None, row["versions"].get("closed") is not None
    return {
        (label, field)
        for label, field in PLACES
        if field in texts | pictures
        and (reads or field in texts or label not in CLASSIFIER_LABELS)
        and (closed or label is not Label.CLOSED_ACCOUNT_MATCH)
    }


def _highest_pooled(matches: Sequence[Mapping[str, Any]], label: Label) -> float:
    """The highest score that any finding of a label can have in a picture, kept matches given.

    A finding adds up the probabilities of up to `POOLED_REFERENCES` references of its label in one place. Those that
    are not kept are at most as likely as the last that is.
    """
    own = [match["score"] + ROUNDING for match in matches if match["label"] == label]
    others = matches[-1]["score"] + ROUNDING if len(matches) == KEPT_MATCHES else 0.0
    return float(min(sum(own) + (POOLED_REFERENCES - len(own)) * others, 1.0))


def _ids(known: Iterable[_Known]) -> Iterator[str]:
    """Ids that the account is entitled to, as far as its permitted findings show."""
    for one in known:
        if one.stored.get("authorized"):
            yield from filter(None, (one.finding.evidence.reference_id, one.finding.evidence.owner_id))


def _place(finding: Finding) -> Place:
    return finding.label, finding.field


def _tuple(values: Sequence[float] | None) -> Any:
    return tuple(values) if values else None


def _with_consequence(stored: Mapping[str, Any], found: Finding) -> dict[str, Any]:
    return {
        **stored,
        "severity": str(found.severity),
        "authorized": found.authorized,
        "report_only": found.report_only,
    }
