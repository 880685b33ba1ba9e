"""Cosines are normalised by cohort means, in galleries of any size."""

from dataclasses import replace

import numpy as np
import pytest

from models.images.encoder.encoder import Embedding
from models.images.gallery import files as gallery_files
from models.images.gallery.files import MAX_EXACT_ROWS, Contents, GalleryEntry
from models.images.gallery.gallery import Gallery
from models.images.gallery.references import parse_reference
from models.images.matching import retrieval
from models.images.matching.candidates import retrieved_candidates
from models.images.matching.features import RETRIEVAL_FEATURES
from models.images.matching.retrieval import MAX_CANDIDATES, Retriever, cohort_mean, top_references

VECTOR_DIMENSION, DRAWINGS, PHRASE_COUNT = 64, 5, 50
REFERENCE_COUNT = MAX_EXACT_ROWS // DRAWINGS + 2_000
COMPARED = (
    "normalized",
    "prototype_gain",
    "similarity",
    "best_windows",
    "best_rows",
    "whole_normalized",
    "whole_similarity",
)


def test_a_cohort_mean_is_the_mean_of_the_nearest_cosines():
    vectors, cohort = np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[:2]
    assert np.allclose(cohort_mean(vectors, cohort), [0.5, 0.5, 0.0])


def test_top_references_are_the_highest_values_best_first():
    values = np.random.default_rng(0).permutation(50).astype(np.float32)
    assert values[top_references(values)].tolist() == list(range(49, 49 - MAX_CANDIDATES, -1))
    assert top_references(np.array([0.1, 0.3])).tolist() == [1, 0]


def on_sphere(rng, centres, share):
    """Each centre moved at random: `share` of it is left, of a length of one."""
    noise = rng.standard_normal(centres.shape)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    moved = share * centres + (1 - share**2) ** 0.5 * noise
    return (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)


def entry(number, rows, text=""):
    fields = {"reference_id": f"media.{number}", "label": "media_logo", "name_zh": "徽标", "name_en": "Logo"}
    fields |= {"owner_id": f"owner.{number // 2}", "source": "drawn for tests", "licence": "CC0-1.0"}
    return GalleryEntry(parse_reference(fields), f"{number} {text}", rows, text=text)


@pytest.fixture(scope="module")
def crowd():
    """Centres of more references than are compared exhaustively."""
    return on_sphere(np.random.default_rng(0), np.zeros((REFERENCE_COUNT, VECTOR_DIMENSION)), 0.0)


@pytest.fixture(scope="module")
def gallery(crowd):
    rng = np.random.default_rng(1)
    drawn = on_sphere(rng, np.repeat(crowd, DRAWINGS, axis=0), 0.8)
    writings = on_sphere(rng, np.zeros((PHRASE_COUNT, VECTOR_DIMENSION)), 0.0)
    entries = [entry(number, DRAWINGS) for number in range(REFERENCE_COUNT)]
    entries += [entry(number, 1, "一枚徽章") for number in range(PHRASE_COUNT)]
    index = gallery_files.build_index(np.concatenate([drawn, writings]))
    return Gallery(Contents("made", "made", tuple(entries), index))


@pytest.fixture(scope="module")
def retrievers(gallery):
    """The retriever of a large gallery, and one that compares every row nevertheless."""
    cohort = on_sphere(np.random.default_rng(2), np.zeros((300, VECTOR_DIMENSION)), 0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retrieval, "MAX_EXACT_ROWS", len(gallery.vectors))
        everything = Retriever(gallery, cohort)
    return Retriever(gallery, cohort), everything


def picture(crowd, seed):
    """Windows of a picture, most of them random, the others a little like some references."""
    rng = np.random.default_rng(seed)
    shown = on_sphere(rng, crowd[rng.choice(REFERENCE_COUNT, 2 * MAX_CANDIDATES, replace=False)], 0.75)
    vectors = np.concatenate([shown, on_sphere(rng, np.zeros((44, VECTOR_DIMENSION)), 0.0)])
    corners = rng.uniform(0, 0.5, (len(vectors), 2))
    return Embedding(rng.permutation(vectors), np.hstack([corners, corners + 0.4]).astype(np.float32))


@pytest.mark.parametrize("seed", range(5))
def test_a_large_gallery_gives_the_same_candidates_as_comparing_every_row(crowd, retrievers, seed):
    found, expected = (retrieved_candidates(retriever, retriever(picture(crowd, seed))) for retriever in retrievers)
    assert found.references.tolist() == expected.references.tolist()
    assert found.boxes == expected.boxes
    assert np.allclose(found.features, expected.features, atol=1e-5)
    assert np.allclose(found.similarities, expected.similarities, atol=1e-5)


def test_only_the_nearest_references_of_a_large_gallery_are_scored(crowd, retrievers):
    large, everything = (retriever(picture(crowd, 0)) for retriever in retrievers)
    assert MAX_CANDIDATES < len(large.references) < REFERENCE_COUNT / 10
    assert len(everything.references) == REFERENCE_COUNT


def test_aligned_scores_cover_the_references_of_both(crowd, retrievers):
    large, everything = retrievers
    one, other = picture(crowd, 6), picture(crowd, 7)
    both_scores = large.aligned(large(one), large(other))
    assert set(large(one).references) | set(large(other).references) == set(both_scores[0].references)
    assert np.array_equal(both_scores[0].references, both_scores[1].references)
    for scores, embedding in zip(both_scores, (one, other), strict=True):
        whole = everything(embedding)
        for name in COMPARED:
            assert np.allclose(getattr(scores, name), getattr(whole, name)[scores.references], atol=1e-5)


def test_including_more_references_keeps_earlier_scores(crowd, retrievers):
    _, large = retrievers
    scores = large(picture(crowd, 6))
    others = np.setdiff1d(np.arange(len(large.references)), scores.references)[:2]
    more = large.including(scores, others)
    assert set(more.references) == {*scores.references, *others}
    kept = np.isin(more.references, scores.references)
    for name in COMPARED:
        assert np.allclose(getattr(more, name)[kept], getattr(scores, name), atol=1e-5)
    assert large.including(scores, []) is scores


def test_references_are_ordered_by_their_pictures_not_by_phrases(crowd):
    entries = (replace(entry(0, 1), text="一枚徽标"), entry(1, 1), entry(0, 1))
    gallery = Gallery(Contents("made", "made", entries, gallery_files.build_index(crowd[:3])))
    retriever = Retriever(gallery, crowd[3:9])
    for row, number in ((1, 1), (2, 0)):
        scores = retriever(Embedding(crowd[[row]], np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)))
        assert retriever.references[scores.references[scores.normalized.argmax()]].reference_id == f"media.{number}"


def test_writings_are_those_of_all_drawings_of_each_reference(crowd):
    entries = (
        replace(entry(0, 1), writing=("gazette", "daily")),
        entry(1, 1),
        replace(entry(0, 1), writing=("daily", "weekly")),
    )
    gallery = Gallery(Contents("made", "made", entries, gallery_files.build_index(crowd[:3])))
    retriever = Retriever(gallery, crowd[3:9])
    writings = dict(zip((one.reference_id for one in retriever.references), retriever.writings(), strict=True))
    assert writings[entries[0].reference.reference_id] == ("gazette", "daily", "weekly")
    assert writings[entries[1].reference.reference_id] == ()


def test_prototype_gain_is_zero_where_a_picture_is_nearest(crowd):
    entries = tuple(replace(entry(number, DRAWINGS), prototypes=1) for number in range(2))
    rows = on_sphere(np.random.default_rng(3), crowd[: 2 * DRAWINGS], 1.0)
    gallery = Gallery(Contents("made", "made", entries, gallery_files.build_index(rows)))
    retriever = Retriever(gallery, on_sphere(np.random.default_rng(2), np.zeros((300, VECTOR_DIMENSION)), 0.0))
    box = np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)
    by_picture, by_prototype = (retriever(Embedding(rows[[row]], box)) for row in (0, DRAWINGS - 1))
    assert (
        by_picture.normalized[0] == by_picture.normalized.max()
        and by_prototype.normalized[0] == by_prototype.normalized.max()
    )
    assert retrieved_candidates(retriever, by_prototype).features[0, [*RETRIEVAL_FEATURES].index("changed")] > 0.3
    assert retrieved_candidates(retriever, by_picture).features[0, [*RETRIEVAL_FEATURES].index("changed")] == 0


def test_context_windows_select_references_for_a_single_window(crowd, retrievers):
    shown = picture(crowd, 3)
    first = Embedding(shown.vectors[:1], shown.boxes[:1])
    large, everything = (retriever(first, shown) for retriever in retrievers)
    assert large.references.tolist() == retrievers[0](shown).references.tolist()
    assert len(large.references) > len(retrievers[0](first).references)
    for name in ("normalized", "similarity", "whole_normalized"):
        assert np.allclose(getattr(large, name), getattr(everything, name)[large.references], atol=1e-5)


def test_window_shares_are_in_the_order_of_the_chosen_references(crowd, retrievers):
    shown = crowd[[900, 40, 900, 900, 7]]
    embedding = Embedding(shown, np.tile(np.array([0.0, 0.0, 1.0, 1.0], np.float32), (5, 1)))
    for retriever in retrievers:
        assert retriever.window_shares(embedding, np.array([40, 900, 7])).tolist() == [0.2, 0.6, 0.2]
        assert retriever.window_shares(embedding, np.array([40])).tolist() == [1.0]


def test_phrases_are_no_references_of_the_retriever(crowd, gallery, retrievers):
    near_phrases = Embedding(gallery.vectors[-PHRASE_COUNT:], picture(crowd, 0).boxes[:PHRASE_COUNT])
    for retriever in retrievers:
        scores = retriever(near_phrases)
        assert scores.similarity.max() < 0.99
        assert not any(gallery.entries[retriever.entries[row]].text for row in scores.best_rows)


def test_of_equally_near_references_the_one_with_more_near_rows_is_first():
    axes = np.eye(2 * DRAWINGS + 1, dtype=np.float32)
    query, near = axes[-1], 0.6 * axes[-1] + 0.8 * axes[: 2 * DRAWINGS]
    rows = np.vstack([near[0], axes[1:DRAWINGS], near[DRAWINGS : DRAWINGS + 3], axes[DRAWINGS + 3 : -1]])
    entries = tuple(entry(2 * number, DRAWINGS) for number in range(2))
    retriever = Retriever(Gallery(Contents("made", "made", entries, gallery_files.build_index(rows))), -axes[-1:])
    scores = retriever(Embedding(query[None], np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)))
    assert np.allclose(scores.similarity, 0.6) and scores.best_rows.tolist()[0] == 0
    assert scores.normalized.argmax() == 1


def test_more_unlike_drawings_do_not_lower_a_references_score():
    axes = np.eye(5 * DRAWINGS + 1, dtype=np.float32)
    near = 0.6 * axes[-1] + 0.8 * axes[:DRAWINGS]
    bests = []
    for unlike in (DRAWINGS, 4 * DRAWINGS):
        rows = np.vstack([near, axes[DRAWINGS : DRAWINGS + unlike]])
        gallery = Gallery(Contents("made", "made", (entry(0, len(rows)),), gallery_files.build_index(rows)))
        scores = Retriever(gallery, -axes[-1:])(Embedding(axes[-1:], np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)))
        bests.append(scores.normalized[0])
        assert scores.normalized.dtype == np.float32 and scores.best_rows[0] == 0
    assert np.allclose(bests, bests[0])
