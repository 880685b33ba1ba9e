"""Detects contact details in names, bios and signatures, plain or disguised.

A number, an account elsewhere, an address or a link leads readers off the platform (Art. 8(6)). Authors disguise them
from programs: 加V, 薇❤, 扣三陆玖, 一三七·〇〇零零. Patterns find numbers, ids, addresses and names of other services.
Hints in free words are left to the classifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.profile import Contact, Field, Finding, Label, Span
from models.text.contacts.digits import READ_DIGITS
from models.text.contacts.disguised_words import disguised_words, written_plainly
from models.text.contacts.families import READ, WRITTEN, ContactFamily, PatternFamily, contact_families
from models.text.contacts.kinds import matched_contacts, touches
from models.text.evidence import evidence_at
from models.text.normalize.normalize import FieldText, Normalized

DETECTOR = "contacts@2026.11.1"


class ContactDetector:
    """Finds telephone numbers, ids on other services, addresses and links.

    Sources: phonenumbers (numbering plans), tldextract (bundled Public Suffix List), families of patterns.
    """

    def __call__(self, texts: Sequence[FieldText]) -> list[list[Finding]]:
        """At most one finding per text, in order, with the spans of everything that matched."""
        return [_findings(text) for text in texts]


def _findings(text: FieldText) -> list[Finding]:
    matched = matched_families(text)
    if not matched:
        return []
    best, _ = matched[0]
    evidence = evidence_at(text.normalized, [found for _, several in matched for found in several])
    contacts = matched_contacts(text.normalized.text, [(family.kind, found) for family, found in matched])
    contacts = (*contacts, *_hidden(text.normalized, contacts)) if isinstance(best, PatternFamily) else contacts
    return [Finding(Label.CONTACT_DIVERSION, text.field, best.score, DETECTOR, evidence, contacts=contacts)]


def _hidden(normalized: Normalized, contacts: Sequence[Contact]) -> list[Contact]:
    """Disguised contacts beside open ones, so that a permitted contact permits no other."""
    found = [
        (family.kind, [span for span in spans if not touches(span, contacts)])
        for family, spans in _matched_readings(normalized)
    ]
    return list(matched_contacts(normalized.text, found))


def matched_families(text: FieldText) -> list[tuple[ContactFamily, list[Span]]]:
    """Every family that matches, in order of the families, with its ranges of the normalised text.

    Only a text without open matches is searched for disguised words.
    """
    return open_matches(text, contact_families().patterns) or _matched_readings(text.normalized)


def open_matches(text: FieldText, families: Sequence[PatternFamily]) -> list[tuple[ContactFamily, list[Span]]]:
    """Those of some families that match a text without undoing any disguise, with their ranges."""
    searched = [family for family in families if family.in_names or text.field is not Field.NAME]
    return _matched_patterns(text.normalized.text, searched)


def _matched_patterns(text: str, families: Sequence[PatternFamily]) -> list[tuple[ContactFamily, list[Span]]]:
    texts = {READ: text.translate(READ_DIGITS), WRITTEN: text}
    ranges = [(family, _ranges(family, {texts[name] for name in family.searched})) for family in families]
    return [(family, found) for family, found in ranges if found]


def _ranges(family: PatternFamily, texts: Iterable[str]) -> list[Span]:
    matches = (match for text in texts for match in family.pattern.finditer(text))
    return sorted({match.span() for match in matches if family.accept(match[0])})


def _matched_readings(normalized: Normalized) -> list[tuple[ContactFamily, list[Span]]]:
    words = disguised_words(normalized)
    sure = [word.span for word in words if word.sure]
    families = contact_families()
    if sure or not words:
        return [(families.disguised, sure)] if sure else []
    matched = _matched_patterns(written_plainly(normalized.text, words), families.patterns)
    heard = [span for _, found in matched for span in found]
    return [(families.heard, heard)] if heard else []
