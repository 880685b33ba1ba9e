"""Two encoders are told apart by what emblems say, not by how many pictures there are of each."""

import numpy as np

from training.images.evaluation.compare import ImageComparison

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
