"""The serving form computes what the training form does, for every encoder of the BERT family."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModel, BertConfig, ElectraConfig, ErnieConfig, XLMRobertaConfig

from training.text.networks.model import TextModel
from training.text.networks.served import JointAttention, Served

SMALL_SIZES = {
    "vocab_size": 99,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
}


@pytest.mark.parametrize("config", [BertConfig, ElectraConfig, ErnieConfig, XLMRobertaConfig])
@pytest.mark.parametrize("length", [1, 2, 17])
def test_the_serving_form_has_the_scores_of_the_training_form(config, length):
    encoder = AutoModel.from_config(config(**SMALL_SIZES), attn_implementation="eager")
    encoder.pooler = None
    model = TextModel(encoder).eval()
    ids = torch.randint(5, 99, (1, length), generator=torch.Generator().manual_seed(length))
    with torch.inference_mode():
        expected = model(ids, torch.ones_like(ids))
        served = Served(model)
        for told, before in zip(served(ids), expected, strict=True):
            torch.testing.assert_close(told, before, atol=1e-5, rtol=1e-4)
    assert sum(isinstance(part, JointAttention) for part in served.modules()) == SMALL_SIZES["num_hidden_layers"]
