"""`huijian gallery add FOLDER` with the released encoder."""

import json
import os

import pytest
from PIL import Image


@pytest.fixture
def logos(tmp_path, monkeypatch):
    """Two pictures of one mark in a sub-folder."""
    monkeypatch.setenv("HUIJIAN_HOME", str(tmp_path / "home"))
    (tmp_path / "logos" / "org").mkdir(parents=True)
    mark = Image.effect_mandelbrot((128, 128), (-2, -1.5, 1, 1.5), 50)
    mark.save(tmp_path / "logos" / "org" / "ocean.png")
    Image.effect_mandelbrot((128, 128), (-0.8, -0.2, -0.7, -0.1), 90).save(tmp_path / "logos" / "org" / "ocean@2.png")
    return tmp_path / "logos"


def test_folder_is_enrolled_by_file_names_and_found(huijian, logos):
    code, out, err = huijian("gallery", "add", logos, "--label", "organization_logo", "--owner", "us", "--force")
    assert (code, err.count("skipped")) == (0, 0)
    assert "已登记 2 张，跳过 0 张 · enrolled 2, skipped 0" in out
    rows = [line.split("\t") for line in huijian("gallery", "list")[1].splitlines()]
    assert ["org.ocean", "organization_logo", "", "ocean", "us"] in [row[:5] for row in rows]
    found = json.loads(huijian("gallery", "search", logos / "org" / "ocean.png")[1])
    assert found[0]["reference_id"] == "org.ocean"


def test_files_that_cannot_be_enrolled_are_named_and_end_with_1(huijian, logos):
    (logos / "readme.txt").write_text("our logos")
    (logos / "broken.png").write_bytes((logos / "org" / "ocean.png").read_bytes()[:300])
    code, out, err = huijian("gallery", "add", logos, "--label", "organization_logo", "--force")
    named = sorted(line.split(":")[0] for line in err.splitlines() if "skipped" in line)
    assert (code, named) == (1, ["跳过 skipped broken.png", "跳过 skipped readme.txt"])
    assert "enrolled 2, skipped 2" in out


def test_name_that_is_not_unicode_does_not_stop_the_command(huijian, logos):
    (logos / "org" / "ocean@2.png").rename(logos / os.fsdecode(b"\xff.png"))
    code, out, _ = huijian("gallery", "add", logos, "--label", "organization_logo", "--force")
    assert (code, "enrolled 1, skipped 1" in out) == (1, True)


def test_folder_needs_a_known_label_and_a_file_takes_no_table(huijian, logos):
    assert huijian("gallery", "add", logos)[0] == 2
    assert huijian("gallery", "add", logos, "--label", "logo")[0] == 2
    assert huijian("gallery", "add", logos, "--table", logos / "missing.csv")[0] == 2
    (logos / "references.csv").write_text("image,label\norg/ocean.png,landmark\n")
    assert huijian("gallery", "add", logos / "references.csv", "--table", logos / "references.csv")[0] == 2


def test_options_describe_every_line_of_a_references_file(huijian, logos):
    line = {"reference_id": "org.ocean", "image": "org/ocean.png", "owner_id": "o", "name_zh": "", "name_en": "Ocean"}
    (logos / "one.jsonl").write_text(json.dumps(line | {"source": "drawn", "licence": "CC0-1.0"}))
    assert huijian("gallery", "add", logos / "one.jsonl", "--force")[0] == 1
    assert huijian("gallery", "add", logos / "one.jsonl", "--label", "landmark", "--force")[0] == 0


def test_every_argument_of_a_search_is_a_picture_or_a_folder_of_them(huijian, logos):
    huijian("gallery", "add", logos, "--label", "organization_logo", "--force")
    first, second = logos / "org" / "ocean.png", logos / "org" / "ocean@2.png"
    code, out, _ = huijian("gallery", "search", first, second)
    found = [json.loads(line) for line in out.splitlines()]
    assert (code, [one["image"] for one in found]) == (0, [str(first), str(second)])
    assert {one["matches"][0]["reference_id"] for one in found} == {"org.ocean"}
    (logos / "broken.png").write_bytes(b"no picture")
    code, out, err = huijian("gallery", "search", logos)
    assert (code, len(out.splitlines()), f"skipped {logos / 'broken.png'}" in err) == (1, 2, True)


def test_gallery_among_the_pictures_to_search_is_wrong_usage(huijian, logos, tmp_path):
    huijian("gallery", "add", logos, "--label", "organization_logo", "--force")
    code, _, err = huijian("gallery", "search", logos / "org" / "ocean.png", tmp_path / "home" / "gallery")
    assert (code, "--gallery" in err) == (2, True)


def test_every_picture_of_a_folder_is_judged_as_an_avatar(huijian, logos):
    code, out, _ = huijian("classify", logos)
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, [len(one["matches"]["avatar"]) for one in answers]) == (0, [3, 3])
    assert answers[0]["image"] == answers[0]["account_id"] == str(logos / "org" / "ocean.png")


def test_exported_gallery_can_be_built_again(huijian, logos, tmp_path):
    line = {"reference_id": "org.ocean", "label": "organization_logo", "image": "logos/org/ocean.png"}
    line |= {"name_zh": "海洋", "name_en": "Ocean", "owner_id": "us", "source": "drawn", "licence": "CC0-1.0"}
    line["rollout"] = 0.5
    other = {**line, "image": "logos/org/ocean@2.png"}
    (tmp_path / "small.jsonl").write_text("\n".join(map(json.dumps, (line, other))), encoding="utf-8")
    assert huijian("gallery", "build", tmp_path / "small.jsonl", tmp_path / "small")[0] == 0
    code, out, err = huijian("gallery", "export", tmp_path / "out", "--gallery", tmp_path / "small")
    assert (code, out.startswith("2 pictures and phrases")) == (0, True), err
    assert huijian("gallery", "build", tmp_path / "out" / "references.jsonl", tmp_path / "again")[0] == 0
    lists = [huijian("gallery", "list", tmp_path / name)[1] for name in ("small", "again")]
    assert lists[0] == lists[1] != ""
    assert huijian("gallery", "export", tmp_path / "out", "--gallery", tmp_path / "small")[0] == 1


def test_drawings_are_prepared_once(huijian, logos, monkeypatch, tmp_path):
    monkeypatch.setenv("HUIJIAN_PREPARED", str(tmp_path / "prepared"))
    line = {"reference_id": "org.ocean", "image": "org/ocean.png", "owner_id": "o", "name_zh": "", "name_en": "Ocean"}
    line |= {"label": "landmark", "source": "drawn", "licence": "CC0-1.0"}
    (logos / "one.jsonl").write_text(json.dumps(line))
    assert huijian("gallery", "build", logos / "one.jsonl", tmp_path / "gallery")[0] == 0
    for count in (1, 0):
        code, out, _ = huijian("gallery", "prepare", tmp_path / "gallery")
        assert (code, f"prepared {count} new drawings" in out) == (0, True)
