import json
from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import BertConfig, BertModel
from typer.testing import CliRunner

from cli.main import app
from models.profile import CLASSIFIER_LABELS, Field
from models.runtime import versions
from models.text.classifier.classifier import TextClassifier
from models.text.normalize.normalize import FieldText
from training.cases import CasesError
from training.runs.curves import read_history
from training.runs.options import read_all
from training.runs.record import Record
from training.text import train
from training.text.data.corpus import DATASET, Case, Split, read_split, write_cases
from training.text.data.disguises import Marked
from training.text.data.examples import Examples, collate
from training.text.evaluation.evaluate import evaluate_text
from training.text.fit.trainer import TextTrainer
from training.text.networks.base import PAD, PretrainedEncoder
from training.text.train import new_cases, train_text

LIMIT = 64


@pytest.fixture(scope="module")
def tiny():
    """A base of one narrow layer that knows single characters, so that training takes seconds."""

    def make():
        torch.manual_seed(0)
        characters = sorted({character for case in read_split(Split.TRAIN)[:500] for character in case.text})
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *((one, -5.0) for one in characters)]
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 2)])
        config = BertConfig(
            vocab_size=len(pieces),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=64,
            pad_token_id=PAD,
        )
        return PretrainedEncoder(BertModel(config, add_pooling_layer=False), tokenizer, "tiny")

    return make


@pytest.fixture(scope="module")
def logged():
    """The numbers of every epoch of `run`, and in the end of its test."""
    return []


@pytest.fixture(scope="module")
def run(tmp_path_factory, tiny, logged):
    folder = tmp_path_factory.mktemp("run")
    record = Record({"seed": 1}, lambda epoch, numbers: logged.append((epoch, numbers)))
    train_text(folder, epochs=2, seed=1, limit=LIMIT, base=tiny(), record=record)
    return folder


@pytest.mark.slow
def test_training_leaves_an_artefact_that_scores_and_explains_itself(run):
    artifact = run / "artifact"
    assert {file.name for file in artifact.iterdir()} == {
        "model.onnx", "tokenizer.json", "ngrams.npz", "config.json", "card.md", "metrics.json", "seen.npz",
    }  # fmt: skip
    findings = TextClassifier(artifact)([FieldText.of(Field.BIO, "三天包过，不过退款")])[0]
    assert [finding.label for finding in findings] == list(CLASSIFIER_LABELS)
    metrics = json.loads((artifact / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["torch_to_onnx_largest_logit_difference"] < 1e-4
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == [1, 2]
    assert metrics["test"].keys() == {"huijian", "keywords", "n-grams"} and metrics["test"]["huijian"]["cases"] == LIMIT
    assert "macro F1" in (artifact / "card.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_model_says_what_made_it(tiny, tmp_path):
    fresh = Case("fresh", Field.NAME, "鼍龙与獬豸的下午，没有别的事", (), {})
    write_cases(tmp_path / "new.jsonl", [fresh])
    artifact = train_text(tmp_path / "run", cases=[tmp_path / "new.jsonl"], epochs=1, seed=7, limit=LIMIT, base=tiny())
    made = json.loads((artifact / "config.json").read_text(encoding="utf-8"))["made_from"]
    assert (made["seed"], made["epochs"], made["limit"], made["base"]) == (7, 1, LIMIT, "tiny")
    assert made["corpus"]["train"] == versions.digest(DATASET / "train.jsonl")
    digest = versions.digest(tmp_path / "new.jsonl")
    assert made["cases"] == [{"file": "new.jsonl", "sha256": digest, "cases": 1}]
    card = (artifact / "card.md").read_text(encoding="utf-8")
    assert all(said in card for said in ("tiny", "seed 7", "1 epochs", "`new.jsonl`", digest))


@pytest.mark.slow
def test_a_run_is_a_folder_with_its_options_numbers_and_report(run, logged):
    assert read_all(run / "run.yaml") == {"seed": 1}
    history = read_history(run)
    assert [row.keys() for row in history] == [{"epoch", "loss", "macro_f1", "clean_flagged"}] * 2
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "训练过程" in page and page.count("data:image/png") == 3 and "deceptive_claim" in page
    assert [epoch for epoch, _ in logged] == [1, 2, 2]
    assert logged[0][1]["loss"] == history[0]["loss"] and "test/macro_f1" in logged[-1][1]


class StoppedError(Exception):
    """Training stops where the test has seen enough."""


@pytest.fixture
def trained_on(monkeypatch, tmp_path, tiny):
    """Runs the command line without training; gives what would be trained on, by text, and the outcome."""

    def stop(_, training, validation):
        seen.extend(case.text for case in training)
        raise StoppedError

    seen = []
    monkeypatch.setattr(TextTrainer, "run", stop)
    monkeypatch.setattr(train, "pretrained", tiny)

    def command(*arguments):
        seen.clear()
        outcome = CliRunner().invoke(app, ["train", "text", "--output", str(tmp_path / "run"), *map(str, arguments)])
        return list(seen), outcome

    return command


def test_a_trial_trains_on_all_further_cases_as_often_as_they_weigh(trained_on, tmp_path):
    cases = [Case(f"new-{row}", Field.NAME, f"鼍龙与獬豸的下午{row}", (), {}) for row in range(5)]
    write_cases(tmp_path / "new.jsonl", cases)
    texts, outcome = trained_on("--cases", tmp_path / "new.jsonl", "--weight", 3, "--limit", 2)
    assert isinstance(outcome.exception, StoppedError)
    assert len(texts) == 2 + 15 and {texts.count(case.text) for case in cases} == {3}
    assert "preparing" in outcome.output and "7 texts, 5 of them further cases 3 times an epoch" in outcome.output


def test_a_run_rehearses_as_much_of_the_corpus_as_told(trained_on, tmp_path):
    write_cases(tmp_path / "new.jsonl", [Case("new", Field.NAME, "鼍龙与獬豸的下午", (), {})])
    texts, _ = trained_on("--cases", tmp_path / "new.jsonl", "--weight", 2, "--limit", 5, "--rehearse", 3)
    assert len(texts) == 3 + 2


def test_the_command_line_overrides_a_file_of_options(trained_on, tmp_path):
    write_cases(tmp_path / "new.jsonl", [Case("new", Field.NAME, "鼍龙与獬豸的下午", (), {})])
    options = {"cases": [str(tmp_path / "new.jsonl")], "weight": 4, "limit": 2, "epochs": 1, "seed": 5}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(options), encoding="utf-8")
    texts, outcome = trained_on("--config", tmp_path / "mine.yaml", "--weight", 3)
    assert isinstance(outcome.exception, StoppedError) and len(texts) == 2 + 3
    kept = read_all(tmp_path / "run" / "run.yaml")
    defaults = dict.fromkeys(("rehearse", "base", "track")) | {"skip_duplicates": False, "threads": 2}
    assert kept == options | defaults | {"weight": 3}


def test_a_file_with_a_misspelt_option_starts_nothing(trained_on, tmp_path):
    (tmp_path / "mine.yaml").write_text("epoch: 1\n", encoding="utf-8")
    texts, outcome = trained_on("--config", tmp_path / "mine.yaml")
    assert outcome.exit_code == 2 and "did you mean" in outcome.output and not texts


def test_further_cases_that_repeat_held_out_texts_are_skipped_if_asked(trained_on, tmp_path):
    fresh = Case("fresh", Field.NAME, "鼍龙与獬豸的下午", (), {})
    write_cases(tmp_path / "new.jsonl", [replace(read_split(Split.TEST)[0], id="double"), fresh])
    _, outcome = trained_on("--cases", tmp_path / "new.jsonl")
    assert outcome.exit_code == 2 and "skip-duplicates" in outcome.output
    texts, outcome = trained_on("--cases", tmp_path / "new.jsonl", "--limit", 2, "--skip-duplicates")
    assert "skipped new.jsonl, line 1: it repeats a held-out text" in outcome.output
    assert len(texts) == 3 and fresh.text in texts


@pytest.mark.slow
def test_a_model_is_not_measured_on_what_it_has_seen(run, tmp_path):
    trained = read_split(Split.TRAIN)[0]
    write_cases(tmp_path / "cases.jsonl", [*read_split(Split.TEST)[:3], trained])
    with pytest.raises(CasesError, match=r"1 cases that the model artifact was trained on, .*: lines 4$"):
        evaluate_text(tmp_path / "cases.jsonl", run / "artifact")


@pytest.mark.slow
def test_an_interrupted_run_resumes_to_the_same_model(run, tiny, tmp_path, monkeypatch):
    whole = torch.load(run / "checkpoint.pt", weights_only=True)
    train_epoch = TextTrainer._epoch

    def stop_in_the_second(trainer, marked, epoch):
        if epoch == 1:
            raise KeyboardInterrupt
        return train_epoch(trainer, marked, epoch)

    with monkeypatch.context() as patch:
        patch.setattr(TextTrainer, "_epoch", stop_in_the_second)
        with pytest.raises(KeyboardInterrupt):
            train_text(tmp_path, epochs=2, seed=1, limit=LIMIT, base=tiny())
    train_text(tmp_path, epochs=2, seed=1, limit=LIMIT, base=tiny())
    resumed = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    assert [numbers["epoch"] for numbers in resumed["history"]] == [1, 2]
    assert all(torch.equal(whole["model"][name], value) for name, value in resumed["model"].items())


@pytest.mark.slow
def test_a_folder_with_another_run_is_refused(run, tiny):
    with pytest.raises(FileExistsError, match="other settings"):
        train_text(run, epochs=3, seed=1, limit=LIMIT, base=tiny())


@pytest.mark.slow
def test_a_folder_with_a_run_of_another_base_is_refused_and_left_as_it_is(run, tiny):
    before = {file: file.read_bytes() for file in run.iterdir() if file.is_file()}
    with pytest.raises(FileExistsError, match="other settings"):
        train_text(run, epochs=2, seed=1, limit=LIMIT, base=replace(tiny(), name="another"))
    assert {file: file.read_bytes() for file in run.iterdir() if file.is_file()} == before


@pytest.mark.slow
def test_a_run_does_not_resume_with_other_evidence_for_the_same_texts(tiny, tmp_path, monkeypatch):
    cases = read_split(Split.VALIDATION)[:LIMIT]

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "export_text", stop)
    monkeypatch.setattr(train, "read_split", lambda _: cases)
    with pytest.raises(KeyboardInterrupt):
        train_text(tmp_path, epochs=1, seed=1, base=tiny())
    cases = [replace(case, evidence={}) for case in cases]
    with pytest.raises(FileExistsError, match="other settings"):
        train_text(tmp_path, epochs=1, seed=1, base=tiny())


@pytest.mark.slow
def test_evaluation_prints_the_table_then_its_command_and_writes_json(run, tmp_path, capsys):
    cases = tmp_path / "cases.jsonl"
    write_cases(cases, read_split(Split.TEST)[:80])
    report = evaluate_text(cases, run / "artifact", output=tmp_path / "report.json")
    printed = capsys.readouterr().out
    assert printed.rstrip().endswith(f"huijian evaluate text {cases}")
    assert all(label in printed for label in CLASSIFIER_LABELS)
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == report


@pytest.mark.parametrize("split", [Split.VALIDATION, Split.TEST])
def test_new_cases_that_repeat_held_out_texts_are_refused_with_their_lines(tmp_path, split):
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    fresh = Case("fresh", Field.NAME, "鼍龙与獬豸的下午", (), {})
    one, other = (replace(case, id=f"double-{number}") for number, case in enumerate(read_split(split)[:2]))
    write_cases(first, [fresh, one])
    write_cases(second, [other])
    places = r"first\.jsonl, line 2; second\.jsonl, line 1"
    with pytest.raises(CasesError, match=rf"2 cases repeat held-out texts, .*: {places}$"):
        new_cases([first, second])


def test_broken_new_cases_name_their_lines_and_start_nothing(tmp_path):
    (tmp_path / "new.jsonl").write_text('{"id": "1"}\n')
    arguments = ["--cases", str(tmp_path / "new.jsonl"), "--output", str(tmp_path / "run")]
    outcome = CliRunner().invoke(app, ["train", "text", *arguments])
    assert outcome.exit_code == 2 and "new.jsonl, line 1" in outcome.output
    assert not (tmp_path / "run").exists()


def test_new_cases_are_read_whole(tmp_path):
    path = tmp_path / "new.jsonl"
    write_cases(path, read_split(Split.TRAIN)[:3])
    assert len(new_cases([path])) == 3


def test_tokens_of_the_evidence_are_marked_and_no_others(tiny):
    base = tiny()
    case = next(case for case in read_split(Split.TRAIN) if len(case.labels) == 1 and len(case.text) < 40)
    (example,) = Examples(base.tokenizer)(case.field, Marked.of(case))
    index = CLASSIFIER_LABELS.index(case.labels[0])
    marked = "".join(base.tokenizer.id_to_token(example.ids[row]) for row in np.flatnonzero(example.tokens[:, index]))
    assert example.labels.sum() == 1 and example.labels[index] == 1
    assert len(marked) == sum(map(len, case.evidence[case.labels[0]]))


def test_padding_is_masked(tiny):
    base = tiny()
    cases = sorted(read_split(Split.TRAIN)[:20], key=lambda case: len(case.text))
    short, long = (Examples(base.tokenizer)(case.field, Marked.of(case))[0] for case in (cases[0], cases[-1]))
    ids, mask, labels, tokens = collate([short, long])
    assert mask.sum(1).tolist() == [len(short.ids), len(long.ids)]
    assert ids.shape == mask.shape == tokens.shape[:2]
    assert labels.shape == (2, len(CLASSIFIER_LABELS))
