"""The held-out benchmark imitates owners that training never saw, and is deterministic and cached."""

import json
from itertools import count

import numpy as np
import pytest
from PIL import Image, ImageDraw

from training.images.common.split import Fold, fold_of
from training.images.data import benchmark
from training.images.data.benchmark import Studio, write_benchmark
from training.images.sources.backgrounds import Backgrounds
from training.images.sources.redraws import Redraw
from training.images.synthesis.edits import IMITATION_KINDS


def owner(fold):
    return next(f"x.{number}" for number in count() if fold_of(f"x.{number}") is fold)


def drawing(colour):
    picture = Image.new("RGBA", (150, 100), "white")
    ImageDraw.Draw(picture).ellipse((20, 10, 130, 90), fill=colour)
    return picture


class Icons:
    def sample(self, rng):
        return drawing("teal")


def drawn_by_others(references, held):
    for line in held:
        yield Redraw(line["reference_id"], line["source"], True, drawing("red"))
    yield Redraw("test.a", "somebody", False, drawing("orange"))


@pytest.fixture
def references(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "NEGATIVES", {"graphic": benchmark.NEGATIVES["graphic"]})
    monkeypatch.setattr(benchmark, "HARD_NEGATIVES", {"hard_crests": benchmark.NEGATIVES["graphic"][0]})
    monkeypatch.setattr(benchmark, "TYPEFACES", ())
    monkeypatch.setattr(benchmark, "redraws", drawn_by_others)
    monkeypatch.setattr(Studio, "open", lambda _: Studio(Backgrounds(()), Icons(), np.zeros((0, 12, 12, 3))))
    lines = []
    for number, (name, source, fold) in enumerate(
        [("test.a", "ours", Fold.TEST), ("test.a", "Twemoji", Fold.TEST), ("train.a", "Twemoji", Fold.TRAIN)]
    ):
        drawing(("red", "green", "blue")[number]).save(tmp_path / f"{number}.png")
        named = {"reference_id": name, "label": "media_logo", "image": f"{number}.png", "source": source}
        lines.append(named | {"name_zh": "甲", "name_en": "a", "owner_id": owner(fold), "licence": "CC0-1.0"})
    path = tmp_path / "references.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


def rows(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_only_owners_of_the_test_fold_are_imitated_in_every_kind(references, tmp_path):
    manifest = rows(write_benchmark(references, tmp_path / "made", limit=4))
    imitations = [row for row in manifest if row["label"] == "pos"]
    assert {row["reference_id"] for row in imitations} == {"test.a"}
    assert {row["kind"] for row in imitations} == {*IMITATION_KINDS, "redrawn", "redrawn_unseen_artist"}
    assert all(min(row["box"]) >= 0 and max(row["box"]) <= 1 for row in imitations)
    assert [row["kind"] for row in manifest if row["label"] == "neg"] == ["graphic"] * 4
    assert all((tmp_path / "made" / row["path"]).is_file() for row in manifest)


def test_hard_negatives_are_apart_and_leave_the_other_pictures_as_they_are(references, tmp_path, monkeypatch):
    made = write_benchmark(references, tmp_path / "made", limit=3)
    hard = rows(made.parent / benchmark.HARD_NEGATIVES_MANIFEST)
    assert [row["kind"] for row in hard] == ["hard_crests"] * 3
    assert not {row["path"] for row in hard} & {row["path"] for row in rows(made)}
    monkeypatch.setattr(benchmark, "HARD_NEGATIVES", {})
    without = write_benchmark(references, tmp_path / "without", limit=3)
    assert rows(without) == rows(made)
    pictures = [[(path.parent / row["path"]).read_bytes() for row in rows(path)] for path in (made, without)]
    assert pictures[0] == pictures[1]


def test_held_out_drawing_is_not_enrolled_where_another_artist_is(references, tmp_path):
    write_benchmark(references, tmp_path / "made", limit=1)
    enrolled = [(row["reference_id"], row["source"]) for row in rows(tmp_path / "made" / "references.jsonl")]
    assert enrolled == [("test.a", "ours"), ("train.a", "Twemoji")]


def test_benchmark_of_one_seed_is_deterministic_and_made_once(references, tmp_path):
    first, again = (write_benchmark(references, tmp_path / name, limit=2) for name in ("first", "again"))
    assert rows(first) == rows(again)
    pictures = [sorted((folder / "pictures").iterdir()) for folder in (first.parent, again.parent)]
    assert all(one.read_bytes() == other.read_bytes() for one, other in zip(*pictures, strict=True))
    made = first.stat().st_mtime_ns
    assert write_benchmark(references, first.parent, limit=2).stat().st_mtime_ns == made
    assert write_benchmark(references, first.parent, limit=2, seed=8).stat().st_mtime_ns > made


def test_interrupted_remake_is_not_taken_for_complete(references, tmp_path, monkeypatch):
    write_benchmark(references, tmp_path / "made", limit=1)

    def broken_off(*_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(benchmark, "_imitations", broken_off)
        write_benchmark(references, tmp_path / "made", limit=1, seed=8)
    made = (tmp_path / "made" / "manifest.jsonl").stat().st_mtime_ns
    assert write_benchmark(references, tmp_path / "made", limit=1).stat().st_mtime_ns > made


def test_benchmark_is_remade_when_package_versions_change(references, tmp_path, monkeypatch):
    pins = tmp_path / "packages.yaml"
    monkeypatch.setattr(benchmark, "PACKAGES_FILE", pins)
    made = []
    for version in ("1", "1", "2"):
        pins.write_text(f'openmoji: {{version: "{version}"}}', encoding="utf-8")
        made.append(write_benchmark(references, tmp_path / "made", limit=1).stat().st_mtime_ns)
    assert made[0] == made[1] < made[2]


def test_recipe_counts_pictures_of_each_kind(references, tmp_path):
    write_benchmark(references, tmp_path / "made", limit=3)
    recipe = json.loads((tmp_path / "made" / "recipe.json").read_text("utf-8"))
    assert recipe["seed"] == 7 and recipe["counts"]["pos copy"] == 1 and recipe["counts"]["neg graphic"] == 3
