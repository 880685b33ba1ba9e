"""Phrases as entries of a gallery."""

import json
import shutil

import numpy as np
import pytest
import tiny_encoder
import tiny_text
from references import described, ids, reference_file

from models.images.encoder.encoder import Encoder
from models.images.encoder.phrases import PhraseEncoder
from models.images.gallery.gallery import Gallery, GalleryError, add, build, configure, read_references, remove

POLICE = {"label": "government_emblem", "text": "一枚警徽", "owner_id": "gov.police"}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return Encoder(tiny_text.write(tiny_encoder.write(tmp_path_factory.mktemp("encoder"))))


def with_phrases(directory, *changes):
    """A gallery of two pictures, then the phrases."""
    source = reference_file(directory, ["xinhua", "renmin"])
    lines = [json.dumps(described("police") | POLICE | change, ensure_ascii=False) + "\n" for change in changes]
    source.write_text(source.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")
    return source


@pytest.fixture(scope="module")
def built(tmp_path_factory, encoder):
    directory = tmp_path_factory.mktemp("built")
    build(with_phrases(directory / "source", {}), directory / "gallery", encoder)
    return directory / "gallery"


@pytest.fixture
def gallery(tmp_path, built):
    """A copy for one test to change."""
    return shutil.copytree(built, tmp_path / "gallery")


def test_a_phrase_is_one_entry_with_the_text_towers_vector(gallery, encoder):
    loaded = Gallery.load(gallery, encoder)
    entry = loaded.entries[-1]
    assert ids(gallery, encoder) == ["xinhua", "renmin", "police"]
    assert (entry.text, entry.rows, entry.drawing) == ("一枚警徽", 1, b"")
    assert np.allclose(loaded.vectors[-1], PhraseEncoder(encoder.directory)(["一枚警徽"])[0], atol=1e-3)
    with pytest.raises(GalleryError, match="no drawing"):
        loaded.drawing(len(loaded.entries) - 1)


def test_reference_may_mix_pictures_and_phrases_without_duplicates(tmp_path, encoder):
    source = with_phrases(tmp_path, {}, {}, {"text": "police badge"}, {"text": "国旗", **described("renmin")})
    assert build(source, tmp_path / "gallery", encoder).pictures == 5
    loaded = Gallery.load(tmp_path / "gallery", encoder)
    assert [entry.text for entry in loaded.entries] == ["", "", "一枚警徽", "police badge", "国旗"]
    assert len(loaded.entries_of("police")) == len(loaded.entries_of("renmin")) == 2


def test_a_phrase_is_added_configured_and_removed_like_a_picture(tmp_path, gallery, encoder):
    sources = read_references(with_phrases(tmp_path / "more", {"text": "警徽"}))
    assert add(gallery, encoder, sources).pictures == 1
    assert add(gallery, encoder, sources).pictures == 0
    assert configure(gallery, "police", rollout=0.5).pictures == 2
    assert remove(gallery, "police").pictures == 2
    assert ids(gallery, encoder) == ["xinhua", "renmin"]


@pytest.mark.parametrize(("text", "reason"), [("一枚警徽" * 3, "too long"), ("☃", "knows no word")])
def test_phrase_that_cannot_be_embedded_is_refused_with_its_line(tmp_path, encoder, text, reason):
    with pytest.raises(GalleryError, match=f"line 3: text: .*{reason}"):
        build(with_phrases(tmp_path, {"text": text}), tmp_path / "gallery", encoder)


def test_a_gallery_of_phrases_alone_is_refused(tmp_path, gallery, encoder):
    remove(gallery, "xinhua")
    with pytest.raises(GalleryError, match="without any emblem that has a picture"):
        remove(gallery, "renmin")
