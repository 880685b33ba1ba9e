"""The n-grams give the same logits as the library that fitted them, before and after they are saved."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from models.profile import CLASSIFIER_LABELS, Field, Label
from models.text.ngrams import Ngrams, grams
from models.text.normalize import normalize
from training.text.corpus import Case
from training.text.ngrams import fit_ngrams

TEXTS = {
    "稳赚不赔，跟单翻倍": (Label.DECEPTIVE_CLAIM,),
    "稳赚不赔，老师带你": (Label.DECEPTIVE_CLAIM,),
    "养两只猫，周末爬山": (),
    "养一只狗，周末钓鱼": (),
}


@pytest.fixture(scope="module")
def fitted():
    cases = [Case(str(number), Field.BIO, text, labels, {}) for number, (text, labels) in enumerate(TEXTS.items())]
    return fit_ngrams(cases, rarest=1)


def test_a_claim_scores_higher_than_a_harmless_text(fitted):
    column = CLASSIFIER_LABELS.index(Label.DECEPTIVE_CLAIM)
    claim, harmless = (fitted(normalize(text).text)[column] for text in ("稳赚不赔的老师", "周末养猫"))
    assert claim > harmless


def test_the_values_are_those_of_the_library(fitted):
    library = TfidfVectorizer(analyzer=grams, sublinear_tf=True).fit([normalize(text).text for text in TEXTS])
    text = "稳赚不赔不赔，养猫"
    expected = library.transform([text]).toarray()[0] @ fitted._weights + fitted._offsets
    assert fitted(text) == pytest.approx(expected, abs=1e-5)


def test_saved_weights_give_the_same_logits_within_half_precision(fitted, tmp_path):
    fitted.save(tmp_path / "ngrams.npz")
    loaded = Ngrams.load(tmp_path / "ngrams.npz")
    for text in TEXTS:
        assert loaded(text) == pytest.approx(fitted(text), abs=2e-2)


@pytest.mark.parametrize("text", ["", "\U0001f984", "zzz", "稳" * 2000])
def test_any_text_has_finite_logits_for_every_label(fitted, text):
    logits = fitted(text)
    assert logits.shape == (len(CLASSIFIER_LABELS),)
    assert np.isfinite(logits).all()
