"""Families of contact patterns find and spare their own examples; faults in their files are named."""

import re

import pytest
import yaml

from models.profile import Field
from models.text.contacts.detector import ContactDetector, open_matches
from models.text.contacts.digits import READ_DIGITS
from models.text.contacts.families import SCORES_FILE, contact_families, read_families
from models.text.contacts.tokens import PatternError, Tokens, tokens
from models.text.normalize.normalize import FieldText

FAMILIES = contact_families()
NUMBER = {"kind": "number", "why": "a number", "patterns": ["<number>"]}
detect = ContactDetector()


def bio(text):
    return FieldText.of(Field.BIO, text)


@pytest.mark.parametrize("family", FAMILIES.patterns, ids=lambda family: family.name)
def test_every_example_is_found_and_every_pattern_has_one(family):
    assert [text for text in family.finds if not open_matches(bio(text), [family])] == []
    unused = [one.name for one in family.single() if not any(open_matches(bio(text), [one]) for text in family.finds)]
    assert unused == []


@pytest.mark.parametrize("family", FAMILIES.patterns, ids=lambda family: family.name)
def test_nothing_is_found_in_what_a_family_spares(family):
    assert family.spares
    assert [text for text in family.spares if detect([bio(text)])[0]] == []


def test_every_family_has_its_own_name_and_a_measured_score():
    names = [family.name for family in FAMILIES]
    assert list(yaml.safe_load(SCORES_FILE.read_text("utf-8"))) == names
    assert len(set(names)) == len(names)


def test_said_digits_are_those_that_are_read():
    said = tokens().pattern("<said digit>").removeprefix("[").removesuffix(r"\d]")
    assert sorted(said) == sorted(map(chr, READ_DIGITS))


@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("<up to 2 signs>好", "!!好", "!!好"),
        ("<3 digits>", "1234", "123"),
        (["+", "加油"], "加+", "+"),
        ({"parts": ["加", ["我", "他"]]}, "加他", "加他"),
        ({"not after": ["不", "请别"], "parts": ["加"]}, "不加请别加要加", "加"),
        ({"after": ["要", "请你"], "parts": ["加"]}, "不加请你加", "加"),
        ({"parts": ["加"], "before": ["我", "<end>"]}, "加油加", "加"),
        ({"parts": ["加"], "not before": ["油", "班"]}, "加油加班加", "加"),
    ],
)
def test_expression_matches_as_it_reads(expression, text, found):
    pattern = Tokens({"sign": r"\W", "digit": r"\d", "end": "(?:$)"}).pattern(expression)
    assert [match[0] for match in re.finditer(pattern, text)] == [found]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"patterns": ["<nummer>"]}, "there is no token <nummer>"),
        ({"patterns": ["<up to signs>"]}, "there is no token <up to signs>"),
        ({"patterns": ["(加"]}, "is no regular expression"),
        ({"patterns": [{"part": ["加"]}]}, "unknown key 'part'"),
        ({"patterns": []}, "patterns"),
        ({"kind": "phone"}, "kind"),
        ({"check": "luck"}, "unknown check 'luck'"),
        ({"find": ["加"]}, "find"),
        ({"finds": [13800000000]}, "finds.0"),
    ],
)
def test_fault_is_said_with_file_and_family(tmp_path, change, said):
    path = tmp_path / "numbers.yaml"
    path.write_text(yaml.safe_dump({"mobile": {**NUMBER, **change}}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(PatternError, match=r"numbers.yaml: mobile: .*") as error:
        read_families(path, {})
    assert said in str(error.value)


def test_file_that_is_no_yaml_is_refused(tmp_path):
    path = tmp_path / "numbers.yaml"
    path.write_text("mobile: [", encoding="utf-8")
    with pytest.raises(PatternError, match=r"numbers.yaml is not valid YAML"):
        read_families(path, {})


def test_family_without_a_score_counts_as_one_match_of_two(tmp_path):
    path = tmp_path / "numbers.yaml"
    path.write_text(yaml.safe_dump({"mobile": NUMBER}), encoding="utf-8")
    (family,) = read_families(path, {})
    assert family.score == 0.5
