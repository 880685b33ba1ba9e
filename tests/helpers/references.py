"""References of random emblems, for galleries that tests build."""

import json

import numpy as np
import PIL.Image
import PIL.ImageDraw

from models.images.gallery.gallery import Gallery


def emblem(seed):
    """An emblem of random discs on transparency."""
    rng = np.random.default_rng(seed)
    picture = PIL.Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    pen = PIL.ImageDraw.Draw(picture)
    for left, top, side, *colour in rng.integers(0, 255, (6, 6)):
        pen.ellipse((left // 4, top // 4, left // 4 + 20 + side // 10, top // 4 + 20 + side // 10), fill=tuple(colour))
    return picture


def described(name, **changes):
    fields = {"reference_id": name, "label": "media_logo", "name_zh": "徽标", "name_en": "Logo"}
    return fields | {"owner_id": f"owner.{name}", "source": "drawn for tests", "licence": "CC0-1.0"} | changes


def reference_file(directory, names, **changes):
    directory.mkdir(parents=True, exist_ok=True)
    lines = []
    for name in names:
        emblem(sum(name.encode())).save(directory / f"{name}.png")
        lines.append(json.dumps(described(name, image=f"{name}.png") | changes, ensure_ascii=False))
    (directory / "references.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return directory / "references.jsonl"


def ids(gallery, encoder):
    return [reference.reference_id for reference in Gallery.load(gallery, encoder).references]
