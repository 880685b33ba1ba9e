"""One request to the console as its pages see it, and how pages answer."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from python_multipart.multipart import parse_options_header
from starlette.requests import Request

from models.profile import ProfileError
from serving.console.sessions import Session
from serving.messages.multipart import parts

MAX_FORM_BYTES: Final = 200_000
"""Bytes of a form without a picture: a reason of 2,000 emoji has 24 kB."""

MAX_FORM_FIELDS: Final = 64

LANGUAGES: Final = ("zh", "en")
LANGUAGE_COOKIE, VIEW_COOKIE = "huijian_language", "huijian_view"

VIEWS: Final = ("blur", "grey")
"""Ways to soften pictures, for the reviewers' wellness."""


@dataclass(frozen=True)
class Upload:
    """A file in a form.

    Attributes:
        name: as the browser gives it.
    """

    name: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """The values of a posted form.

    Attributes:
        values: texts by name, in order.
        files: chosen files by name, in order.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def file(self, name: str) -> bytes:
        """Content of the first file; empty if there is none."""
        return next((upload.content for upload in self.files.get(name, ())), b"")

    def text(self, name: str) -> str:
        """The first value; empty if there is none."""
        return next(iter(self.values.get(name, ())), "")

    def all(self, name: str) -> list[str]:
        """All values of a name."""
        return list(self.values.get(name, ()))


@dataclass(frozen=True)
class Visit:
    """A request of a reviewer who has signed in.

    Attributes:
        session: of the reviewer.
        query: parameters of the address that are not empty.
        path: parameters in the path.
        form: posted; empty for GET.
        language: "zh" or "en".
        views: chosen of `VIEWS`.
        here: path and query of the page, to come back to.
    """

    session: Session
    query: Mapping[str, str]
    path: Mapping[str, str]
    form: Form
    language: str
    views: Sequence[str]
    here: str

    @property
    def by(self) -> str:
        """Name of the reviewer."""
        return self.session.reviewer

    def t(self, zh: str, en: str) -> str:
        """A text in the reviewer's language."""
        return en if self.language == "en" else zh


def visit(request: Request, session: Session, form: Form) -> Visit:
    """The visit of a request."""
    query = {name: value for name, value in request.query_params.items() if value}
    here = request.url.path + (f"?{urlencode(query)}" if query else "")
    return Visit(session, query, request.path_params, form, language(request), views(request), here)


def language(request: Request) -> str:
    """The reader's language; Chinese unless chosen otherwise."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def views(request: Request) -> list[str]:
    """The ways to soften pictures that the reader chose."""
    chosen = request.cookies.get(VIEW_COOKIE, "").split("-")
    return [view for view in VIEWS if view in chosen]


def parse_form(content_type: str, body: bytes) -> Form:
    """A posted form.

    Raises:
        ProfileError: it is no form, or too large for one.
    """
    media_type, options = parse_options_header(content_type)
    if media_type == b"multipart/form-data":
        return _multipart(body, options.get(b"boundary", b""))
    if media_type != b"application/x-www-form-urlencoded":
        raise ProfileError("content_type", "send a form of this page")
    if len(body) > MAX_FORM_BYTES:
        raise ProfileError("body_too_large", f"the form is larger than {MAX_FORM_BYTES // 1_000} kB")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS, errors="strict")
    except ValueError:
        raise ProfileError("malformed_request", "the form cannot be read") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return Form(values)


def check_same_site(headers: Mapping[str, str]) -> None:
    """Refuse a form of another site, by what browsers say of it.

    Raises:
        ProfileError: forbidden.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    is_ours = origin is None or urlsplit(origin).netloc == headers.get("host")
    if not is_ours or site not in (None, "same-origin", "none"):
        raise ProfileError("forbidden", "this form came from another site, so nothing was done")


def check_token(session: Session, form: Form) -> None:
    """Refuse a form that this session did not make.

    Raises:
        ProfileError: forbidden.
    """
    if not hmac.compare_digest(session.token.encode(), form.text("token").encode("utf-8", "surrogatepass")):
        raise ProfileError("forbidden", "this form is not of your session, so nothing was done; load the page again")


def _multipart(body: bytes, boundary: bytes) -> Form:
    values: dict[str, list[str]] = {}
    files: dict[str, list[Upload]] = {}
    for part in parts(body, boundary, MAX_FORM_FIELDS):
        if part.is_file and (part.file_name or part.content):
            files.setdefault(part.name, []).append(Upload(part.file_name, part.content))
        elif part.is_file:
            continue  # no file was chosen
        else:
            values.setdefault(part.name, []).append(_utf8(part.content))
    return Form(values, files)


def _utf8(content: bytes) -> str:
    try:
        return content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ProfileError("text_invalid", "the text is not UTF-8") from None


def own_page(address: str, default: str = "/console") -> str:
    """An address to go on to, if it is a page of the console."""
    parsed = urlsplit(address)
    is_own = (
        not parsed.scheme and not parsed.netloc and (parsed.path == "/console" or parsed.path.startswith("/console/"))
    )
    return address if is_own and address.isprintable() and "\\" not in address else default
