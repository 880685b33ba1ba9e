import pytest

from serving.edge import rates
from serving.edge.rates import Rates


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    return clock


def taken(counted, name, per_second, burst, attempts=100):
    return sum(counted.wait(name, per_second, burst) == 0 for _ in range(attempts))


def test_burst_passes_and_then_the_refill_rate_applies(clock):
    counted = Rates()
    assert taken(counted, "a", 2, 5) == 5
    clock.now += 1
    assert taken(counted, "a", 2, 5) == 2
    clock.now += 1000
    assert taken(counted, "a", 2, 5) == 5


def test_wait_is_the_time_until_the_next_token(clock):
    counted = Rates()
    assert counted.wait("a", 0.5, 1) == 0
    assert counted.wait("a", 0.5, 1) == pytest.approx(2)
    clock.now += 1.5
    assert counted.wait("a", 0.5, 1) == pytest.approx(0.5)


def test_names_do_not_share_a_limit(clock):
    counted = Rates()
    assert [taken(counted, name, 1, 3) for name in ("a", "b")] == [3, 3]


def test_workers_of_one_server_count_together(clock, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    one, other = Rates.of_this_server("rates"), Rates.of_this_server("rates")
    assert taken(one, "a", 1, 4, attempts=3) == 3
    assert taken(other, "a", 1, 4) == 1


def test_raised_limit_applies_once_a_batch_is_refilled(clock):
    counted = Rates()
    taken(counted, "a", 0.01, 1)
    assert counted.wait("a", 10, 10) <= (1 + rates.MAX_OWED) / 10
    clock.now += (10 + rates.MAX_OWED) / 10
    assert taken(counted, "a", 10, 10) == 10


def test_any_number_of_names_takes_the_same_memory(tmp_path):
    counted = Rates(tmp_path / "rates")
    for number in range(20_000):
        counted.wait(f"address {number}", 1, 1)
    assert (tmp_path / "rates").stat().st_size == rates.BUCKETS * 8


def test_owed_tokens_are_refilled_before_any_more_are_taken(clock):
    counted = Rates()
    assert counted.wait("a", 1, 1) == 0
    assert counted.wait("a", 1, 1, tokens=63, needed=0) == 0
    assert counted.wait("a", 1, 1) == pytest.approx(64)
    assert counted.wait("a", 1, 1, tokens=63, needed=0) == pytest.approx(63)
    clock.now += 64
    assert counted.wait("a", 1, 1) == 0
