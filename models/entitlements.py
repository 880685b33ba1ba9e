"""What an account is verified for: emblems and names, professions, and contacts of its own.

An entitlement is the id of a reference or owner (`media.xinhua`), `profession:lawyer`, or `contact:shop@example.com`.
Verified people and shops are thus not put to review at every change of their profile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import yaml

from models.profile import Finding, Label
from models.runtime.paths import REPOSITORY
from models.text.contacts.kinds import canonical
from models.text.words import any_of

PROFESSIONS_FILE = "datasets/policy/professions.yaml"

PROFESSION, CONTACT = "profession:", "contact:"
"""Prefixes of entitlements; one without is the id of a reference or owner."""

OTHER_PROFESSION = ""
"""Stands for a profession that is not in the list, by its ending 师."""

_TITLE = re.compile(r"师(?![傅大范生徒哥姐弟妹])")


@dataclass(frozen=True)
class Entitlements:
    """The entitlements of one account.

    Attributes:
        ids: of references and owners; whatever has no known prefix.
        professions: ids of `PROFESSIONS_FILE`, or unknown ones, which cover nothing.
        contacts: values in canonical form.
    """

    ids: frozenset[str]
    professions: frozenset[str]
    contacts: frozenset[str]

    @classmethod
    def of(cls, given: Iterable[str]) -> Entitlements:
        """The entitlements as they came with a request."""
        given = frozenset(given)
        professions = frozenset(one.removeprefix(PROFESSION) for one in given if one.startswith(PROFESSION))
        contacts = frozenset(canonical(one.removeprefix(CONTACT)) for one in given if one.startswith(CONTACT))
        return cls(given, professions - {OTHER_PROFESSION}, contacts - {""})

    def cover(self, finding: Finding) -> bool:
        """True if the account may show everything that the finding is about."""
        evidence = finding.evidence
        if {evidence.reference_id, evidence.owner_id} & self.ids:
            return True
        if finding.label is Label.REGULATED_PROFESSION and self.professions:
            named = professions_in(evidence.normalized or "")
            return bool(named) and named <= self.professions
        if finding.label is Label.CONTACT_DIVERSION and self.contacts:
            return bool(finding.contacts) and all(
                contact.values and self.contacts.issuperset(contact.values) for contact in finding.contacts
            )
        return False


def is_known_form(entitlement: str) -> bool:
    """True for a profession of the list, and for a contact."""
    if entitlement.startswith(CONTACT):
        return bool(canonical(entitlement.removeprefix(CONTACT)))
    return entitlement.startswith(PROFESSION) and entitlement.removeprefix(PROFESSION) in _professions().ids


def professions_in(text: str) -> frozenset[str]:
    """Ids of the professions that a normalised text names; `OTHER_PROFESSION` for those not in the list."""
    known = _professions()
    named = {known.by_word[word] for word in known.words.findall(text)}
    return frozenset(named | ({OTHER_PROFESSION} if _TITLE.search(known.words.sub(" ", text)) else set()))


class _Professions:
    """The professions of the list, by their words."""

    def __init__(self) -> None:
        table = yaml.load((REPOSITORY / PROFESSIONS_FILE).read_text(encoding="utf-8"), yaml.CSafeLoader)
        self.ids = frozenset(table)
        self.by_word = {word: profession for profession, words in table.items() for word in words}
        self.words = any_of(self.by_word)


@cache
def _professions() -> _Professions:
    return _Professions()
