import json
import shutil
from dataclasses import replace
from pathlib import Path

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


def test_a_promoted_encoder_brings_a_gallery_of_its_own(settings: Settings, tmp_path: Path):
    live = LiveInspector(settings)
    promote(SHIPPED.encoder_directory(), settings, references(tmp_path, "org.one", "org.two", "org.three"))
    assert live.refresh()
    assert "org.three" in live.current.gallery.known_ids
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
