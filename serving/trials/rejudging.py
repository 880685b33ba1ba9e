"""Stored decisions under the policy on trial, whichever policy they were made with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from models.policy import Policy, PolicyError
from models.profile import Severity
from models.settings import Settings
from serving.active import kept_policy
from serving.runs.rejudge import Rejudge
from serving.store.cases.answers import StoredAnswer

POLICY_UNKNOWN, OTHER_RELEASE = "policy_unknown", "other_release"
"""Why a decision stays open besides the gaps of `serving.runs.rejudge`: its own policy is not kept, or a release made
it that stored other values."""

Severities = Mapping[tuple[str, str], str]
"""By label and field, the worst severity of the findings that count."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """One decision, as it was made and as the policy on trial would make it.

    Attributes:
        verdicts: before and after; None where what is stored does not suffice.
        found: before and after; the same where the decision stays open.
        gaps: why it stays open.
    """

    decision_id: str
    verdicts: tuple[str, str | None]
    found: tuple[Severities, Severities]
    gaps: frozenset[str] = frozenset()


class Rejudging:
    """Judges stored decisions again.

    Args:
        new: the policy on trial.
        settings: where earlier policies are kept, and the one in force lies.
    """

    def __init__(self, new: Policy, settings: Settings) -> None:
        self._new, self._settings = new, settings
        self._of_policy: dict[str, Rejudge | None] = {}

    def __call__(self, stored: StoredAnswer) -> Rejudged:
        """A decision under the policy on trial."""
        try:
            return self._judge(stored.decision_id, stored.answer)
        except (AttributeError, KeyError, TypeError, ValueError):
            return _left_open(stored.decision_id, stored.answer["verdict"], {}, OTHER_RELEASE)

    def _judge(self, decision_id: str, answer: Mapping[str, Any]) -> Rejudged:
        before, found = answer["verdict"], _severities(answer["findings"])
        rejudge = self._rejudge(answer["versions"]["policy"])
        if rejudge is None:
            return _left_open(decision_id, before, found, POLICY_UNKNOWN)
        # Rollouts are stored with each finding, so the account, which is not kept, does not matter.
        after = rejudge({**answer, "account_id": ""})
        if after.verdict is None:
            return _left_open(decision_id, before, found, *(str(one.gap) for one in after.missing))
        return Rejudged(decision_id, (before, str(after.verdict)), (found, _severities(after.findings)))

    def _rejudge(self, version: str) -> Rejudge | None:
        if version not in self._of_policy:
            old = self._policy(version)
            self._of_policy[version] = Rejudge(old, self._new) if old else None
        return self._of_policy[version]

    def _policy(self, version: str) -> Policy | None:
        for file in (kept_policy(self._settings.home, version), self._settings.policy):
            try:
                policy = Policy.load(file)
            except PolicyError:
                continue
            if policy.version == version:
                return policy
        return None


def _left_open(decision_id: str, verdict: str, found: Severities, *gaps: str) -> Rejudged:
    return Rejudged(decision_id, (verdict, None), (found, found), frozenset(gaps))


def _severities(findings: Iterable[Mapping[str, Any]]) -> Severities:
    worst: dict[tuple[str, str], str] = {}
    for finding in findings:
        place, severity = (finding["label"], finding["field"]), Severity(finding["severity"])
        is_counted = not finding["authorized"] and severity is not Severity.PASS
        if is_counted and severity.rank > Severity(worst.get(place, Severity.PASS)).rank:
            worst[place] = str(severity)
    return worst
