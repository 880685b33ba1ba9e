"""HTML of the console: templates, the words that they share, and a strict content policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from models.profile import LABELS, ContactKind, Field, Label, Severity
from serving.console.visits import Visit
from serving.keys.scopes import Scope
from serving.store.tables import moment_of

HERE = Path(__file__).parent
CONTENT_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {"Content-Security-Policy": CONTENT_POLICY, "Referrer-Policy": "same-origin"}
"""With no referrer at all, browsers send forms without their origin, by which a form of another site is recognised."""

NAVIGATION: Final = (
    ("/console", "队列", "Queue", Scope.REVIEW),
    ("/console/decisions", "记录", "Decisions", Scope.REVIEW),
    ("/console/gallery", "标志库", "Gallery", Scope.MANAGE),
    ("/console/dashboard", "看板", "Dashboard", Scope.REVIEW),
)
"""Pages that every page leads to: address, names, and the scope that they need."""

FIELD_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    Field.NAME: ("名称", "Name"),
    Field.BIO: ("简介", "Bio"),
    Field.SIGNATURE: ("签名", "Signature"),
    Field.AVATAR: ("头像", "Avatar"),
    Field.COVER: ("封面", "Cover"),
}
VERDICT_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    Severity.PASS: ("通过", "Pass"),
    Severity.REVIEW: ("复核", "Review"),
    Severity.REJECT: ("拒绝", "Reject"),
}
KIND_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    ContactKind.NUMBER: ("电话或 QQ 号", "number"),
    ContactKind.ID: ("账号", "messenger id"),
    ContactKind.LINK: ("链接或邮箱", "link or e-mail"),
    ContactKind.GROUP: ("群", "chat group"),
    ContactKind.CODE: ("口令或二维码", "passphrase or code"),
    ContactKind.ACCOUNT_NAME: ("其他平台账号", "account elsewhere"),
    ContactKind.HINT: ("引导", "hint"),
}
STATE_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("待复核", "Open"),
    "appealed": ("申诉中", "Appealed"),
    "reviewed": ("已复核", "Reviewed"),
}
LABEL_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    label: (described.name_zh, described.name_en) for label, described in LABELS.items()
}

_PAGES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(template: str, visit: Visit, status: int = 200, **values: Any) -> Response:
    """A page for a reviewer who has signed in."""
    return html(template, visit.language, status, visit=visit, views=visit.views, here=visit.here, **values)


def html(template: str, language: str, status: int = 200, **values: Any) -> Response:
    """A page.

    Args:
        language: "zh" or "en".
        values: for the template.
    """

    def t(zh: str, en: str) -> str:
        return en if language == "en" else zh

    def named(names: Mapping[str, tuple[str, str]], key: str) -> str:
        return t(*names.get(key, (key, key)))

    shared = {
        "t": t,
        "language": language,
        "label_name": lambda label: named(LABEL_NAMES, label),
        "field_name": lambda field: named(FIELD_NAMES, field),
        "verdict_name": lambda verdict: named(VERDICT_NAMES, verdict),
        "kind_name": lambda kind: named(KIND_NAMES, kind),
        "state_name": lambda state: named(STATE_NAMES, state),
        "labels": list(Label),
        "fields": list(Field),
        "kinds": list(ContactKind),
        "visit": None,
        "views": (),
        "here": "/console",
    }
    text = _PAGES.get_template(template).render(**{**shared, **values})
    return Response(text.encode("utf-8", "replace"), status, HEADERS, "text/html")


def percent(score: float) -> str:
    """A score as a percentage."""
    return f"{score * 100:.1f}%"


def minute(time: str) -> str:
    """A time of the tables, to the minute."""
    return time[:16].replace("T", " ")


def hours_left(time: str, days: int) -> int:
    """Hours until an appeal of this time must be answered; negative when it is overdue."""
    moment = moment_of(time)
    return round(days * 24 - (datetime.now(UTC) - moment).total_seconds() / 3600) if moment else 0


def with_names(values: Iterable[str], name: Callable[[str], str]) -> list[tuple[str, str]]:
    """Values beside their names, for a list to choose from."""
    return [(str(value), name(str(value))) for value in values]


_PAGES.filters.update(percent=percent, minute=minute, with_names=with_names)
_PAGES.globals["navigation"] = NAVIGATION
