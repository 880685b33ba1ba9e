"""Graphics have captions in both languages, and the text tower learns to put them near their pictures."""

import hashlib
import json

import numpy as np
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.encoder.phrases import PHRASE_FEATURE, PhraseEncoder
from models.runtime.artifact_files import ArtifactFile
from training.images.common.split import Fold
from training.images.data.caption_views import CaptionViews
from training.images.fit import caption_metrics, phrase_calibration, train_captions
from training.images.networks import text_tower, tower
from training.images.networks.export import export
from training.images.sources import captions, graphics

LIMIT = 6
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


@pytest.fixture(scope="module")
def subjects():
    return captions.load_subjects(LIMIT)


@pytest.fixture(scope="module")
def named(subjects):
    return {subject.identity: subject for subject in subjects}


def test_a_flag_is_named_in_both_languages_and_called_a_flag(named):
    flag = next(subject for name, subject in named.items() if name.startswith("flag.a"))
    assert flag.chinese[0].endswith("旗") and flag.english[0].lower().startswith(("flag of", "national flag of"))
    assert {"国旗", "a flag"} <= set(flag.generic_captions)


def test_an_emoji_has_the_names_that_cldr_gives_it(named):
    known = [subject for subject in named.values() if subject.kind == "emoji" and subject.chinese]
    assert len(known) > LIMIT
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in subject.chinese[0]) for subject in known)


def test_the_wording_of_the_catalogue_is_kept_where_a_name_is_no_states(named):
    own = [subject for subject in named.values() if subject.kind == "emblem"]
    assert "中国共产党党徽" in {subject.chinese[0] for subject in own}


def test_a_subject_is_in_the_fold_of_every_owner_whose_drawing_it_has(subjects):
    rendered = graphics.load_graphics(LIMIT)
    folds = {rendered.drawing(row).tobytes(): item.fold for row, item in enumerate(rendered.items)}
    drawings = [(subject.fold, drawing.tobytes()) for subject in subjects for drawing in subject.drawings]
    found = {(fold, folds[drawing]) for fold, drawing in drawings if drawing in folds}
    assert found == {(fold, fold) for fold in Fold}


@pytest.fixture(scope="module")
def said(subjects):
    return [caption for subject in subjects for caption in subject.captions]


@pytest.fixture(scope="module")
def tokenizer(said):
    return text_tower.make_tokenizer(said)


def test_word_pieces_and_their_numbers_are_the_same_every_time(said, tokenizer):
    assert all(text_tower.make_tokenizer(said).to_str() == tokenizer.to_str() for _ in range(3))


def test_chinese_is_read_by_character_whatever_the_width_and_case(tokenizer):
    assert tokenizer.encode("国旗").tokens[:3] == ["国", "旗", "[END]"]
    assert tokenizer.encode("ＦＬＡＧ of").ids == tokenizer.encode("flag OF").ids


def test_leaving_padding_out_changes_nothing(tokenizer):
    text = text_tower.create(32).text.eval()
    tokens = torch.from_numpy(text_tower.tokens_of(tokenizer, ["国旗", "flag of the world"]))
    with torch.inference_mode():
        whole = torch.nn.functional.normalize(text(tokens), dim=1)
        assert torch.allclose(text_tower.embed(text, tokens), whole, atol=1e-5)


def test_a_target_may_be_spread_over_several():
    logits, truths = torch.tensor([[4.0, 4.0, -4.0]]), torch.tensor([[1.0, 1.0, 0.0]])
    loss = train_captions.shared_cross_entropy(logits, truths)
    assert loss == pytest.approx(np.log(2), abs=1e-3)
    assert loss < train_captions.shared_cross_entropy(logits, torch.tensor([[0.0, 1.0, 1.0]]))


def _views(subjects, dimension=32):
    """Pictures of each subject around a random direction of its own, after some harmless ones."""
    rng = np.random.default_rng(0)
    shown = np.concatenate([np.full(20, -1), np.repeat(np.arange(len(subjects)), 2)])
    vectors = rng.normal(size=(len(subjects) + 1, dimension))[shown] + 0.1 * rng.normal(size=(len(shown), dimension))
    return CaptionViews(
        tuple(subjects), (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), shown
    )


def test_training_puts_captions_near_their_pictures(subjects, monkeypatch):
    monkeypatch.setattr(train_captions, "BATCH_SIZE", 48)
    views = _views([subject for subject in subjects if subject.fold is Fold.TRAIN][:60])
    model, tokenizer = train_captions.train(views, seed=0, steps=25)
    found = train_captions.measure(model.text, tokenizer, views, views)["recall"]
    assert np.mean([scores["r@10"] for kind in found.values() for scores in kind.values()]) > 0.5


def test_recall_counts_a_name_as_found_where_no_more_others_are_nearer(subjects):
    views = _views(subjects[:12])

    def embed(phrases):
        first = {subject.chinese[0]: place for place, subject in enumerate(views.subjects) if subject.chinese}
        first |= {subject.english[0]: place for place, subject in enumerate(views.subjects) if subject.english}
        return np.stack([views.vectors[views.shown == first[phrase]][0] for phrase in phrases])

    found = caption_metrics.recall(embed, views)
    assert {scores["r@1"] for kind in found.values() for scores in kind.values()} == {1.0}


def test_one_call_adds_a_text_tower_and_leaves_the_image_tower_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(train_captions, "BATCH_SIZE", 16)
    monkeypatch.setattr(
        phrase_calibration, "FITTED_PHRASES", 1_000
    )  # of so few pictures none has a right one among three
    torch.manual_seed(0)
    export(tower.create(pretrained=False), tmp_path)
    np.save(tmp_path / "cohort.npy", np.eye(256, dtype=np.float32)[:8])
    image_tower = hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest()
    metrics = train_captions.train_captions(tmp_path, limit=LIMIT, steps=2)
    assert hashlib.sha256((tmp_path / "model.onnx").read_bytes()).hexdigest() == image_tower
    assert PhraseEncoder(tmp_path)(["一枚警徽"]).shape == (1, Encoder(tmp_path).dimension)
    assert set(json.loads((tmp_path / ArtifactFile.PHRASE_CALIBRATION).read_text())["weights"]) == {PHRASE_FEATURE}
    assert json.loads((tmp_path / "metrics.json").read_text())["captions"] == metrics
    assert (tmp_path / "text.onnx").stat().st_size < 5e6
