"""The documentation that a client reads: our OpenAPI file and a page made from it.

The page is made here, from our file, without scripts or anything from another host: what describes a service that
judges personal data must not tell a third party who reads it.
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
from serving.messages.errors import CODES

HERE = Path(__file__).parent
SOURCE = HERE / "openapi.yaml"
PAGES = HERE / "pages"


@lru_cache(maxsize=1)
def specification() -> dict[str, Any]:
    """The OpenAPI document."""
    document: dict[str, Any] = yaml.load(SOURCE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return document


def page() -> str:
    """The documentation as HTML."""
    pages = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pages.filters["pretty"] = pretty
    pages.filters["resolve"] = resolve
    return pages.get_template("docs.html").render(spec=specification(), codes=CODES, labels=LABELS)


def pretty(value: Any) -> str:
    """JSON for reading: a list of numbers or words stays on one line."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return re.sub(r"\[[^\[\]{}]+\]", lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text)


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """The node itself, or what its `$ref` points to within the document."""
    target: dict[str, Any] = node
    if "$ref" in node:
        target = specification()
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
    return target


def routes() -> list[Route]:
    """Routes of the page, its style and the OpenAPI file; all are made once, at start."""
    files = {
        "/docs": (page(), "text/html"),
        "/docs/style.css": ((PAGES / "style.css").read_text(encoding="utf-8"), "text/css"),
        "/openapi.yaml": (SOURCE.read_text(encoding="utf-8"), "application/yaml"),
        "/openapi.json": (json.dumps(specification(), ensure_ascii=False), "application/json"),
    }
    return [_static(path, content, media_type) for path, (content, media_type) in files.items()]


def _static(path: str, content: str, media_type: str) -> Route:
    def serve(_: Request) -> Response:
        return Response(content, media_type=media_type)

    return Route(path, serve)
