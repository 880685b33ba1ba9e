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
    Contact,
    ContactKind,
    Evidence,
    Field,
    Finding,
    Label,
    Severity,
)
from models.text.names.restricted_words import WORDS_FILE
from serving.runs.thresholds import NEVER, PLACES, Place, consequences, observed, thresholds

ROUNDING = 0.5e-4
"""Largest difference between a score and its stored value: `Answer.to_dict` keeps four decimals."""

POOLED_REFERENCES = 4
"""References whose probabilities an emblem's finding adds up at most (`models.images.matching.emblems`)."""

KEPT_MATCHES = 3
"""Best references that a decision keeps of each picture."""

PERMITTED = "\0permitted"
"""Owner id given to emblems and names that a stored decision permits, so that they stay permitted."""

LISTS_DETECTOR = "lists@"
"""Start of the detector of findings that a word list makes; the policy keeps their severity."""

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
    KINDS = "contact_kinds"
    """Rules for kinds of contact or own platforms changed, and only the severest kind of a text is kept."""
    BASE_RATES = "base_rates"
    """Base rates changed: kept scores are the highest of model and rules, and only the model's would move."""
    LISTS = "word_lists"
    """A word list may allow the words, which are not kept."""


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

    @property
    def is_counted(self) -> bool:
        """True if it counts and has its severity from the policy."""
        return not (self.stored["authorized"] or self.finding.is_final) and bool(self.finding.rollout)

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
        self._contact_rules = _ContactRules(old, new)
        self._moved = _moved(old, new)

    def concerned_from(self, label: Label, field: Field) -> float:
        """Score of a text from which a row without findings may change; `NEVER` if it cannot."""
        place = label, field
        if place in self._moved:
            return 0.0
        if label is Label.CONTACT_DIVERSION and self._contact_rules.differ:
            return min(self._before[place], self._after[place]) - ROUNDING
        return self._after[place] - ROUNDING if place in self.lowered else NEVER

    def concerns_pictures(self, reads_text: bool) -> bool:
        """True if the answer on a picture without findings may change."""
        is_moved = reads_text and any(field in IMAGE_FIELDS for _, field in self._moved)
        is_lowered = is_moved or any(field in IMAGE_FIELDS for _, field in self.lowered)
        shown = any(self._contact_rules.shows_hidden(field) for field in IMAGE_FIELDS)
        return reads_text != self._new.image_text or is_lowered or shown

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
        missing += [Missing(Gap.BASE_RATES, place) for place in sorted(self._moved & _judged_places(row))]
        derived, unknown = self._below(row, stored)
        known = [*stored, *derived]
        missing += [*unknown, *self._hidden(row, stored), *self._entitled(row), *self._contacts(row, known)]
        account = row["account_id"]
        reported = self._apply([one.at(one.finding.score) for one in known], known, account)
        if self._depends_on_bounds(known, account):
            missing.append(Missing(Gap.BOUNDS, None))
        verdict = self._new.verdict(reported)
        findings = [_with_consequence(known[int(found.detector)].stored, found) for found in reported]
        is_decided = not missing or (verdict is Severity.REJECT and all(one.only_adds for one in missing))
        is_whole = not missing and not any(one.is_new for one in known) and not self._may_differ(stored)
        return Rejudged(verdict if is_decided else None, findings, tuple(missing), is_whole)

    def _apply(self, findings: Sequence[Finding], known: Sequence[_Known], account: str) -> list[Finding]:
        """The findings that the new policy reports; those that were permitted stay so."""
        reported = self._new.apply(findings, frozenset([PERMITTED]), account)
        permitted = [
            replace(one, authorized=True, report_only=False) if known[int(one.detector)].stored["authorized"] else one
            for one in reported
        ]
        return sorted(permitted, key=lambda found: (found.authorized, -found.severity.rank, -found.score))

    def _stored(self, number: int, found: Mapping[str, Any]) -> _Known:
        place = Label(found["label"]), Field(found["field"])
        evidence = found["evidence"] or {}
        has_owner = evidence.get("reference_id") or evidence.get("owner_id")
        held = Evidence(
            reference_id=evidence.get("reference_id"),
            owner_id=PERMITTED if found["authorized"] and has_owner else evidence.get("owner_id"),
            box=_tuple(evidence.get("box")),
            frame=evidence.get("frame"),
            spans=tuple(map(tuple, evidence["spans"])) if evidence.get("spans") else None,
        )
        # Where the old policy observed, the account may be within the rollout for all that is known.
        is_outside = found["report_only"] and evidence.get("reference_id") and place not in self._observed
        contacts = (Contact(ContactKind(evidence["kind"])),) if evidence.get("kind") else ()
        is_final = found["detector"].startswith(LISTS_DETECTOR)
        score = found["score"]
        low = score if is_final else max(score - ROUNDING, self._before[place])
        finding = Finding(
            *place,
            score,
            str(number),
            held,
            rollout=0.0 if is_outside else 1.0,
            contacts=contacts,
            severity=Severity(found["severity"]) if is_final else Severity.PASS,
            is_final=is_final,
        )
        return _Known(finding, min(low, score), min(score + ROUNDING, 1.0), found)

    def _below(self, row: Mapping[str, Any], stored: Sequence[_Known]) -> tuple[list[_Known], list[Missing]]:
        """Findings between the new and the old threshold that what is kept proves, and what it leaves open."""
        counted = {_place(one.finding) for one in stored if one.is_counted}
        derived: list[_Known] = []
        missing: list[Missing] = []
        for place in sorted(self.lowered & _judged_places(row) - counted):
            label, field = place
            if field in TEXT_FIELDS and label in CLASSIFIER_LABELS:
                found = [*self._from_text_scores(row, place, len(stored) + len(derived))]
                derived += found
                missing += [Missing(Gap.LISTS, place)] if found and row["versions"].get("lists") else []
            elif label in EMBLEM_LABELS:
                matched, is_open = self._from_matches(row, place, len(stored) + len(derived))
                derived += matched
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
            "authorized": False,
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

    def _contacts(self, row: Mapping[str, Any], known: Sequence[_Known]) -> Iterator[Missing]:
        """What the kinds of contacts leave open, where rules for them changed."""
        if not self._contact_rules.differ:
            return
        found = [one for one in known if one.finding.label is Label.CONTACT_DIVERSION and not one.finding.is_final]
        for one in found:
            if not one.stored["authorized"]:
                yield from self._contact_rules.missing(one.finding, is_stored=not one.is_new)
        for place in _judged_places(row) - {_place(one.finding) for one in found}:
            label, field = place
            if label is not Label.CONTACT_DIVERSION:
                continue
            if field in IMAGE_FIELDS:
                is_hidden = self._contact_rules.shows_hidden(field)
            else:
                score = row["text_scores"][field].get(label) or 0.0
                is_hidden = score + ROUNDING >= min(self._before[place], self._after[place])
            if is_hidden:
                yield Missing(Gap.KINDS, place, only_adds=True)

    def _depends_on_bounds(self, known: Sequence[_Known], account: str) -> bool:
        lowest, highest = (
            {
                (found.detector, found.severity, found.authorized, found.report_only)
                for found in self._apply([one.at(score) for one in known], known, account)
            }
            for score in (0.0, 1.0)
        )
        return lowest != highest

    def _may_differ(self, stored: Iterable[_Known]) -> bool:
        """True if a label that is found already may have further findings, or a contact another kind."""
        return any(
            _place(one.finding) in self.lowered
            or (one.finding.label is Label.CONTACT_DIVERSION and self._contact_rules.differ)
            for one in stored
        )


class _ContactRules:
    """Rules for kinds of contact and own platforms, before and now."""

    def __init__(self, old: Policy, new: Policy) -> None:
        self._old, self._new = old, new
        self.differ = (
            old.rules[Label.CONTACT_DIVERSION] != new.rules[Label.CONTACT_DIVERSION]
            or old.own_platforms != new.own_platforms
        )
        self._more_own = bool(set(new.own_platforms) - set(old.own_platforms))
        self._fewer_own = bool(set(old.own_platforms) - set(new.own_platforms))

    def shows_hidden(self, field: Field) -> bool:
        """True if contacts may be reported now that were found and not reported."""
        before, after = consequences(self._old, field, 1.0), consequences(self._new, field, 1.0)
        return self._fewer_own or any(before[kind] < 0 <= after[kind] for kind in ContactKind)

    def missing(self, finding: Finding, *, is_stored: bool) -> Iterator[Missing]:
        """What a finding leaves open: only the severest kind of its contacts is kept, or none."""
        place, score = _place(finding), finding.score
        after = consequences(self._new, finding.field, score)
        kind = finding.contacts[0].kind if finding.contacts else None
        if self._more_own and kind in (None, ContactKind.ACCOUNT_NAME):
            yield Missing(Gap.KINDS, place)
            return
        if kind is None or not is_stored:
            lowest, highest = min(after.values()), max(after.values())
        else:
            before = consequences(self._old, finding.field, score)
            milder = [other for other in ContactKind if before[other] <= before[kind]]
            lowest = after[kind]
            highest = max(after.values()) if self._fewer_own else max(after[other] for other in milder)
        if lowest != highest:
            yield Missing(Gap.KINDS, place, only_adds=kind is not None)


def _moved(old: Policy, new: Policy) -> frozenset[Place]:
    """Labels and fields whose base rate differs; text in pictures has the rates of bios."""
    differ = {
        (label, field)
        for field in TEXT_FIELDS
        for label in CLASSIFIER_LABELS
        if old.base_rates.get(field, {}).get(label) != new.base_rates.get(field, {}).get(label)
    }
    shown = {(label, field) for label, of in differ if of is Field.BIO for field in IMAGE_FIELDS}
    return frozenset(differ | shown)


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
