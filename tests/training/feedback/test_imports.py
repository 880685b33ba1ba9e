"""Exports of Label Studio and Argilla become cases, or say item by item why not."""

import json

import pytest
from pictures import encoded, photo

from models.profile import Field
from training.cases import CasesError
from training.feedback.check import check
from training.feedback.files import write_lines
from training.feedback.imports import import_annotations

TEXT = "😀三天包过，加V：abc12345"


def choices(*names):
    return {"type": "choices", "from_name": "label", "to_name": "text", "value": {"choices": list(names)}}


def region(label, text, start, end):
    return {"type": "labels", "value": {"start": start, "end": end, "text": text, "labels": [label]}}


def annotated(*result, by=1, **more):
    return {"id": 5, "completed_by": by, "was_cancelled": False, "result": list(result), **more}


def task(number, *annotations, **data):
    return {"id": number, "data": data or {"text": TEXT}, "annotations": list(annotations), "predictions": []}


def record(number, text=TEXT, **responses):
    return {
        "id": str(number), "fields": {"text": text}, "metadata": {"field": "signature"}, "suggestions": {},
        "responses": responses, "vectors": {}, "_server_id": "s",
    }  # fmt: skip


@pytest.fixture
def imported(tmp_path):
    def run(entries, **options):
        (tmp_path / "export.json").write_text(json.dumps(entries), encoding="utf-8")
        given = {"pictures": None, "of_field": Field.BIO, "pseudonym": lambda who: f"reviewer-{len(who)}"} | options
        return import_annotations(tmp_path / "export.json", tmp_path / "cases" / "new.jsonl", **given)

    return run


def test_label_studio_task_becomes_a_case_with_evidence(imported):
    answer = annotated(choices("欺骗性承诺", "contact_diversion"), region("deceptive_claim", "三天包过", 2, 6))
    found = imported([task(7, answer)])
    assert found.cases == [
        {
            "id": "label-studio-7",
            "field": "bio",
            "text": TEXT,
            "labels": ["contact_diversion", "deceptive_claim"],
            "source": "label-studio: reviewer-14",
            "evidence": {"deceptive_claim": ["三天包过"]},
        }
    ]


def test_argilla_record_becomes_a_case_with_the_field_of_its_metadata(imported):
    plain = TEXT.removeprefix("😀")
    spans = [{"label": "deceptive_claim", "start": 0, "end": 4}]
    answers = {
        "labels": [{"value": ["deceptive_claim"], "user_id": "u1"}],
        "spans": [{"value": spans, "user_id": "u1"}],
    }
    (case,) = imported([record(3, plain, **answers)]).cases
    assert (case["id"], case["field"], case["labels"]) == ("argilla-3", "signature", ["deceptive_claim"])
    assert case["evidence"] == {"deceptive_claim": ["三天包过"]}
    (case,) = imported([record(3, TEXT, **answers)]).cases
    assert case["evidence"] == {}, "what an offset counts is not known beside emoji"


@pytest.mark.parametrize("names", [(), ("正常",), ("Clean",)])
def test_answer_without_violation_is_a_harmless_case(imported, names):
    assert [case["labels"] for case in imported([task(1, annotated(choices(*names)))]).cases] == [[]]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (task(1), "task 1: nobody has finished it"),
        (task(1, annotated(choices("clean"), was_cancelled=True)), "task 1: nobody has finished it"),
        (
            task(1, annotated(choices("clean")), annotated(choices("exaggeration"), by=2)),
            "task 1: annotators disagree: exaggeration / harmless",
        ),
        (task(1, annotated(choices("scam"))), "task 1: unknown label 'scam'"),
        (task(1, annotated(), image="/data/upload/3/gone.png"), "task 1: its picture gone.png is not in the folder"),
        (task(1, annotated(), sound="a.wav"), "task 1: it has neither text nor image"),
    ],
)
def test_item_without_a_clear_answer_is_left_out_by_name(imported, entry, reason):
    found = imported([entry, task(2, annotated(choices("exaggeration")))])
    assert [case["id"] for case in found.cases] == ["label-studio-2"]
    assert found.left_out[0].startswith(reason) and len(found.left_out) == 1


def test_item_without_field_asks_for_the_option(imported):
    assert imported([task(1, annotated())], of_field=None).left_out == [
        "task 1: it does not say which field it is from: give --field"
    ]


@pytest.mark.parametrize(
    "address",
    ["/data/upload/3/1a2b3c4d-shop.png", "/data/local-files/?d=set/shop.png", "https://example.org/a/shop.png?x=1"],
)
def test_picture_is_found_by_its_name_and_passes_the_check(imported, tmp_path, address):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "shop.png").write_bytes(encoded(photo()))
    box = {"x": 10, "y": 20, "width": 50, "height": 60, "rotation": 0, "rectanglelabels": ["organization_logo"]}
    answer = annotated({"type": "rectanglelabels", "value": box})
    given = {"image": address, "reference_id": "shop.x-y-z"}
    found = imported([task(1, answer, **given)], pictures=tmp_path / "mine", of_field=Field.AVATAR)
    (case,) = found.cases
    assert case["box"] == pytest.approx([0.1, 0.2, 0.6, 0.8])
    (tmp_path / "cases").mkdir()
    write_lines(tmp_path / "cases" / "new.jsonl", found.cases)
    assert check(tmp_path / "cases" / "new.jsonl") == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '[{"text": "a", "label": "b"}]', "[[1]]"])
def test_file_that_is_no_such_export_is_refused(tmp_path, content):
    (tmp_path / "export.json").write_text(content)
    with pytest.raises(CasesError, match=r"export\.json: n"):
        import_annotations(tmp_path / "export.json", tmp_path / "o.jsonl", None, None, str)
