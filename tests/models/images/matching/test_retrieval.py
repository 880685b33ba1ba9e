"""How near harmless pictures come is what a similarity is measured against, in galleries of any size."""

from dataclasses import replace

import numpy as np
import pytest

from models.images.encoder.encoder import Embedding
from models.images.gallery import files as gallery_files
from models.images.gallery.files import EXACT_ROWS, Contents, Entry
from models.images.gallery.gallery import Gallery
from models.images.gallery.references import parse_reference
from models.images.matching import retrieval as matching
from models.images.matching.candidates import retrieved_candidates
from models.images.matching.features import RETRIEVAL_FEATURES
from models.images.matching.retrieval import MAX_CANDIDATES, Retriever, cohort_mean, top_references

DIMENSION, LOOKS, PHRASES = 64, 5, 50
COUNT = EXACT_ROWS // LOOKS + 2_000
COMPARED = (
    "normalized",
    "prototype_gain",
    "similarity",
    "best_windows",
    "best_rows",
    "whole_normalized",
    "whole_similarity",
)


def test_nearness_is_the_mean_of_the_nearest_cohort_cosines():
    vectors, cohort = np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32)[:2]
    assert np.allclose(cohort_mean(vectors, cohort), [0.5, 0.5, 0.0])


def test_the_strongest_come_first_and_no_more_than_are_looked_at():
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
    return Entry(parse_reference(fields), f"{number} {text}", rows, text=text)


@pytest.fixture(scope="module")
def crowd():
    """Centres of more references than are compared one by one."""
    return on_sphere(np.random.default_rng(0), np.zeros((COUNT, DIMENSION)), 0.0)


@pytest.fixture(scope="module")
def gallery(crowd):
    rng = np.random.default_rng(1)
    drawn = on_sphere(rng, np.repeat(crowd, LOOKS, axis=0), 0.8)
    said = on_sphere(rng, np.zeros((PHRASES, DIMENSION)), 0.0)
    entries = [entry(number, LOOKS) for number in range(COUNT)]
    entries += [entry(number, 1, "一枚徽章") for number in range(PHRASES)]
    index = gallery_files.index_of(np.concatenate([drawn, said]))
    return Gallery(Contents("made", "made", tuple(entries), index))


@pytest.fixture(scope="module")
def matchers(gallery):
    """The matcher of a large gallery, and one that compares every row all the same."""
    cohort = on_sphere(np.random.default_rng(2), np.zeros((300, DIMENSION)), 0.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "EXACT_ROWS", len(gallery.vectors))
        everything = Retriever(gallery, cohort)
    return Retriever(gallery, cohort), everything


def picture(crowd, seed):
    """Windows of a picture, most of them of nothing in particular, the others a little like some references."""
    rng = np.random.default_rng(seed)
    shown = on_sphere(rng, crowd[rng.choice(COUNT, 2 * MAX_CANDIDATES, replace=False)], 0.75)
    vectors = np.concatenate([shown, on_sphere(rng, np.zeros((44, DIMENSION)), 0.0)])
    corners = rng.uniform(0, 0.5, (len(vectors), 2))
    return Embedding(rng.permutation(vectors), np.hstack([corners, corners + 0.4]).astype(np.float32))


@pytest.mark.parametrize("seed", range(5))
def test_a_large_gallery_gives_the_references_that_comparing_every_row_gives(crowd, matchers, seed):
    found, expected = (retrieved_candidates(matcher, matcher(picture(crowd, seed))) for matcher in matchers)
    assert found.references.tolist() == expected.references.tolist()
    assert found.boxes == expected.boxes
    assert np.allclose(found.features, expected.features, atol=1e-5)
    assert np.allclose(found.similarities, expected.similarities, atol=1e-5)


def test_only_the_nearest_references_of_a_large_gallery_are_compared(crowd, matchers):
    large, everything = (matcher(picture(crowd, 0)) for matcher in matchers)
    assert MAX_CANDIDATES < len(large.references) < COUNT / 10
    assert len(everything.references) == COUNT


def test_two_looks_together_stand_beside_the_references_of_both(crowd, matchers):
    large, everything = matchers
    one, other = picture(crowd, 6), picture(crowd, 7)
    looks = large.aligned(large(one), large(other))
    assert set(large(one).references) | set(large(other).references) == set(looks[0].references)
    assert np.array_equal(looks[0].references, looks[1].references)
    for look, embedding in zip(looks, (one, other), strict=True):
        whole = everything(embedding)
        for name in COMPARED:
            assert np.allclose(getattr(look, name), getattr(whole, name)[look.references], atol=1e-5)


def test_a_look_beside_more_references_keeps_those_it_had(crowd, matchers):
    _, large = matchers
    look = large(picture(crowd, 6))
    others = np.setdiff1d(np.arange(len(large.references)), look.references)[:2]
    more = large.including(look, others)
    assert set(more.references) == {*look.references, *others}
    kept = np.isin(more.references, look.references)
    for name in COMPARED:
        assert np.allclose(getattr(more, name)[kept], getattr(look, name), atol=1e-5)
    assert large.including(look, []) is look


def test_references_are_numbered_by_their_pictures_even_where_a_phrase_came_first(crowd):
    entries = (replace(entry(0, 1), text="一枚徽标"), entry(1, 1), entry(0, 1))
    gallery = Gallery(Contents("made", "made", entries, gallery_files.index_of(crowd[:3])))
    matcher = Retriever(gallery, crowd[3:9])
    for row, number in ((1, 1), (2, 0)):
        look = matcher(Embedding(crowd[[row]], np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)))
        assert matcher.references[look.references[look.normalized.argmax()]].reference_id == f"media.{number}"


def test_writings_are_those_of_all_drawings_of_each_reference(crowd):
    entries = (
        replace(entry(0, 1), writing=("gazette", "daily")),
        entry(1, 1),
        replace(entry(0, 1), writing=("daily", "weekly")),
    )
    gallery = Gallery(Contents("made", "made", entries, gallery_files.index_of(crowd[:3])))
    matcher = Retriever(gallery, crowd[3:9])
    said = dict(zip((one.reference_id for one in matcher.references), matcher.writings(), strict=True))
    assert said[entries[0].reference.reference_id] == ("gazette", "daily", "weekly")
    assert said[entries[1].reference.reference_id] == ()


def test_what_a_prototype_alone_explains_is_told_from_what_a_picture_explains(crowd):
    entries = tuple(replace(entry(number, LOOKS), prototypes=1) for number in range(2))
    rows = on_sphere(np.random.default_rng(3), crowd[: 2 * LOOKS], 1.0)
    gallery = Gallery(Contents("made", "made", entries, gallery_files.index_of(rows)))
    matcher = Retriever(gallery, on_sphere(np.random.default_rng(2), np.zeros((300, DIMENSION)), 0.0))
    box = np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)
    by_picture, by_prototype = (matcher(Embedding(rows[[row]], box)) for row in (0, LOOKS - 1))
    assert (
        by_picture.normalized[0] == by_picture.normalized.max()
        and by_prototype.normalized[0] == by_prototype.normalized.max()
    )
    assert retrieved_candidates(matcher, by_prototype).features[0, [*RETRIEVAL_FEATURES].index("changed")] > 0.3
    assert retrieved_candidates(matcher, by_picture).features[0, [*RETRIEVAL_FEATURES].index("changed")] == 0


def test_one_window_is_compared_with_what_those_around_it_are_near_to(crowd, matchers):
    shown = picture(crowd, 3)
    first = Embedding(shown.vectors[:1], shown.boxes[:1])
    large, everything = (matcher(first, shown) for matcher in matchers)
    assert large.references.tolist() == matchers[0](shown).references.tolist()
    assert len(large.references) > len(matchers[0](first).references)
    for name in ("normalized", "similarity", "whole_normalized"):
        assert np.allclose(getattr(large, name), getattr(everything, name)[large.references], atol=1e-5)


def test_windows_are_shared_out_among_the_chosen_references_in_their_order(crowd, matchers):
    shown = crowd[[900, 40, 900, 900, 7]]
    embedding = Embedding(shown, np.tile(np.array([0.0, 0.0, 1.0, 1.0], np.float32), (5, 1)))
    for matcher in matchers:
        assert matcher.window_shares(embedding, np.array([40, 900, 7])).tolist() == [0.2, 0.6, 0.2]
        assert matcher.window_shares(embedding, np.array([40])).tolist() == [1.0]


def test_phrases_are_no_references_of_the_matcher(crowd, gallery, matchers):
    near_phrases = Embedding(gallery.vectors[-PHRASES:], picture(crowd, 0).boxes[:PHRASES])
    for matcher in matchers:
        look = matcher(near_phrases)
        assert look.similarity.max() < 0.99
        assert not any(gallery.entries[matcher.entries[row]].text for row in look.best_rows)


def test_of_two_equally_near_the_one_that_more_rows_are_near_to_comes_first():
    axes = np.eye(2 * LOOKS + 1, dtype=np.float32)
    query, near = axes[-1], 0.6 * axes[-1] + 0.8 * axes[: 2 * LOOKS]
    rows = np.vstack([near[0], axes[1:LOOKS], near[LOOKS : LOOKS + 3], axes[LOOKS + 3 : -1]])
    entries = tuple(entry(2 * number, LOOKS) for number in range(2))
    matcher = Retriever(Gallery(Contents("made", "made", entries, gallery_files.index_of(rows))), -axes[-1:])
    look = matcher(Embedding(query[None], np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)))
    assert np.allclose(look.similarity, 0.6) and look.best_rows.tolist()[0] == 0
    assert look.normalized.argmax() == 1


def test_what_was_drawn_quite_differently_too_is_found_as_well():
    axes = np.eye(5 * LOOKS + 1, dtype=np.float32)
    near = 0.6 * axes[-1] + 0.8 * axes[:LOOKS]
    bests = []
    for unlike in (LOOKS, 4 * LOOKS):
        rows = np.vstack([near, axes[LOOKS : LOOKS + unlike]])
        gallery = Gallery(Contents("made", "made", (entry(0, len(rows)),), gallery_files.index_of(rows)))
        look = Retriever(gallery, -axes[-1:])(Embedding(axes[-1:], np.array([[0.0, 0.0, 1.0, 1.0]], np.float32)))
        bests.append(look.normalized[0])
        assert look.normalized.dtype == np.float32 and look.best_rows[0] == 0
    assert np.allclose(bests, bests[0])
