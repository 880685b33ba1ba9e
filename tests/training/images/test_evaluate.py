"""The image evaluator counts what it says it counts, on a manifest of a few pictures."""

import json
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from models.profile import Label, Match
from training.images.evaluate import evaluate_images


class Oracle:
    """A detector whose answer is written in the picture's corner: red is the score, green the reference."""

    references = (
        SimpleNamespace(reference_id="media.0", label=Label.MEDIA_LOGO),
        SimpleNamespace(reference_id="state.1", label=Label.NATIONAL_SYMBOL),
    )

    def __call__(self, images):
        return [[self.match(*map(int, image.pixels[0, 0, :2]))] for image in images]

    def match(self, score, place):
        reference = self.references[round(place / 255)]
        return Match(reference.reference_id, reference.label, 0.9, score / 255, (0, 0, 1, 1))


def manifest(directory, rows):
    lines = []
    for number, (score, place, label, reference_id, kind) in enumerate(rows):
        PIL.Image.new("RGB", (64, 64), (round(score * 255), place * 255, 0)).save(directory / f"{number}.png")
        row = {"path": f"{number}.png", "label": label, "reference_id": reference_id, "kind": kind, "field": "avatar"}
        lines.append(json.dumps(row))
    path = directory / "manifest.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


ROWS = [
    (0.9, 0, "pos", "media.0", "copy"),
    (0.9, 1, "pos", "media.0", "copy"),
    (0.4, 1, "pos", "state.1", "circle"),
    (0.8, 1, "pos", "state.1", "circle"),
    (0.1, 0, "neg", None, "photo"),
    (0.2, 0, "neg", None, "photo"),
    (0.6, 0, "neg", None, "icon"),
    (0.2, 1, "neg", None, "icon"),
]


def test_recall_counts_the_right_reference_above_the_threshold_only(tmp_path, capsys):
    result = evaluate_images(manifest(tmp_path, ROWS), Oracle(), command="the command")["emblems"]
    assert result["all"]["r@1"] == 0.75  # one picture was taken for another reference
    assert result["all"]["recall@.5"] == 0.5  # one of the right ones scored 0.4
    assert result["all"]["false@.5"] == 0.25
    assert result["harmless"] == {"photo": 0.0, "icon": 0.5}
    assert result["kinds"]["copy"]["r@1"] == 0.5 and result["kinds"]["circle"]["recall@.5"] == 0.5
    assert result["labels"]["national_symbol"]["pictures"] == 2
    assert capsys.readouterr().out.rstrip().endswith("the command")


def test_a_threshold_that_one_percent_pass_is_taken_from_harmless_pictures(tmp_path):
    numbers = evaluate_images(manifest(tmp_path, ROWS), Oracle())["emblems"]["all"]
    background = [0.1, 0.2, 0.6, 0.2]
    threshold = np.quantile(np.round(np.array(background) * 255) / 255, 0.99)
    assert numbers["ok@1%"] == np.mean([score > threshold for score in (0.9, 0.8)]) * 0.5


def test_intervals_hold_the_mean(tmp_path):
    numbers = evaluate_images(manifest(tmp_path, ROWS), Oracle())["emblems"]["all"]
    low, high = numbers["interval"]["r@1"]
    assert low <= numbers["r@1"] <= high


def test_a_hash_is_measured_beside_where_references_are_given(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    lines, rows = [], []
    for number, cells in enumerate(noise):
        PIL.Image.fromarray(cells).resize((128, 128)).save(tmp_path / f"reference{number}.png")
        fields = {"label": "media_logo", "name_zh": "甲", "name_en": "a", "source": "s", "licence": "l"}
        reference = {"reference_id": f"media.{number}", "owner_id": "o", "image": f"reference{number}.png"}
        lines.append(json.dumps(fields | reference))
        rows.append(
            {"path": f"reference{number}.png", "label": "pos", "reference_id": f"media.{number}", "kind": "copy"}
        )
    (tmp_path / "references.jsonl").write_text("\n".join(lines), encoding="utf-8")
    PIL.Image.linear_gradient("L").convert("RGB").save(tmp_path / "harmless.png")
    rows.append({"path": "harmless.png", "label": "neg", "reference_id": None, "kind": "photo"})
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = evaluate_images(path, Oracle(), references=tmp_path / "references.jsonl", output=tmp_path / "numbers.json")
    assert result["pdq"]["all"]["ok@1%"] == 1.0
    assert json.loads((tmp_path / "numbers.json").read_text())["pdq"]["all"]["r@1"] == 1.0


def test_a_manifest_without_harmless_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="harmless"):
        evaluate_images(manifest(tmp_path, ROWS[:4]), Oracle())
