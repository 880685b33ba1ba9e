"""Baselines get the same texts as ours and give probabilities; vectors are computed once."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel

from models.profile import CLASSIFIER_LABELS, Field, Label
from models.text.normalize.normalize import FieldText
from training.text.data.corpus import Case, Split, read_split
from training.text.evaluation import baselines
from training.text.networks import base


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A small encoder in place of the pretrained one; lists its calls."""
    asked = []

    def make():
        asked.append(1)
        torch.manual_seed(0)
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((one, -5.0) for one in "加微信包过▁")]
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
        sizes = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
        return base.PretrainedEncoder(BertModel(BertConfig(vocab_size=len(pieces), **sizes)), tokenizer, "tiny")

    monkeypatch.setenv("HUIJIAN_CACHE", str(tmp_path))
    monkeypatch.setattr(base, "pretrained", make)
    return asked


def texts(*contents):
    return [FieldText.of(Field.BIO, content) for content in contents]


def test_keywords_are_found_in_normalised_texts():
    given = baselines.keyword_lists([], [], texts("加Ｖ，包過", "今天天气不错"))
    assert [label for label, predicted in zip(CLASSIFIER_LABELS, given[0], strict=True) if predicted] == [
        Label.DECEPTIVE_CLAIM, Label.CONTACT_DIVERSION,
    ]  # fmt: skip
    assert not given[1].any()


def test_vectors_are_computed_once_for_the_same_texts(tiny):
    first, again = (baselines.embeddings(texts("加微信", "包过包过")) for _ in range(2))
    assert np.array_equal(first, again) and len(tiny) == 1
    baselines.embeddings(texts("加微信"))
    assert len(tiny) == 2


def test_a_vector_does_not_depend_on_the_texts_beside_it(tiny):
    alone, beside = baselines.embeddings(texts("加微信")), baselines.embeddings(texts("包过包过加微信包过", "加微信"))
    assert np.allclose(alone[0], beside[1], atol=0.02)  # bfloat16


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_every_baseline_gives_a_probability_per_label(tiny, name):
    training, validation = (read_split(split) for split in (Split.TRAIN, Split.VALIDATION))
    scores = baselines.BASELINES[name](
        training[:: len(training) // 400], validation[::30], texts("加微信 abc", "包过", "")
    )
    assert scores.shape == (3, len(CLASSIFIER_LABELS))
    assert ((scores >= 0) & (scores <= 1)).all()


def test_a_baseline_is_calibrated_on_validation_texts_as_ours_is():
    training = [Case(str(row), Field.BIO, text, labels, {}) for row, (text, labels) in enumerate(
        [("加微信 abc", (Label.CONTACT_DIVERSION,)), ("今天天气不错", ())] * 20
    )]  # fmt: skip
    harmless = [replace(case, labels=()) for case in training]
    judged = texts("加微信 abc")
    as_trained, never_there = (
        baselines.ngrams(training, validation, judged)[0, CLASSIFIER_LABELS.index(Label.CONTACT_DIVERSION)]
        for validation in (training, [*harmless, replace(training[0], text="今天天气不错")])
    )
    assert never_there < baselines.BASELINE_THRESHOLD < as_trained
