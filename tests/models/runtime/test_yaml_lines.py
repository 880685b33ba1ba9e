import pytest
import yaml

from models.runtime.yaml_lines import line_of

CONTENT = """# rules
rules:
  qr_code:
    {threshold: 0.5,
     severity: reject}
names: [one,
  two]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("rules", "qr_code"), 3),
        (("rules", "qr_code", "threshold"), 4),
        (("rules", "qr_code", "severity"), 5),
        (("rules", "qr_code", "why"), 3),
        (("names", 1), 7),
        (("names", 2), 6),
        (("elsewhere",), 1),
        ((), 1),
    ],
)
def test_value_is_found_on_its_line_and_a_missing_one_on_that_around_it(place, line):
    assert line_of(yaml.compose(CONTENT), place) == line


def test_file_without_a_value_has_one_line():
    assert line_of(None, ("rules",)) == 1
