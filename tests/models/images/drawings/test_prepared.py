"""Prepared drawings give the same answers as those made when needed."""

import io
import shutil

import numpy as np
import PIL.Image
import pytest
from references import emblem, reference_file

from models.images.drawings.prepared import PreparedDrawings, features_of, maker_of, prepare
from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.images.gallery.gallery import Gallery
from models.images.input.decode import decode
from models.images.matching.emblems import EmblemDetector
from models.images.matching.reranker import Reranker
from models.profile import Field
from models.settings import Settings


@pytest.fixture(scope="module")
def encoder():
    return Encoder(Settings().encoder_directory())


@pytest.fixture(scope="module")
def reranker(encoder):
    return Reranker.load(encoder)


@pytest.fixture(scope="module")
def gallery(encoder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    galleries.build(reference_file(folder, ["a", "b", "c"]), folder / "built", encoder)
    return Gallery.load(folder / "built", encoder)


@pytest.fixture(scope="module")
def root(gallery, reranker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    assert prepare(folder, gallery, reranker) == 3
    return folder


def test_prepared_features_equal_those_made_when_needed(gallery, reranker, root):
    known = PreparedDrawings.find(root, reranker)
    assert len(known) == 3
    for entry in gallery.entries:
        kept, made = known.get(entry.drawing), features_of(reranker, entry.drawing)
        assert kept.keypoints.size == made.keypoints.size
        for name in ("positions", "histograms", "descriptors"):
            assert np.array_equal(getattr(kept.keypoints, name), getattr(made.keypoints, name))
        assert np.array_equal(kept.tokens, made.tokens)
        assert np.array_equal(kept.colours, made.colours)
    assert known.get(b"another drawing") is None


def test_detector_answers_alike_with_and_without(encoder, gallery, root):
    stream = io.BytesIO()
    picture = PIL.Image.new("RGB", (300, 300), "white")
    picture.paste(emblem(sum(b"b")).resize((200, 200)), (50, 50), emblem(sum(b"b")).resize((200, 200)))
    picture.save(stream, "PNG")
    images = decode(stream.getvalue(), Field.AVATAR)
    (prepared,) = EmblemDetector(encoder, gallery, prepared=root)(images)
    (lazily,) = EmblemDetector(encoder, gallery)(images)
    assert prepared == lazily
    assert prepared[0].reference_id == "b"


def test_only_new_drawings_are_prepared_and_removed_ones_dropped(encoder, reranker, root, tmp_path):
    shutil.copytree(root, tmp_path / "prepared")
    galleries.build(reference_file(tmp_path, ["b", "c", "d"]), tmp_path / "built", encoder)
    other = Gallery.load(tmp_path / "built", encoder)
    assert prepare(tmp_path / "prepared", other, reranker) == 1
    assert prepare(tmp_path / "prepared", other, reranker) == 0
    known = PreparedDrawings.find(tmp_path / "prepared", reranker)
    assert len(known) == 3
    assert all(known.get(entry.drawing) for entry in other.entries)


@pytest.mark.parametrize("damage", ["cut", "edited", "missing"])
def test_damaged_files_are_left_aside_and_made_again(gallery, reranker, root, tmp_path, damage):
    shutil.copytree(root, tmp_path / "prepared")
    file = tmp_path / "prepared" / maker_of(reranker) / "tokens.npy"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.unlink() if damage == "missing" else file.write_bytes(content[: -1 if damage == "cut" else None])
    assert PreparedDrawings.find(tmp_path / "prepared", reranker) is None
    assert prepare(tmp_path / "prepared", gallery, reranker) == 3
    assert len(PreparedDrawings.find(tmp_path / "prepared", reranker)) == 3


def test_nothing_is_found_where_nothing_was_prepared(reranker, tmp_path):
    assert PreparedDrawings.find(tmp_path, reranker) is None
    assert PreparedDrawings.find(tmp_path, None) is None
