"""Alert rules are valid, do what they say, and send people to a section of the runbook."""

import re
import shutil
import subprocess

import pytest
import yaml

from models.runtime.paths import REPOSITORY

OPERATIONS = REPOSITORY / "docs" / "operations"
RULES = [
    rule
    for group in yaml.safe_load((OPERATIONS / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="Debian's package promtool has it")


def promtool(*arguments):
    return subprocess.run(["promtool", *arguments], check=False, capture_output=True, text=True)


@needs_promtool
def test_the_rules_are_valid():
    checked = promtool("check", "rules", str(OPERATIONS / "alerts.yaml"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


@needs_promtool
def test_alerts_are_raised_in_the_situations_they_are_for():
    tested = promtool("test", "rules", str(REPOSITORY / "tests" / "operations" / "alert_cases.yaml"))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_alert_has_its_runbook_section_and_urgency():
    runbook = (OPERATIONS / "alerts.md").read_text(encoding="utf-8")
    assert re.findall(r"^### (Huijian\w+)$", runbook, re.M) == [rule["alert"] for rule in RULES]
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    assert all(rule["annotations"]["summary"] for rule in RULES)
