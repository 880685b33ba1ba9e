import pytest

from models.runtime import sources
from models.runtime.sources import Source, safe_message


def test_files_that_change_while_read_wait_for_the_next_poll():
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
def test_reason_names_files_without_their_folders(message: str, words: str):
    assert safe_message(ValueError(message)) == words


def test_repeated_fault_keeps_its_first_date_until_old_content_returns():
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


def test_passing_fault_is_retried_without_a_change_of_the_files(monkeypatch: pytest.MonkeyPatch):
    content, faults = ["old"], [OSError("too many open files")]

    def load() -> str:
        if content[-1] == "new" and faults:
            raise faults.pop()
        return content[-1]

    source = Source("text", lambda: content[-1], load)
    content.append("new")
    assert not source.refresh()
    assert not source.refresh()  # broken content is not read again every second
    assert (source.value, source.refusal is None) == ("old", False)
    monkeypatch.setattr(sources, "RETRY_SECONDS", 0.0)
    faults.append(OSError("too many open files"))
    monkeypatch.setattr(source, "_retry_at", 0.0)
    assert not source.refresh()
    assert source.refresh()
    assert (source.value, source.refusal) == ("new", None)


def test_source_with_broken_files_at_the_start_raises():
    with pytest.raises(ZeroDivisionError):
        Source("text", lambda: 1, lambda: 1 // 0)
