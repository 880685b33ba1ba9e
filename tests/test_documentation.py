"""Pages of documentation: what they point to exists, and they stay short enough to read."""

import os
import re
from pathlib import Path

import pytest

from models.profile import LABELS
from models.runtime.paths import REPOSITORY

PAGES = [
    path.relative_to(REPOSITORY)
    for path in (
        *REPOSITORY.glob("*.md"),
        *REPOSITORY.glob("docs/**/*.md"),
        *REPOSITORY.glob("datasets/**/*.md"),
        *REPOSITORY.glob("clients/**/*.md"),
    )
]
MAX_WORDS = {"README.md": 900, "README.zh.md": 900}
MAX_WORDS_ELSEWHERE = 2_000
MAX_CELL_CHARACTERS = 300
GENERATED = {Path("docs/http-api.md")}
PLACEHOLDERS = {
    "docs/experiments/NNN-title.md",
    "models/artifacts/encoders/FINGERPRINT",
    "models/artifacts/text/VERSION",
}

pages = pytest.mark.parametrize("page", PAGES, ids=str)


def text(page):
    return (REPOSITORY / page).read_text(encoding="utf-8")


def prose(page):
    return re.sub(r"```.*?```", "", text(page), flags=re.DOTALL)


def anchors(page):
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pages
def test_every_link_of_a_page_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = Path(os.path.normpath(page.parent / path)) if path else page
        assert (REPOSITORY / target).exists(), link
        assert not anchor or anchor in anchors(target), link


@pages
def test_every_path_and_module_that_a_page_names_exists(page):
    for module in re.findall(r"python -m ((?:models|serving|training|benchmarks|cli)[\w.]*)", text(page)):
        path = REPOSITORY / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    for code in re.findall(r"`([^`\n]+)`", prose(page)):
        folders = "models|serving|training|cli|clients|datasets|benchmarks|tests|deploy|docs|notebooks"
        for path in re.findall(rf"(?<![\w/.$-])((?:{folders})/[\w./-]+)", code):
            assert path in PLACEHOLDERS or (REPOSITORY / path).exists(), path


@pages
def test_page_is_short_and_so_is_every_table_cell(page):
    if page not in GENERATED:
        assert len(prose(page).split()) <= MAX_WORDS.get(str(page), MAX_WORDS_ELSEWHERE)
    cells = [cell for line in prose(page).splitlines() if line.startswith("|") for cell in line.split("|")]
    assert max(map(len, cells), default=0) <= MAX_CELL_CHARACTERS


def test_every_label_stands_beside_its_articles_of_the_regulations():
    rows = [line.split("|") for line in text("docs/regulations.md").splitlines() if line.startswith("|")]
    for label, info in LABELS.items():
        for article in info.articles:
            explained = [
                row for row in rows if re.match(rf" {re.escape(article)}[ ,]", row[1]) and f"`{label}`" in row[3]
            ]
            assert len(explained) >= 2, (label, article)  # in Chinese and in English


def test_every_experiment_is_in_the_index():
    folder = REPOSITORY / "docs" / "experiments"
    listed = re.findall(r"\]\((\d{3}-[\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert listed == sorted(path.name for path in folder.glob("[0-9]*.md"))
