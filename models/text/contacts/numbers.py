"""Families of numbers: telephones, QQ and groups, in digits, in words or in pieces."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import phonenumbers

from models.profile import ContactKind
from models.text.contacts.patterns import DIGIT_WORDS, GAP, QQ, READ, READ_DIGITS, WRITTEN, family

_MAX_GROUPS = 5  # more are single digits, or no telephone number
_SAID = "".join(DIGIT_WORDS.values())
_WRITTEN_OUT = "零〇壹贰叁肆伍陆柒捌玖"
_LEAST_SAID = 3  # 1998年五一 has one
_SHORT = 6  # 六一, 七一, 八一 are days


def _is_mobile(text: str) -> bool:
    """False for dates (2019-12-31 178 ...), series (1, 3, 5, ... 15) and decimal fractions (1.6180339887)."""
    groups = re.findall(r"\d+", re.sub(r"^(?:\+|00)?86", "", text))
    dated = len(groups) > 1 and len(groups[0]) == 4 and len(groups[1]) <= 2
    series = len(groups) > _MAX_GROUPS and len(groups) < sum(map(len, groups))
    return not (dated or series or re.fullmatch(r"1\.\d+", text))


def _is_dialled(text: str) -> bool:
    """False for round quantities (打1000000次) and for short public numbers in a row (110, 120, 12306)."""
    groups = re.findall(r"\d+", text)
    return len(set("".join(groups))) > 2 and not (len(groups) > 1 and re.fullmatch(r"1[12]\d|1[02]\d{3}", groups[0]))


def _is_valid_number(text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(re.sub(r"[^\d+]", "", text), "CN"))
    except phonenumbers.NumberParseException:
        return False


def _is_said(text: str) -> bool:
    """True for several digits in words, unless they count (一二三四五六七, 七六五四三二一)."""
    digits = [int(digit) for digit in re.findall(r"\d", text.translate(READ_DIGITS))]
    steps = {second - first for first, second in pairwise(digits)}
    said = sum(char in _SAID for char in text) >= _LEAST_SAID and len(steps - {1, -1, 0}) > 0
    return said and (len(digits) > _SHORT or any(char in _WRITTEN_OUT for char in text))


_BETWEEN = r"[\W_丨]{0,3}"
_MOBILE = rf"(?<![\d.])(?:(?:\+|00)?86{_BETWEEN})?(?:1{_BETWEEN}[3-9](?:{_BETWEEN}\d){{9}}|12\d{{9}})(?!\d)"

NUMBERS = (
    replace(
        family(
            "mobile",
            ContactKind.NUMBER,
            0.99,
            _MOBILE,
            "eleven digits from 12 to 19 are a mainland mobile number, whatever stands between them",
            _is_mobile,
        ),
        searched=(READ, WRITTEN),  # the one of 13800000000一对一 is no digit of it
    ),
    family(
        "landline",
        ContactKind.NUMBER,
        0.98,
        r"(?<![\d.])(?:\+|0|400|800)(?:\W{0,3}\d){7,12}(?!\d)",
        "a number with area code, of a service line or abroad that the numbering plan knows",
        _is_valid_number,
    ),
    family(
        "called_number",
        ContactKind.NUMBER,
        0.99,
        r"(?:电\W?话|热线|手\W?机|座机|致电|来电|订购|订餐|拨|打|联系?|(?<![a-z])tel|call|☎|📞|✆|电|传真|呼)"
        r"(?:\W|号|码|我|这个|是|店里|致|谈|联|小\w|微信?|同薇?|婆娘){0,8}\+?\d(?:\W{0,3}\d){6,12}(?!\d)",
        "a number of seven digits and more after a word for calling",
        _is_dialled,
    ),
    family(
        "qq_number",
        ContactKind.NUMBER,
        0.99,
        rf"{QQ}{GAP}\d(?:\W{{0,3}}\d){{4,11}}",
        "QQ under any of its names, with a number",
    ),
    family(
        "qq_character",
        ContactKind.NUMBER,
        0.98,
        r"[扣叩抠]\W{0,3}\d(?:\W{0,3}\d){4,11}",
        "one character for QQ, with a number",
    ),
    family(
        "qq_after",
        ContactKind.NUMBER,
        0.91,
        r"\d(?:\W{0,2}\d){5,11}\W{0,3}(?:qq|q(?![a-z])|扣|企鹅|🐧)",
        "the number first, then QQ",
    ),
    family(
        "group_number",
        ContactKind.GROUP,
        0.99,
        r"(?:群|裙|君羊|宭|峮)[^\d\n]{0,8}\d(?:\W{0,3}\d){4,11}(?![\d人步块元次粉+])",
        "a chat group's number",
    ),
    replace(
        family(
            "said_number",
            ContactKind.NUMBER,
            0.93,
            rf"(?<![\d{_SAID}第周点])[{_SAID}\d](?:\W{{0,3}}[{_SAID}\d]){{5,14}}(?![\d{_SAID}年月日个百千万拾])",
            "six digits and more, some of them in words, as a number is said that must not be read",
            _is_said,
        ),
        searched=(WRITTEN,),
    ),
    family(
        "number_in_pieces",
        ContactKind.NUMBER,
        0.97,
        r"(?<![号证])(?<!末)(?:[前头后末尾]|最后|中间)[34]位\W{0,2}\w{0,2}\W{0,2}\d\d|(?<![号证\d])\d{3}(?:打头|开头)(?!的)"
        r"|(?:开头|打头)\d{3}|\d{3,4}(?:收尾|结尾)|后面(?:跟着?|接|是)\W{0,2}\d(?:\W{0,2}\d){2}|(?:\d{1,3}个\d\W{0,2}){2}",
        "a number told piece by piece",
    ),
)
