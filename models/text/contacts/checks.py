"""Conditions on what a contact pattern matched, by the names that `datasets/contacts` gives them.

Sources: phonenumbers (numbering plans), tldextract (bundled Public Suffix List).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise

import phonenumbers
import tldextract

from models.text.contacts.digits import DIGIT_WORDS, READ_DIGITS
from models.text.contacts.tokens import tokens

_MAX_GROUPS = 5  # more are single digits, or no telephone number
_SAID = "".join(DIGIT_WORDS.values())
_WRITTEN_OUT = "零〇壹贰叁肆伍陆柒捌玖"
_LEAST_SAID = 3  # 1998年五一 has one
_SHORT = 6  # 六一, 七一, 八一 are days
_RESERVED = ("example", "test")  # RFC 2606: what documentation and our own cases use
_SHORTEST = 4


def is_mobile(text: str) -> bool:
    """False for dates (2019-12-31 178 ...), series (1, 3, 5, ... 15) and decimal fractions (1.6180339887)."""
    groups = re.findall(r"\d+", re.sub(r"^(?:\+|00)?86", "", text))
    dated = len(groups) > 1 and len(groups[0]) == 4 and len(groups[1]) <= 2
    series = len(groups) > _MAX_GROUPS and len(groups) < sum(map(len, groups))
    return not (dated or series or re.fullmatch(r"1\.\d+", text))


def is_dialled(text: str) -> bool:
    """False for round quantities (打1000000次) and for short public numbers in a row (110, 120, 12306)."""
    groups = re.findall(r"\d+", text)
    return len(set("".join(groups))) > 2 and not (len(groups) > 1 and re.fullmatch(r"1[12]\d|1[02]\d{3}", groups[0]))


def is_valid_number(text: str) -> bool:
    """True for a number that the numbering plan of its country knows."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(re.sub(r"[^\d+]", "", text), "CN"))
    except phonenumbers.NumberParseException:
        return False


def is_said(text: str) -> bool:
    """True for several digits in words, unless they count (一二三四五六七, 七六五四三二一)."""
    digits = [int(digit) for digit in re.findall(r"\d", text.translate(READ_DIGITS))]
    steps = {second - first for first, second in pairwise(digits)}
    said = sum(char in _SAID for char in text) >= _LEAST_SAID and len(steps - {1, -1, 0}) > 0
    return said and (len(digits) > _SHORT or any(char in _WRITTEN_OUT for char in text))


def is_reached(text: str) -> bool:
    """False for names in games and of networks, and for short ones such as a camera's (z6_2)."""
    return len(text) > _SHORTEST and not _game_name().match(text)


def is_link(text: str) -> bool:
    """A host with a public suffix; without www or path only a common one, so that D.Va, Mr.Li, main.py are no links."""
    host = _public_suffixes()(text)
    explicit = "/" in text or text.startswith("www.")
    usual = len(host.domain) > 2 and bool(_common_suffix().fullmatch(host.suffix.rpartition(".")[2]))
    return bool(host.domain and host.suffix) and (explicit or usual) and text != "asp.net"


CHECKS: Mapping[str, Callable[[str], bool]] = {
    "mobile": is_mobile,
    "numbering plan": is_valid_number,
    "dialled": is_dialled,
    "said": is_said,
    "reached": is_reached,
    "link": is_link,
}
"""Checks by their names in `datasets/contacts`."""


@cache
def _public_suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, extra_suffixes=_RESERVED)


@cache
def _common_suffix() -> re.Pattern[str]:
    return re.compile("|".join([tokens().pattern("<common suffix>"), *_RESERVED]))


@cache
def _game_name() -> re.Pattern[str]:
    return re.compile(tokens().pattern("<game name>"))
