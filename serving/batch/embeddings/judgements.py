"""What is kept of a picture's judgement, as JSON: findings before the policy, and matches.

A picture of which the judges did not change is then not judged again, in whatever run and of whatever account.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from models.content import Judgement
from models.profile import Contact, ContactKind, Evidence, Field, Finding, Label, Match, Severity

PROFILE_JUDGES = frozenset({"policy", "closed", "lists"})
"""Judges that decide on whole profiles; what is kept of a picture does not depend on them."""


def judges_digest(judges: Mapping[str, str]) -> str:
    """Digest of everything that a picture's judgement depends on besides its bytes.

    Args:
        judges: from `serving.batch.carry.judges`.
    """
    listed = {name: value for name, value in sorted(judges.items()) if name not in PROFILE_JUDGES}
    return hashlib.sha256(json.dumps(listed).encode()).hexdigest()[:16]


def packed(judgement: Judgement) -> str:
    """A picture's judgement as JSON, without default values."""
    findings = [_changed(asdict(finding), Finding) for finding in judgement.findings]
    matches = [_changed(asdict(match), Match) for match in judgement.matches]
    return json.dumps({"findings": findings, "matches": matches}, ensure_ascii=False, default=sorted)


def unpacked(text: str) -> Judgement:
    """The inverse of `packed`."""
    values = json.loads(text)
    findings = [_finding(one) for one in values["findings"]]
    return Judgement(findings, tuple(_match(one) for one in values["matches"]), cached=True)


def _changed(values: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Values that differ from the defaults of their class, or have none."""
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    return {
        name: _changed(value, Evidence) if name == "evidence" else value
        for name, value in values.items()
        if value != fields[name].default
    }


def _finding(values: Mapping[str, Any]) -> Finding:
    evidence = dict(values.get("evidence", {}))
    for name in ("box", "alternatives"):
        if name in evidence:
            evidence[name] = tuple(evidence[name])
    if "spans" in evidence:
        evidence["spans"] = tuple((start, end) for start, end in evidence["spans"])
    if "kind" in evidence:
        evidence["kind"] = ContactKind(evidence["kind"])
    return Finding(
        **{
            **values,
            "label": Label(values["label"]),
            "field": Field(values["field"]),
            "evidence": Evidence(**evidence),
            "contacts": tuple(_contact(one) for one in values.get("contacts", ())),
            "severity": Severity(values.get("severity", Severity.PASS)),
        }
    )


def _contact(values: Mapping[str, Any]) -> Contact:
    start, end = values["span"]
    kind, platforms = ContactKind(values["kind"]), frozenset(values["platforms"])
    return Contact(kind, (start, end), tuple(values["values"]), platforms)


def _match(values: Mapping[str, Any]) -> Match:
    return Match(**{**values, "label": Label(values["label"]), "box": tuple(values["box"])})
