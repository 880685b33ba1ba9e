"""What is kept of a judgement: the answer without the account and without words, and hashes of what was judged.

A finding quotes the profile: `text` and `normalized` are contents, and are kept as such or not at all.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, Final

from models.policy import ContentsKept
from models.profile import IMAGE_FIELDS, Answer, Field, Profile, Severity
from serving.store.secrets import Secrets
from serving.store.tables import canonical, now

QUOTATIONS: Final = "words"
"""The name under which the quotations of all findings are sealed, one object a finding."""

QUOTED_KEYS: Final = ("text", "normalized")


def record(profile: Profile, answer: Answer, kept: ContentsKept, secrets: Secrets) -> dict[str, Any]:
    """A judgement as it is stored, but for who asked and how long it took.

    It is a row of `decisions` with, under `contents`, the sealed fields (base64) by name.

    Args:
        kept: which contents the policy keeps.
    """
    said = answer.to_dict()
    del said["account_id"]
    words = _take_words(said)
    fields = _fields(profile)
    keeps = kept.keep == "always" or (kept.keep == "review" and answer.verdict is not Severity.PASS)
    sealed = {**fields, QUOTATIONS: canonical(words).encode()} if keeps else {}
    return {
        "decision_id": answer.decision_id,
        "time": now(),
        "account": secrets.digest("account", _bytes(profile.account_id)),
        "verdict": str(answer.verdict),
        "answer": said,
        "inputs": {name: secrets.digest(name, content) for name, content in fields.items()},
        "contents": {name: secrets.seal(content).decode() for name, content in sealed.items()},
    }


def with_quotations(answer: Mapping[str, Any], words: bytes | None) -> dict[str, Any]:
    """The answer as it was given, its quotations put back where they are still kept."""
    said: dict[str, Any] = copy.deepcopy(dict(answer))
    for finding, quoted in zip(said["findings"], json.loads(words or b"[]"), strict=False):
        finding["evidence"].update(quoted)
    return said


def _take_words(said: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {name: finding["evidence"].pop(name) for name in QUOTED_KEYS if name in finding["evidence"]}
        for finding in said["findings"]
    ]


def _fields(profile: Profile) -> dict[str, bytes]:
    present = {field: getattr(profile, field) for field in Field if getattr(profile, field) is not None}
    return {str(field): value if field in IMAGE_FIELDS else _bytes(value) for field, value in present.items()}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
