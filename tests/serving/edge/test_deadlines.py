import pytest

from serving.edge.deadlines import DEADLINE_SECONDS, DeadlineError, deadline


@pytest.mark.parametrize(("value", "seconds"), [("", DEADLINE_SECONDS), ("2.5", 2.5)])
def test_the_deadline_is_configured_or_the_usual_one(monkeypatch, value, seconds):
    monkeypatch.setenv("HUIJIAN_DEADLINE", value)
    assert deadline() == seconds


@pytest.mark.parametrize("value", ["soon", "0", "-1", "1e9", "nan"])
def test_a_deadline_that_is_none_is_refused_as_configuration(monkeypatch, value):
    monkeypatch.setenv("HUIJIAN_DEADLINE", value)
    with pytest.raises(DeadlineError, match=value):
        deadline()
