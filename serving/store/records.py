"""Stored form of a judgement: the answer without account and quotations, and keyed hashes of the judged fields.

The evidence of a finding quotes the profile in `text` and `normalized`. Quotations are contents: they are encrypted
with the judged fields, or not kept.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any, Final

from models.policy import ContentsKept
from models.profile import IMAGE_FIELDS, Answer, Field, Profile, Severity
from serving.store.errors import StoreError
from serving.store.secrets import Secrets
from serving.store.tables import canonical, now

QUOTATIONS: Final = "words"
"""Name in the table `contents` of the quotations, a JSON list of one object a finding, encrypted."""

QUOTED_KEYS: Final = ("text", "normalized")


def record(profile: Profile, answer: Answer, kept: ContentsKept, secrets: Secrets) -> dict[str, Any]:
    """A judgement as it is stored, without who asked and how long it took.

    Args:
        kept: the policy's rule for contents.

    Returns:
        A row of `decisions`, and under `contents` the encrypted fields (base64) by name. Among the `inputs` are the
        quotations exactly where contents are kept.
    """
    stored = answer.to_dict()
    del stored["account_id"]
    quotations = _take_quotations(stored)
    fields = _fields(profile)
    keeps = kept.keep == "always" or (kept.keep == "review" and answer.verdict is not Severity.PASS)
    sealed = {**fields, QUOTATIONS: canonical(quotations).encode()} if keeps else {}
    hashed = {**fields, **sealed}
    return {
        "decision_id": answer.decision_id,
        "time": now(),
        "account": secrets.digest("account", _bytes(profile.account_id)),
        "verdict": str(answer.verdict),
        "answer": stored,
        "inputs": {name: secrets.digest(name, content) for name, content in hashed.items()},
        "contents": {name: secrets.seal(content).decode() for name, content in sealed.items()},
    }


def with_quotations(answer: Mapping[str, Any], quotations: bytes | None) -> dict[str, Any]:
    """The answer as it was given, with its quotations where they are still kept."""
    given: dict[str, Any] = copy.deepcopy(dict(answer))
    for finding, quoted in zip(given["findings"], json.loads(quotations or b"[]"), strict=False):
        finding["evidence"].update(quoted)
    return given


def opened(stored: Mapping[str, Any], field: str, secrets: Secrets) -> bytes:
    """A content of a decision, decrypted.

    Args:
        stored: the decision with its encrypted `contents` by field.

    Raises:
        StoreError: it is not what was judged, or none of the keys opens it.
    """
    content = secrets.unseal(stored["contents"][field])
    expected = stored["inputs"].get(field)  # earlier releases hashed no quotations
    if expected is not None and secrets.digest(field, content) != expected:
        raise StoreError(f"{field} of decision {stored['decision_id']} is not what was judged")
    return content


def _take_quotations(answer: dict[str, Any]) -> list[dict[str, str]]:
    """Remove the quotations from an answer and return them."""
    return [
        {name: finding["evidence"].pop(name) for name in QUOTED_KEYS if name in finding["evidence"]}
        for finding in answer["findings"]
    ]


def _fields(profile: Profile) -> dict[str, bytes]:
    present = {field: getattr(profile, field) for field in Field if getattr(profile, field) is not None}
    return {str(field): value if field in IMAGE_FIELDS else _bytes(value) for field, value in present.items()}


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
