"""The image tower is trained, exported, calibrated and resumed, on few graphics and for few seconds."""

import json
from dataclasses import replace

import numpy as np
import PIL.Image
import pytest
import torch

from models.images.encoder.encoder import Encoder
from models.images.matching.calibration import Calibration
from training.cases import CasesError
from training.images.common.split import Fold, fold_of, owner_key
from training.images.data import batches
from training.images.data import corpus as corpora
from training.images.data.cases import read_pictures
from training.images.fit import calibrate, losses, tower_trainer, train
from training.images.networks import tower
from training.images.networks.export import MAX_DIFFERENCE, MIN_COSINE, export, parity
from training.images.networks.released import BaseError, read_base
from training.images.sources import graphics
from training.images.sources.catalogue import own_drawings
from training.images.sources.marks import is_mark

LIMIT = 6
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def untrained():
    torch.manual_seed(0)
    return tower.create(pretrained=False)


def test_the_grid_mean_is_what_open_clip_embeds(untrained):
    pixels = torch.randint(0, 256, (2, 64, 96, 3), dtype=torch.uint8)
    untrained.eval()
    with torch.inference_mode():
        grid = untrained(pixels)
        normalized = (pixels.permute(0, 3, 1, 2).float() / 255 - untrained.mean) / untrained.std
        assert grid.shape == (2, 4, 6, 256)
        assert torch.allclose(grid.mean(dim=(1, 2)), untrained.visual(normalized), atol=1e-4)


def test_the_exported_graph_computes_what_the_tower_computes(untrained, tmp_path):
    directory = export(untrained, tmp_path)
    assert parity(untrained, directory / "model.onnx", seed=3)[1] > MIN_COSINE
    assert Encoder(directory).dimension == 256
    assert json.loads((directory / "metrics.json").read_text())["parity_max_relative_difference"] < MAX_DIFFERENCE
    assert (directory / "model.onnx").stat().st_size < 5e6


def test_the_right_proxy_lowers_the_loss_and_a_wrong_one_raises_it():
    vectors = torch.nn.functional.normalize(torch.randn(1, 4, 8, generator=torch.manual_seed(0)), dim=2)
    vectors[:] = vectors[:, :1]
    away = torch.nn.functional.normalize(torch.randn(5, 8, generator=torch.manual_seed(1)), dim=1)
    found = []
    for identity in (0, 1):
        proxies = torch.cat([vectors[0, :1], away])
        weights = torch.ones(1, 4)
        batch = batches.Batch(torch.empty(0), torch.empty(0), torch.tensor([identity]), weights, torch.zeros(1, 4))
        found.append(losses.open_set_contrast(vectors, proxies, batch))
    assert found[0]["contrast"] < found[1]["contrast"]
    assert found[0]["wrong"] < found[1]["wrong"]


@pytest.fixture(scope="module")
def corpus():
    return corpora.load_corpus(limit=LIMIT)


@pytest.mark.slow
def test_a_batch_is_drawn_from_its_seed_alone(corpus):
    first, same = (batches.sample_batch(np.random.default_rng(4), corpus) for _ in range(2))
    assert torch.equal(first.pixels, same.pixels) and torch.equal(first.identities, same.identities)
    assert torch.allclose(first.masks.sum(dim=2), torch.ones(first.masks.shape[:2]), atol=1e-4)
    assert (first.identities >= 0).sum() == batches.POSITIVES_PER_BATCH
    assert not first.positive[first.identities < 0].any()


@pytest.mark.slow
def test_no_drawing_of_an_owner_that_is_held_out_is_trained_on(corpus):
    learnt = {drawing.tobytes() for drawings in corpus.drawings for drawing in drawings}
    rendered = graphics.load_graphics(LIMIT)
    rows = rendered.rows(lambda item: not (item.fold is Fold.TRAIN and is_mark(item)))
    found = {(rendered.items[row].fold, rendered.drawing(row).tobytes() in learnt) for row in rows}
    assert found == {(Fold.TRAIN, True), (Fold.VALIDATION, False), (Fold.TEST, False)}


@pytest.mark.slow
def test_labelled_cases_become_identities(corpus, tmp_path):
    PIL.Image.new("RGB", (200, 100), "red").save(tmp_path / "case.png")
    lines = [
        {"id": "1", "field": "avatar", "image": "case.png", "labels": ["media_logo"], "reference_id": "media.new"},
        {"id": "2", "field": "avatar", "image": "case.png", "labels": []},
        {"id": "3", "field": "bio", "text": "加V", "labels": ["contact_diversion"]},
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert len(corpora.load_corpus([tmp_path / "cases.jsonl"], LIMIT).drawings) == len(corpus.drawings) + 1


@pytest.mark.slow
def test_a_case_of_a_known_identity_adds_a_drawing_to_it(corpus, tmp_path):
    known = next(entry for entry in own_drawings()[:LIMIT] if fold_of(entry.owner_id) is Fold.TRAIN)
    cases = [{"id": "1", "reference_id": known.reference_id}, {"id": "2", "reference_id": "0", "owner_id": "org.new"}]
    more = corpora.load_corpus([write_cases(tmp_path / "new.jsonl", *cases)], LIMIT)
    grown = [number for number, drawn in enumerate(corpus.drawings) if len(more.drawings[number]) > len(drawn)]
    assert [more.owners[number] for number in grown] == [owner_key(known.owner_id)]
    assert more.owners == (*corpus.owners, "new") and more.plain == corpus.plain


def write_cases(path, *cases):
    PIL.Image.new("RGB", (200, 100), "red").save(path.with_name("case.png"))
    described = {"field": "avatar", "image": "case.png", "labels": ["media_logo"]}
    path.write_text("\n".join(json.dumps(described | case) for case in cases), encoding="utf-8")
    return path


@pytest.mark.slow
def test_cases_of_owners_that_are_held_out_are_refused_with_their_lines(tmp_path):
    cases = [
        {"id": "1", "reference_id": "media.new"},
        {"id": "2", "reference_id": "media.bbc"},  # of the test fold
        {"id": "3", "reference_id": "logo.theirs", "owner_id": "brand.bbc"},
        {"id": "4", "reference_id": "gov.court.emblem", "owner_id": "media.new"},  # the catalogue knows better
        {"id": "5", "reference_id": "gov.taxation.emblem"},  # of the validation fold
        {"id": "6"},  # of nobody that is known
        {"id": "7", "reference_id": "media.bbc", "labels": []},  # harmless, and not trained on
        {"id": "8", "reference_id": "logo.x", "owner_id": "org.apache"},  # of the test fold, but trained on anyway
    ]
    with pytest.raises(CasesError) as caught:
        corpora.load_corpus([write_cases(tmp_path / "new.jsonl", *cases)], LIMIT)
    message = str(caught.value)
    assert [f"new.jsonl, line {number}:" in message for number in range(1, 9)] == [0, 1, 1, 1, 1, 0, 0, 0]
    assert "gov.court.emblem is held out" in message


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "1",', "not JSON"),
        ("[]", "not a JSON object"),
        ('{"id": "1", "image": "case.png", "labels": ["media_emblem"]}', "unknown label 'media_emblem'"),
        ('{"id": "1", "image": "case.png", "labels": "media_logo"}', "labels must be"),
        ('{"id": 1, "image": "case.png", "labels": ["media_logo"]}', "image, and id"),
        ('{"id": "1", "image": "gone.png", "labels": ["media_logo"]}', r"its picture .*FileNotFoundError"),
        ('{"id": "1", "imgae": "case.png", "labels": ["media_logo"]}', "unknown key 'imgae': did you mean 'image'"),
        ('{"id": "1", "image": "case.png", "label": "media_logo"}', "unknown key 'label': did you mean 'labels'"),
        ('{"id": "1", "path": "case.png", "labels": ["media_logo"]}', "unknown key 'path'"),
        ('{"id": "1", "labels": ["media_logo"]}', "it has neither image nor text"),
        ('{"id": "1", "image": "new.jsonl", "labels": ["media_logo"]}', r"its picture cannot be read"),
    ],
)
def test_a_line_that_is_no_case_is_refused_with_its_number(tmp_path, line, reason):
    file = write_cases(tmp_path / "new.jsonl", {"id": "media.new"})
    file.write_text(f"{file.read_text('utf-8')}\n{line}\n", encoding="utf-8")
    with pytest.raises(CasesError, match=rf"^new\.jsonl, line 2: {reason}"):
        read_pictures([file], [])


@pytest.mark.parametrize("content", [b"", b"\xff\xfe"])
def test_a_file_that_is_no_text_is_refused(tmp_path, content):
    (tmp_path / "new.jsonl").write_bytes(content)
    with pytest.raises(CasesError, match=r"^new\.jsonl: "):
        read_pictures([tmp_path / "new.jsonl"], [])


@pytest.mark.parametrize("owner", ["org.apache", "brand.apache"])
def test_cases_of_a_test_owner_that_is_trained_on_anyway_are_taken(tmp_path, owner):
    cases = write_cases(tmp_path / "new.jsonl", {"id": "1", "reference_id": "logo.x", "owner_id": owner})
    known = graphics.Graphic("logo.apache", "brand.apache", "drawn", "logo")
    assert [case.owner for case in read_pictures([cases], [known])] == ["apache"]


@pytest.mark.slow
def test_a_run_starts_from_an_encoder_that_is_given(corpus, untrained, tmp_path):
    base = export(untrained, tmp_path / "base")
    started = tower_trainer.Trainer(corpus, 0, tmp_path / "checkpoint.pt", read_base(base))
    pictures = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3), dtype=np.uint8)
    with torch.inference_mode():
        grids = started.tower(torch.from_numpy(pictures)), untrained(torch.from_numpy(pictures))
    assert torch.cosine_similarity(*grids, dim=3).mean() > 0.99
    started.run(1)
    with pytest.raises(FileExistsError, match=r"other settings \(base\)"):
        tower_trainer.Trainer(corpus, 0, tmp_path / "checkpoint.pt")


def test_a_run_does_not_start_from_its_own_folder(tmp_path):
    with pytest.raises(BaseError, match="choose another output"):
        train.train_images(tmp_path, steps=1, base=tmp_path)


@pytest.mark.slow
def test_a_run_with_other_settings_is_not_resumed(corpus, tmp_path):
    tower_trainer.Trainer(corpus, 0, tmp_path / "checkpoint.pt").run(1)
    first, *rest = corpus.drawings
    changed = tuple(255 - drawing for drawing in first)
    others = replace(corpus, drawings=(changed, *rest))  # as many identities
    for other, seed, named in ((corpus, 1, "seed"), (others, 0, "pictures")):
        with pytest.raises(FileExistsError, match=rf"other settings \({named}\): choose another folder"):
            tower_trainer.Trainer(other, seed, tmp_path / "checkpoint.pt")


@pytest.mark.slow
def test_an_interrupted_run_resumes_from_its_checkpoint(corpus, tmp_path):
    first = tower_trainer.Trainer(corpus, 0, tmp_path / "checkpoint.pt")
    first.run(1)
    second = tower_trainer.Trainer(corpus, 0, tmp_path / "checkpoint.pt")
    assert second.step == first.step == 1 and second.elapsed == first.elapsed
    assert torch.equal(second.proxies, first.proxies)
    second.run(2)
    assert second.step == 2
    with pytest.raises(FileExistsError, match="2 steps"):
        tower_trainer.Trainer(corpus, 0, tmp_path / "checkpoint.pt").run(1)


def test_the_rate_rises_stays_and_falls_to_nothing():
    rates = [tower_trainer.rate_at(step, 1_000) for step in (0, 99, 500, 749, 875, 1_000)]
    assert rates == pytest.approx([0.01, 1, 1, 1, 0.5, 0])


@pytest.mark.slow
def test_an_interrupted_run_resumes_to_an_artefact_that_loads(tmp_path, monkeypatch):
    def broken_off(*_given, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrate, "NETWORKS_PER_SET", 1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(train, "calibrate", broken_off)
        train.train_images(tmp_path / "run", steps=3, limit=2)
    finished = {
        name: (tmp_path / "run" / name).stat().st_mtime_ns for name in ("model.onnx", "localizer.onnx", "reranker.onnx")
    }
    run = train.train_images(tmp_path / "run", steps=3, limit=2)
    assert finished == {name: (run / name).stat().st_mtime_ns for name in finished}
    assert {path.name for path in run.iterdir()} == {
        "model.onnx",
        "config.json",
        "cohort.npy",
        "calibration.json",
        "closed_calibration.json",
        "core.onnx",
        "core_calibration.json",
        "localizer.onnx",
        "metrics.json",
        "card.md",
        "history.jsonl",
        "report.html",
        "text.onnx",
        "tokenizer.json",
        "phrase_calibration.json",
        "reranker.onnx",
        "reranker_tokens.onnx",
    }
    encoder = Encoder(run)
    assert np.load(run / "cohort.npy").shape[1] == encoder.dimension
    Calibration.load(run / "calibration.json")
    assert json.loads((run / "metrics.json").read_text())["steps"] >= 1
