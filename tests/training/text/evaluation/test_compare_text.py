import numpy as np
import pytest

from models.profile import Field, Label
from models.settings import Settings
from training.text.data.corpus import Case
from training.text.evaluation.compare import compare_text, compared
from training.text.measures import label_matrix


@pytest.mark.slow
def test_a_model_is_no_better_than_itself():
    folder = Settings().text_directory()
    comparison = compare_text(folder, folder, limit=60)
    assert comparison.difference.value == 0
    assert "no significant difference" in str(comparison)
    assert comparison.f1[0].mean() > 0.5


def test_absent_labels_keep_macro_f1_and_clean_texts_get_an_interval():
    labels: list[tuple[Label, ...]] = [(Label.DECEPTIVE_CLAIM,), ()] * 100
    cases = [Case(str(row), Field.BIO, "三天包过", some, {}) for row, some in enumerate(labels)]
    truth = label_matrix(labels)
    comparison = compared(cases, np.stack([truth | ~truth.any(axis=1)[:, None], truth]))
    assert comparison.macro_f1[1] == 1
    assert comparison.clean_difference.value == -1 and comparison.clean_difference.interval == (-1, -1)
    assert "clean flagged, difference -1.0000 (95% -1.0000 to -1.0000)" in str(comparison)
    assert "the challenger is better" in str(comparison)
