"""Fingerprints follow contents; a module's code includes all its imports."""

from pathlib import Path

from training.images.common.fingerprint import code_of, fingerprint
from training.images.data import benchmark


def test_fingerprints_depend_on_contents_and_values_not_on_names(tmp_path):
    for name, content in (("a", "same"), ("b", "same"), ("c", "other")):
        (tmp_path / name).write_text(content, encoding="utf-8")
    first, same, other = (fingerprint([tmp_path / name], "said") for name in "abc")
    assert first == same != other
    assert fingerprint([tmp_path / "a"], "else") != first
    assert fingerprint([tmp_path / "a", tmp_path / "b"], "said") != first


def test_all_code_that_paints_the_benchmark_is_found():
    names = {path.stem for path in code_of(Path(benchmark.__file__))}
    assert names >= {"benchmark", "backgrounds", "graphics", "pictures", "split", "edits", "packages", "shapes", "type"}
    assert not names & {"report", "train", "calibrate"}
