"""New emblems are found in kept embeddings, and verified from the pictures."""

import io
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from models.images.encoder.encoder import Encoder
from models.images.gallery.gallery import Gallery
from models.images.gallery.references import Drawing, GalleryError, Phrase, Reference, read_valid_references
from models.profile import Label
from models.settings import Settings
from serving.batch.embeddings.layout import EmbeddingsFolder
from serving.batch.embeddings.preview import preview
from serving.batch.embeddings.rescore import rescore
from serving.batch.errors import InputError
from serving.batch.score import score

SIDE = 160


def rings():
    """A picture unlike the blocks."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    grey = (127 + 127 * np.cos(12 * np.hypot(x, y))).astype(np.uint8)
    return Image.fromarray(np.stack([grey, 255 - grey, grey // 2], axis=-1))


def mark(seed):
    """A picture of coloured blocks."""
    cells = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize((SIDE, SIDE), Image.Resampling.NEAREST)


def encoded(picture, form="PNG"):
    stream = io.BytesIO()
    picture.save(stream, form)
    return stream.getvalue()


def on_ground(picture):
    ground = Image.new("RGB", (3 * SIDE, SIDE), "white")
    ground.paste(picture, (2 * SIDE, 0))
    return ground


def reference(name):
    return Reference(name, Label.ORGANIZATION_LOGO, name, name, name, "drawn for a test", "CC0-1.0")


def write_references(folder, *names):
    lines = [{**reference(name).to_dict(), "image": f"{name}.png"} for name in names]
    for name in names:
        (folder / f"{name}.png").write_bytes(encoded(mark(len(name))))
    file = folder / "new.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Accounts with a mark as avatar (two of them the same file), one with it in a cover, and one without."""
    folder = tmp_path_factory.mktemp("rescored")
    shown = {"copy": mark(5), "again": mark(5), "other": rings()}
    rows = []
    for account, picture in shown.items():
        (folder / f"{account}.png").write_bytes(encoded(picture))
        rows.append({"account_id": account, "avatar": f"{account}.png"})
    (folder / "cover.jpg").write_bytes(encoded(on_ground(mark(5)), "JPEG"))
    rows.append({"account_id": "wide", "cover": "cover.jpg"})
    file = folder / "accounts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    settings = Settings(home=folder / "home")
    score(str(file), folder / "out", settings, workers=1, keep_embeddings=folder / "embeddings")
    return folder, settings


def found(result):
    return {(row["account_id"], row["field"]) for row in result.candidates}


@pytest.fixture(scope="module")
def rescored(kept):
    folder, settings = kept
    return rescore(folder / "embeddings", [Drawing(reference("blocks"), encoded(mark(5)))], settings, 0.1, verify=True)


def test_accounts_that_show_a_new_emblem_are_found(rescored):
    assert found(rescored) == {("copy", "avatar"), ("again", "avatar"), ("wide", "cover")}
    assert rescored.pictures == 3


def test_verified_candidates_have_the_score_of_a_full_judgement(rescored):
    scores = {row["account_id"]: row["verified_score"] for row in rescored.candidates}
    assert scores["copy"] == scores["again"] > 0.5
    assert all(row["error"] is None for row in rescored.candidates)


def test_a_picture_that_changed_is_not_verified(kept, tmp_path):
    folder, settings = kept
    before = (folder / "again.png").read_bytes()
    (folder / "again.png").write_bytes(encoded(mark(77)))
    try:
        emblem = [Drawing(reference("blocks"), encoded(mark(5)))]
        result = rescore(folder / "embeddings", emblem, settings, 0.1, verify=True)
    finally:
        (folder / "again.png").write_bytes(before)
    errors = {row["account_id"]: row["error"] for row in result.candidates}
    assert errors["again"].startswith("picture_changed") and errors["copy"] is None


def test_command_skips_bad_lines_and_ends_with_one(kept, tmp_path, huijian, monkeypatch):
    folder, settings = kept
    monkeypatch.setenv("HUIJIAN_HOME", str(settings.home))
    references = write_references(tmp_path, "block")
    references.write_text(references.read_text("utf-8") + "not json\n" + '{"reference_id": "x"}\n', "utf-8")
    output = tmp_path / "candidates.parquet"
    code, out, err = huijian("rescore", folder / "embeddings", "--references", references, "--output", output)
    assert code == 1
    assert "line 2" in err and "line 3" in err and "name_zh: missing" in err
    assert {row["account_id"] for row in pq.read_table(output).to_pylist()} == {"copy", "again", "wide"}
    assert "3 个候选 candidates" in out


def test_who_names_the_accounts_of_a_picture(kept, tmp_path, huijian, monkeypatch):
    folder, settings = kept
    monkeypatch.setenv("HUIJIAN_HOME", str(settings.home))
    (tmp_path / "new.png").write_bytes(encoded(rings()))
    code, out, _ = huijian("gallery", "who", folder / "embeddings", "--image", tmp_path / "new.png")
    assert code == 0
    assert [json.loads(line)["account_id"] for line in out.splitlines()] == ["other"]


def test_rescore_needs_a_policy_or_references(kept, huijian):
    folder, _ = kept
    code, _, err = huijian("rescore", folder / "embeddings")
    assert code == 2 and "either --policy or --references" in err


def test_embeddings_of_another_encoder_are_not_searched(kept, tmp_path):
    _, settings = kept
    EmbeddingsFolder.open_or_make(tmp_path / "other", "0123456789ab", 256)
    with pytest.raises(InputError, match="cannot be compared"):
        rescore(tmp_path / "other", [Drawing(reference("blocks"), encoded(mark(5)))], settings, 0.1)


def test_references_without_a_valid_line_are_refused(kept, tmp_path):
    folder, settings = kept
    with pytest.raises(InputError, match="no reference can be used"):
        rescore(folder / "embeddings", [Drawing(reference("broken"), b"no picture")], settings, 0.1)


def test_valid_lines_of_a_references_file_are_read(tmp_path):
    file = write_references(tmp_path, "one", "three")
    file.write_text("[]\n" + file.read_text("utf-8"), encoding="utf-8")
    faults = []
    assert [one.reference.reference_id for one in read_valid_references(file, faults.append)] == ["one", "three"]
    assert "line 1" in str(faults[0]) and len(faults) == 1


def test_preview_counts_kept_and_harmless_pictures(kept, tmp_path, huijian, monkeypatch):
    folder, settings = kept
    monkeypatch.setenv("HUIJIAN_HOME", str(settings.home))
    references = write_references(tmp_path, "block")
    code, out, _ = huijian("gallery", "add", references, "--preview", "--embeddings", folder / "embeddings")
    assert code == 0 and not (settings.home / "gallery").exists()
    harmless, existing = out.splitlines()
    assert "0 很可能 likely" in harmless
    assert "3 张 pictures: 2 可能 possible" in existing and "2 很可能 likely" in existing


def test_preview_of_a_folder_leaves_out_what_cannot_be_enrolled(kept, tmp_path, huijian, monkeypatch):
    folder, settings = kept
    monkeypatch.setenv("HUIJIAN_HOME", str(settings.home))
    (tmp_path / "logos").mkdir()
    (tmp_path / "logos" / "block.png").write_bytes(encoded(mark(5)))
    (tmp_path / "logos" / "notes.txt").write_text("no picture")
    words = ("--preview", "--label", "organization_logo", "--licence", "-", "--embeddings", folder / "embeddings")
    code, out, err = huijian("gallery", "add", tmp_path / "logos", *words)
    assert code == 1 and "skipped notes.txt" in err and not (settings.home / "gallery").exists()
    assert "3 张 pictures: 2 可能 possible" in out.splitlines()[1]


def test_preview_names_the_references_in_force_that_it_resembles(kept, tmp_path):
    _, settings = kept
    encoder = Encoder(settings.encoder_directory())
    known = Gallery.load(settings.gallery_directory(), encoder)
    drawing = encoded(Image.fromarray(known.drawing(0)))
    shown = preview(encoder, known, [Drawing(reference("stolen"), drawing)], None)
    assert shown.kept is None and known.references[0].reference_id in shown.clashes[0]


def test_a_phrase_cannot_be_previewed(kept):
    _, settings = kept
    encoder = Encoder(settings.encoder_directory())
    known = Gallery.load(settings.gallery_directory(), encoder)
    with pytest.raises(GalleryError, match="only pictures can be previewed"):
        preview(encoder, known, [Phrase(reference("words"), "一枚警徽")], None)
