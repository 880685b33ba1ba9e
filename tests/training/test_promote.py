import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest

from models.images.encoder.encoder import Encoder
from models.images.gallery import gallery as galleries
from models.live import LiveInspector
from models.profile import Profile
from models.runtime import versions
from models.settings import Settings
from training.promote import PromotionError, promote
from training.text.seen import Seen

SHIPPED = Settings(home=Path("no-home"))


def references(folder: Path, *names: str) -> Path:
    lines = []
    for number, name in enumerate(names):
        picture = PIL.Image.new("RGB", (256, 256), "white")
        pen = PIL.ImageDraw.Draw(picture)
        pen.ellipse((20, 20, 236, 236), fill=("red", "blue", "green")[number])
        pen.regular_polygon((128, 128, 80), 3 + number, fill="yellow")
        picture.save(folder / f"{name}.png")
        fields = {
            "label": "organization_logo",
            "name_zh": name,
            "name_en": name,
            "source": "test",
            "licence": "CC0-1.0",
        }
        lines.append({"reference_id": name, "owner_id": f"{name}.owner", "image": f"{name}.png", **fields})
    path = folder / f"{'-'.join(names)}.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The released models with a gallery of two emblems."""
    artifacts = tmp_path / "artifacts"
    shutil.copytree(SHIPPED.artifacts / "text", artifacts / "text")
    shutil.copytree(SHIPPED.artifacts / "encoders", artifacts / "encoders")
    encoder = Encoder(SHIPPED.encoder_directory())
    galleries.build(references(tmp_path, "org.one", "org.two"), artifacts / "gallery", encoder)
    return replace(SHIPPED, artifacts=artifacts, home=tmp_path / "home")


def test_a_promoted_text_model_judges_in_a_running_service(settings: Settings):
    live = LiveInspector(settings)
    before = live.current
    version = promote(SHIPPED.text_directory(), settings)
    assert version.parent == settings.home / "text"
    assert live.refresh()
    assert live.current is not before
    assert live.current([Profile("42", name="小鹿")])[0].verdict == "pass"


def test_promoting_the_same_model_again_changes_nothing(settings: Settings):
    assert promote(SHIPPED.text_directory(), settings) == promote(SHIPPED.text_directory(), settings)
    assert len(list((settings.home / "text").glob("2*"))) == 1


@pytest.fixture
def measured(tmp_path: Path):
    """Copies of the released text model whose metrics are changed: a function from what to change to the folder."""

    def made(name: str, change: Callable[[dict[str, Any]], object]) -> Path:
        run = shutil.copytree(SHIPPED.text_directory(), tmp_path / name)
        metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
        change(metrics["test"]["huijian"])
        (run / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
        return run

    return made


def test_a_worse_text_model_is_refused_with_the_label_and_by_how_much(settings: Settings, measured):
    run = measured("run", lambda tested: tested["labels"]["exaggeration"].update(f1=0.42))
    with pytest.raises(PromotionError, match=r"exaggeration falls by 0\.5\d\d, from 0\.\d+ to 0\.420.*--force"):
        promote(run, settings)
    assert settings.text_directory().parent == settings.artifacts / "text"
    promote(run, settings, force=True)
    assert settings.text_directory().parent == settings.home / "text"


def test_a_text_model_that_flags_more_clean_texts_is_refused(settings: Settings, measured):
    with pytest.raises(PromotionError, match="clean texts flagged rises by 0.1"):
        promote(measured("run", lambda tested: tested.update(clean_flagged=tested["clean_flagged"] + 0.1)), settings)


def test_a_loss_within_the_tolerance_is_no_obstacle(settings: Settings, measured):
    run = measured("run", lambda tested: tested["labels"]["exaggeration"].update(f1=0.95))
    assert promote(run, settings) == settings.text_directory()


def test_a_trial_that_was_measured_on_other_texts_is_refused(settings: Settings, measured):
    run = measured("run", lambda tested: tested.update(cases=64))
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    (run / "metrics.json").write_text(json.dumps(metrics | {"test_part": "another"}), encoding="utf-8")
    with pytest.raises(PromotionError, match="other test texts .* 64 for this one"):
        promote(run, settings)


def test_a_text_model_without_measurements_is_refused(settings: Settings, measured):
    run = measured("run", lambda tested: None)
    (run / "metrics.json").unlink()
    with pytest.raises(PromotionError, match=r"metrics\.json does not say"):
        promote(run, settings)


def test_a_text_model_that_has_seen_test_texts_is_refused_even_if_forced(settings: Settings, measured):
    run, texts = measured("run", lambda tested: None), np.arange(1, 4, dtype=np.uint64)
    Seen(trained=texts[:2], tested=texts).save(run)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    config["files"]["seen.npz"] = versions.digest(run / "seen.npz")
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(PromotionError, match="2 texts of the test part"):
        promote(run, settings, force=True)


def test_a_promoted_encoder_brings_a_gallery_of_its_own(settings: Settings, tmp_path: Path):
    live = LiveInspector(settings)
    promote(SHIPPED.encoder_directory(), settings, references(tmp_path, "org.one", "org.two", "org.three"))
    assert live.refresh()
    assert "org.three" in live.current.gallery.known_ids
    assert settings.encoder_directory().parent == settings.home / "encoders"


def test_a_worse_encoder_is_refused_unless_forced(settings: Settings, tmp_path: Path):
    run = shutil.copytree(SHIPPED.encoder_directory(), tmp_path / "run")
    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    metrics["evaluation"]["emblems"]["labels"]["national_symbol"]["recall@policy"] = 0.5
    (run / "metrics.json").write_text(json.dumps(metrics), encoding="utf-8")
    everything = references(tmp_path, "org.one", "org.two")
    with pytest.raises(PromotionError, match=r"recall of national_symbol falls by 0\.\d+.* to 0\.500.*--force"):
        promote(run, settings, everything)
    assert settings.encoder_directory().parent == settings.artifacts / "encoders"
    promote(run, settings, everything, force=True)
    assert settings.encoder_directory().parent == settings.home / "encoders"


def test_references_without_an_enrolled_emblem_are_refused(settings: Settings, tmp_path: Path):
    with pytest.raises(PromotionError, match=r"org\.two"):
        promote(SHIPPED.encoder_directory(), settings, references(tmp_path, "org.one"))
    assert versions.current(settings.artifacts / "gallery") == settings.gallery_directory()


def test_an_encoder_without_references_is_refused(settings: Settings):
    with pytest.raises(PromotionError, match="--references"):
        promote(SHIPPED.encoder_directory(), settings)


@pytest.mark.parametrize("left", ["finished.json", "checkpoint.pt"])
def test_an_unfinished_run_is_refused(settings: Settings, tmp_path: Path, left: str):
    run = shutil.copytree(SHIPPED.encoder_directory(), tmp_path / "run")
    (run / left).write_text("{}")
    with pytest.raises(PromotionError, match="broken off"):
        promote(run, settings, references(tmp_path, "org.one", "org.two"))


def test_a_folder_that_holds_no_model_is_refused(settings: Settings, tmp_path: Path):
    (tmp_path / "run").mkdir()
    with pytest.raises(PromotionError, match="neither"):
        promote(tmp_path / "run", settings)


def test_a_model_that_does_not_load_is_refused_and_the_old_one_stays(settings: Settings, tmp_path: Path):
    run = tmp_path / "run"
    shutil.copytree(SHIPPED.text_directory(), run)
    (run / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(PromotionError, match="does not load"):
        promote(run, settings)
    assert settings.text_directory().parent == settings.artifacts / "text"
