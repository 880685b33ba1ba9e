import json
from collections import Counter, defaultdict

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from models.profile import Field, Label
from training.text.corpus import BLOCK, NEAR_DUPLICATE, Case, CasesError, Split, read_cases, read_split, split_cases

GOOD = {
    "id": "1",
    "field": "bio",
    "text": "三天见效",
    "labels": ["deceptive_claim"],
    "evidence": {"deceptive_claim": ["见效"]},
}


def written(tmp_path, *lines):
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_a_good_case_is_read_with_its_evidence(tmp_path):
    (case,) = read_cases(written(tmp_path, GOOD))
    assert case.field is Field.BIO
    assert case.evidence == {Label.DECEPTIVE_CLAIM: ("见效",)}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"labels": ["scam"], "evidence": {}}, "unknown label 'scam'"),
        ({"labels": ["qr_code"], "evidence": {}}, "unknown label 'qr_code'"),
        ({"labels": "deceptive_claim"}, "labels must be a list"),
        ({"evidence": {"deceptive_claim": ["包过"]}}, "not a list of parts of the text"),
        ({"evidence": {"exaggeration": ["见效"]}}, "not among the labels"),
        ({"field": "avatar"}, "field must be one of"),
        ({"text": ""}, "text must be a non-empty string"),
        ({"field": "name", "text": "长" * 65, "evidence": {}}, "longer than the 64 characters"),
        ({"id": ""}, "id must be a non-empty string"),
        ({"id": 7}, "id must be a non-empty string"),
    ],
)
def test_a_wrong_case_is_refused_with_its_line_and_reason(tmp_path, change, reason):
    path = written(tmp_path, GOOD, GOOD | {"id": "2"} | change)
    with pytest.raises(CasesError, match=rf"cases\.jsonl, line 2: .*{reason}"):
        read_cases(path)


@pytest.mark.parametrize("line", ["{", "[]", "", "null"])
def test_a_broken_line_is_refused_with_its_number(tmp_path, line):
    with pytest.raises(CasesError, match="line 2: not"):
        read_cases(written(tmp_path, GOOD, line, GOOD | {"id": "3"}))


def test_every_problem_is_listed_at_once_and_nothing_is_read(tmp_path):
    with pytest.raises(CasesError, match=r"line 1: .*\n.*line 3: ") as caught:
        read_cases(written(tmp_path, "{", GOOD, GOOD | {"id": "3", "labels": ["x"]}))
    assert "见效" not in str(caught.value)


def test_an_id_that_is_there_twice_is_refused_across_files(tmp_path):
    path = written(tmp_path, GOOD)
    with pytest.raises(CasesError, match="twice"):
        read_cases(path, path)


def test_an_empty_or_missing_file_is_refused(tmp_path):
    with pytest.raises(CasesError, match="holds no case"):
        read_cases(written(tmp_path, ""))
    with pytest.raises(CasesError, match="not readable"):
        read_cases(tmp_path / "nothing.jsonl")


def test_neighbours_and_near_duplicates_are_never_split_apart():
    subjects = [chr(0x4E00 + 7 * number) * 6 for number in range(400)]
    cases = [Case(str(i), Field.BIO, text, (), {}, group=f"g{i // BLOCK}") for i, text in enumerate(subjects)]
    double = Case("double", Field.BIO, subjects[0] + "。", (), {}, group="elsewhere")
    parts = split_cases([*cases, double])
    side = {case.id: split for split, members in parts.items() for case in members}
    assert len(set(side.values())) == 3
    assert all(len({side[str(i)] for i in range(at, at + BLOCK)}) == 1 for at in range(BLOCK, 400, BLOCK))
    assert side["double"] == side["0"]


def test_no_test_text_of_the_corpus_has_a_double_among_those_trained_on():
    trained, tested = ([case.text for case in read_split(split)] for split in (Split.TRAIN, Split.TEST))
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 2)).fit(trained + tested)
    similarities = grams.transform(tested[::5]) @ grams.transform(trained).T
    assert similarities.max() < NEAR_DUPLICATE + 0.02  # weights differ a little from those of the whole corpus


def test_neighbourhoods_of_the_corpus_stay_together_but_for_the_doubles_drawn_away():
    sides = defaultdict(Counter)
    for split in Split:
        for case in read_split(split):
            sides[case.group][split] += 1
    drawn_away = sum(counts.total() - max(counts.values()) for counts in sides.values())
    assert drawn_away / sum(counts.total() for counts in sides.values()) < 0.02
