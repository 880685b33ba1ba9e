"""Families of names find and spare their own examples; faults in their file are named."""

import pytest
import yaml

from models.profile import Field
from models.text.names.families import FAMILIES_FILE, FamilyError, family_scores, name_families, read_name_families
from models.text.names.protected_names import ProtectedNameDetector
from models.text.normalize.normalize import FieldText

FAMILIES = name_families()
OF_FIELD = [*((Field.NAME, family) for family in FAMILIES.names), *((Field.BIO, one) for one in FAMILIES.clauses)]
detect = ProtectedNameDetector()


def claiming(field, text):
    return [claim.family.name for claim in detect.claims(FieldText.of(field, text))]


@pytest.mark.parametrize(("field", "family"), OF_FIELD, ids=lambda value: getattr(value, "name", None))
def test_family_is_the_first_in_its_own_examples(field, family):
    assert family.finds
    assert [text for text in family.finds if family.name not in claiming(field, text)] == []


@pytest.mark.parametrize(("field", "family"), OF_FIELD, ids=lambda value: getattr(value, "name", None))
def test_nothing_is_claimed_in_what_a_family_spares(field, family):
    assert family.spares
    assert [text for text in family.spares if claiming(field, text)] == []


def test_every_family_has_its_own_name_and_a_measured_score():
    names = [family.name for _, family in OF_FIELD]
    assert [*names, "shape", "sound"] == list(family_scores())
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "fun"}, "label"),
        ({"parts": [{"one": "organs"}]}, "unknown kind 'organs'"),
        ({"parts": [{"two": "organ"}]}, "unknown count 'two'"),
        ({"parts": []}, "parts"),
        ({"needs": ["cat"]}, "unknown kind 'cat'"),
        ({"most others": -1}, "most others"),
        ({"find": ["公安局"]}, "find"),
    ],
)
def test_fault_is_said_with_file_and_family(tmp_path, change, said):
    table = yaml.safe_load(FAMILIES_FILE.read_text("utf-8"))
    table["names"]["organ"].update(change)
    path = tmp_path / "families.yaml"
    path.write_text(yaml.safe_dump(table, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(FamilyError, match=r"families.yaml: organ") as error:
        read_name_families(path, {})
    assert said in str(error.value)
