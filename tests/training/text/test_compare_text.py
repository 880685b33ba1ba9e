import pytest

from models.settings import Settings
from training.text.compare import compare_text


@pytest.mark.slow
def test_a_model_is_no_better_than_itself():
    folder = Settings().text_directory()
    comparison = compare_text(folder, folder, limit=60)
    assert comparison.difference.value == 0
    assert "no significant difference" in str(comparison)
    assert comparison.f1[0].mean() > 0.5
