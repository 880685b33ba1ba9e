"""The ways of writing a contact, as data: one family a line, each with its reason and its measured precision.

The order matters: the first family that matches gives the score, so what is told outright stands before what is hinted.
"""

from __future__ import annotations

from models.text.contacts.accounts import ACCOUNTS
from models.text.contacts.hints import HINTS
from models.text.contacts.numbers import NUMBERS
from models.text.contacts.patterns import ContactFamily, PatternFamily

PATTERNS: tuple[PatternFamily, ...] = (*NUMBERS, *ACCOUNTS, *HINTS)
DISGUISED = ContactFamily("disguised", 0.89, "a word for contacts that is written so that only people read it")
HEARD = ContactFamily("heard", 0.89, "a family that matches when words by sound are written plainly: 喂芯看第一条")
FAMILIES: tuple[ContactFamily, ...] = (*PATTERNS, DISGUISED, HEARD)
