"""Measurements as one HTML file that stands alone, so that it can be mailed and kept.

Pictures are inlined, nothing is fetched, nothing runs. What comes from strangers is escaped where it is put in.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve

_PAGE = Markup("""<!DOCTYPE html>
<html lang="zh-Hans"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em; color: #1d2330 }}
table {{ border-collapse: collapse; margin: .5em 0 1.5em; display: block; overflow-x: auto }}
th, td {{ padding: .25em .8em .25em 0; border-bottom: 1px solid #dde1e8; vertical-align: top }}
th {{ font-weight: 600; color: #5a6475 }}
td {{ font-variant-numeric: tabular-nums; overflow-wrap: anywhere; max-width: 34em }}
mark {{ background: #ffd9a8 }} u {{ text-decoration: underline 2px #1f6feb }} img {{ max-width: 100% }}
</style></head><body>
<h1>{title}</h1>
{introduction}
{sections}
</body></html>
""")


def page(title: str, introduction: Markup, sections: Iterable[Markup]) -> str:
    """The whole file.

    Args:
        title: Chinese and English.
        introduction: paragraphs below it.
        sections: from `section`.
    """
    return str(_PAGE.format(title=title, introduction=introduction, sections=Markup().join(sections)))


def section(chinese: str, english: str, content: Markup) -> Markup:
    """Content under a heading in both languages."""
    return Markup("<h2>{} · {}</h2>\n{}\n").format(chinese, english, content)


def figure(drawn: Figure) -> Markup:
    """A figure as a picture in the page."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="png", dpi=110)
    return Markup('<img alt="" src="data:image/png;base64,{}">').format(base64.b64encode(buffer.getvalue()).decode())


def decimal(value: float) -> str:
    """A share as a table shows it."""
    return f"{value:.3f}"


def interval(bounds: Sequence[float]) -> str:
    """A low and a high share as a table shows them."""
    return "{:.3f} … {:.3f}".format(*bounds)


def draw_calibration(axes: Axes, truth: np.ndarray, said: np.ndarray, title: str) -> None:
    """How often it was true, against the probability that was said, in bins a tenth wide.

    Args:
        truth: bool (n,).
        said: float (n,), in [0, 1].
    """
    share, mean = calibration_curve(truth, said, n_bins=10)
    axes.plot([0, 1], [0, 1], color="0.8")
    axes.plot(mean, share, "o-", markersize=4)
    axes.set(title=title, xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
