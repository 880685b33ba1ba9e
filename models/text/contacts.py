"""Contact details in names, bios and signatures, plain or disguised.

A number, an account elsewhere, an address or a link leads readers off the platform (Art. 8(6)), and its writers know
that programs look for it: 加V, 薇❤, 扣三陆玖, 一三七·〇〇零零. This room reads what carries a number, an id, an address
or the name of another service; hints in free words are the classifier's.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.profile import Finding, Label, Span
from models.text.contact_families import FAMILIES, Family
from models.text.evidence import evidence_at
from models.text.normalize import FieldText, Normalized

DETECTOR = "contacts@2026.11.1"

_DIGIT_WORDS = {
    "0": "零〇洞",
    "1": "一壹幺",
    "2": "二贰两",
    "3": "三叁",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆",
    "7": "七柒拐",
    "8": "八捌",
    "9": "九玖勾",
}
"""How digits are written and, on the telephone, said (洞幺两拐勾). Ten and more are quantities, not digits."""
_READ_DIGITS = str.maketrans({word: digit for digit, words in _DIGIT_WORDS.items() for word in words})


class ContactDetector:
    """Finds telephone numbers, ids of other services, addresses and links.

    Source: phonenumbers (numbering plans), tldextract (Public Suffix List as bundled), our own families of patterns.
    """

    def __call__(self, texts: Sequence[FieldText]) -> list[list[Finding]]:
        """At most one finding per text, in order, with the spans of everything that matched."""
        return [_findings(text) for text in texts]


def _findings(text: FieldText) -> list[Finding]:
    matched = matched_families(text.normalized)
    if not matched:
        return []
    best, _ = matched[0]
    evidence = evidence_at(text.normalized, [found for _, several in matched for found in several])
    return [Finding(Label.CONTACT_DIVERSION, text.field, best.score, DETECTOR, evidence)]


def matched_families(normalized: Normalized) -> list[tuple[Family, list[Span]]]:
    """Every family that matches, most telling first, with its ranges of the normalised text."""
    read = normalized.text.translate(_READ_DIGITS)
    ranges = [
        (family, [match.span() for match in family.pattern.finditer(read) if family.accept(match[0])])
        for family in FAMILIES
    ]
    return [(family, found) for family, found in ranges if found]
