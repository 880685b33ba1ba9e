"""Two encoders are told apart by what emblems say, not by how many pictures there are of each."""

import json
from types import SimpleNamespace

import numpy as np
import PIL.Image

from models.policy import Policy
from models.profile import Evidence, Finding, Label, Match
from models.settings import Settings
from training.images.comparison.compare import ImageComparison, compare_detectors

HARMLESS = 40


def compared(emblems, pictures, better):
    """A comparison in which the challenger finds all pictures of `better` emblems, the champion those of the others."""
    rows = [{"label": "pos", "reference_id": f"e.{number}"} for number in range(emblems) for _ in range(pictures)]
    rows += [{"label": "neg", "reference_id": None}] * HARMLESS
    challenger = np.repeat(np.arange(emblems) < better, pictures)
    right = np.stack([np.append(one, np.ones(HARMLESS, bool)) for one in (~challenger, challenger)])
    return ImageComparison.of(rows, right)


def test_few_emblems_are_no_proof_however_many_their_pictures():
    few = compared(emblems=8, pictures=50, better=5)
    many = compared(emblems=400, pictures=1, better=250)
    assert few.difference.value == many.difference.value == 0.125
    assert few.difference.interval[0] < 0 < many.difference.interval[0]


def test_imitations_and_harmless_pictures_weigh_the_same():
    rows = [{"label": "pos", "reference_id": "e.0"}, *[{"label": "neg", "reference_id": None}] * 3]
    comparison = ImageComparison.of(rows, np.array([[False, True, True, True], [True, True, False, False]]))
    assert np.allclose(comparison.recall, [0, 1]) and np.allclose(comparison.false_positives, [0, 2 / 3])
    assert np.isclose(comparison.difference.value, (1 - 2 / 3) / 2)
    assert "accuracy (mean of recall and of harmless pictures not flagged), difference +0.1667" in str(comparison)


def test_labels_and_kinds_are_compared_apart():
    rows = [{"label": "pos", "reference_id": f"e.{n}", "kind": "circle" if n < 10 else "redraw"} for n in range(20)]
    rows += [{"label": "neg", "reference_id": None, "kind": "photo"}] * HARMLESS
    champion = np.ones(20 + HARMLESS, bool)
    challenger = np.append(np.arange(20) < 10, np.ones(HARMLESS, bool))
    labels = ["media_logo" if n % 2 else "national_symbol" for n in range(20)] + [""] * HARMLESS
    comparison = ImageComparison.of(rows, np.stack([champion, challenger]), labels)
    assert comparison.kinds["circle"].difference.value == 0
    assert comparison.kinds["redraw"].difference.interval == (-1, -1)
    assert [group.pictures for group in comparison.labels.values()] == [10, 10]
    assert comparison.harmless["photo"].difference.interval == (0, 0)
    assert "redraw, 10" in str(comparison) and comparison.to_dict()["kinds"]["redraw"]["value"] == -1


class Oracle:
    """A detector whose answer is in the picture's corner: one colour is the score, the next one the reference."""

    references = tuple(
        SimpleNamespace(reference_id=name, label=Label.MEDIA_LOGO, name_zh=f"{name}<b>", name_en="")
        for name in ("media.0", "media.1")
    )

    def __init__(self, colour):
        self.colour = colour

    def __call__(self, images, reads=True):
        return [[self.match(image.pixels[0, 0])] for image in images]

    def match(self, pixel):
        place = int(pixel[2] > 100) if self.colour else 0
        return Match(f"media.{place}", Label.MEDIA_LOGO, 0.9, pixel[self.colour] / 255, (0, 0, 1, 1))

    def findings(self, matches, field):
        return [
            Finding(match.label, field, match.score, "oracle", Evidence(reference_id=match.reference_id))
            for match in matches
        ]


def test_the_report_shows_mistaken_references_and_changed_pictures(tmp_path):
    pictures = {"kept": (250, 250, 0), "mistaken": (250, 250, 255), "found": (0, 250, 0), "harmless": (0, 0, 0)}
    rows = []
    for name, colour in pictures.items():
        PIL.Image.new("RGB", (32, 32), colour).save(tmp_path / f"{name}.png")
        label = "neg" if name == "harmless" else "pos"
        row = {"path": f"{name}.png", "label": label, "reference_id": "media.0", "kind": name, "field": "avatar"}
        rows.append(json.dumps(row))
    (tmp_path / "manifest.jsonl").write_text("\n".join(rows), encoding="utf-8")
    policy = Policy.load(Settings().policy)
    detectors = [Oracle(0), Oracle(1)]
    compare_detectors(detectors, tmp_path / "manifest.jsonl", policy, tmp_path / "r.html", "huijian compare a b")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    confused, changed = page.split("Imitations taken for another reference")[1].split("变差的图片 1")
    assert "media.0&lt;b&gt; · media.0" in confused and "media.1&lt;b&gt; · media.1" in confused
    worse, better = changed.split("变好的图片 1")
    assert "(mistaken)" in worse and "(found)" in better and page.count("image/png") == 1
