"""Tells what a contact is: a number, an id, a link, a group, a code, an account elsewhere, or a hint.

A platform may refuse telephone numbers, review one's own account on another service, and let hints pass, so the policy
needs every contact of a text with its kind. Matched families say most of it. The services named beside a contact say
the rest: on a public one (微博) an id is an account, on a messenger (微信) an account's name is an id. Where only the
classifier found something, its evidence and the surroundings decide.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from models.profile import Contact, ContactKind, Finding, Label, Span
from models.text.contacts.checks import is_link
from models.text.contacts.digits import READ_DIGITS
from models.text.contacts.platforms import NamedServices, services
from models.text.normalize.normalize import FieldText, Normalized, normalize

CONTEXT = 8
"""Characters before a contact in which the name of its service may stand."""

MIN_ID_LENGTH = 4
"""Characters of a Latin word that may be an id."""

_PRECEDENCE = (
    ContactKind.GROUP,
    ContactKind.NUMBER,
    ContactKind.LINK,
    ContactKind.ID,
    ContactKind.CODE,
    ContactKind.ACCOUNT_NAME,
    ContactKind.HINT,
)
"""Which of several kinds that match the same words counts: a group's number is a group."""

_STOP = r",;。!?、|\n"
_CLAUSE_END = re.compile(rf"[{_STOP}]")
_BETWEEN = re.compile(rf"(?:[^\w{_STOP}]|_){{0,3}}")
_MAIL = r"[a-z0-9][a-z0-9._+-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_LINK = r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[a-z0-9_./?=&%#-]*)?"
_NUMBER = r"\+?\d(?:[\W_丨]{0,3}\d){4,17}(?![a-z0-9])"
_ID = r"[a-z0-9][a-z0-9._-]*[a-z0-9]"
_VALUE = re.compile(rf"(?P<mail>{_MAIL})|(?P<number>{_NUMBER})|(?P<link>{_LINK})|(?P<id>{_ID})")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_NAME = re.compile(rf"[^\w{_STOP}]{{0,4}}(?P<name>\w[\w·.-]{{0,29}})")
_SAME = re.compile(r"同(?:号|名|昵称|步|id)")
_COUNTRY_CODE = re.compile(r"(?:00)?86(?=1\d{10}$)")
_NO_ID = frozenset(("wxid", "call", "phone", "mobile", "mail", "email", "http", "https", "name"))
"""Latin words beside a contact that are no id, besides the names of services."""

_GROUP_WORDS = re.compile(r"[群裙宭峮]|君羊")
_CODE_WORDS = re.compile(r"口令|暗号|密令|二维码|2维码|扫码|扫1扫|扫一扫|提取码|¥[^¥/\n]{4,24}¥|长按")
_MAIL_WORDS = re.compile(r"艾特|圈a|\(at\)|\[at\]|邮箱|点com|点cn")


@dataclass(frozen=True)
class _Matched:
    """Words of the normalised text that families match, and the kinds of these."""

    span: Span
    kinds: frozenset[ContactKind]


def matched_contacts(text: str, matches: Iterable[tuple[ContactKind, Sequence[Span]]]) -> tuple[Contact, ...]:
    """The contacts of a normalised text, in order, from what families matched.

    Args:
        matches: per family its kind and its ranges; ranges that overlap, or that only signs separate, are one contact.
    """
    read = text.translate(READ_DIGITS)
    found = [_Matched(span, frozenset([kind])) for kind, spans in matches for span in spans]
    contacts: list[Contact] = []
    for one in _merged(read, found):
        contacts.append(_contact(text, one, contacts[-1].span[1] if contacts else 0))
    return tuple(_same_values(read, contacts))


def with_contacts(text: FieldText, findings: Sequence[Finding]) -> list[Finding]:
    """The findings of one text by all detectors; the contact findings among them get every contact of the text.

    What the classifier shows beside the matched contacts is added if it is more than a hint.
    """
    matched = next((found.contacts for found in findings if found.contacts), ())
    shown = [
        span for found in findings if found.label is Label.CONTACT_DIVERSION for span in found.evidence.spans or ()
    ]
    if not shown:
        return list(findings)
    read = text.normalized.text.translate(READ_DIGITS)
    others = [
        _read_contact(read, span) for span in _normalized_spans(text.normalized, shown) if not touches(span, matched)
    ]
    if matched:
        others = [contact for contact in others if contact.kind is not ContactKind.HINT]
    contacts = (*matched, *others)
    return [
        replace(found, contacts=contacts) if found.label is Label.CONTACT_DIVERSION else found for found in findings
    ]


def touches(span: Span, contacts: Iterable[Contact]) -> bool:
    """True if a contact has some of the characters of a range of the normalised text, or borders on them."""
    return any(span[0] <= contact.span[1] and contact.span[0] <= span[1] for contact in contacts)


def canonical(value: str) -> str:
    """A contact's value as it is compared: lower case, undisguised, digits without signs, links without scheme."""
    read = normalize(value).text.strip().translate(READ_DIGITS)
    given = _VALUE.fullmatch(read)
    return _canonical(given) if given else "".join(filter(str.isalnum, read))


def _canonical(given: re.Match[str]) -> str:
    value = given[0]
    if given.lastgroup == "number":
        return _COUNTRY_CODE.sub("", "".join(filter(str.isdigit, value)))
    if given.lastgroup == "link":
        return re.sub(r"^(?:https?://)?(?:www\.)?", "", value).rstrip("/")
    return value


def _merged(read: str, found: Iterable[_Matched]) -> list[_Matched]:
    merged: list[_Matched] = []
    for one in sorted(found, key=lambda matched: matched.span):
        if merged and (one.span[0] <= merged[-1].span[1] or _BETWEEN.fullmatch(read, merged[-1].span[1], one.span[0])):
            last = merged[-1]
            end = max(last.span[1], one.span[1])
            merged[-1] = _Matched((last.span[0], end), last.kinds | one.kinds)
        else:
            merged.append(one)
    return merged


def _contact(text: str, matched: _Matched, earliest: int) -> Contact:
    """A contact from matched words.

    Args:
        earliest: end of the contact before, whose service is not this one's.
    """
    start, end = matched.span
    read = text.translate(READ_DIGITS)
    named = services().named_in(_before(read, start, earliest) + read[start:end])
    kind = _kind(matched.kinds, named)
    if kind in (ContactKind.HINT, ContactKind.CODE):
        return Contact(kind, (start, end), (), named.platforms)
    end = _word_end(read, end)
    values = _values(text[start:end])
    if kind is ContactKind.ACCOUNT_NAME and not values and not _SAME.search(read, start, end):
        name = _NAME.match(read, end)
        values, end = ((canonical(name["name"]),), name.end()) if name else ((), end)
    return Contact(kind, (start, end), values, named.platforms)


def _same_values(read: str, contacts: Sequence[Contact]) -> Iterator[Contact]:
    """The contacts; one that says "the same" (微信同号) has the values of its neighbour."""
    for index, contact in enumerate(contacts):
        if contact.values or not _SAME.search(read, *contact.span):
            yield contact
            continue
        neighbours = [*contacts[max(index - 1, 0) : index], *contacts[index + 1 : index + 2]]
        yield replace(contact, values=next((other.values for other in neighbours if other.values), ()))


def _kind(kinds: frozenset[ContactKind], named: NamedServices) -> ContactKind:
    kind = next(kind for kind in _PRECEDENCE if kind in kinds)
    is_public = bool(named.platforms) and not named.messengers
    if kind is ContactKind.ID and is_public:
        return ContactKind.ACCOUNT_NAME
    if kind is ContactKind.ACCOUNT_NAME and named.messengers:
        return ContactKind.ID
    return kind


def _read_contact(text: str, span: Span) -> Contact:
    """A contact that only the classifier found, from its evidence and the surroundings."""
    read = text.translate(READ_DIGITS)
    start, end = span[0], _word_end(read, span[1])
    words, named = read[start:end], services().named_in(_before(read, start, 0) + read[start:end])
    values = [value for value in _VALUE.finditer(words) if _is_value(value)]
    kinds = {ContactKind.HINT}
    if _GROUP_WORDS.search(words):
        kinds.add(ContactKind.GROUP)
    if _CODE_WORDS.search(words):
        kinds.add(ContactKind.CODE)
    if _MAIL_WORDS.search(words) or any(_is_address(value) for value in values):
        kinds.add(ContactKind.LINK)
    for value in values:
        if value.lastgroup == "number" or value[0].isdigit():
            kinds.add(ContactKind.NUMBER)
        elif not _is_address(value):
            kinds.add(ContactKind.ID)
    if named.platforms and not named.messengers:
        kinds.add(ContactKind.ACCOUNT_NAME)
    return _contact(text, _Matched((start, end), frozenset(kinds)), 0)


def _before(read: str, start: int, earliest: int) -> str:
    """The characters before a contact in its clause."""
    context = read[max(earliest, start - CONTEXT) : start]
    return _CLAUSE_END.split(context)[-1]


def _word_end(read: str, end: int) -> int:
    """The end of the Latin word or number in which a range ends."""
    rest = re.compile(r"[a-z0-9@._-]*[a-z0-9]").match(read, end)
    return rest.end() if rest and end and re.match(r"[a-z0-9@._-]", read[end - 1]) else end


def _values(words: str) -> tuple[str, ...]:
    """The values in normalised words, without repeats."""
    read = words.translate(READ_DIGITS)
    values = [_canonical(value) for value in _VALUE.finditer(read) if _is_value(value)]
    if mobile := _MOBILE.search(words):  # the one of 15410002688一对一 is no digit of it
        values = [mobile[0] if mobile[0] in value else value for value in values]
    return tuple(dict.fromkeys(values))


def _is_value(value: re.Match[str]) -> bool:
    word = value[0]
    is_word = len(word) < MIN_ID_LENGTH or word in _NO_ID or services().is_word(word)
    return value.lastgroup != "id" or not is_word


def _is_address(value: re.Match[str]) -> bool:
    return value.lastgroup == "mail" or (value.lastgroup == "link" and is_link(value[0]))


def _normalized_spans(normalized: Normalized, spans: Iterable[Span]) -> list[Span]:
    """Ranges of the normalised text for spans of the original."""
    ranges = ((bisect_left(normalized.starts, start), bisect_right(normalized.ends, end)) for start, end in spans)
    return sorted({(start, end) for start, end in ranges if start < end})
