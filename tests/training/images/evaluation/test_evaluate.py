"""The image evaluator counts what it says it counts, on a manifest of a few pictures."""

import json
import re
from types import SimpleNamespace

import numpy as np
import PIL.Image
import pytest

from models.policy import Policy
from models.profile import Evidence, Finding, Label, Match
from models.settings import Settings
from training.images.common.measures import recall_curve
from training.images.evaluation.evaluate import PeerMethods, evaluate_images
from training.images.evaluation.peers import pdq, phash

SHIPPED = Policy.load(Settings().policy)
RULES = {label: rule.model_copy(update={"threshold": 0.9}) for label, rule in SHIPPED.rules.items()}
POLICY = SHIPPED.model_copy(update={"rules": RULES})
"""Reports from scores that no calibration moves."""


class Oracle:
    """A detector whose answer is written in the picture's corner: red is the score, green the reference."""

    references = (
        SimpleNamespace(reference_id="media.0", label=Label.MEDIA_LOGO, name_zh="甲<b>社", name_en="A"),
        SimpleNamespace(reference_id="state.1", label=Label.NATIONAL_SYMBOL, name_zh="", name_en="Flag B"),
    )

    encoder, gallery = SimpleNamespace(version="oracle@1"), SimpleNamespace(version="20260101")

    def __init__(self):
        self.asked_to_read = set()

    def __call__(self, images, reads=True):
        self.asked_to_read.add(reads)
        return [[self.match(*map(int, image.pixels[0, 0, :2]))] for image in images]

    def match(self, score, place):
        reference = self.references[round(place / 255)]
        return Match(reference.reference_id, reference.label, 0.9, score / 255, (0, 0, 1, 1))

    def findings(self, matches, field):
        return [
            Finding(match.label, field, match.score, "oracle", Evidence(reference_id=match.reference_id))
            for match in matches
        ]


def manifest(directory, rows):
    lines = []
    for number, (score, place, label, reference_id, kind) in enumerate(rows):
        PIL.Image.new("RGB", (64, 64), (round(score * 255), place * 255, 0)).save(directory / f"{number}.png")
        row = {"path": f"{number}.png", "label": label, "reference_id": reference_id, "kind": kind, "field": "avatar"}
        lines.append(json.dumps(row | ({"box": [0, 0, 1, 0.8]} if kind == "circle" else {})))
    path = directory / "manifest.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


ROWS = [
    (0.9, 0, "pos", "media.0", "copy"),
    (0.9, 1, "pos", "media.0", "copy"),
    (0.01, 1, "pos", "state.1", "circle"),
    (0.95, 1, "pos", "state.1", "circle"),
    (0.0, 0, "neg", None, "photo"),
    (0.02, 0, "neg", None, "photo"),
    (0.99, 0, "neg", None, "icon"),
    (0.02, 1, "neg", None, "icon"),
]


@pytest.fixture
def result(tmp_path):
    return evaluate_images(manifest(tmp_path, ROWS), Oracle(), POLICY)["emblems"]


def test_recall_counts_the_right_reference_that_the_policy_reports(result):
    assert result["all"]["r@1"] == 0.75  # one picture was taken for another reference
    assert result["all"]["recall@policy"] == 0.5  # one of the right ones scored next to nothing
    assert result["all"]["false@policy"] == 0.25
    assert result["harmless"] == {"photo": 0.0, "icon": 0.5}
    assert result["kinds"]["copy"]["r@1"] == 0.5 and result["kinds"]["circle"]["recall@policy"] == 0.5
    assert result["labels"]["national_symbol"]["pictures"] == 2


def test_policy_version_and_false_positive_interval_are_recorded(tmp_path, capsys):
    evaluate_images(manifest(tmp_path, ROWS), Oracle(), POLICY, output=tmp_path / "n.json", page=tmp_path / "r.html")
    written = json.loads((tmp_path / "n.json").read_text("utf-8"))["emblems"]
    assert (written["policy"], written["encoder"], written["gallery"]) == (POLICY.version, "oracle@1", "20260101")
    low, high = written["all"]["interval"]["false@policy"]
    assert 0 < low < 0.25 < high < 1
    printed, page = capsys.readouterr().out, (tmp_path / "r.html").read_text("utf-8")
    assert "encoder: oracle@1\ngallery: 20260101\n" in printed and "<code>oracle@1</code>" in page
    assert f"policy: {POLICY.version}" in printed and f"<code>{POLICY.version}</code>" in page
    assert f"25.00%, 95% {low:.2%} to {high:.2%}" in printed and f"({low:.2%}–{high:.2%})" in page


def test_hard_negatives_are_counted_apart(tmp_path, capsys):
    (tmp_path / "hard").mkdir()
    harmless = [(0.99, 0, "neg", None, "hard_crests"), (0.1, 0, "neg", None, "hard_crests"), ROWS[4]]
    hard = manifest(tmp_path / "hard", harmless)
    found = evaluate_images(manifest(tmp_path, ROWS), Oracle(), POLICY, hard_negatives=hard)["emblems"]
    shares = {name: (row["pictures"], row["share"]) for name, row in found["hard_negatives"].items()}
    assert shares == {"all": (3, pytest.approx(1 / 3)), "hard_crests": (2, 0.5), "photo": (1, 0.0)}
    assert found["all"]["false@policy"] == 0.25
    assert "hard negatives with a finding, of 3: all 33.3%, crests 50.0%, photo 0.0%" in capsys.readouterr().out


@pytest.mark.parametrize("reads", [True, False])
def test_pictures_are_read_where_the_policy_has_them_read(tmp_path, reads):
    oracle = Oracle()
    evaluate_images(manifest(tmp_path, ROWS), oracle, POLICY.model_copy(update={"image_text": reads}))
    assert oracle.asked_to_read == {reads}


def test_boxes_are_measured_where_the_manifest_has_them(result):
    assert result["boxes"] == {"pictures": 2, "iou>=0.5": 1.0, "mean_iou": pytest.approx(0.8)}


def test_an_outside_manifest_without_boxes_is_measured_all_the_same(tmp_path):
    rows = [row for row in ROWS if row[4] != "circle"]
    assert evaluate_images(manifest(tmp_path, rows), Oracle(), POLICY)["emblems"]["boxes"] == {"pictures": 0}


def test_the_command_is_printed_below_its_tables(tmp_path, capsys):
    evaluate_images(manifest(tmp_path, ROWS), Oracle(), POLICY, command="the command")
    assert capsys.readouterr().out.rstrip().endswith("the command")


@pytest.fixture
def page(tmp_path):
    rows = [*ROWS, (0.0, 0, "pos", "state.unknown", "<script>")]
    evaluate_images(manifest(tmp_path, rows), Oracle(), POLICY, page=tmp_path / "r.html", command="the <command>")
    return (tmp_path / "r.html").read_text("utf-8")


def test_the_page_fetches_nothing_runs_nothing_and_escapes_names(page):
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "<script" not in page and "&lt;script&gt;" in page and "the &lt;command&gt;" in page
    assert "甲<b>" not in page and "甲&lt;b&gt;社 · media.0" in page
    assert page.count('src="data:image/png;base64,') == 2


def test_the_headings_of_the_page_of_pictures_are_chinese_first(page):
    headings = re.findall(r"<h[12]>(.*?)</h[12]>", page)
    assert len(headings) == 9
    assert all(re.match("[\u4e00-\u9fff]+ · [A-Z]", heading) for heading in headings)


def test_the_page_shows_labels_kinds_and_the_worst_misses_and_false_alarms(page):
    assert "media_logo</td>" in page and "circle</td>" in page and "50.00%</td>" in page
    cards = re.findall(r"<figure.*?</figure>", page)
    assert [re.search("<b>(.*?)</b>", card)[1] for card in cards] == [
        "✗ 漏报 · missed 0.000",
        "✗ 漏报 · missed 0.000",
        "✗ 漏报 · missed 0.012",
        "✗ 误报 · false alarm 0.988",
    ]
    assert "media.0 (copy)" in cards[0] and "state.1" in cards[0]
    assert any("未登记 · not enrolled · state.unknown" in card for card in cards)
    assert all("similarity 0.900" in card for card in cards)


def test_recall_rises_with_the_false_positive_rate_over_found_only():
    imitations = np.array([True, True, True, False, False])
    scores, found = np.array([0.9, 0.4, 0.8, 0.5, 0.1]), np.array([True, True, False, False, False])
    false, recall = recall_curve(scores, found, imitations)
    assert dict(zip(false, recall, strict=True)) == pytest.approx({0: 1 / 3, 0.5: 2 / 3, 1: 2 / 3})


def test_intervals_hold_the_mean(result):
    low, high = result["all"]["interval"]["r@1"]
    assert low <= result["all"]["r@1"] <= high


def test_other_methods_are_measured_on_the_same_pictures_as_ours(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3), dtype=np.uint8)
    lines, rows = [], []
    for number, cells in enumerate(noise):
        PIL.Image.fromarray(cells).resize((128, 128)).save(tmp_path / f"reference{number}.png")
        fields = {"label": "media_logo", "name_zh": "甲", "name_en": "a", "source": "s", "licence": "l"}
        reference = {"reference_id": f"media.{number}", "owner_id": "o", "image": f"reference{number}.png"}
        lines.append(json.dumps(fields | reference))
        rows.append(
            {"path": f"reference{number}.png", "label": "pos", "reference_id": f"media.{number}", "kind": "copy"}
        )
    (tmp_path / "references.jsonl").write_text("\n".join(lines), encoding="utf-8")
    PIL.Image.linear_gradient("L").convert("RGB").save(tmp_path / "harmless.png")
    rows.append({"path": "harmless.png", "label": "neg", "reference_id": None, "kind": "photo"})
    path = tmp_path / "manifest.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    others = PeerMethods({"pdq": pdq, "phash": phash}, tmp_path / "references.jsonl")
    result = evaluate_images(path, Oracle(), POLICY, others=others, output=tmp_path / "numbers.json")
    assert set(result) == {"emblems", "emblems, shared pictures", "PDQ", "pHash"}
    assert result["PDQ"]["all"]["ok@1%"] == result["pHash"]["all"]["r@1"] == 1.0
    assert json.loads((tmp_path / "numbers.json").read_text())["PDQ"]["all"]["r@1"] == 1.0


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"path": "0.png"}', "label must be"),
        ('{"path": "0.png", "label": "pos"}', "reference_id must"),
        ('{"path": "gone.png", "label": "neg"}', "path must name"),
        ('{"path": "0.png", "label": "neg", "field": "bio"}', "field must be"),
    ],
)
def test_a_line_that_is_no_picture_is_refused_with_its_number(tmp_path, line, reason):
    path = manifest(tmp_path, ROWS)
    path.write_text(f"{path.read_text('utf-8')}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"manifest\.jsonl, line {len(ROWS) + 1}: {reason}"):
        evaluate_images(path, Oracle(), POLICY)


def test_a_picture_that_cannot_be_decoded_is_named(tmp_path):
    path = manifest(tmp_path, ROWS)
    (tmp_path / "3.png").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"3\.png: "):
        evaluate_images(path, Oracle(), POLICY)


def test_a_harmless_picture_needs_no_reference(result, tmp_path):
    path = manifest(tmp_path, ROWS)
    path.write_text(path.read_text("utf-8").replace('"reference_id": null, ', ""), encoding="utf-8")
    assert evaluate_images(path, Oracle(), POLICY)["emblems"] == result


def test_a_manifest_without_harmless_pictures_is_refused(tmp_path):
    with pytest.raises(ValueError, match="harmless"):
        evaluate_images(manifest(tmp_path, ROWS[:4]), Oracle(), POLICY)
