"""A gallery of any size returns its vectors unchanged and finds nearest neighbours."""

from dataclasses import replace

import numpy as np
import pytest

from models.images.gallery import files as gallery_files
from models.images.gallery.clashes import clashes
from models.images.gallery.files import MAX_EXACT_ROWS, GalleryEntry
from models.images.gallery.references import GalleryError, parse_reference

DIMENSION = 32
MANY_ROWS = MAX_EXACT_ROWS + 20_000


def on_sphere(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def entry(name, rows):
    fields = {"reference_id": name, "label": "media_logo", "name_zh": "徽标", "name_en": "Logo", "owner_id": name}
    return GalleryEntry(
        parse_reference(fields | {"source": "drawn for tests", "licence": "CC0-1.0"}), name, rows, b"drawn"
    )


@pytest.fixture(scope="module")
def vectors():
    return on_sphere(np.random.default_rng(0).standard_normal((MANY_ROWS, DIMENSION)))


@pytest.fixture(scope="module")
def large(vectors, tmp_path_factory):
    """A gallery above the limit of exact search, written and read again."""
    root = tmp_path_factory.mktemp("gallery")
    gallery_files.publish(root, "encoder", [entry("xinhua", MANY_ROWS)], vectors)
    return gallery_files.read(gallery_files.current_version(root)).index


def test_large_gallery_finds_the_nearest_row_of_99_in_100_vectors(large, vectors):
    rng = np.random.default_rng(1)
    near = on_sphere(vectors[:1_000] + rng.normal(0, 0.1, (1_000, DIMENSION)))
    exact_similarities, exact_rows = gallery_files.exact_index(vectors).search(near, 1)
    similarities, rows = large.search(near, 1)
    found = rows == exact_rows
    assert found.mean() >= 0.99
    assert similarities[found] == pytest.approx(exact_similarities[found], abs=1e-5)


def test_large_gallery_keeps_its_vectors_exactly(large, vectors):
    assert np.array_equal(large.reconstruct_n(0, MANY_ROWS), vectors)


def test_gallery_up_to_the_exact_limit_is_searched_exactly(vectors):
    rows = vectors[:MAX_EXACT_ROWS]
    far = on_sphere(np.random.default_rng(2).standard_normal((50, DIMENSION)))
    assert np.array_equal(gallery_files.build_index(rows).search(far, 1)[1][:, 0], (far @ rows.T).argmax(axis=1))


def test_look_alikes_are_found_in_a_large_gallery(vectors):
    entries = [entry("xinhua", MANY_ROWS), entry("renmin", 1)]
    doubled = np.concatenate([vectors, vectors[:1]])
    assert [clash.existing_id for clash in clashes(entries, doubled, first_new=1)] == ["xinhua"]


def test_prototypes_are_distinguished_from_variants_on_disk(vectors, tmp_path):
    written = [replace(entry("xinhua", 5), prototypes=2), entry("renmin", 3)]
    gallery_files.publish(tmp_path, "encoder", written, vectors[:8])
    read = gallery_files.read(gallery_files.current_version(tmp_path)).entries
    assert [(one.rows, one.prototypes) for one in read] == [(5, 2), (3, 0)]


def test_inscription_is_stored_and_optional(vectors, tmp_path):
    written = [replace(entry("xinhua", 1), writing=("新华社", "xinhua")), entry("renmin", 1)]
    gallery_files.publish(tmp_path, "encoder", written, vectors[:2])
    read = gallery_files.read(gallery_files.current_version(tmp_path)).entries
    assert [one.writing for one in read] == [("新华社", "xinhua"), ()]


@pytest.mark.parametrize("prototypes", [5, 6, -1])
def test_a_picture_without_a_row_of_its_own_is_refused(vectors, tmp_path, prototypes):
    gallery_files.publish(tmp_path, "encoder", [replace(entry("xinhua", 5), prototypes=prototypes)], vectors[:5])
    with pytest.raises(GalleryError, match="xinhua"):
        gallery_files.read(gallery_files.current_version(tmp_path))


def test_prototypes_are_no_look_alikes(vectors):
    entries = [replace(entry("xinhua", 5), prototypes=2), entry("renmin", 1)]
    for row, found in ((0, ["xinhua"]), (2, ["xinhua"]), (3, []), (4, [])):
        rows = np.concatenate([vectors[:5], vectors[row : row + 1]])
        assert [clash.existing_id for clash in clashes(entries, rows, first_new=1)] == found
