"""Real pictures are judged as the service judges them; lines and files that cannot be used are named."""

import json

import pytest
from pictures import encoded, photo

from models.images.encoder.variants import framed
from models.images.input.transparency import WHITE
from models.inspector import Inspector
from models.profile import Field, Label
from models.runtime.paths import REPOSITORY
from models.settings import Settings
from training.cases import CasesError
from training.images.evaluation.real_pictures import evaluate_real_pictures, read_real_pictures
from training.images.sources.catalogue import CATALOGUE
from training.images.sources.pictures import load_picture

LABELS = {"gov.court.emblem": Label.GOVERNMENT_EMBLEM, "arms.cn": Label.NATIONAL_SYMBOL}

EMBLEM = {
    "path": "emblem.png",
    "positive": True,
    "label": "government_emblem",
    "reference_ids": ["gov.court.emblem"],
    "kind": "redraw",
}
HARMLESS = {"path": "photo.png", "positive": False, "label": None, "reference_ids": [], "kind": "photo"}


@pytest.fixture
def folder(tmp_path):
    drawing = load_picture("drawings/court-emblem.svg", CATALOGUE.parent, 200)
    (tmp_path / "emblem.png").write_bytes(encoded(framed(drawing, WHITE)))
    (tmp_path / "photo.png").write_bytes(encoded(photo(900, 300, seed=2)))
    return tmp_path


def listed(folder, *lines):
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / "manifest.jsonl").write_text("\n".join(texts), encoding="utf-8")
    return folder


def test_pictures_are_judged_as_the_field_of_their_shape(folder):
    pictures = read_real_pictures(listed(folder, EMBLEM, HARMLESS), LABELS).pictures
    assert [picture.field for picture in pictures] == [Field.AVATAR, Field.COVER]


def test_labels_of_other_emblems_in_the_picture_are_right_too(folder):
    (picture,) = read_real_pictures(listed(folder, EMBLEM | {"also_contains": ["arms.cn"]}), LABELS).pictures
    assert picture.labels == (Label.GOVERNMENT_EMBLEM, Label.NATIONAL_SYMBOL)
    assert picture.reference_ids == ("gov.court.emblem", "arms.cn")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"path": "emblem.png", "posi', "line 2: Invalid JSON"),
        (EMBLEM | {"label": "nonsense"}, "line 2: label: Value error, 'nonsense' is not one of party_emblem"),
        (EMBLEM | {"label": "qr_code"}, "line 2: label: Value error, 'qr_code' is not one of party_emblem"),
        (EMBLEM | {"label": None}, "line 2: Value error, a positive picture needs label and reference_ids"),
        (EMBLEM | {"also_contains": ["arms.xx"]}, "line 2: also_contains: arms.xx not in the gallery"),
        (EMBLEM | {"path": "missing.png"}, "line 2: missing.png: No such file or directory"),
        (EMBLEM | {"path": "broken.png"}, "line 2: broken.png: the picture is cut short or damaged"),
        (EMBLEM | {"path": "empty.png"}, "line 2: empty.png: the picture has no bytes"),
    ],
)
def test_what_cannot_be_used_is_named_and_the_rest_is_read(folder, line, message):
    (folder / "broken.png").write_bytes((folder / "photo.png").read_bytes()[:300])
    (folder / "empty.png").touch()
    read = read_real_pictures(listed(folder, HARMLESS, line, EMBLEM), LABELS)
    assert [picture.name for picture in read.pictures] == ["photo.png", "emblem.png"]
    assert len(read.problems) == 1 and message in read.problems[0]


def test_a_folder_without_any_usable_picture_is_refused(folder):
    inspector = Inspector.load(Settings(home=REPOSITORY / "no-home"))
    with pytest.raises(CasesError, match=r"manifest\.jsonl: not readable"):
        evaluate_real_pictures(folder, inspector, command="")
    with pytest.raises(CasesError, match=r"line 1: emblem\.png"):
        (folder / "emblem.png").unlink()
        evaluate_real_pictures(listed(folder, EMBLEM), inspector, command="")


@pytest.mark.slow
def test_command_measures_what_it_can_and_ends_with_1(folder, huijian):
    wrong = EMBLEM | {"label": "media_logo", "reference_ids": ["media.xinhua"]}
    listed(folder, EMBLEM, wrong, HARMLESS, '{"path": "cut')
    output, page = folder / "numbers.json", folder / "page.html"
    code, out, err = huijian("evaluate", "images", "--wild", folder, "--output", output, "--report", page)
    assert code == 1 and "manifest.jsonl, line 4: Invalid JSON" in err
    numbers = json.loads(output.read_text("utf-8"))
    assert numbers["reported"]["all"] == {
        "pictures": 2,
        "share": 0.5,
        "interval": pytest.approx([0.0945, 0.9055], abs=1e-3),
    }
    assert numbers["reported"]["labels"]["media_logo"]["share"] == 0
    assert numbers["best_reference_right"]["macro"]["emblems"] == 2
    assert numbers["missed"] == ["emblem.png"] and numbers["false_alarms"] == []
    assert numbers["harmless_reported"]["all"]["share"] == 0
    assert "各标志平均 · macro over emblems" in out and "--wild" in out.splitlines()[-1]
    shown = page.read_text("utf-8")
    assert "Missed: 1" in shown and shown.count("data:image/jpeg") == 1 and "gov.court.emblem" in shown


def test_measures_are_taken_one_at_a_time(folder, huijian):
    code, _, err = huijian("evaluate", "images", "--core", "--wild", folder)
    assert code == 2 and "one at a time" in err


def test_a_folder_that_is_not_there_is_wrong_usage(folder, huijian):
    assert huijian("evaluate", "images", "--wild", folder / "no")[0] == 2
