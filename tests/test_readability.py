"""What keeps the code readable and can be counted: folders, functions, names of tests."""

import ast
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from models.runtime.paths import REPOSITORY

MAX_MODULES = 16
MAX_FUNCTION_LINES = 60
MAX_TEST_NAME_LENGTH = 70


def tracked(pattern):
    listed = subprocess.run(["git", "ls-files", pattern], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return [path for path in map(Path, listed.stdout.splitlines()) if (REPOSITORY / path).exists()]


def functions(paths):
    for path in paths:
        for node in ast.walk(ast.parse((REPOSITORY / path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


@pytest.fixture(scope="module")
def modules():
    return [path for path in tracked("*.py") if path.parts[0] != "tests"]


def test_no_folder_has_too_many_modules(modules):
    counts = Counter(path.parent for path in modules)
    assert {folder: count for folder, count in counts.items() if count > MAX_MODULES} == {}


def test_no_function_is_too_long(modules):
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path, node in functions(modules)
        if (node.end_lineno or 0) - node.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


def test_test_names_say_one_fact():
    names = [node.name for _, node in functions(tracked("tests/*.py")) if node.name.startswith("test_")]
    assert [name for name in names if len(name) > MAX_TEST_NAME_LENGTH] == []
