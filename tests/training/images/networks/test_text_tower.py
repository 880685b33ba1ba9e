"""The tokenizer is deterministic and fits both languages; padding does not change embeddings."""

import pytest
import torch

from training.images.networks import text_tower

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.fixture(scope="module")
def phrases(subjects):
    return [caption for subject in subjects for caption in subject.captions]


@pytest.fixture(scope="module")
def tokenizer(phrases):
    return text_tower.make_tokenizer(phrases)


def test_tokenizer_is_deterministic(phrases, tokenizer):
    assert all(text_tower.make_tokenizer(phrases).to_str() == tokenizer.to_str() for _ in range(3))


def test_tokenizer_splits_chinese_and_ignores_width_and_case(tokenizer):
    assert tokenizer.encode("国旗").tokens[:3] == ["国", "旗", "[END]"]
    assert tokenizer.encode("ＦＬＡＧ of").ids == tokenizer.encode("flag OF").ids


def test_embedding_without_padding_equals_padded(tokenizer):
    text = text_tower.create(32).text.eval()
    tokens = torch.from_numpy(text_tower.tokens_of(tokenizer, ["国旗", "flag of the world"]))
    with torch.inference_mode():
        whole = torch.nn.functional.normalize(text(tokens), dim=1)
        assert torch.allclose(text_tower.embed(text, tokens), whole, atol=1e-5)
