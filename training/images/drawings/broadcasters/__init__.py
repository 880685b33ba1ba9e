"""Signs of broadcasters in China and abroad.

Words set in type are in `wordmarks.yaml`; these are the figures that viewers know from a screen's corner.
"""

from __future__ import annotations

from training.images.drawings.broadcasters import abroad, central, earlier, figures, islands, northern, southern, words
from training.images.drawings.broadcasters.signs import alone, with_name


def drawings() -> dict[str, str]:
    """Every drawing of this package by its file name, as SVG."""
    signs = {name: draw() for name, draw in (northern.SIGNS | southern.SIGNS).items()}
    plain = {f"media-{name}-sign": alone(sign) for name, sign in signs.items()}
    corners = {f"media-{name}-corner": with_name(sign) for name, sign in signs.items()}
    forms = earlier.drawings() | figures.drawings() | words.drawings()
    return plain | corners | central.drawings() | abroad.drawings() | islands.drawings() | forms
