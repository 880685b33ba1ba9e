"""HTML of evaluations: Jinja2 templates, tables and figures for a file that stands alone.

Such a file can be mailed and kept: pictures are inlined, nothing is fetched, nothing runs. Templates escape every value
that is not HTML already, because texts and names come from strangers.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve

from models.arrays import Bool, Float64
from models.profile import LABELS, Label
from models.runtime.paths import REPOSITORY


@dataclass(frozen=True)
class Section:
    """A part of a report under a heading in both languages."""

    chinese: str
    english: str
    content: Markup


def decimal(value: float) -> str:
    """A number with three decimals."""
    return f"{value:.3f}"


def percent(share: float, decimals: int) -> str:
    """A share in [0, 1] as a percentage."""
    return f"{share:.{decimals}%}"


_templates = Environment(
    loader=FileSystemLoader(REPOSITORY / "training" / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters.update(decimal=decimal, percent=percent)


def render(template: str, **values: Any) -> Markup:
    """A file of `training/templates/` with values put in.

    Raises:
        jinja2.UndefinedError: the template uses a value that is not given.
    """
    return Markup(_templates.get_template(template).render(values))  # noqa: S704 - templates escape


def write_page(path: Path, template: str, **values: Any) -> None:
    """Write a whole report."""
    path.write_text(render(template, **values), encoding="utf-8", errors="backslashreplace")


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Rows under a header."""
    return render("table.html", header=header, rows=rows)


def figure(drawn: Figure) -> Markup:
    """A figure as a picture in the page."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=110)
    return render("figure.html", data_url=data_url("image/png", buffer.getvalue()))


def data_url(media_type: str, content: bytes) -> str:
    """A file as the address of a picture that is inlined."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def interval(bounds: Sequence[float] | None) -> str:
    """Lower and upper bound with three decimals; that there are too few groups for an interval."""
    return "{:.3f} … {:.3f}".format(*bounds) if bounds else "样本太少 · too few"


def label_title(label: Label) -> str:
    """A label's Chinese name and its identifier."""
    return f"{LABELS[label].name_zh} · {label}"


def draw_calibration(axes: Axes, truth: Bool, probabilities: Float64, title: str, name: str | None = None) -> None:
    """Reliability diagram in ten bins of equal width.

    Args:
        truth: bool (n,).
        probabilities: float (n,), in [0, 1].
        name: of the line, where several are drawn.
    """
    share, mean = calibration_curve(truth, probabilities, n_bins=10)
    axes.plot([0, 1], [0, 1], color="0.8")
    axes.plot(mean, share, "o-", markersize=4, label=name)
    axes.set(title=title, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
