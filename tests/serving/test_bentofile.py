import yaml
from pathspec import GitIgnoreSpec

from models.settings import REPOSITORY

CONFIG = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text(encoding="utf-8"))


def test_the_bundle_holds_every_file_that_judging_and_serving_read():
    included = GitIgnoreSpec.from_lines(CONFIG["include"])
    files = [path for folder in ("models", "serving") for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    files += [REPOSITORY / "policy.yaml", REPOSITORY / "datasets" / "names" / "restricted_words.yaml"]
    assert [path.name for path in files if not included.match_file(path.relative_to(REPOSITORY))] == []


def test_the_bundle_is_built_without_asking_an_index():
    assert CONFIG["python"]["lock_packages"] is False
