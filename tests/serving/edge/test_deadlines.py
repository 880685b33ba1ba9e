import pytest

from serving.edge.deadlines import DEADLINE_SECONDS, DeadlineError, deadline


@pytest.mark.parametrize(("value", "seconds"), [("", DEADLINE_SECONDS), ("2.5", 2.5)])
def test_deadline_is_configured_or_the_default(monkeypatch, value, seconds):
    monkeypatch.setenv("HUIJIAN_DEADLINE", value)
    assert deadline() == seconds


@pytest.mark.parametrize("value", ["soon", "0", "-1", "1e9", "nan"])
def test_invalid_deadline_is_refused(monkeypatch, value):
    monkeypatch.setenv("HUIJIAN_DEADLINE", value)
    with pytest.raises(DeadlineError, match=value):
        deadline()
