"""The n-grams give the same logits as the library that fitted them, before and after they are saved."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from models.profile import CLASSIFIER_LABELS, Field, Label
from models.settings import Settings
from models.text.classifier.ngrams import SOUND_MARK, WEIGHT_STEP, Ngrams, grams, hash_ngrams, text_hashes
from models.text.normalize.normalize import normalize
from training.text.data.corpus import Case
from training.text.fit.ngrams import fit_ngrams

TEXTS = {
    "稳赚不赔，跟单翻倍": (Label.DECEPTIVE_CLAIM,),
    "稳赚不赔，老师带你": (Label.DECEPTIVE_CLAIM,),
    "养两只猫，周末爬山": (),
    "养一只狗，周末钓鱼": (),
}


@pytest.fixture(scope="module")
def cases():
    return [Case(str(number), Field.BIO, text, labels, {}) for number, (text, labels) in enumerate(TEXTS.items())]


@pytest.fixture(scope="module")
def fitted(cases):
    return fit_ngrams(cases, min_texts=1)


def test_a_claim_scores_higher_than_a_harmless_text(fitted):
    column = CLASSIFIER_LABELS.index(Label.DECEPTIVE_CLAIM)
    claim, harmless = (fitted(normalize(text).text)[column] for text in ("稳赚不赔的老师", "周末养猫"))
    assert claim > harmless


def test_claim_in_homophones_or_pinyin_scores_like_the_plain_claim(fitted):
    column = CLASSIFIER_LABELS.index(Label.DECEPTIVE_CLAIM)
    claim, by_ear, spelt, harmless = (
        fitted(normalize(text).text)[column] for text in ("稳赚不赔", "吻撰步陪", "wen zhuan bu pei", "周末爬山")
    )
    assert min(by_ear, spelt) > (claim + harmless) / 2


def test_homophones_share_every_ngram_of_sounds():
    heard = [
        [gram for gram in grams(text) if gram.startswith(SOUND_MARK)] for text in ("加微信", "佳威心", "jiaweixin")
    ]
    assert heard[0] == heard[1] == heard[2] != []


def test_letters_and_figures_that_are_no_pinyin_have_no_ngrams_of_sounds():
    assert not any(gram.startswith(SOUND_MARK) for gram in grams("vx 12345 :)"))


@given(st.text(st.characters(exclude_characters="\0"), max_size=60) | st.text("微信加v1 ,wxei😀\ud800", max_size=60))
def test_hashes_of_a_text_are_those_of_its_ngrams(text):
    assert sorted(text_hashes(text)) == sorted(hash_ngrams(np.array(grams(text))))


def test_hashes_of_the_released_vocabulary_are_distinct():
    with np.load(Settings().text_directory() / "ngrams.npz") as arrays:
        assert len(np.unique(hash_ngrams(arrays["grams"]))) == len(arrays["grams"])


def test_the_values_are_those_of_the_library():
    library = TfidfVectorizer(analyzer=grams, sublinear_tf=True).fit([normalize(text).text for text in TEXTS])
    weights = np.random.default_rng(0).normal(size=(len(library.vocabulary_), 2))
    ngrams = Ngrams(library.get_feature_names_out(), library.idf_, weights, np.zeros(2, np.float32))
    text = "稳赚不赔不赔，养猫"
    assert ngrams(text) == pytest.approx(library.transform([text]).toarray()[0] @ weights, abs=1e-5)


def test_the_same_texts_give_the_same_model(fitted, cases):
    assert np.array_equal(fit_ngrams(cases, min_texts=1)("稳赚不赔"), fitted("稳赚不赔"))


def test_saved_weights_give_nearly_the_same_logits(fitted, tmp_path):
    fitted.save(tmp_path / "ngrams.npz")
    loaded = Ngrams.load(tmp_path / "ngrams.npz")
    for text in TEXTS:
        most = WEIGHT_STEP / 2 * math.sqrt(len(set(grams(text))))  # values of unit length, each weight half a step off
        assert loaded(text) == pytest.approx(fitted(text), abs=most)


@pytest.mark.parametrize("text", ["", "\U0001f984", "zzz", "稳" * 2000])
def test_any_text_has_finite_logits_for_every_label(fitted, text):
    logits = fitted(text)
    assert logits.shape == (len(CLASSIFIER_LABELS),)
    assert np.isfinite(logits).all()
