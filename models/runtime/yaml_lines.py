"""Faults in YAML files, and the lines of their values: a fault is found where somebody wrote it."""

from __future__ import annotations

from collections.abc import Sequence

import yaml
from pydantic import ValidationError


def faults_of(error: ValidationError, whole: str = "") -> str:
    """What is wrong in a file or an entry, place by place.

    Args:
        whole: name of the place that is the whole of it.
    """
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or whole}: {fault['msg']}" for fault in error.errors())


def line_of(document: yaml.Node | None, place: Sequence[str | int]) -> int:
    """Line, from 1, of a value; of the nearest value around it where there is none.

    Args:
        document: as `yaml.compose` reads it; None of an empty file.
        place: keys and positions that lead to the value, from the outside.
    """
    node, line = document, 1
    for key in place:
        entry = _entry(node, key)
        if entry is None:
            break
        found, node = entry
        line = found.start_mark.line + 1
    return line


def _entry(node: yaml.Node | None, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """What stands for a key of a mapping, or a position of a sequence: where it begins, and its value."""
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(key)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    return None
