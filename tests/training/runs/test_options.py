import json

import pytest
import yaml

from training.runs.options import OptionsError, read_options, write_options

KNOWN = ("epochs", "seed", "base")


def test_written_options_are_read_again_without_those_that_are_null(tmp_path):
    write_options(tmp_path / "run", {"epochs": 2, "seed": 7, "base": None})
    assert read_options(tmp_path / "run" / "run.yaml", KNOWN) == {"epochs": 2, "seed": 7}


def test_options_may_be_json(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"epochs": 2}))
    assert read_options(tmp_path / "run.json", KNOWN) == {"epochs": 2}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (yaml.safe_dump({"epoch": 2}), "unknown option 'epoch': did you mean 'epochs'"),
        (yaml.safe_dump({"colour": 2}), "unknown option 'colour': there are base, epochs, seed"),
        ("- 1\n- 2\n", "no options"),
        ("epochs: [1", "neither YAML nor JSON"),
    ],
)
def test_a_file_that_holds_other_things_is_refused_with_what_is_wrong(tmp_path, content, message):
    (tmp_path / "run.yaml").write_text(content)
    with pytest.raises(OptionsError, match=message):
        read_options(tmp_path / "run.yaml", KNOWN)
