import pytest

from models.runtime import sources
from models.runtime.sources import Source, safe_message


def test_files_that_change_while_they_are_read_wait_for_the_next_look():
    file = ["old"]
    source = Source("text", lambda: file[-1], lambda: file[-1])
    file.append("half")
    source._load = lambda: file.append("whole") or "half and whole"
    assert not source.refresh()
    assert (source.value, source.refusal) == ("old", None)
    source._load = lambda: file[-1]
    assert source.refresh()
    assert source.value == "whole"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("/srv/home/text/1 is not a model: /x/y.onnx failed", "ValueError: 1 is not a model: y.onnx failed"),
        (
            "policy file '/etc/huijian/policy.yaml' cannot be read",
            "ValueError: policy file 'policy.yaml' cannot be read",
        ),
        ("3/4 of it", "ValueError: 3/4 of it"),
        ("x" * 1_000, "ValueError: " + "x" * 287 + "…"),
    ],
)
def test_a_reason_names_files_without_their_folders(message: str, words: str):
    assert safe_message(ValueError(message)) == words


def test_the_same_fault_is_dated_by_when_it_was_first_seen_and_is_over_when_the_old_content_is_back():
    content = ["old"]

    def load() -> str:
        if content[-1].startswith("bad"):
            raise ValueError("bad")
        return content[-1]

    source = Source("text", lambda: content[-1], load)
    content.append("bad")
    assert not source.refresh()
    first = source.refusal
    content.append("bad again")
    assert not source.refresh()
    assert source.refusal == first
    content.append("old")
    assert not source.refresh()
    assert source.refusal is None


def test_a_fault_that_passed_is_over_without_a_change_of_the_files(monkeypatch: pytest.MonkeyPatch):
    content, faults = ["old"], [OSError("too many open files")]

    def load() -> str:
        if content[-1] == "new" and faults:
            raise faults.pop()
        return content[-1]

    source = Source("text", lambda: content[-1], load)
    content.append("new")
    assert not source.refresh()
    assert not source.refresh()  # what is broken is not read again every second
    assert (source.value, source.refusal is None) == ("old", False)
    monkeypatch.setattr(sources, "RETRY_SECONDS", 0.0)
    faults.append(OSError("too many open files"))
    monkeypatch.setattr(source, "_retry_at", 0.0)
    assert not source.refresh()
    assert source.refresh()
    assert (source.value, source.refusal) == ("new", None)


def test_what_is_broken_from_the_start_cannot_be_made():
    with pytest.raises(ZeroDivisionError):
        Source("text", lambda: 1, lambda: 1 // 0)
