"""All families of contact patterns, as data, each with its reason and measured precision.

The first matching family gives the score, so explicit contacts come before hints.
"""

from __future__ import annotations

from models.profile import ContactKind
from models.text.contacts.accounts import ACCOUNTS
from models.text.contacts.hints import HINTS
from models.text.contacts.numbers import NUMBERS
from models.text.contacts.patterns import ContactFamily, PatternFamily

PATTERNS: tuple[PatternFamily, ...] = (*NUMBERS, *ACCOUNTS, *HINTS)
DISGUISED = ContactFamily(
    "disguised", ContactKind.HINT, 0.88, "a word for contacts that is written so that only people read it"
)
HEARD = ContactFamily(
    "heard", ContactKind.HINT, 0.96, "a family that matches when words by sound are written plainly: 喂芯看第一条"
)
FAMILIES: tuple[ContactFamily, ...] = (*PATTERNS, DISGUISED, HEARD)
