"""Policy files that differ from the shipped one in some rules."""

import yaml

from models.settings import Settings


def write_policy(file, **rules):
    """Write the shipped policy with other values in the rules of some labels."""
    content = yaml.safe_load(Settings().policy.read_text(encoding="utf-8"))
    for label, changes in rules.items():
        content["rules"][label].update(changes)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file
