"""Any BERT checkpoint directory can be the start: its own vocabulary, its own special tokens, its own sizes."""

import json
import shutil

import pytest
import small_bert
import torch
from transformers import BertTokenizer
from typer.testing import CliRunner

from cli.main import app
from models.profile import CLASSIFIER_LABELS, Field
from models.text.classifier.classifier import TextClassifier
from models.text.normalize.normalize import FieldText
from training.text.networks.checkpoints import TextCheckpointError, base_at, blank


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return small_bert.write(tmp_path_factory.mktemp("bert"))


def test_the_tokens_around_a_text_are_the_checkpoints_own(checkpoint):
    base = base_at(checkpoint)
    assert base.tokenizer.encode("微信").tokens == ["[CLS]", "微", "信", "[SEP]"]
    assert base.name.endswith("(bert)")


def test_tokenizer_json_works_without_its_truncation_and_padding(checkpoint, tmp_path):
    folder = shutil.copytree(checkpoint, tmp_path / "fast")
    tokenizer = BertTokenizer(str(folder / "vocab.txt"))
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=9)
    tokenizer.save_pretrained(folder)
    (folder / "vocab.txt").unlink()
    assert len(base_at(folder).tokenizer.encode("一二三四五六").ids) == 8


def test_a_blank_encoder_takes_the_weights_of_the_one_described(checkpoint, tmp_path):
    encoder = base_at(checkpoint).encoder.eval()
    encoder.config.to_json_file(tmp_path / "encoder.json")
    other = blank(tmp_path / "encoder.json").eval()
    other.load_state_dict(encoder.state_dict())
    ids = torch.arange(6)[None]
    assert torch.equal(*(one(input_ids=ids).last_hidden_state for one in (encoder, other)))


@pytest.mark.parametrize(
    ("change", "lacks"),
    [({"vocab_size": 9}, "9 in the encoder"), ({"max_position_embeddings": 64}, "64 tokens, 128 are needed")],
)
def test_sizes_that_do_not_fit_are_refused(tmp_path, change, lacks):
    with pytest.raises(TextCheckpointError, match=lacks):
        base_at(small_bert.write(tmp_path, **change))


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "vocab.txt"])
def test_a_checkpoint_that_lacks_a_part_is_refused_on_the_command_line(checkpoint, tmp_path, missing):
    folder = shutil.copytree(checkpoint, tmp_path / "bert")
    (folder / missing).unlink()
    outcome = CliRunner().invoke(app, ["train", "text", "--base", str(folder), "--output", str(tmp_path / "run")])
    assert outcome.exit_code == 2 and "checkpoint" in outcome.output
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_model_trained_from_it_judges_without_transformers(checkpoint, tmp_path):
    arguments = ["--base", str(checkpoint), "--output", str(tmp_path), "--epochs", "1", "--limit", "48"]
    outcome = CliRunner().invoke(app, ["train", "text", *arguments])
    assert outcome.exit_code == 0, outcome.output
    artifact = tmp_path / "artifact"
    texts = [FieldText.of(Field.BIO, text) for text in ("稳赚不赔，加微信", " ", "hello", "🎰" * 2000)]
    assert [[found.label for found in findings] for findings in TextClassifier(artifact)(texts)] == [
        list(CLASSIFIER_LABELS)
    ] * len(texts)
    metrics = json.loads((artifact / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["torch_to_onnx_largest_logit_difference"] < 1e-4
    assert checkpoint.name in (artifact / "card.md").read_text(encoding="utf-8")
