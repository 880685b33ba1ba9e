"""API documentation: the OpenAPI file and an HTML page made from it.

The page has no scripts and loads nothing from other hosts. The service judges personal data, so its documentation must
not tell a third party who reads it.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from models.profile import LABELS
from serving.messages.errors import ERROR_CODES

SERVING = Path(__file__).parent
OPENAPI_FILE = SERVING / "openapi.yaml"
PAGES = SERVING / "pages"
"""Jinja2 templates and the style sheet."""


@lru_cache(maxsize=1)
def specification() -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = yaml.load(OPENAPI_FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return document


def page() -> str:
    """The documentation as HTML."""
    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["pretty"] = pretty
    pages.filters["resolve"] = resolve
    return pages.get_template("docs.html").render(spec=specification(), codes=ERROR_CODES, labels=LABELS)


def pretty(value: Any) -> str:
    """Indented JSON, with a list of numbers or strings on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return re.sub(r"\[[^\[\]{}]+\]", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text)


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or the node that its `$ref` points to."""
    target: dict[str, Any] = node
    if "$ref" in node:
        target = specification()
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
    return target


def routes() -> list[Route]:
    """Routes of the page, its style sheet and the OpenAPI file, rendered once at start."""
    files = {
        "/docs": (page(), "text/html"),
        "/docs/style.css": ((PAGES / "style.css").read_text(encoding="utf-8"), "text/css"),
        "/openapi.yaml": (OPENAPI_FILE.read_text(encoding="utf-8"), "application/yaml"),
        "/openapi.json": (json.dumps(specification(), ensure_ascii=False), "application/json"),
    }
    return [_static(path, content, media_type) for path, (content, media_type) in files.items()]


def _static(path: str, content: str, media_type: str) -> Route:
    def serve(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return Route(path, serve)
