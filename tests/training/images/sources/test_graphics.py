"""Graphics are rendered once for the pinned packages, and again when a version changes."""

import json

from training.images.sources import graphics

SQUARE = '<rect width="16" height="16" fill="{}"/>'


def unpack(folder, colour):
    (folder / "package").mkdir(parents=True)
    icons = {"icons": {"square": {"body": SQUARE.format(colour)}}}
    (folder / "package" / "icons.json").write_text(json.dumps(icons), encoding="utf-8")


def colour_of(source):
    rendered = graphics.load_graphics()
    (row,) = rendered.rows(lambda item: item.source == source)
    return tuple(rendered.drawing(row)[80, 80])


def test_renderings_are_cached_by_package_version(pin):
    for source in graphics.GRAPHIC_PACKAGES:
        unpack(pin(source, "1"), "#f00")
    assert colour_of("openmoji") == colour_of("noto") == (255, 0, 0, 255)
    unpack(pin("openmoji", "2"), "#00f")
    assert colour_of("openmoji") == (0, 0, 255, 255)
    assert colour_of("noto") == (255, 0, 0, 255)
    pin("openmoji", "1")
    assert colour_of("openmoji") == (255, 0, 0, 255)
