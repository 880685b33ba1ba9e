"""Options of a training run as a file: kept in the run's folder, edited, and passed back with `--config`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from models.runtime import atomic

OPTIONS_FILE = "run.yaml"
"""Name of the file in a run's folder."""


class OptionsError(ValueError):
    """The file holds no options of the command; the message says what is wrong."""


def read_options(path: Path, known: Collection[str]) -> dict[str, Any]:
    """The options of a file by name; those that are null are left to their defaults.

    Args:
        path: YAML or JSON, one mapping.
        known: names that the file may hold.

    Raises:
        OptionsError: the file is not such a mapping, or holds another name.
    """
    options = read_all(path)
    for name in options:
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            meant = f"did you mean {near[0]!r}" if near else f"there are {', '.join(sorted(known))}"
            raise OptionsError(f"{path}: unknown option {name!r}: {meant}")
    return {name: value for name, value in options.items() if value is not None}


def read_all(path: Path) -> dict[str, Any]:
    """What the file holds, by name.

    Raises:
        OptionsError: the file is not a mapping.
    """
    try:
        options = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise OptionsError(f"{path} is neither YAML nor JSON: {error}") from error
    if not isinstance(options, dict):
        raise OptionsError(f"{path} holds no options: write one a line, such as 'epochs: 3'")
    return options


def write_options(folder: Path, options: Mapping[str, Any]) -> None:
    """Write a run's options into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write_text(folder / OPTIONS_FILE, yaml.safe_dump(dict(options), allow_unicode=True, sort_keys=False))
