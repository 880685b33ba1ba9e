"""The corpus of these tests."""

import pytest
import small_corpus


@pytest.fixture(autouse=True)
def corpus_of_three(tmp_path_factory, monkeypatch):
    small_corpus.install(tmp_path_factory.mktemp("corpus"), monkeypatch)
