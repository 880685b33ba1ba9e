"""Loads pictures that are named by a path or by a package.

The default gallery consists of our own drawings and of pictures in packages. Naming a packaged picture, instead of
copying it, keeps its licence, artist and version in one place, `datasets/packages.yaml`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import resvg_py
from PIL import Image

from training.packages import fetch

PACKAGE = "package:"
ICONIFY = "package/icons.json"
SIMPLE_ICONS = "package/data/simple-icons.json"
CSS_DPI = 96


class PictureError(ValueError):
    """A picture is missing or cannot be drawn; the message names it."""


def package_of(image: str) -> str | None:
    """The short name of a picture's package; None for a path."""
    if not image.startswith(PACKAGE):
        return None
    name = image.removeprefix(PACKAGE)
    return name[: min((name + "/").index("/"), (name + "#").index("#"))]


def load_picture(image: str, directory: Path, side: int) -> Image.Image:
    """A picture in RGBA, transparency kept.

    Args:
        image: a path relative to `directory` (SVG, PNG, JPEG, WebP), or a packaged picture: `package:KEY/path.svg`, or
            `package:KEY#icon` for an icon of an Iconify set or of simple-icons (in its brand's colour).
        directory: the folder that paths are relative to.
        side: longer side of the result in pixels.

    Raises:
        PictureError: no such picture, or it cannot be drawn.
        training.packages.PackageError: the package could not be fetched.
    """
    try:
        content = _content(image, directory)
        return _rasterise(content, side) if b"<svg" in content[:4096] else _fit(Image.open(io.BytesIO(content)), side)
    except (OSError, KeyError, ValueError) as error:
        raise PictureError(f"{image} cannot be drawn: {error!r}") from error


def _content(image: str, directory: Path) -> bytes:
    package = package_of(image)
    if package is None:
        return (directory / image).read_bytes()
    rest = image.removeprefix(PACKAGE + package)
    return _icon(package, rest[1:]).encode() if rest.startswith("#") else (fetch(package) / rest[1:]).read_bytes()


def _icon(package: str, name: str) -> str:
    root = fetch(package)
    if (root / SIMPLE_ICONS).is_file():
        colour = {icon["slug"]: icon["hex"] for icon in _json(root / SIMPLE_ICONS)}[name]
        drawing = (root / "package" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        return drawing.replace("<svg", f'<svg fill="#{colour}"', 1)
    icons = _json(root / ICONIFY)
    return iconify_svg(icons["icons"][name], icons)


def iconify_svg(icon: Mapping[str, Any], icons: Mapping[str, Any]) -> str:
    """One icon of an Iconify set as SVG; fields of its view box that it lacks are the set's."""
    defaults = {"left": 0, "top": 0, "width": 16, "height": 16}
    view = " ".join(str(icon.get(key, icons.get(key, default))) for key, default in defaults.items())
    namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {namespaces} viewBox="{view}">{icon["body"]}</svg>'


@lru_cache(maxsize=16)
def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _rasterise(svg: bytes, side: int) -> Image.Image:
    # System fonts differ between machines, so text without outlines is skipped on all of them.
    png = resvg_py.svg_to_bytes(svg_string=svg.decode("utf-8"), width=side, dpi=CSS_DPI, skip_system_fonts=True)
    return _fit(Image.open(io.BytesIO(bytes(png))), side)


def _fit(picture: Image.Image, side: int) -> Image.Image:
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    rgba = picture.convert("RGBA")
    return rgba if rgba.size == size else rgba.resize(size, Image.Resampling.LANCZOS)
