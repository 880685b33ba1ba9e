"""`bentoml build` works offline and makes one folder that judges by itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pathspec import GitIgnoreSpec

from models.runtime.paths import REPOSITORY

CONFIG = yaml.safe_load((REPOSITORY / "bentofile.yaml").read_text(encoding="utf-8"))

JUDGE = """
from models.inspector import Inspector
from models.profile import Profile
from models.runtime.paths import REPOSITORY
from models.settings import Settings
import serving.service, serving.worker
(answer,) = Inspector.load(Settings())([Profile("42", name="海边的小店", bio="稳赚不赔，➕V：abc12345")])
print(answer.verdict, REPOSITORY)
"""


def test_bundle_holds_every_file_that_judging_and_serving_read():
    included = GitIgnoreSpec.from_lines(CONFIG["include"])
    files = [path for folder in ("models", "serving") for path in (REPOSITORY / folder).rglob("*") if path.is_file()]
    files += [REPOSITORY / "policy.yaml", REPOSITORY / "datasets" / "names" / "restricted_words.yaml"]
    assert [path.name for path in files if not included.match_file(path.relative_to(REPOSITORY))] == []


def test_bundle_holds_no_other_files():
    included = GitIgnoreSpec.from_lines(CONFIG["include"])
    strangers = ["build/policy.yaml", "build/old/models/live.py", "var/store/keys.env", "tests/models/test_live.py"]
    assert [path for path in strangers if included.match_file(path)] == []


@pytest.mark.slow
def test_bundle_is_built_offline_and_judges_by_itself(tmp_path):
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), "http://127.0.0.1:1")
    environment = {**os.environ, **nowhere, "BENTOML_HOME": str(tmp_path), "BENTOML_DO_NOT_TRACK": "True"}
    command = [Path(sys.executable).with_name("bentoml"), "build", "--output", "tag", "."]
    built = subprocess.run(command, cwd=REPOSITORY, env=environment, check=False, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    name, version = built.stdout.strip().rpartition("__tag__:")[2].split(":")
    bundle = tmp_path / "bentos" / name / version / "src"
    (tmp_path / "elsewhere").mkdir()
    judged = subprocess.run(
        [sys.executable, "-c", JUDGE],
        cwd=tmp_path / "elsewhere",
        env={**environment, "PYTHONPATH": str(bundle)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert judged.stdout.split() == ["reject", str(bundle)]
