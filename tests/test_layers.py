"""Imports go one way: training and serving import models, the command line imports all of them."""

import ast

import pytest

from models.runtime.paths import REPOSITORY

FORBIDDEN = {
    "models": {"serving", "training", "cli"},
    "training": {"serving", "cli"},
    "serving": {"training", "cli"},
    "benchmarks": {"cli"},
    "clients": {"models", "serving", "training", "cli", "benchmarks"},
}
"""Packages that a package imports nowhere, not within functions either."""


def imported_packages(file):
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", FORBIDDEN)
def test_package_imports_no_layer_above_it(package):
    files = sorted((REPOSITORY / package).rglob("*.py"))
    wrong = [f"{file}: {name}" for file in files for name in imported_packages(file) if name in FORBIDDEN[package]]
    assert files and not wrong
